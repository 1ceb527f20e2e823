#include "truth_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/regex.h"
#include "query/slice.h"
#include "store/package.h"

/* ---- lists of frames --------------------------------------------------------------------- */

typedef struct Item {
    Str symbol, module;
    uint32_t kind;
    bool group, collapsed;
} Item;

typedef struct List {
    Item *at;
    uint32_t n, cap;
} List;

static void list_insert(List *l, uint32_t where, Item item) {
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 32;
        l->at = realloc(l->at, l->cap * sizeof(Item));
    }
    memmove(l->at + where + 1, l->at + where, (l->n - where) * sizeof(Item));
    l->at[where] = item;
    l->n++;
}

static void list_cut(List *l, uint32_t from, uint32_t to) {
    memmove(l->at + from, l->at + to, (l->n - to) * sizeof(Item));
    l->n -= to - from;
}

static Str last_part(Str path) {
    size_t slash = str_rfind_char(path, '/');
    return slash < path.n ? str_slice(path, slash + 1, path.n) : path;
}

static bool in_module(Item i, Str module) {
    return str_eq(i.module, module) || str_eq(last_part(i.module), module);
}

static bool item_is(Item i, Str line) {
    Str module = line, symbol = str_cut(&module, '\t');
    return str_eq(i.symbol, symbol) && (!module.n || in_module(i, module));
}

static bool same_function(Item a, Item b) {
    return str_eq(a.symbol, b.symbol) && str_eq(a.module, b.module);
}

static uint32_t first_of(const List *l, Str line) {
    uint32_t i = 0;
    while (i < l->n && !item_is(l->at[i], line))
        i++;
    return i;
}

static uint32_t groups_of(const List *l) {
    uint32_t n = 0;
    while (n < l->n && l->at[n].group)
        n++;
    return n;
}

/* How many lines there are if the list starts with them, else 0. */
static uint32_t starts_with(const List *l, Str lines) {
    uint32_t n = 0;
    for (; lines.n; n++) {
        Str line = str_cut(&lines, '\n');
        if (n >= l->n || !item_is(l->at[n], line))
            return 0;
    }
    return n;
}

/* ---- one sample's way -------------------------------------------------------------------- */

typedef struct Where {
    const Profile *profile;
    ProfileView view; /* whose contexts and frames may be named */
    Pair pair;
    uint32_t cpu;
    Arena *arena;
} Where;

static uint32_t kind_of_module(const Where *w, Str module, bool by_part) {
    const Dict *d = w->profile->dict;
    for (FrameId f = 1; f < w->view.frames; f++) {
        Str m = dict_module(d, f);
        uint32_t kind = frames_get(&d->frames, f).kind;
        if (kind != FRAME_INLINED && m.n &&
            (str_eq(m, module) || (by_part && str_eq(last_part(m), module))))
            return kind;
    }
    return FRAME_USER;
}

static Item group_item(const Where *w, GroupKey key, Item leaf) {
    const Dict *d = w->profile->dict;
    Context c = contexts_get(&d->contexts, w->pair.context);
    Str comm = names_get(&d->names, c.comm);
    Item item = {.kind = FRAME_PROCESS, .group = true};
    if (key == GROUP_PROCESS) {
        bool found = false;
        for (ContextId i = 1; i < w->view.contexts && !found; i++) {
            Context o = contexts_get(&d->contexts, i);
            found = o.pid == c.pid && o.tid == o.pid;
            if (found)
                comm = names_get(&d->names, o.comm);
        }
        for (ContextId i = 1; i < w->view.contexts && !found; i++) {
            Context o = contexts_get(&d->contexts, i);
            found = o.pid == c.pid;
            comm = names_get(&d->names, o.comm);
        }
    }
    if (key == GROUP_PROCESS || key == GROUP_THREAD) {
        item.symbol = str_format(w->arena, "%.*s (%d)", (int)comm.n, comm.s,
                                 key == GROUP_PROCESS ? (int)c.pid : (int)c.tid);
    } else if (key == GROUP_CPU) {
        item.symbol = str_format(w->arena, "cpu %u", w->cpu);
    } else if (key == GROUP_EVENT) {
        item.symbol = names_get(&d->names, contexts_get_event(&d->contexts, c.event).name);
        if (!item.symbol.n)
            item.symbol = STR("(no event named)");
    } else if (key == GROUP_MODULE) {
        item.symbol = leaf.module.n ? last_part(leaf.module) : STR("(no module)");
        item.module = leaf.module;
        item.kind = !leaf.module.n   ? (uint32_t)FRAME_USER
                    : leaf.collapsed ? leaf.kind
                                     : kind_of_module(w, leaf.module, false);
    } else {
        item.symbol = symbol_package(leaf.symbol);
        item.kind = FRAME_USER;
        if (!item.symbol.n)
            item.symbol = STR("(no package)");
    }
    return item;
}

