#include "ingest/id_map.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"

enum { FIRST_CAP = 1024 };

void id_map_init(IdMap *map) {
    *map = (IdMap){mem_table(FIRST_CAP * sizeof(IdSlot)), FIRST_CAP, 0};
}

void id_map_free(IdMap *map) {
    mem_table_free(map->slot, map->cap * sizeof(IdSlot));
    *map = (IdMap){0};
}

/* A map that once was large and is not any more becomes small again. */
void id_map_clear(IdMap *map) {
    if (map->cap > FIRST_CAP && map->count < map->cap / 32) {
        id_map_free(map);
        id_map_init(map);
        return;
    }
    memset(map->slot, 0, map->cap * sizeof(IdSlot));
    map->count = 0;
}

static void place(IdMap *map, IdSlot slot) {
    uint32_t i = id_map_home(map, slot.a, slot.b);
    while (map->slot[i].value)
        i = (i + 1) & (map->cap - 1);
    map->slot[i] = slot;
}

void id_map_add(IdMap *map, uint32_t a, uint32_t b, uint32_t value) {
    if (++map->count > map->cap / 2) {
        IdMap old = *map;
        if (old.cap > UINT32_MAX / 2)
            panic("id map full: %u keys", old.count);
        map->cap *= 2;
        map->slot = mem_table(map->cap * sizeof(IdSlot));
        for (uint32_t i = 0; i < old.cap; i++) {
            if (old.slot[i].value)
                place(map, old.slot[i]);
        }
        id_map_free(&old);
    }
    place(map, (IdSlot){a, b, value});
}
