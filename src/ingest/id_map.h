/* Id map: (id, id) to id, with the keys in the slots: one cache miss a look-up, where an index
 * of ids (base/hash.h) has two. For the hot path of a parser.
 * Owner: whoever calls id_map_init. Thread: one at a time. OOM aborts. */
#pragma once

#include <stdint.h>

typedef struct IdSlot {
    uint32_t a, b, value; /* value 0: empty */
} IdSlot;

typedef struct IdMap {
    IdSlot *slot;
    uint32_t cap, count; /* cap is a power of two; at most half is used */
} IdMap;

void id_map_init(IdMap *map);
void id_map_free(IdMap *map);
void id_map_clear(IdMap *map); /* forgets the keys, keeps memory for as many */
/* value is not 0, and the key is not in the map. */
void id_map_add(IdMap *map, uint32_t a, uint32_t b, uint32_t value);

static inline uint32_t id_map_home(const IdMap *map, uint32_t a, uint32_t b) {
    uint64_t h = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 32) & (map->cap - 1);
}

/* Asks memory for what id_map_find will read. */
static inline void id_map_fetch(const IdMap *map, uint32_t a, uint32_t b) {
    __builtin_prefetch(&map->slot[id_map_home(map, a, b)]);
}

/* 0 when it is not there. */
static inline uint32_t id_map_find(const IdMap *map, uint32_t a, uint32_t b) {
    for (uint32_t i = id_map_home(map, a, b);; i = (i + 1) & (map->cap - 1)) {
        const IdSlot *s = &map->slot[i];
        if (s->value == 0 || (s->a == a && s->b == b))
            return s->value;
    }
}
