#include "ingest/function_places.h"

#include <string.h>

#include "base/arena.h"

static int64_t s32(const char *at) {
    int32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static uint32_t u32(const char *at) {
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

/* The entry of a function that begins at `start`: its length, the way to what it shares with
 * others, its start from there, its bytes. 0: it is written in another way. */
static uint64_t length_of(PlacedBytes frames, uint64_t entry, uint64_t start) {
    enum { START = 8, BYTES = 12, NEEDED = 16 };
    uint64_t at = entry - frames.at;
    if (entry < frames.at || frames.bytes.n < NEEDED || at > frames.bytes.n - NEEDED)
        return 0;
    const char *p = frames.bytes.s + at;
    bool usual = u32(p) != UINT32_MAX && entry + START + (uint64_t)s32(p + START) == start;
    return usual ? u32(p + BYTES) : 0;
}

void function_places_read(FunctionPlaces *out, PlacedBytes index, PlacedBytes frames) {
    /* its version, and how it writes things: in 4 bytes each, the table from its own address on */
    enum { HEAD = 12, COUNT = 8, PAIR = 8, COUNT_AS = 0x03, TABLE_AS = 0x3b };
    const uint8_t *how = (const uint8_t *)index.bytes.s;
    *out = (FunctionPlaces){0};
    if (index.bytes.n < HEAD || how[0] != 1 || ((how[1] & 0xf) != 3 && (how[1] & 0xf) != 0xb) ||
        how[2] != COUNT_AS || how[3] != TABLE_AS)
        return;
    size_t n = u32(index.bytes.s + COUNT), most = (index.bytes.n - HEAD) / PAIR;
    out->cap = n < most ? n : most;
    out->place = out->cap ? mem_resize(NULL, 0, out->cap * sizeof *out->place) : NULL;
    for (size_t i = 0; i < out->cap; i++) {
        const char *pair = index.bytes.s + HEAD + i * PAIR;
        uint64_t start = index.at + (uint64_t)s32(pair);
        uint64_t bytes = length_of(frames, index.at + (uint64_t)s32(pair + 4), start);
        FunctionPlace *before = out->n ? &out->place[out->n - 1] : NULL;
        if (!bytes || start + bytes < start || (before && start <= before->start))
            continue;
        if (before && before->end > start)
            before->end = start;
        out->place[out->n++] = (FunctionPlace){start, start + bytes};
    }
}

void function_places_free(FunctionPlaces *p) {
    mem_resize(p->place, p->cap * sizeof *p->place, 0);
    *p = (FunctionPlaces){0};
}

const FunctionPlace *function_places_find(const FunctionPlaces *p, uint64_t offset) {
    size_t low = 0, high = p->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->place[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->n && p->place[low].start <= offset ? &p->place[low] : NULL;
}
