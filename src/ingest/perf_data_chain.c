#include "ingest/perf_data_chain.h"

enum { PAD = 64 }; /* as behind a record */

static uint64_t entry(const PerfSample *s, uint64_t i, bool swapped) {
    return perf_get64(s->chain + i * 8, swapped);
}

/* The room holds the first n entries of the chain, and has space for as many more. */
static void begin_chain(const PerfSample *s, uint64_t n, uint64_t more, Buf *room) {
    buf_clear(room);
    buf_reserve(room, (size_t)(n + more) * 8 + PAD);
    buf_put(room, (Str){(const char *)s->chain, (size_t)n * 8});
}

static void put(Buf *room, uint64_t value, bool swapped) {
    value = swapped ? __builtin_bswap64(value) : value;
    buf_put(room, (Str){(const char *)&value, sizeof value});
}

static void end_chain(PerfSample *s, const Buf *room) {
    s->chain = (const uint8_t *)room->s;
    s->chain_n = room->n / 8;
    s->places = true; /* of calls, in memory or as the processor remembered them */
}

/* A call as the kernel writes it: where it was made, where it led to, and flags. */
enum { CALL = 24, CALL_TO = 8 };

void perf_chain_of_calls(PerfSample *s, uint32_t mode, bool swapped, Buf *room) {
    uint64_t kernel = 0;
    while (kernel < s->chain_n && entry(s, kernel, swapped) != CHAIN_USER)
        kernel++;
    bool user = kernel < s->chain_n || (s->chain_n == 0 && mode == MODE_USER);
    if (!s->has_chain || !user || s->calls_n == 0)
        return;
    begin_chain(s, kernel, s->calls_n + 2, room);
    put(room, CHAIN_USER, swapped);
    /* the newest comes first; it led to the function that the sample was taken in */
    buf_put(room, (Str){(const char *)s->calls + CALL_TO, 8});
    for (uint64_t i = 0; i < s->calls_n; i++)
        buf_put(room, (Str){(const char *)s->calls + i * CALL, 8});
    end_chain(s, room);
}

void perf_chain_add_user(PerfSample *s, const uint64_t *address, uint32_t n, Buf *room) {
    uint64_t kept = s->has_chain ? s->chain_n : 0;
    begin_chain(s, kept, (uint64_t)n + 1, room);
    put(room, CHAIN_USER, false);
    buf_put(room, (Str){(const char *)address, n * sizeof *address});
    end_chain(s, room);
    s->has_chain = true;
}
