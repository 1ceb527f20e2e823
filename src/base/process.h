/* Process: a program that runs beside this one, and is interrupted when this one ends, however
 * that comes. Started by an argument vector, never by a shell; its input is nothing or ours, its
 * output goes to a file, its words (standard error) are kept or are ours.
 * Owner: the creator. Thread: one. Failure: false or NULL with *err filled. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct Process Process;

/* KEEP_WORDS: what it says is kept for process_words instead of being said on our standard error.
 * KEEP_INPUT: its input is ours, unless that is a terminal, from which no program behind reads. */
typedef enum ProcessKeeps { KEEP_NOTHING, KEEP_WORDS, KEEP_INPUT } ProcessKeeps;

/* argv ends with NULL; argv[0] is looked for as a shell would. out: the file for its output, made
 * anew, which must not be there yet; NULL: its output is ours. */
Process *process_start(const char *const argv[], const char *out, ProcessKeeps keeps, Error *err);
bool process_running(Process *p);
/* Asks it to end, as Ctrl+C does. */
void process_interrupt(Process *p);
/* Waits for its end; false when it still runs after that long. */
bool process_wait(Process *p, int timeout_ms);
/* Once it has ended: its exit status, or 128 and the signal that ended it. */
int process_status(const Process *p);
/* The last line of what was kept; good until process_free. */
Str process_words(const Process *p);
/* Ends it first, by force if need be. */
void process_free(Process *p);
/* Runs a program that answers at once, and puts the last line that it says into *line; false: it
 * did not within that long, or failed. */
bool process_ask(const char *const argv[], int timeout_ms, Buf *line);
/* Where a program is that can be run by its name alone; false when there is none. */
bool process_find(const char *name, char *out, size_t cap);
