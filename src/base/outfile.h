/* OutFile: a file that is written beside its place and moved there when it is whole. Until then
 * it has no name where the system can do that, so that a process that is killed leaves nothing.
 * Owner: the caller's variable; each out_open ends in out_commit or out_abandon.
 * Thread: one at a time. Failure: false with *err filled; disk full is one of them. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct OutFile {
    int fd;
    bool named;        /* `beside` exists */
    int64_t size;      /* bytes appended so far */
    char path[1024];   /* as the user said it, for messages */
    char target[1024]; /* links resolved */
    char beside[1100];
} OutFile;

bool out_open(OutFile *f, const char *path, Error *err);
bool out_append(OutFile *f, Str bytes, Error *err);
bool out_write_at(OutFile *f, int64_t offset, Str bytes, Error *err);
/* durable: waits until the disk has it. */
bool out_commit(OutFile *f, bool durable, Error *err);
void out_abandon(OutFile *f);

/* A descriptor of a nameless file in the folder of `path`, or -1. Closing it frees its space.
 */
int scratch_open(const char *path, Error *err);
void scratch_close(int fd);
bool scratch_write_at(int fd, int64_t offset, Str bytes, Error *err);
