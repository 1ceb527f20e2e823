/* Names: interned byte strings (symbols, modules, process and event names).
 * Id 0 is the empty name. Owner: the Dict it is part of. Thread: one writer; readers may get
 * names whose id reached them through a published profile or a finished batch. OOM aborts. */
#pragma once

#include "base/column.h"
#include "base/hash.h"
#include "base/str.h"

typedef uint32_t NameId;

typedef struct NameEntry {
    uint64_t offset; /* into text */
    uint32_t length;
    uint32_t hash;
} NameEntry;

typedef struct Names {
    Column entry;    /* NameEntry by id */
    Column text;     /* bytes; a name never crosses a segment */
    HashIndex index; /* -- writer only */
} Names;

void names_init(Names *names);
void names_free(Names *names);
/* Makes the index of entries that came from elsewhere (a mapped file). */
void names_reindex(Names *names);
NameId names_intern(Names *names, Str text);
/* Writer only; 0 when it was never interned. */
NameId names_find(const Names *names, Str text);
size_t names_bytes(const Names *names);

static inline Str names_get(const Names *names, NameId id) {
    const NameEntry *e = (const NameEntry *)column_at(&names->entry, id);
    return (Str){e->length ? (const char *)column_at(&names->text, e->offset) : "", e->length};
}
