/* info: what is in a profile, as text or JSON. Thread: any single one. */
#pragma once

#include "base/buf.h"
#include "ingest/loader.h"

typedef struct ReadHow {
    uint32_t threads; /* 0: one a processor */
    bool inlined;     /* what compilers inlined is looked for */
} ReadHow;

/* A profile loaded to its end without a window; used by info and the text exports. */
typedef struct Loaded {
    Jobs *jobs;
    Dict dict;
    Profile profile;
    LoadStatus status;
    ReadHow how; /* with a number of threads */
} Loaded;

/* False with *err when the input cannot be used. */
bool loaded_open(Loaded *loaded, const char *path, ReadHow how, Error *err);
void loaded_close(Loaded *loaded);
/* Another profile with the names of this one, to be compared with it; freed by the caller before
 * that is closed. On failure there is nothing to free. */
bool loaded_beside(Loaded *loaded, const char *path, Profile *out, Error *err);
/* What was skipped, a line a kind, for stderr. */
void loaded_complaints(const Profile *profile, const char *path, Buf *out);

/* findings: with the list of where to look (query/detect.h). */
void info_json(const Loaded *loaded, bool findings, Buf *out);
void info_text(const Loaded *loaded, const char *path, bool findings, Buf *out);
