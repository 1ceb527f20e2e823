/* DESIGN
 * What was counted is kept in the aside's state, so that neither a cancelled run nor one that
 * follows new samples begins again; results are copies.
 * Each sample is counted once: those of the first `known` whose time lies in view come first,
 * found in time order by the index; then all in the order of arrival but those. In a profile
 * that was in order they are a range of sample numbers, in any other their time tells. */
#include "query/link.h"

#include <stdlib.h>
#include <string.h>

#include "query/entities.h"
#include "query/heat_frame.h"
#include "query/mask.h"
#include "query/matcher.h"

enum {
    BLOCK = 1 << 16,    /* samples between looks at the cancel token */
    RUN_VIEW = 1 << 20, /* samples of a run that begins in view */
    RUN_REST = 1 << 22, /* … of a later one: fewer copies */
    TOGETHER = 256,     /* pairs whose hits are made together */
};

typedef struct LinkState {
    const Profile *profile;
    LinkWish wish;
    Mask mask;
    Matcher matcher;
    HeatFrame frame; /* plane 0: uint32_t cells */
    Entities of;     /* rows other than offsets */
    uint8_t *row;    /* by entity: its row plus one; 0: not looked up */
    uint32_t row_cap;
    uint64_t noted; /* samples whose cpus are known to it */
    Crumbs hit;     /* by pair; low: it is shown, high: and lit */
    /* -- how far it is */
    bool placed, in_order;
    bool sorted;             /* all samples of the view at hand are in time order */
    uint64_t known;          /* samples that the index knew when the first run began */
    int64_t t0, t1;          /* in view */
    uint64_t from, next, to; /* in order: the samples in view, and the next one of them */
    int64_t next_ns;         /* else: those earlier than this are counted */
    uint64_t arrived;        /* samples below this are counted, and those in view */
    uint64_t scanned, shown, matching;
    uint32_t max;
} LinkState;

/* ---- wishes ------------------------------------------------------------------------------ */

