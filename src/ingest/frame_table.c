#include "ingest/frame_table.h"

#include <string.h>

#include "base/sizes.h"
#include "ingest/text_same.h"

enum { FIRST_CAP = SIZED(4096, 16) };

void frame_table_init(FrameTable *table) {
    *table = (FrameTable){.cap = FIRST_CAP};
    table->slot = mem_resize(NULL, 0, FIRST_CAP * sizeof(FrameTableSlot));
    arena_init(&table->text, 0);
    column_init(&table->run, sizeof(FrameRun), 4);
    column_init(&table->run_frame, sizeof(FrameId), 6);
}

void frame_table_free(FrameTable *table) {
    mem_resize(table->slot, table->cap * sizeof(FrameTableSlot), 0);
    arena_free(&table->text);
    column_free(&table->run);
    column_free(&table->run_frame);
    *table = (FrameTable){0};
}

static void grow(FrameTable *table) {
    uint32_t cap = table->cap * 2;
    FrameTableSlot *slot = mem_resize(NULL, 0, cap * sizeof *slot);
    for (uint32_t i = 0; i < table->cap; i++) {
        if (!table->slot[i].text)
            continue;
        uint32_t k = table->slot[i].hash & (cap - 1);
        while (slot[k].text)
            k = (k + 1) & (cap - 1);
        slot[k] = table->slot[i];
    }
    mem_resize(table->slot, table->cap * sizeof *slot, 0);
    table->slot = slot;
    table->cap = cap;
}

static FrameId intern(Dict *dict, Str symbol, Str module, uint32_t kind) {
    NameId symbol_id = names_intern(&dict->names, symbol);
    NameId module_id = names_intern(&dict->names, module);
    return frames_intern(&dict->frames, (Frame){symbol_id, module_id, kind});
}

/* Room for n frames, which the caller fills. */
static FrameId *new_run(FrameTable *table, uint32_t n, FrameValue *value) {
    FrameRun run = {.n = n};
    FrameId *frame = (FrameId *)column_push_run(&table->run_frame, n, &run.first);
    *value = FRAME_RUN | (uint32_t)table->run.count;
    COLUMN_PUSH(&table->run, FrameRun) = run;
    return frame;
}

/* "a->b->c": a is the compiled function, b and c were inlined into it; c is innermost. */
static FrameValue make_value(FrameTable *table, Dict *dict, const FrameLine *line) {
    Str symbol = line->symbol;
    uint32_t kind = frame_kind_of(line);
    uint32_t n = 0;
    for (Str rest = symbol; rest.n; n++)
        frame_inline_cut(&rest);
    if (n <= 1)
        return intern(dict, symbol, line->module, kind);
    FrameValue value;
    FrameId *frame = new_run(table, n, &value);
    while (n-- > 0) {
        frame[n] = intern(dict, frame_inline_cut(&symbol), line->module, kind);
        kind = FRAME_INLINED;
    }
    return value;
}

FrameId frame_table_outermost(const FrameTable *table, FrameValue value) {
    uint32_t n;
    return value & FRAME_RUN ? frame_table_run(table, value, &n)[n - 1] : value;
}

FrameValue frame_table_join(FrameTable *table, const FrameId *frame, uint32_t n) {
    FrameValue value;
    memcpy(new_run(table, n, &value), frame, n * sizeof *frame);
    return value;
}

static const char *keep_text(FrameTable *table, const FrameLine *line, char flags) {
    Str symbol = line->symbol, module = line->module;
    char *text = (char *)arena_push(&table->text, 1 + symbol.n + module.n, 1);
    text[0] = flags;
    memcpy(text + 1, symbol.s, symbol.n);
    memcpy(text + 1 + symbol.n, module.s, module.n);
    return text;
}

static inline char flags_of(const FrameLine *line) {
    return (char)(1 | line->inlined << 1 | line->kernel_half << 2);
}

FrameValue frame_table_get(FrameTable *table, Dict *dict, const FrameLine *line) {
    Str symbol = line->symbol, module = line->module;
    char flags = flags_of(line);
    uint64_t h = hash_bytes(symbol.s, symbol.n);
    h = hash_mix(h ^ (uint64_t)flags << 56) + hash_bytes(module.s, module.n);
    uint32_t hash = (uint32_t)(h >> 16), mask = table->cap - 1, i;
    for (i = hash & mask; table->slot[i].text; i = (i + 1) & mask) {
        const FrameTableSlot *at = &table->slot[i];
        if (at->hash == hash && at->symbol_n == symbol.n && at->module_n == module.n &&
            at->text[0] == flags && text_same(at->text + 1, symbol.s, symbol.n) &&
            text_same(at->text + 1 + symbol.n, module.s, module.n))
            return at->value;
    }
    FrameValue value = make_value(table, dict, line);
    table->slot[i] = (FrameTableSlot){keep_text(table, line, flags), (uint32_t)symbol.n,
                                      (uint32_t)module.n, hash, value};
    if (++table->count * 2 > table->cap)
        grow(table);
    return value;
}

const FrameId *frame_table_run(const FrameTable *table, FrameValue value, uint32_t *n) {
    FrameRun run = COLUMN_AT(&table->run, FrameRun, value & ~FRAME_RUN);
    *n = run.n;
    return (const FrameId *)column_at(&table->run_frame, run.first);
}
