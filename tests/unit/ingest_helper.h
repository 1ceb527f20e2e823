/* What the ingest tests share: loading a text in many ways, and where reference data is. */
#pragma once

#include "ingest/loader.h"

typedef struct Loaded {
    Dict dict;
    Profile profile;
    LoadStatus status;
    bool opened;
    Error error; /* of opening, else the status's */
} Loaded;

/* Loads to the end; options->path NULL is a mistake. */
void load(Loaded *out, uint32_t workers, const LoadOptions *options);
void load_path(Loaded *out, uint32_t workers, uint32_t chunk_bytes, const char *path);
/* Writes the text to a temporary file and loads that. */
void load_text(Loaded *out, uint32_t workers, uint32_t chunk_bytes, Str text);
void loaded_free(Loaded *loaded);
Buf loaded_dump(Loaded *loaded);

/* Fails the test unless the text gives one and the same dump: inline, 1 and 8 workers, chunks
 * of 100 bytes, gzip in one and several members by each engine, through a pipe in drops. */
void expect_same_any_way(Str text);
/* Fails unless the text cut behind `n` bytes gives the same samples, up to the last one, whose
 * stack may be incomplete. */
void expect_prefix(Str text, size_t n);

/* Fails unless the text, cut behind each of its bytes, is loaded as this format with no more
 * samples than the whole has, and what is missing is said. */
void expect_cut_anywhere(const char *format, Str text);

Buf gzip_of(Str bytes, size_t members);
/* A new temporary file with these bytes; its name is good until the next call. */
const char *temp_file(Str bytes);
void temp_remove(void); /* the one made last */

/* Reads a file of the reference data; false, saying so, when that is not there. */
bool data_read(const char *name, Buf *out);
bool data_path(const char *name, char *out, size_t cap);

/* What a sample looks like, as "comm|event|frame;frame" with "symbol@module" frames, an _[x] by
 * kind behind them ([k], [j], [i], [0] interpreted, [c] C++, [w] waiting, [class]; user frames
 * have none). */
Buf sample_text(const Loaded *loaded, uint64_t row);
/* Fails unless it was loaded and these are its samples, in the words of sample_text. */
void expect_loaded(const Loaded *loaded, const char *const *want, size_t n);
