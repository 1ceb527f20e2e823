#include "query/heat_builder.h"

#include <string.h>

void heat_builder_init(HeatBuilder *b) {
    memset(b, 0, sizeof(*b));
    heat_frame_init(&b->frame);
    mask_init(&b->mask);
    matcher_init(&b->matcher);
    heat_rows_init(&b->rows);
    heat_distinct_init(&b->distinct);
}

void heat_builder_free(HeatBuilder *b) {
    heat_frame_free(&b->frame);
    mask_free(&b->mask);
    matcher_free(&b->matcher);
    heat_rows_free(&b->rows);
    heat_distinct_free(&b->distinct);
    b->profile = NULL;
}

size_t heat_builder_bytes(const HeatBuilder *b) {
    return heat_frame_bytes(&b->frame) + mask_bytes(&b->mask) + matcher_bytes(&b->matcher) +
           entities_bytes(&b->rows.of) + entities_bytes(&b->distinct.of);
}

/* ---- starting over ----------------------------------------------------------------------- */

static void forget(HeatBuilder *b) {
    b->max = b->scanned = b->shown = 0;
    b->any_hidden = false;
    heat_distinct_restart(&b->distinct);
}

static void make_frame(HeatBuilder *b) {
    heat_frame_ask(&b->frame, &b->asked, heat_distinct_cells(&b->distinct));
    heat_frame_add_plane(&b->frame, sizeof(uint64_t), false);
    heat_frame_add_plane(&b->frame, sizeof(uint64_t), true);
    heat_frame_add_plane(&b->frame, sizeof(uint8_t), false);
    if (b->asked.value_kind == HEAT_SHARE)
        heat_frame_add_plane(&b->frame, sizeof(uint64_t), false);
    else if (b->distinct.in_sets)
        heat_frame_add_plane(&b->frame, b->distinct.words * (uint32_t)sizeof(uint64_t), false);
    forget(b);
}

void heat_builder_ask(HeatBuilder *b, const Profile *profile, const HeatSpec *spec) {
    if (b->profile == profile && heat_spec_same(&b->asked, spec))
        return;
    b->profile = profile;
    b->asked = *spec;
    mask_set(&b->mask, profile, spec->event, spec->idle, &spec->filter, NULL);
    if (spec->value_kind == HEAT_SHARE)
        matcher_set(&b->matcher, profile, &spec->match);
    heat_rows_set(&b->rows, profile, spec->row_kind);
    memset(&b->top, 0, sizeof(b->top));
    heat_distinct_set(&b->distinct, profile, spec);
    make_frame(b);
}

bool heat_builder_follow(HeatBuilder *b, const ProfileView *view) {
    if (view->samples == 0 || !b->profile)
        return false;
    mask_extend(&b->mask, view);
    if (b->asked.value_kind == HEAT_SHARE)
        matcher_extend(&b->matcher, view, NULL);
    if (b->asked.row_kind != HEAT_BY_OFFSET) {
        entities_extend(&b->rows.of, view);
        heat_rows_extend(&b->rows);
    }
    if (b->distinct.on)
        entities_extend(&b->distinct.of, view);
    if (!heat_distinct_extend(&b->distinct, &b->asked, view))
        make_frame(b);
    if (heat_frame_follow(&b->frame, view))
        forget(b);
    b->weighted = b->asked.value_kind == HEAT_WEIGHT && view->has_weight;
    b->in_order = view->in_order;
    return b->scanned < view->samples;
}

/* ---- scanning ---------------------------------------------------------------------------- */

static void add_to_cell(HeatBuilder *b, size_t cell, uint32_t column, uint64_t add,
                        uint64_t add_to_column) {
    uint64_t sum = heat_builder_cells(b)[cell] += add;
    heat_builder_sums(b)[column] += add_to_column;
    if (sum > b->max)
        b->max = sum;
}

/* Samples in slices of columns, by far the most usual: those of a cell lie together and are
 * summed without a branch that depends on them. */
static void scan_plain(HeatBuilder *b, const int64_t *time, const PairId *pair, uint64_t n,
                       HeatCursor *at) {
    for (uint64_t k = 0, end; k < n; k = end) {
        if (time[k] < at->t0 || time[k] >= at->t1)
            heat_frame_seek(&b->frame, at, time[k]);
        end = k + heat_cursor_end(at, time + k, n - k, b->in_order);
        CrumbSum sum = crumbs_sum(&b->mask.crumbs, pair + k, end - k);
        if (sum.low > sum.high) { /* of the event, but not shown */
            heat_builder_hidden(b)[at->cell] = 1;
            b->any_hidden = true;
        }
        add_to_cell(b, at->cell, at->column, sum.high, sum.high);
        b->shown += sum.high;
    }
}