static int order_of(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int by_who(const void *a, const void *b) {
    const LinkRow *x = a, *y = b;
    int by = order_of(x->pid, y->pid);
    by = by ? by : order_of(x->tid, y->tid);
    by = by ? by : order_of(x->cpu, y->cpu);
    return by ? by : order_of(x->named, y->named);
}

static LinkRow link_row(uint8_t row_kind, const HeatRow *r) {
    Entity e = {r->pid, r->tid, r->cpu, r->comm};
    return (LinkRow){r->pid, r->tid, r->cpu, entity_named(row_entities(row_kind), &e)};
}

/* Sorted, so that threads that change places on the map do not change the question. */
void link_wish_of(const HeatGrid *grid, const LinkMatch *match, LinkWish *out) {
    memset(out, 0, sizeof(*out));
    out->spec = grid->spec;
    out->spec.match = *match;
    for (uint32_t r = 0; grid->row && r < grid->rows && out->rows < HEAT_TOP_ROWS; r++)
        if (!grid->row[r].others && grid->row[r].samples)
            out->row[out->rows++] = link_row(grid->spec.row_kind, &grid->row[r]);
    if (out->rows)
        qsort(out->row, out->rows, sizeof(*out->row), by_who);
}

bool link_wish_same(const LinkWish *a, const LinkWish *b) {
    HeatSpec x = a->spec, y = b->spec;
    x.value_kind = y.value_kind = HEAT_SHARE; /* the match counts */
    return heat_spec_same(&x, &y) && a->rows == b->rows &&
           memcmp(a->row, b->row, a->rows * sizeof(*a->row)) == 0;
}

static bool same(const void *a, const void *b) {
    return link_wish_same(a, b);
}

static void *state_new(void) {
    LinkState *s = mem_resize(NULL, 0, sizeof(*s));
    mask_init(&s->mask);
    matcher_init(&s->matcher);
    heat_frame_init(&s->frame);
    entities_init(&s->of);
    return s;
}

static void state_free(void *state) {
    LinkState *s = state;
    mask_free(&s->mask);
    matcher_free(&s->matcher);
    heat_frame_free(&s->frame);
    entities_free(&s->of);
    mem_resize(s->row, s->row_cap, 0);
    crumbs_free(&s->hit);
    mem_resize(s, sizeof(*s), 0);
}

static bool slices(const LinkState *s) {
    return s->wish.spec.row_kind == HEAT_BY_OFFSET;
}

static void forget_counts(LinkState *s) {
    s->placed = false;
    s->arrived = s->scanned = s->shown = s->matching = 0;
    s->max = 0;
}

static void set_wish(LinkState *s, const Profile *profile, const LinkWish *w) {
    if (s->profile == profile && link_wish_same(&s->wish, w))
        return;
    s->profile = profile;
    s->wish = *w;
    mask_set(&s->mask, profile, w->spec.event, w->spec.idle, &w->spec.filter, NULL);
    matcher_set(&s->matcher, profile, &w->spec.match);
    heat_frame_ask(&s->frame, &w->spec, HEAT_MAX_CELLS);
    if (!slices(s)) {
        heat_frame_set_stride(&s->frame, w->rows + 1);
        entities_set(&s->of, profile, row_entities(w->spec.row_kind));
        if (s->row)
            memset(s->row, 0, s->row_cap);
        s->noted = 0;
    }
    heat_frame_add_plane(&s->frame, sizeof(uint32_t), false);
    crumbs_forget(&s->hit);
    forget_counts(s);
}

static void extend_hits(LinkState *s, uint32_t pairs) {
    const uint8_t *bits = mask_bits(&s->mask), *lit = s->matcher.pair;
    uint8_t hit[TOGETHER];
    for (uint32_t i = (uint32_t)s->hit.count, n; i < pairs; i += n) {
        n = pairs - i < TOGETHER ? pairs - i : TOGETHER;
        for (uint32_t k = 0; k < n; k++) {
            uint8_t shown = bits[i + k] / MASK_SHOWN; /* its highest bit: no branch */
            hit[k] = (uint8_t)(shown | (shown & lit[i + k]) << 1);
        }
        crumbs_add(&s->hit, hit, n);
    }
}

static void extend_rows(LinkState *s, const ProfileView *view) {
    if (slices(s))
        return;
    entities_extend(&s->of, view);
    entities_note_cpus(&s->of, s->noted, view->samples);
    s->noted = view->samples;
    if (s->of.count > s->row_cap) {
        uint32_t cap = s->of.count + s->of.count / 2 + 64;
        s->row = mem_resize(s->row, s->row_cap, cap);
        s->row_cap = cap;
    }
}

/* ---- counting ---------------------------------------------------------------------------- */

static void light(LinkState *s, size_t at, uint32_t samples) {
    uint32_t *cell = (uint32_t *)s->frame.plane[0].at + at;
    *cell = samples > UINT32_MAX - *cell ? UINT32_MAX : *cell + samples;
    s->max = *cell > s->max ? *cell : s->max;
    s->matching += samples;
}

/* Where the sample's thread has its row, behind the first cell of its column. */
static uint32_t row_of(LinkState *s, uint64_t sample, PairId pair) {
    if (slices(s))
        return 0;
    uint32_t who = entity_of(&s->of, pair, sample);
    if (!s->row[who]) {
        const Entity *e = &s->of.entity[who];
        LinkRow key = {e->pid, e->tid, e->cpu, entity_named(s->of.kind, e)};
        const LinkRow *found = bsearch(&key, s->wish.row, s->wish.rows, sizeof(key), by_who);
        s->row[who] = (uint8_t)(1 + (found ? found - s->wish.row : (ptrdiff_t)s->wish.rows));
    }
    return s->row[who] - 1u;
}

static void count(LinkState *s, HeatCursor *at, uint64_t sample, PairId pair, int64_t t) {
    uint32_t hit = crumb_at(&s->hit, pair);
    s->scanned++;
    if (!hit || (s->mask.by_cpu &&
                 !mask_cpu_passes(&s->mask, COLUMN_AT(&s->profile->cpu, uint16_t, sample))))
        return;
    s->shown++;
    if (!(hit & CRUMB_HIGH))
        return;
    if (t < at->t0 || t >= at->t1)
        heat_frame_seek(&s->frame, at, t);
    light(s, at->cell + row_of(s, sample, pair), 1);
}

/* Samples of a cell lie together: they are summed without a branch that depends on them, which
 * costs 2 ns a sample less than lighting each. */
static void count_cells(LinkState *s, HeatCursor *at, const int64_t *time, const PairId *pair,
                        uint64_t n) {
    for (uint64_t k = 0, end; k < n; k = end) {
        if (time[k] < at->t0 || time[k] >= at->t1)
            heat_frame_seek(&s->frame, at, time[k]);
        end = k + heat_cursor_end(at, time + k, n - k, s->sorted);
        CrumbSum sum = crumbs_sum(&s->hit, pair + k, end - k);
        s->shown += sum.low;
        if (sum.high)
            light(s, at->cell, (uint32_t)sum.high);
    }
    s->scanned += n;
}

/* Samples [from, to) but those in view that were counted before. */
static void count_run(LinkState *s, HeatCursor *at, uint64_t from, uint64_t to, bool skip) {
    uint64_t n, n_pair;
    for (uint64_t i = from; i < to; i += n) {
        const int64_t *time = column_span(&s->profile->time_ns, i, to, &n);
        const PairId *pair = column_span(&s->profile->pair, i, i + n, &n_pair);
        n = n_pair;
        if (!skip && !s->mask.by_cpu && slices(s)) {
            count_cells(s, at, time, pair, n);
            continue;
        }
        for (uint64_t k = 0; k < n; k++)
            if (!skip || i + k >= s->known || time[k] < s->t0 || time[k] >= s->t1)
                count(s, at, i + k, pair[k], time[k]);
    }
}

static void place(LinkState *s, const AsideSource *source) {
    const Index *x = source->index;
    uint64_t end = index_positions(x, &source->view);
    s->placed = true;
    s->in_order = !x->order;
    s->known = end;
    s->t0 = s->next_ns = s->wish.t0_ns;
    s->t1 = s->wish.t1_ns > s->t0 ? s->wish.t1_ns : s->t0;
    s->from = s->next = s->in_order ? index_lower(x, end, s->t0) : 0;
    s->to = s->in_order ? index_lower(x, end, s->t1) : 0;
    s->to = s->to < s->from ? s->from : s->to; /* in a pack that was cut short meanwhile */
}

static bool view_done(const LinkState *s) {
    return s->in_order ? s->next == s->to : s->next_ns == s->t1;
}

/* A block of the samples in view, which ends between two instants. */
static uint64_t count_by_time(LinkState *s, HeatCursor *at, const AsideSource *source) {
    const Index *x = source->index;
    const Profile *p = s->profile;
    uint64_t end = index_positions(x, &source->view);
    uint64_t from = index_lower(x, end, s->next_ns), to = index_lower(x, end, s->t1);
    int64_t until = s->t1;
    if (to > from && to - from > BLOCK) {
        int64_t t = COLUMN_AT(&p->time_ns, int64_t, index_sample(x, from + BLOCK));
        until = t > s->next_ns ? t : t + 1;
        to = index_lower(x, end, until);
    }
    for (uint64_t i = from; i < to; i++) {
        uint64_t sample = index_sample(x, i);
        if (sample < s->known)
            count(s, at, sample, COLUMN_AT(&p->pair, PairId, sample),
                  COLUMN_AT(&p->time_ns, int64_t, sample));
    }
    s->next_ns = until;
    return to > from ? to - from : 0;
}

static uint64_t count_view(LinkState *s, HeatCursor *at, const AsideSource *source) {
    if (!s->in_order)
        return count_by_time(s, at, source);
    uint64_t n = s->to - s->next < BLOCK ? s->to - s->next : BLOCK;
    count_run(s, at, s->next, s->next + n, false);
    s->next += n;
    return n;
}

static uint64_t count_rest(LinkState *s, HeatCursor *at, uint64_t samples) {
    if (s->in_order && s->arrived == s->from)
        s->arrived = s->to;
    uint64_t end = s->in_order && s->arrived < s->from && s->from < samples ? s->from : samples;
    uint64_t n = end - s->arrived < BLOCK ? end - s->arrived : BLOCK;
    count_run(s, at, s->arrived, s->arrived + n, !s->in_order && s->t0 < s->t1);
    s->arrived += n;
    if (s->in_order && s->arrived == s->from)
        s->arrived = s->to;
    return n;
}

/* False when cancelled; what was counted stays counted. */
static bool count_some(LinkState *s, const AsideSource *source, const CancelToken *token) {
    HeatCursor at = {0};
    uint64_t samples = source->view.samples, done = 0;
    uint64_t limit = view_done(s) && s->scanned ? RUN_REST : RUN_VIEW;
    while (done < limit && (!view_done(s) || s->arrived < samples)) {
        if (cancelled(token))
            return false;
        done += view_done(s) ? count_rest(s, &at, samples) : count_view(s, &at, source);
    }
    return true;
}

/* ---- results ----------------------------------------------------------------------------- */

static LinkGrid *make_result(const LinkState *s, const ProfileView *view) {
    const HeatFrame *f = &s->frame;
    LinkGrid *g = mem_resize(NULL, 0, sizeof(*g));
    g->spec = f->spec;
    g->origin_ns = f->origin_ns;
    g->columns = f->columns;
    g->rows = f->stride;
    memcpy(g->row, s->wish.row, sizeof(g->row));
    g->cells = (size_t)f->columns * f->stride;
    if (g->cells) {
        uint32_t *cell = mem_resize(NULL, 0, g->cells * sizeof(*cell));
        memcpy(cell, f->plane[0].at, g->cells * sizeof(*cell));
        g->cell = cell;
    }
    g->max = s->max;
    g->scanned = s->scanned;
    g->shown = s->shown;
    g->matching = s->matching;
    g->exact = s->scanned == view->samples;
    g->view_exact = g->exact || view_done(s);
    return g;
}

static void result_free(void *result) {
    LinkGrid *g = result;
    mem_resize((uint32_t *)(uintptr_t)g->cell, g->cells * sizeof(*g->cell), 0);
    mem_resize(g, sizeof(*g), 0);
}

static void *run(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *token) {
    LinkState *s = state;
    (void)before;
    set_wish(s, source->profile, wish);
    if (!source->view.has_time) { /* nothing to light: no moments */
        LinkGrid *none = mem_resize(NULL, 0, sizeof(*none));
        none->spec = s->frame.spec;
        none->scanned = source->view.samples;
        none->exact = none->view_exact = true;
        return none;
    }
    mask_extend(&s->mask, &source->view);
    if (!matcher_extend_by(&s->matcher, source->index, &source->view, token))
        return NULL;
    extend_hits(s, source->view.pairs);
    s->sorted = source->view.in_order;
    extend_rows(s, &source->view);
    if (heat_frame_follow(&s->frame, &source->view))
        forget_counts(s);
    if (!s->placed)
        place(s, source);
    if (!count_some(s, source, token))
        return NULL;
    return make_result(s, &source->view);
}

static bool finished(const void *result) {
    return ((const LinkGrid *)result)->exact;
}

const AsideKind link_aside = {
    .wish_bytes = sizeof(LinkWish),
    .needs_index = true,
    .follows = true,
    .priority = JOB_QUERY,
    .same = same,
    .state_new = state_new,
    .state_free = state_free,
    .run = run,
    .finished = finished,
    .free = result_free,
};

/* ---- reading a grid ---------------------------------------------------------------------- */

uint32_t link_row_of(const LinkGrid *g, const HeatGrid *of, uint32_t row) {
    if (!of->row || row >= of->rows)
        return row < g->rows ? row : g->rows;
    if (of->row[row].others)
        return g->rows - 1;
    LinkRow key = link_row(of->spec.row_kind, &of->row[row]);
    const LinkRow *found = g->rows ? bsearch(&key, g->row, g->rows - 1, sizeof(key), by_who) : NULL;
    return found ? (uint32_t)(found - g->row) : g->rows;
}

bool link_fits(const LinkGrid *g, const HeatGrid *of) {
    return g->spec.column_ns == of->spec.column_ns && g->spec.row_kind == of->spec.row_kind &&
           (of->spec.row_kind != HEAT_BY_OFFSET || g->rows == of->rows);
}

uint32_t link_at(const LinkGrid *g, const HeatGrid *of, uint32_t column, uint32_t row) {
    int64_t c = (of->origin_ns - g->origin_ns) / g->spec.column_ns + column;
    if (!link_fits(g, of) || c < 0 || c >= g->columns)
        return 0;
    row = link_row_of(g, of, row);
    return row < g->rows ? g->cell[(size_t)c * g->rows + row] : 0;
}

/* Cells in time order; a whole column is one where rows are not offsets. */
typedef struct Moments {
    const LinkGrid *grid;
    uint32_t each; /* cells of one moment */
    uint64_t count;
} Moments;

static bool lit(const Moments *m, uint64_t i) {
    const uint32_t *cell = m->grid->cell + i * m->each;
    for (uint32_t k = 0; k < m->each; k++)
        if (cell[k])
            return true;
    return false;
}

/* The start of moment `count` is the end of the last one. */
static int64_t moment_start(const Moments *m, uint64_t i) {
    const LinkGrid *g = m->grid;
    uint64_t per = g->rows / m->each;
    int64_t start = g->origin_ns, within;
    within = heat_row_start(g->spec.column_ns, (uint32_t)per, (uint32_t)(i % per));
    if (__builtin_add_overflow(start, (int64_t)(i / per) * g->spec.column_ns, &start) ||
        __builtin_add_overflow(start, within, &start))
        return INT64_MAX; /* a wild time stamp can lie within the last column that there is */
    return start;
}

/* First moment that begins at t or later, or count. */
static uint64_t first_from(const Moments *m, int64_t t) {
    uint64_t lo = 0, hi = m->count;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (moment_start(m, mid) < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool link_next(const LinkGrid *g, int64_t after_ns, int step, int64_t *t0, int64_t *t1) {
    bool slices = g->spec.row_kind == HEAT_BY_OFFSET;
    Moments m = {g, slices || !g->rows ? 1 : g->rows,
                 slices ? (uint64_t)g->columns * g->rows : g->columns};
    uint64_t i = first_from(&m, after_ns), from, to;
    if (step > 0) {
        while (i > 0 && i < m.count && lit(&m, i) && lit(&m, i - 1))
            i++; /* in the middle of one */
        while (i < m.count && !lit(&m, i))
            i++;
        for (from = to = i; to < m.count && lit(&m, to); to++)
            ;
    } else {
        if (i > 0 && moment_start(&m, i) > after_ns)
            i--; /* after_ns lies within it */
        while (i > 0 && i < m.count && lit(&m, i - 1) && lit(&m, i))
            i--;
        while (i > 0 && !lit(&m, i - 1))
            i--;
        for (from = to = i; from > 0 && lit(&m, from - 1); from--)
            ;
    }
    if (from == to)
        return false;
    *t0 = moment_start(&m, from);
    *t1 = moment_start(&m, to);
    return true;
}