static void collapse_module(const Where *w, List *l, Str module) {
    for (uint32_t i = 0, run = 0; i < l->n; i++) {
        if (!in_module(l->at[i], module)) {
            run = 0;
            continue;
        }
        l->at[i] = (Item){last_part(module), module, kind_of_module(w, module, true), false, true};
        if (run++)
            list_cut(l, i, i + 1), i--;
    }
}

static void collapse_recursion(List *l, Str line) {
    for (uint32_t i = 0; i < l->n; i++) {
        if (line.n && !item_is(l->at[i], line))
            continue;
        for (uint32_t k = l->n - 1; k > i; k--)
            if (line.n ? item_is(l->at[k], line) : same_function(l->at[k], l->at[i])) {
                list_cut(l, i + 1, k + 1);
                break;
            }
    }
}

static void collapse_direct(List *l, Str line) {
    for (uint32_t i = l->n; i-- > 1;)
        if (line.n ? item_is(l->at[i], line) && item_is(l->at[i - 1], line)
                   : same_function(l->at[i], l->at[i - 1]))
            list_cut(l, i, i + 1);
}

/* False: dropped. */
static bool rewrite(const Where *w, const Transform *t, Str frames, List *l) {
    Str line = frames.n ? str_slice(frames, 0, frames.n - 1) : frames;
    uint32_t n = l->n, at = frames.n ? first_of(l, line) : 0, groups = groups_of(l);
    switch (t->kind) {
    case TRANSFORM_FOCUS_SUBTREE:
        n = starts_with(l, frames);
        if (n)
            list_cut(l, 0, n - 1);
        return n > 0;
    case TRANSFORM_FOCUS_FUNCTION:
        if (at == n)
            return false;
        if (at > groups)
            list_cut(l, groups, at);
        return true;
    case TRANSFORM_CALLERS_OF:
        if (at == n)
            return false;
        list_cut(l, at + 1, n);
        return true;
    case TRANSFORM_DROP_FUNCTION:
        return at == n;
    case TRANSFORM_MERGE_NODE:
        n = starts_with(l, frames);
        if (n)
            list_cut(l, n - 1, n);
        return true;
    case TRANSFORM_MERGE_FUNCTION:
    case TRANSFORM_HIDE_KERNEL:
        for (uint32_t i = n; i-- > 0;)
            if (t->kind == TRANSFORM_HIDE_KERNEL ? l->at[i].kind == FRAME_KERNEL
                                                 : item_is(l->at[i], line))
                list_cut(l, i, i + 1);
        return true;
    case TRANSFORM_COLLAPSE_MODULE:
        collapse_module(w, l, str_slice(line, 1, line.n));
        return true;
    case TRANSFORM_COLLAPSE_RECURSION:
        collapse_recursion(l, line);
        return true;
    case TRANSFORM_COLLAPSE_DIRECT:
        collapse_direct(l, line);
        return true;
    default: {
        Item none = {.kind = FRAME_USER};
        list_insert(l, groups, group_item(w, (GroupKey)t->group, n > groups ? l->at[n - 1] : none));
        return true;
    }
    }
}

static void list_of_stack(const Where *w, List *l) {
    const Dict *d = w->profile->dict;
    l->n = 0;
    for (StackId s = w->pair.stack; s; s = stacks_get(&d->stacks, s).parent) {
        FrameId f = stacks_get(&d->stacks, s).frame;
        list_insert(l, 0,
                    (Item){dict_symbol(d, f), dict_module(d, f), frames_get(&d->frames, f).kind,
                           false, false});
    }
}

static bool way_of(const Where *w, const TreeSpec *spec, List *l) {
    const Transforms *t = &spec->transforms;
    list_of_stack(w, l);
    for (uint32_t i = 0; i < t->count; i++)
        if (!t->item[i].off && !rewrite(w, &t->item[i], transform_frames(t, i), l))
            return false;
    uint32_t groups = groups_of(l);
    for (uint32_t i = groups, k = l->n; spec->direction == TREE_INVERTED && i + 1 < k; i++) {
        Item item = l->at[i];
        l->at[i] = l->at[--k];
        l->at[k] = item;
    }
    return true;
}

