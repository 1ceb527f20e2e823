#include "ingest/perf_data_count.h"

void perf_counters_init(PerfCounters *c) {
    *c = (PerfCounters){0};
    column_init(&c->value, sizeof(uint64_t), 6);
    id_map_init(&c->by_id);
    id_map_init(&c->by_thread);
}

void perf_counters_free(PerfCounters *c) {
    column_free(&c->value);
    id_map_free(&c->by_id);
    id_map_free(&c->by_thread);
}

static uint64_t *value_of(PerfCounters *c, uint64_t id, int32_t tid) {
    uint32_t high = (uint32_t)(id >> 32), low = (uint32_t)id;
    uint32_t number = id_map_find(&c->by_id, high, low);
    if (!number)
        id_map_add(&c->by_id, high, low, number = ++c->ids);
    uint32_t at = id_map_find(&c->by_thread, number, (uint32_t)tid);
    if (!at) {
        column_push(&c->value);
        id_map_add(&c->by_thread, number, (uint32_t)tid, at = (uint32_t)c->value.count);
    }
    return (uint64_t *)column_at(&c->value, at - 1);
}

/* A value that is less than the last is that of another thread with the same number, or of a
 * counter that was set anew: all of it is new. */
uint64_t perf_counter_growth(PerfCounters *c, const PerfCount *count, int32_t tid) {
    uint64_t *last = value_of(c, count->id, tid);
    uint64_t grown = count->value < *last ? count->value : count->value - *last;
    *last = count->value;
    return grown;
}

uint64_t perf_lost_more(PerfLost *l, uint32_t type, uint64_t time, uint64_t lost) {
    if (type == RECORD_LOST)
        l->noticed += lost;
    else if (time == 0 || time == UINT64_MAX) /* the latter: no times are recorded */
        l->counted += lost;
    else
        return lost;
    uint64_t most = l->noticed > l->counted ? l->noticed : l->counted;
    uint64_t more = most > l->told ? most - l->told : 0;
    l->told += more;
    return more;
}
