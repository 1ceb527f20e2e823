/* GzSplit: a .gz file decoded on all workers, where its form allows: BGZF (every member says how
 * long it is), members of at most some hundred KB one behind the other, and `pigz -i` (markers on
 * which a block ends, nothing behind one refers to before it).
 * The sequential decoder is the truth: text is given only when it is known to be what that one
 * gives, and at the first doubt (damage, truncation, any other gzip file) gz_split_read says so
 * and gz_split_doubt tells where the sequential decoder is to go on.
 * Owner: a Source. Thread: one at a time, which waits for jobs and so is not a job itself; jobs
 * and the file outlive it. The file is read by position; some pieces a worker are in memory.
 * Failure: everything is a doubt. */
#pragma once

#include "base/codec.h"
#include "base/file.h"
#include "base/jobs.h"

typedef struct GzSplit GzSplit;

/* The gzip data begins at `base` in the file. */
GzSplit *gz_split_new(File *file, int64_t base, CodecEngine engine, Jobs *jobs);
void gz_split_free(GzSplit *s); /* waits for its jobs; NULL is fine */
/* Up to n bytes of text; 0 at the end of a whole file; -1 in doubt. */
int64_t gz_split_read(GzSplit *s, char *out, size_t n);
/* After -1: a member starts at raw byte `at`, whose first `given` bytes of text were read. */
void gz_split_doubt(const GzSplit *s, int64_t *at, int64_t *given);
/* Raw bytes whose text was read. */
int64_t gz_split_consumed(const GzSplit *s);
/* Bytes of text read so far; for tests, which must know that files were split. */
int64_t gz_split_text(const GzSplit *s);