bool truth_stack(const Profile *profile, const ProfileView *view, const TreeSpec *spec, PairId pair,
                 uint32_t cpu, Arena *arena, TruthFrame **out, uint32_t *n) {
    Where w = {profile, *view, pairs_get(&profile->pairs, pair), cpu, arena};
    List l = {0};
    bool kept = way_of(&w, spec, &l);
    *n = kept ? l.n : 0;
    *out = ARENA_ARRAY(arena, TruthFrame, *n + 1);
    for (uint32_t i = 0; i < *n; i++)
        (*out)[i] = (TruthFrame){l.at[i].symbol, l.at[i].module, l.at[i].kind,
                                 l.at[i].group || l.at[i].collapsed};
    free(l.at);
    return kept;
}

/* ---- sums by path ------------------------------------------------------------------------ */

typedef struct Sum {
    Str path;
    uint64_t total[2], self[2];
    bool seen;
} Sum;

typedef struct Sums {
    Sum *at;
    uint32_t n, cap;
    HashIndex index;
    Arena arena;
    uint64_t kept[2]; /* sum of all that is not dropped */
    Regex *search;
    uint64_t found; /* … and has a frame that matches */
} Sums;

static Sum *sum_of(Sums *s, Str path, bool make) {
    uint32_t hash = (uint32_t)hash_bytes(path.s, path.n), id;
    for (uint32_t i = hash_first(&s->index, hash); (id = hash_candidate(&s->index, hash, &i)) != 0;
         i = hash_next(&s->index, i))
        if (str_eq(s->at[id - 1].path, path))
            return &s->at[id - 1];
    if (!make)
        return NULL;
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 1024;
        s->at = realloc(s->at, s->cap * sizeof(Sum));
    }
    s->at[s->n++] = (Sum){.path = str_copy(&s->arena, path)};
    hash_insert(&s->index, hash, s->n);
    return &s->at[s->n - 1];
}

static void put_step(Buf *path, Str symbol, Str module, uint32_t kind) {
    buf_put(path, symbol);
    buf_putc(path, 1);
    buf_put(path, module);
    buf_printf(path, "%c%u\n", 2, kind);
}

static void add_way(Sums *s, const List *l, const uint64_t count[2]) {
    Buf path = {0};
    for (uint32_t i = 0; i <= l->n; i++) {
        Sum *sum = sum_of(s, buf_str(&path), true);
        for (int side = 0; side < 2; side++) {
            sum->total[side] += count[side];
            sum->self[side] += i == l->n ? count[side] : 0;
        }
        if (i < l->n)
            put_step(&path, l->at[i].symbol, l->at[i].module, l->at[i].kind);
    }
    bool found = false;
    for (uint32_t i = 0; s->search && i < l->n; i++)
        found = found || regex_match(s->search, l->at[i].symbol);
    s->found += found ? count[0] : 0;
    s->kept[0] += count[0];
    s->kept[1] += count[1];
    buf_free(&path);
}

/* ---- all samples ------------------------------------------------------------------------- */

typedef struct Scan {
    const Answer *answer;
    const Profile *profile;
    ProfileView view;
    bool a, b;     /* its samples count as the selection, as the baseline */
    uint32_t side; /* of the tree */
    Sums *sums;
    List list;
} Scan;

static Query baseline_query(const Answer *a) {
    Query q = a->query;
    q.whole =
        !(q.baseline == BASELINE_RANGE || (q.baseline == BASELINE_FILE && !q.baseline_whole_file));
    q.t0_ns = q.b0_ns;
    q.t1_ns = q.b1_ns;
    return q;
}

static const uint64_t *counts(const Scan *s, const Query *query, int cpu, Arena *arena) {
    Query q = *query;
    Slice slice;
    char term[32];
    /* the other file sums weights where this one does */
    const Profile *b = s->answer->profile_b;
    q.weighted = q.weighted && (profile_view(s->answer->profile).has_weight ||
                                (b && profile_view(b).has_weight)); /* a side without: by ones */
    snprintf(term, sizeof(term), "cpu=%d", cpu);
    if (cpu >= 0)
        assert_true(filter_parse(str_of(term), &q.filter, NULL));
    assert_true(slice_scan(s->profile, &s->view, &q, arena, &slice, NULL));
    return slice.count;
}