static size_t row_cell(HeatBuilder *b, const HeatCursor *at, PairId pair, uint64_t sample,
                       uint32_t *entity) {
    if (b->asked.row_kind == HEAT_BY_OFFSET)
        return at->cell;
    *entity = entity_of(&b->rows.of, pair, sample);
    return at->cell + heat_rows_of(&b->rows, *entity);
}

static void add_sample(HeatBuilder *b, uint64_t sample, PairId pair, const HeatCursor *at,
                       size_t cell) {
    uint64_t add = 1, weight = 1;
    switch (b->asked.value_kind) {
    case HEAT_WEIGHT:
        add = weight = b->weighted ? COLUMN_AT(&b->profile->weight, uint64_t, sample) : 1;
        break;
    case HEAT_SHARE:
        heat_builder_more(b)[cell] += b->matcher.pair[pair];
        break;
    case HEAT_CPUS:
    case HEAT_THREADS:
        add = heat_distinct_add(&b->distinct, b->distinct.in_sets ? heat_builder_more(b) : NULL,
                                cell, entity_of(&b->distinct.of, pair, sample));
        break;
    default:
        break;
    }
    add_to_cell(b, cell, at->column, add, weight);
    b->shown++;
}

static void scan_each(HeatBuilder *b, uint64_t first, const int64_t *time, const PairId *pair,
                      uint64_t n, HeatCursor *at) {
    const uint8_t *bits = mask_bits(&b->mask);
    bool by_row = b->asked.row_kind != HEAT_BY_OFFSET;
    for (uint64_t k = 0; k < n; k++) {
        int64_t t = time[k];
        uint8_t is = bits[pair[k]];
        uint32_t entity = 0;
        if (!(is & MASK_EVENT))
            continue;
        if (t < at->t0 || t >= at->t1)
            heat_frame_seek(&b->frame, at, t);
        size_t cell = row_cell(b, at, pair[k], first + k, &entity);
        bool shown = (is & MASK_SHOWN) != 0;
        if (shown && b->mask.by_cpu)
            shown = mask_cpu_passes(&b->mask, COLUMN_AT(&b->profile->cpu, uint16_t, first + k));
        if (!shown) {
            heat_builder_hidden(b)[cell] = 1;
            b->any_hidden = true;
            continue;
        }
        if (by_row && first + k >= b->rows.tallied)
            b->rows.tally[entity]++;
        add_sample(b, first + k, pair[k], at, cell);
    }
}

/* Numbers the cpus of the samples that come next; true when that changed what is to be done. */
static bool note_cpus(HeatBuilder *b, const ProfileView *view, uint64_t end) {
    entities_note_cpus(&b->rows.of, b->scanned, end);
    if (b->asked.row_kind != HEAT_BY_OFFSET)
        heat_rows_extend(&b->rows);
    entities_note_cpus(&b->distinct.of, b->scanned, end);
    if (heat_distinct_extend(&b->distinct, &b->asked, view))
        return false;
    make_frame(b);
    heat_frame_follow(&b->frame, view);
    return true;
}

static uint64_t next_end(const HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    uint64_t left = view->samples - b->scanned;
    return b->scanned + (left < limit ? left : limit);
}

static void scan(HeatBuilder *b, uint64_t end) {
    bool plain = b->asked.row_kind == HEAT_BY_OFFSET && b->asked.value_kind == HEAT_SAMPLES &&
                 !b->mask.by_cpu;
    HeatCursor at = {0};
    uint64_t n, n_pair;
    for (uint64_t i = b->scanned; i < end; i += n) {
        const int64_t *time = column_span(&b->profile->time_ns, i, end, &n);
        const PairId *pair = column_span(&b->profile->pair, i, i + n, &n_pair);
        n = n_pair;
        if (plain)
            scan_plain(b, time, pair, n, &at);
        else
            scan_each(b, i, time, pair, n, &at);
    }
    b->scanned = end;
    if (end > b->rows.tallied)
        b->rows.tallied = end;
}

static void scan_some(HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    uint64_t end = next_end(b, view, limit);
    while (note_cpus(b, view, end))
        end = next_end(b, view, limit);
    scan(b, end);
}

bool heat_builder_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit) {
    if (!heat_builder_follow(b, view))
        return true;
    scan_some(b, view, limit);
    if (b->asked.row_kind == HEAT_BY_OFFSET)
        return b->scanned == view->samples;
    heat_rows_top(&b->rows, &b->top);
    if (b->scanned == view->samples && !heat_rows_choose(&b->rows, &b->top)) {
        heat_frame_restart(&b->frame);
        heat_frame_follow(&b->frame, view);
        forget(b);
        scan_some(b, view, limit);
    }
    return b->scanned == view->samples;
}
