#include "query/heat_distinct.h"

#include <string.h>

void heat_distinct_init(HeatDistinct *d) {
    memset(d, 0, sizeof(*d));
    entities_init(&d->of);
}

void heat_distinct_free(HeatDistinct *d) {
    entities_free(&d->of);
    mem_resize(d->seen, d->cap * sizeof(*d->seen), 0);
    heat_distinct_init(d);
}

static bool order_suffices(const HeatSpec *spec, const ProfileView *view) {
    bool owned = spec->value_kind == HEAT_THREADS &&
                 (spec->row_kind == HEAT_BY_THREAD || spec->row_kind == HEAT_BY_PROCESS);
    return view->in_order && (spec->row_kind == HEAT_BY_OFFSET || owned);
}

void heat_distinct_set(HeatDistinct *d, const Profile *profile, const HeatSpec *spec) {
    heat_distinct_free(d);
    d->on = spec->value_kind == HEAT_CPUS || spec->value_kind == HEAT_THREADS;
    if (d->on)
        entities_set(&d->of, profile, spec->value_kind == HEAT_CPUS ? ENTITY_CPU : ENTITY_THREAD);
}

bool heat_distinct_extend(HeatDistinct *d, const HeatSpec *spec, const ProfileView *view) {
    if (!d->on)
        return true;
    if (order_suffices(spec, view) && !d->in_sets) {
        if (d->of.count > d->cap) {
            uint32_t cap = d->of.count + d->of.count / 2 + 64;
            d->seen = mem_resize(d->seen, d->cap * sizeof(*d->seen), cap * sizeof(*d->seen));
            d->cap = cap;
        }
        return true;
    }
    uint32_t words = d->words ? d->words : 1;
    while (words * 64 < d->of.count)
        words *= 2;
    bool fits = d->in_sets && words == d->words;
    d->in_sets = true;
    d->words = words;
    return fits;
}

void heat_distinct_restart(HeatDistinct *d) {
    if (d->cap)
        memset(d->seen, 0, d->cap * sizeof(*d->seen));
}

uint64_t heat_distinct_cells(const HeatDistinct *d) {
    uint64_t cells = d->in_sets ? DISTINCT_BYTES / sizeof(uint64_t) / d->words : HEAT_MAX_CELLS;
    return cells < HEAT_MAX_CELLS ? cells : HEAT_MAX_CELLS;
}