static bool by_cpu(const TreeSpec *spec) {
    for (uint32_t i = 0; i < spec->transforms.count; i++)
        if (!spec->transforms.item[i].off && spec->transforms.item[i].group == GROUP_CPU &&
            spec->transforms.item[i].kind == TRANSFORM_GROUP)
            return true;
    return false;
}

static void scan_cpu(Scan *s, int cpu, const uint8_t *occurs) {
    Arena arena;
    arena_init(&arena, 0);
    const Query *q = &s->answer->query;
    Query base = baseline_query(s->answer);
    const uint64_t *of_a = s->a ? counts(s, q, cpu, &arena) : NULL;
    const uint64_t *of_b = s->b && q->baseline ? counts(s, &base, cpu, &arena) : NULL;
    uint32_t known = s->side ? s->answer->tree->pairs_b : s->answer->tree->pairs;
    for (PairId p = 1; p < known; p++) {
        Where w = {s->profile, s->view, pairs_get(&s->profile->pairs, p), (uint32_t)cpu, &arena};
        uint64_t n[2] = {of_a ? of_a[p] : 0, of_b ? of_b[p] : 0};
        if (q->baseline == BASELINE_REST)
            n[1] -= n[0];
        if ((!occurs || occurs[p]) && way_of(&w, &q->tree, &s->list))
            add_way(s->sums, &s->list, n);
    }
    arena_free(&arena);
}

static void scan(Scan *s) {
    if (!by_cpu(&s->answer->query.tree)) {
        scan_cpu(s, -1, NULL);
        return;
    }
    for (int cpu = 0; cpu < 8; cpu++) {
        uint8_t *occurs = calloc(s->view.pairs, 1);
        bool any = false;
        for (uint64_t i = 0; i < s->view.samples; i++)
            if (COLUMN_AT(&s->profile->cpu, uint16_t, i) == cpu)
                occurs[COLUMN_AT(&s->profile->pair, PairId, i)] = 1, any = true;
        if (any)
            scan_cpu(s, cpu, occurs);
        free(occurs);
    }
}

/* ---- comparing --------------------------------------------------------------------------- */

/* By breadth-first order a parent's path is known before its children's. */
static void check_nodes(const Answer *a, Sums *sums, bool exact) {
    const Tree *t = a->tree;
    const Dict *d = a->profile->dict;
    Str *path = calloc(t->nodes, sizeof(Str));
    path[0] = STR("");
    for (uint32_t v = 0; v < t->nodes; v++) {
        Sum *sum = sum_of(sums, path[v], false);
        assert_non_null(sum);
        assert_false(sum->seen); /* one node a path */
        sum->seen = true;
        for (int side = 0; side < 2; side++) {
            const Prefix *p = side ? &a->b : &a->a;
            if (!p->u32 && !p->u64)
                continue;
            if (exact) {
                assert_true(prefix_total(p, t, v) == sum->total[side]);
                assert_true(prefix_self(p, t, v) == sum->self[side]);
            } else {
                assert_true(prefix_total(p, t, v) <= sum->total[side]);
            }
        }
        for (uint32_t c = t->node[v].first_child; c < t->node[v + 1].first_child; c++) {
            Buf text = {0};
            buf_put(&text, path[v]);
            put_step(&text, tree_symbol(t, d, t->node[c].frame),
                     tree_module(t, d, t->node[c].frame), tree_frame_kind(t, d, t->node[c].frame));
            path[c] = str_copy(&sums->arena, buf_str(&text));
            buf_free(&text);
        }
    }
    free(path);
    for (uint32_t i = 0; i < sums->n; i++)
        assert_true(sums->at[i].seen || !exact);
}

static void check_counts(const Answer *a, const ProfileView *view, const ProfileView *view_b) {
    Arena arena;
    Slice slice;
    Query q = baseline_query(a), selection = a->query;
    bool file = q.baseline == BASELINE_FILE;
    arena_init(&arena, 0);
    assert_true(slice_scan(a->profile, view, &selection, &arena, &slice, NULL));
    assert_int_equal(a->in_selection, slice.samples);
    assert_int_equal(a->shown_in_selection, slice.shown);
    Slice base = {0};
    if (q.baseline && (!file || a->profile_b))
        assert_true(slice_scan(file ? a->profile_b : a->profile, file ? view_b : view, &q, &arena,
                               &base, NULL));
    if (q.baseline == BASELINE_REST) {
        base.samples -= slice.samples;
        base.shown -= slice.shown;
    }
    assert_int_equal(a->in_baseline, base.samples);
    assert_int_equal(a->shown_in_baseline, base.shown);
    arena_free(&arena);
}

