#include "ingest/line_cache.h"

#include "base/arena.h"

/* Lines of thousands of bytes in every slot would be a quarter of a gigabyte a worker. */
enum { FAR_BYTES_MAX = 24 << 20 };

void line_cache_init(LineCache *cache) {
    *cache = (LineCache){mem_table(LINE_CACHE_SLOTS * sizeof(LineSlot)), 0, 0, 0, 0};
}

void line_cache_free(LineCache *cache) {
    for (uint32_t i = 0; i < LINE_CACHE_SLOTS && cache->far_bytes; i++) {
        LineSlot *slot = &cache->slot[i];
        if (slot->room) {
            cache->far_bytes -= slot->room;
            mem_resize(slot->far, slot->room, 0);
        }
    }
    mem_table_free(cache->slot, LINE_CACHE_SLOTS * sizeof(LineSlot));
    cache->slot = NULL;
}

void line_cache_put(LineCache *cache, LineSlot *slot, const char *line, size_t n,
                    uint32_t value) {
    slot->n = 0;
    if (n > LINE_CACHE_MAX)
        return;
    if (n > LINE_SLOT_TEXT && n > slot->room) {
        size_t room = (n + 127) & ~(size_t)127;
        if (cache->far_bytes + room - slot->room > FAR_BYTES_MAX)
            return;
        cache->far_bytes += room - slot->room;
        slot->far = mem_resize(slot->far, slot->room, room);
        slot->room = (uint16_t)room;
    }
    memcpy(n > LINE_SLOT_TEXT ? slot->far : slot->text, line, n);
    slot->n = (uint16_t)n;
    slot->value = value;
}
