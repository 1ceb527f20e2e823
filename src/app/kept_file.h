/* Kept file: a small readable text of the user's own (settings, recent files) in one of the places
 * that XDG names. It is changed, never replaced: a job reads what is there, puts the changes into
 * it and writes it back, so that what another window or an editor wrote stays. Without a home there
 * is no place: nothing is written, and that is no error. Owner: the App. Thread: main; the job has
 * its own buffers. Failure: poll gives words. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/jobs.h"

typedef enum KeptPlace { KEPT_CONFIG, KEPT_STATE } KeptPlace;
enum { KEPT_PATH = 1024, KEPT_BYTES = 1 << 20 };

/* What the file becomes: `there`, as it is now, with `changes`, lines as they were given, put in.
 * Pure. */
typedef void KeptMerge(Str there, Str changes, Buf *out);

typedef struct KeptFile {
    char path[KEPT_PATH]; /* empty: there is no place, or it is … */
    bool unreadable;      /* … one that cannot be read, and so is not written over */
    KeptMerge *merge;
    Buf pending; /* changes that are not being written yet */
    /* -- the job's, while it runs */
    JobTicket ticket;
    bool writing;
    Buf changes;
    Error error;
} KeptFile;

/* "$XDG_CONFIG_HOME/flamescope/NAME" or below $HOME/.config; false, and "", when neither is set. */
bool kept_path(KeptPlace place, const char *name, char *out, size_t cap);
/* Looks the place up and reads what is there, at the program's start; empty when there is nothing.
 */
bool kept_file_open(KeptFile *f, KeptPlace place, const char *name, KeptMerge *merge, Buf *text,
                    Error *err);
/* One line, without its end. */
void kept_file_change(KeptFile *f, Str line);
/* Once a frame: begins to write what was changed. True with *err when writing failed. */
bool kept_file_poll(KeptFile *f, Jobs *jobs, Error *err);
bool kept_file_settled(const KeptFile *f);
/* Waits, and writes what is not written yet. */
void kept_file_close(KeptFile *f, Jobs *jobs);
