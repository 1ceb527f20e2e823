/* Recent: the files that were opened last, newest first, RECENT_FILES at most, as absolute paths, a
 * line each, in $XDG_STATE_HOME/flamescope/recent. Pipes are not among them, nor names with a line
 * break in them. Owner: the App. Thread: main. Failure: kept_file's. */
#pragma once

#include "app/kept_file.h"

enum { RECENT_FILES = 20 };

typedef struct Recent {
    Buf list;
    KeptFile file;
} Recent;

/* What is remembered from earlier; without it the list begins empty and is not kept. */
bool recent_open(Recent *r, Error *err);
void recent_close(Recent *r, Jobs *jobs);
void recent_add(Recent *r, const char *path); /* to the front */
void recent_drop(Recent *r, const char *path);
void recent_clear(Recent *r);
/* A KeptMerge. Changes: "+PATH" opened, "-PATH" forgotten, "!" all forgotten. */
void recent_merge(Str there, Str changes, Buf *out);
