#include "app/folder_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/outfile.h"

/* A number as this machine stores it: other byte orders see another one. Its last digits are
 * the version: one more whenever FolderLook, or what it says, changes. */
#define ENTRY_MAGIC UINT64_C(0x464c4f4f4b530001)

enum { PART_BYTES = 1024, ENTRY_BYTES = 1100 };

typedef struct Entry {
    uint64_t magic, sum; /* sum: of all that is behind it */
    int64_t size, modified_ns;
    uint64_t probe;
    char path[1024];
    FolderLook look;
} Entry;

static uint64_t sum_of(const Entry *e) {
    size_t from = offsetof(Entry, size);
    return hash_bytes((const char *)e + from, sizeof *e - from);
}

bool folder_cache_entry(const CacheKey *key, char *out, size_t cap) {
    char folder[PART_BYTES];
    if (!key->known || !cache_folder("looks", folder, sizeof folder))
        return false;
    uint64_t name = hash_bytes(key->path, strlen(key->path));
    int n = snprintf(out, cap, "%s/%016llx.look", folder, (unsigned long long)name);
    return n > 0 && (size_t)n < cap;
}

static bool is_of(const Entry *e, const CacheKey *key) {
    return e->magic == ENTRY_MAGIC && e->sum == sum_of(e) && e->size == key->size &&
           e->modified_ns == key->modified_ns && e->probe == key->probe &&
           memcmp(e->path, key->path, sizeof e->path) == 0 && look_sound(&e->look);
}

bool folder_cache_find(const CacheKey *key, FolderLook *look) {
    char path[ENTRY_BYTES];
    File f;
    Entry e;
    char more;
    if (!folder_cache_entry(key, path, sizeof path) || !file_is_plain(path) ||
        !file_open(&f, path, NULL))
        return false;
    bool good = file_read(&f, &e, sizeof e, NULL) == (int64_t)sizeof e &&
                file_read(&f, &more, 1, NULL) == 0 && is_of(&e, key);
    file_close(&f);
    if (!good)
        return false;
    *look = e.look;
    utimensat(AT_FDCWD, path, NULL, 0); /* used now */
    return true;
}

void folder_cache_keep(const CacheKey *key, const FolderLook *look) {
    char path[ENTRY_BYTES], folder[PART_BYTES];
    OutFile out;
    Entry e;
    if (!folder_cache_entry(key, path, sizeof path) ||
        !cache_folder("looks", folder, sizeof folder))
        return;
    memset(&e, 0, sizeof e); /* also what lies between the fields: it is summed */
    e.magic = ENTRY_MAGIC;
    e.size = key->size;
    e.modified_ns = key->modified_ns;
    e.probe = key->probe;
    memcpy(e.path, key->path, sizeof e.path);
    memcpy(&e.look, look, sizeof e.look);
    e.sum = sum_of(&e);
    cache_make_folder(folder);
    if (!out_open(&out, path, NULL))
        return;
    if (out_append(&out, (Str){(const char *)&e, sizeof e}, NULL))
        out_commit(&out, false, NULL);
    else
        out_abandon(&out);
}

static int by_use(const void *a, const void *b) {
    int64_t x = ((const FileEntry *)a)->modified_ns, y = ((const FileEntry *)b)->modified_ns;
    return x < y ? -1 : x > y;
}

void folder_cache_trim(uint32_t most) {
    char folder[PART_BYTES], path[2 * ENTRY_BYTES];
    Arena arena;
    FileEntry *entry;
    size_t n, files = 0;
    arena_init(&arena, 0);
    if (cache_folder("looks", folder, sizeof folder) &&
        folder_list(folder, &arena, &entry, &n, NULL)) {
        for (size_t i = 0; i < n; i++)
            if (!entry[i].is_folder)
                entry[files++] = entry[i];
        qsort(entry, files, sizeof *entry, by_use);
        for (size_t i = 0; files > most && i < files - most; i++) {
            path_join(path, sizeof path, folder, entry[i].name);
            unlink(path);
        }
    }
    arena_free(&arena);
}