void truth_check(const Answer *a, bool settled) {
    Sums sums = {0};
    bool file = a->query.baseline == BASELINE_FILE;
    hash_init(&sums.index);
    arena_init(&sums.arena, 0);
    Scan scan_a = {.answer = a,
                   .profile = a->profile,
                   .view = profile_view(a->profile),
                   .a = true,
                   .b = !file,
                   .sums = &sums};
    Scan scan_b = {.answer = a, .profile = a->profile_b, .b = file, .side = 1, .sums = &sums};
    Regex *search =
        a->query.search[0] ? regex_new(str_of(a->query.search), REGEX_SMART_CASE, NULL) : NULL;
    sums.search = search;
    sum_of(&sums, STR(""), true);
    scan_a.view.samples = a->samples; /* as many as the answer knows of */
    scan_a.view.contexts = a->tree->contexts;
    scan_a.view.frames = a->tree->frames;
    scan(&scan_a);
    if (a->profile_b) {
        scan_b.view = profile_view(a->profile_b);
        scan_b.view.samples = a->samples_b;
        scan_b.view.contexts = a->tree->contexts;
        scan_b.view.frames = a->tree->frames;
        scan(&scan_b);
    }
    check_counts(a, &scan_a.view, &scan_b.view);
    bool exact = settled || !by_cpu(&a->query.tree);
    check_nodes(a, &sums, exact);
    if (exact)
        assert_true(a->in_tree == sums.kept[0] && a->search_total == sums.found);
    assert_true(a->in_tree == prefix_at(&a->a, a->tree->ranks));
    if (search)
        regex_free(search);
    free(scan_a.list.at);
    free(scan_b.list.at);
    free(sums.at);
    hash_free(&sums.index);
    arena_free(&sums.arena);
}

/* ---- random specs ------------------------------------------------------------------------ */

static void put_item(Buf *out, Item i, bool with_module) {
    buf_put(out, i.symbol);
    buf_putc(out, '\t');
    if (with_module)
        buf_put(out, i.module);
    buf_putc(out, '\n');
}

static void add_random(uint64_t *random, const List *l, Transforms *out) {
    TransformKind kind = (TransformKind)random_below(random, TRANSFORM_KINDS);
    Buf frames = {0};
    uint32_t at = (uint32_t)random_below(random, l->n);
    if (kind == TRANSFORM_FOCUS_SUBTREE || kind == TRANSFORM_MERGE_NODE) {
        at = (uint32_t)random_below(random, l->n < 5 ? l->n : 5);
        for (uint32_t i = 0; i <= at; i++)
            put_item(&frames, l->at[i], random_below(random, 4) != 0);
    } else if (kind == TRANSFORM_COLLAPSE_MODULE) {
        buf_putc(&frames, '\t');
        buf_put(&frames, random_below(random, 2) ? l->at[at].module : last_part(l->at[at].module));
        buf_putc(&frames, '\n');
    } else if (kind != TRANSFORM_HIDE_KERNEL && kind != TRANSFORM_GROUP &&
               ((kind != TRANSFORM_COLLAPSE_RECURSION && kind != TRANSFORM_COLLAPSE_DIRECT) ||
                random_below(random, 2))) {
        put_item(&frames, l->at[at], random_below(random, 4) != 0);
    }
    transforms_add(out, kind, (GroupKey)random_below(random, GROUP_KEYS), buf_str(&frames), NULL);
    if (out->count)
        out->item[out->count - 1].off = random_below(random, 8) == 0;
    buf_free(&frames);
}

void random_tree(uint64_t *random, const Profile *profile, const ProfileView *view, uint32_t most,
                 TreeSpec *out) {
    uint32_t n = (uint32_t)random_below(random, most + 1);
    List l = {0};
    Arena arena;
    arena_init(&arena, 0);
    memset(out, 0, sizeof(*out));
    for (uint32_t i = 0; i < n && view->pairs > 1; i++) {
        PairId p = 1 + (PairId)random_below(random, view->pairs - 1);
        Where w = {profile, *view, pairs_get(&profile->pairs, p), 0, &arena};
        if (way_of(&w, out, &l) && l.n)
            add_random(random, &l, &out->transforms);
    }
    out->direction = random_below(random, 3) ? TREE_FORWARD : TREE_INVERTED;
    free(l.at);
    arena_free(&arena);
}
