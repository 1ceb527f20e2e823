#include "store/batch.h"

#include <string.h>

static void part_begin(Part *part) {
    dict_init(&part->dict);
    pairs_init(&part->pairs);
}

void part_init(Part *part) {
    part_begin(part);
    part->epoch = 1; /* 0 is what a Remap has that met no part yet */
}

void part_free(Part *part) {
    dict_free(&part->dict);
    pairs_free(&part->pairs);
}

void part_reset(Part *part) {
    part_free(part);
    part_begin(part);
    part->epoch++;
}

size_t part_bytes(const Part *part) {
    return dict_bytes(&part->dict) + column_bytes(&part->pairs.entry) +
           hash_index_bytes(&part->pairs.index);
}

void batch_init(Batch *batch) {
    *batch = (Batch){0};
    column_init(&batch->time_ns, sizeof(int64_t), 9);
    column_init(&batch->pair, sizeof(PairId), 9);
    column_init(&batch->cpu, sizeof(uint16_t), 9);
    column_init(&batch->weight, sizeof(uint64_t), 9);
}

void batch_clear(Batch *batch, const Part *part) {
    batch->part = part;
    batch->profile = batch->chosen = 0;
    batch->has_weight = batch->settle = false;
    column_clear(&batch->time_ns);
    column_clear(&batch->pair);
    column_clear(&batch->cpu);
    column_clear(&batch->weight);
    if (complaints_total(&batch->complaints))
        batch->complaints = (Complaints){0};
}

void batch_free(Batch *batch) {
    column_free(&batch->time_ns);
    column_free(&batch->pair);
    column_free(&batch->cpu);
    column_free(&batch->weight);
}

/* The rows before the first that carries a weight weigh 1. */
static void begin_weights(Batch *batch) {
    batch->has_weight = true;
    for (uint64_t i = 0, rows = batch_rows(batch); i < rows; i++)
        COLUMN_PUSH(&batch->weight, uint64_t) = 1;
}

void batch_add(Batch *batch, int64_t time_ns, PairId pair, uint16_t cpu, uint64_t weight) {
    if (weight && !batch->has_weight)
        begin_weights(batch);
    COLUMN_PUSH(&batch->time_ns, int64_t) = time_ns;
    COLUMN_PUSH(&batch->pair, PairId) = pair;
    COLUMN_PUSH(&batch->cpu, uint16_t) = cpu;
    if (batch->has_weight)
        COLUMN_PUSH(&batch->weight, uint64_t) = weight ? weight : 1;
}

/* All columns have segments of as many items: what fits one fits the others. */
void batch_add_run(Batch *batch, const BatchRow *row, uint32_t n) {
    uint64_t room;
    for (uint32_t i = 0; i < n && !batch->has_weight; i++) {
        if (row[i].weight) {
            batch_add_run(batch, row, i);
            begin_weights(batch);
            row += i;
            n -= i;
        }
    }
    for (uint32_t done = 0; done < n; done += (uint32_t)room, row += room) {
        uint64_t at = batch_rows(batch), to = at + n - done;
        column_reserve(&batch->pair, at);
        column_reserve(&batch->time_ns, at);
        column_reserve(&batch->cpu, at);
        PairId *pair = (PairId *)column_span(&batch->pair, at, to, &room);
        int64_t *time = (int64_t *)column_at(&batch->time_ns, at);
        uint16_t *cpu = (uint16_t *)column_at(&batch->cpu, at);
        for (uint64_t i = 0; i < room; i++) {
            time[i] = row[i].time_ns;
            pair[i] = row[i].pair;
            cpu[i] = row[i].cpu;
        }
        batch->time_ns.count = batch->pair.count = batch->cpu.count = at + room;
        if (!batch->has_weight)
            continue;
        column_reserve(&batch->weight, at);
        uint64_t *weight = (uint64_t *)column_at(&batch->weight, at);
        for (uint64_t i = 0; i < room; i++)
            weight[i] = row[i].weight ? row[i].weight : 1;
        batch->weight.count = at + room;
    }
}

BatchSpace batch_space(Batch *batch, uint32_t most) {
    uint64_t at = batch_rows(batch), n;
    column_reserve(&batch->pair, at);
    column_reserve(&batch->time_ns, at);
    PairId *pair = (PairId *)column_span(&batch->pair, at, at + most, &n);
    return (BatchSpace){(int64_t *)column_at(&batch->time_ns, at), pair, (uint32_t)n};
}

void batch_spaced(Batch *batch, uint32_t n) {
    uint64_t at = batch_rows(batch);
    column_reserve(&batch->cpu, at);
    memset(column_at(&batch->cpu, at), 0xff, n * sizeof(uint16_t)); /* CPU_NONE */
    batch->time_ns.count = batch->pair.count = batch->cpu.count = at + n;
    for (; batch->has_weight && batch->weight.count < at + n;)
        COLUMN_PUSH(&batch->weight, uint64_t) = 1;
}
