#include "store/names.h"

#include <string.h>

#include "base/error.h"

static uint32_t hash_of_name(const void *owner, uint32_t id) {
    const Names *names = (const Names *)owner;
    return COLUMN_AT(&names->entry, NameEntry, id).hash;
}

void names_init(Names *names) {
    column_init(&names->entry, sizeof(NameEntry), 8);
    column_init(&names->text, 1, 14);
    hash_init(&names->index);
    column_push(&names->entry); /* id 0, the empty name */
}

void names_free(Names *names) {
    column_free(&names->entry);
    column_free(&names->text);
    hash_free(&names->index);
}

void names_reindex(Names *names) {
    hash_refill(&names->index, names->entry.count, hash_of_name, names);
}

static NameId lookup(const Names *names, Str text, uint32_t hash) {
    const HashIndex *t = &names->index;
    uint32_t id;
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        const NameEntry *e = (const NameEntry *)column_at(&names->entry, id);
        if (e->length == text.n && memcmp(column_at(&names->text, e->offset), text.s, text.n) == 0)
            return id;
    }
    return 0;
}

NameId names_intern(Names *names, Str text) {
    if (text.n == 0)
        return 0;
    uint32_t hash = (uint32_t)hash_bytes(text.s, text.n);
    NameId id = lookup(names, text, hash);
    if (id)
        return id;
    if (names->entry.count >= UINT32_MAX || text.n > UINT32_MAX)
        panic("more than 4 billion names");
    uint64_t offset;
    memcpy(column_push_run(&names->text, text.n, &offset), text.s, text.n);
    id = (NameId)names->entry.count;
    COLUMN_PUSH(&names->entry, NameEntry) = (NameEntry){offset, (uint32_t)text.n, hash};
    hash_insert(&names->index, hash, id);
    return id;
}

NameId names_find(const Names *names, Str text) {
    return text.n ? lookup(names, text, (uint32_t)hash_bytes(text.s, text.n)) : 0;
}

size_t names_bytes(const Names *names) {
    return column_bytes(&names->entry) + column_bytes(&names->text) +
           hash_index_bytes(&names->index);
}
