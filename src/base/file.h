/* Files and folders. Paths are zero-terminated bytes. Thread: any, one thread a File at a time.
 * Failure: false with *err filled. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct File {
    int fd;
    bool seekable;  /* a regular file: size is its length */
    bool unwritten; /* a FIFO to which nobody has written yet: a read would see its end */
    int64_t size;   /* bytes, -1 for a pipe */
    char path[1024];
} File;

typedef struct FileEntry {
    const char *name; /* zero-terminated, in the caller's arena */
    bool is_folder;
    int64_t size;
    int64_t modified_ns;
} FileEntry;

/* "-" is standard input. A folder is refused. A FIFO does not wait for its writer: reading does. */
bool file_open(File *f, const char *path, Error *err);
/* A file that the program brings along, under a name that file_open then knows. One; to be called
 * before threads begin; bytes stay the caller's. */
void file_provide(const char *name, const void *bytes, size_t n);
bool file_is_provided(const char *path);
void file_close(File *f);
/* Bytes read (short only at the end), or -1. EINTR is retried. */
int64_t file_read_some(File *f, void *out, size_t n, Error *err); /* what a pipe has now; 0: end */
int64_t file_read(File *f, void *out, size_t n, Error *err);
int64_t file_pread(File *f, void *out, size_t n, int64_t offset, Error *err);
/* True when bytes can be read (or the end was reached) within timeout_ms; for pipes. */
bool file_wait(File *f, int timeout_ms);
/* Appends to *out, at most limit bytes. */
bool file_read_all(const char *path, Buf *out, size_t limit, Error *err);
/* Written beside and renamed over, so a crash leaves the old file. path "-" is stdout. */
bool file_write_all(const char *path, Str bytes, Error *err);
/* One that is there already is fine; the folder above it must be there. */
bool file_make_folder(const char *path, Error *err);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
bool file_is_plain(const char *path); /* neither a folder nor a pipe, device or socket */
/* Whether both names lead to one file that is there; "-" is none. */
bool file_same(const char *a, const char *b);
bool file_stat(const char *path, FileEntry *out); /* out->name is path itself */
/* Entries sorted by name, folders first; "." and hidden files left out, ".." kept. */
bool folder_list(const char *path, Arena *arena, FileEntry **entries, size_t *count, Error *err);
/* Folder of the running program, for finding examples; "" if unknown. */
void file_program_folder(char *out, size_t cap);
const char *path_name(const char *path); /* the part behind the last slash */
void path_join(char *out, size_t cap, const char *folder, const char *name);
/* Links resolved when the path exists; "-" stays. */
void path_absolute(char *out, size_t cap, const char *path);
