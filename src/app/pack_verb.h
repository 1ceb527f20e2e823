/* pack: a profile of any size becomes a .fscope file, in memory bounded by what is distinct in
 * it: samples are spilled beside the output while they are read. Thread: main. */
#pragma once

#include "app/info.h"

typedef struct PackVerb {
    const char *path, *out; /* path "-" is a pipe */
    ReadHow how;
} PackVerb;

/* Complaints about the input and a line about what was written are put into *notes. False with
 * *err, also when SIGINT, SIGTERM or SIGHUP stopped it; then nothing is left behind. */
bool pack_verb(const PackVerb *verb, Buf *notes, Error *err);
