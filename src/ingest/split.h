/* Split: a .gz or .zst file decoded on all workers, where its form allows: BGZF (every member says
 * how long it is), members of at most some hundred KB one behind the other, `pigz -i` (markers on
 * which a block ends, nothing behind one refers to before it), and zstd files of several frames
 * (`pzstd`, the seekable form, or files one behind the other) of at most 32 MiB of text.
 * The sequential decoder is the truth: text is given only when it is known to be what that one
 * gives, and at the first doubt (damage, truncation, any other file) split_read says so
 * and split_doubt tells where the sequential decoder is to go on.
 * Owner: a Source. Thread: one at a time, which waits for jobs and so is not a job itself; jobs
 * and the file outlive it. The file is read by position; some pieces a worker are in
 * memory, of frames 48 MiB of raw bytes and text or a single piece, and as much to be used again.
 * Failure: everything is a doubt. */
#pragma once

#include "base/codec.h"
#include "base/file.h"
#include "base/jobs.h"

typedef struct Split Split;

/* Data of that kind (gzip or zstd) begins at `base` in the file. */
Split *split_new(File *file, int64_t base, CodecKind kind, CodecEngine engine, Jobs *jobs);
void split_free(Split *s); /* waits for its jobs; NULL is fine */
/* Up to n bytes of text; 0 at the end of a whole file; -1 in doubt. */
int64_t split_read(Split *s, char *out, size_t n);
/* After -1: a member or frame begins at raw byte `at`, of which `given` bytes of text were read. */
void split_doubt(const Split *s, int64_t *at, int64_t *given);
/* Raw bytes whose text was read. */
int64_t split_consumed(const Split *s);
/* Bytes of text read so far; for tests, which must know that files were split. */
int64_t split_text(const Split *s);
