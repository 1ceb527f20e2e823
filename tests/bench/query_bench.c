/* How long a change of the selection takes from wish to layout, in CPU time of this thread:
 * counts, prefix sums and the boxes of a window 2560 pixels wide. Samples are made straight
 * into a store, so nothing is parsed. Of each figure those steps count that were undisturbed
 * (quiet.h), where they are a tenth at least; "quiet" says how many were. query_bench [uniform]
 * [brief|round] [SAMPLES [STACKS…]] By default 10000000 samples over 10000, 200000 and 1000000
 * stacks, some popular and most rare; uniform: all stacks alike, the worst case for caches; brief:
 * only the queries of one tree, for instructions.sh; round: without what takes long to make, for a
 * table of several rounds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "picture/flame_layout.h"
#include "query/answer_maker.h"
#include "query/functions.h"
#include "query/heat_copy.h"
#include "query/link.h"
#include "quiet.h"

enum { DEPTH = 30, NEW_FRAMES = 5, STEPS = 301, SWITCHES = 15, LINKS = 12 };

static uint64_t state = 12345;
static bool uniform, brief, a_round;

static uint64_t next(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double unit(void) {
    return (double)(next() >> 11) / 9007199254740992.0;
}

/* ---- making a profile -------------------------------------------------------------------- */

typedef struct Bench {
    Dict dict;
    Profile profile;
    Part part;
    Remap remap;
    ProfileView view;
    Index *index;
    AnswerMaker maker;
    AnswerCopy copy;
    Grown grown;
    uint64_t ids;
    Arena arena;
} Bench;

/* About `count` distinct stacks some 30 deep, five new nodes each, that share their lower parts
 * as real ones do. */
static void make_pairs(Bench *b, uint32_t count, PairId *pair) {
    Dict *d = &b->part.dict;
    enum { FRAMES = 20000 };
    FrameId *frame = malloc(FRAMES * sizeof(*frame));
    StackId *trunk = malloc((count + 1) * sizeof(*trunk));
    uint32_t *depth = calloc(count + 1, sizeof(*depth));
    for (uint32_t i = 0; i < FRAMES; i++) {
        char text[40];
        snprintf(text, sizeof(text), "function_%llx", (unsigned long long)(next() & 0xffffff));
        NameId module = names_intern(&d->names, i % 5 ? STR("libapp.so") : STR("[kernel]"));
        frame[i] = frames_intern(&d->frames, (Frame){names_intern(&d->names, str_of(text)), module,
                                                     i % 5 ? FRAME_USER : FRAME_KERNEL});
    }
    Frame process = {names_intern(&d->names, STR("app")), 0, FRAME_PROCESS};
    trunk[0] = stacks_push(&d->stacks, 0, frames_intern(&d->frames, process));
    uint32_t trunks = 1;
    EventId event =
        contexts_event(&d->contexts, names_intern(&d->names, STR("cycles")), WEIGHT_SAMPLES);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = (uint32_t)(next() % trunks);
        StackId s = trunk[from];
        for (uint32_t k = 0; k < NEW_FRAMES; k++)
            s = stacks_push(&d->stacks, s, frame[next() % FRAMES]);
        if (depth[from] + 2 * NEW_FRAMES <= DEPTH) {
            trunk[trunks] = s;
            depth[trunks++] = depth[from] + NEW_FRAMES;
        }
        Context c = {process.symbol, 100, 100 + (int32_t)(next() % 16), event};
        pair[i] = pairs_intern(&b->part.pairs, (Pair){s, contexts_intern(&d->contexts, c)});
    }
    free(frame);
    free(trunk);
    free(depth);
}

/* Popular stacks and rare ones (a power law), whose popularity changes in phases. */
static void make_samples(Bench *b, uint64_t samples, const PairId *pair, uint32_t count) {
    Batch batch;
    batch_init(&batch);
    int64_t t = 1000 * 1000000000ll;
    for (uint64_t done = 0; done < samples;) {
        batch_clear(&batch, &b->part);
        for (uint64_t i = 0; i < 100000 && done < samples; i++, done++) {
            uint64_t phase = done * 7 / samples;
            uint32_t which = (uint32_t)((uniform ? unit() : pow(unit(), 2.0)) * count);
            which = (uint32_t)((which + phase * 7919u * 13u) % count);
            t += 12000;
            batch_add(&batch, t, pair[which], (uint16_t)(next() % 8), 0);
        }
        profile_absorb(&b->profile, &batch, &b->remap);
    }
    profile_publish(&b->profile);
    batch_free(&batch);
}

static void bench_init(Bench *b, uint64_t samples, uint32_t stacks) {
    memset(b, 0, sizeof(*b));
    dict_init(&b->dict);
    profile_init(&b->profile, &b->dict);
    part_init(&b->part);
    arena_init(&b->arena, 0);
    PairId *pair = malloc(stacks * sizeof(*pair));
    make_pairs(b, stacks, pair);
    make_samples(b, samples, pair, stacks);
    free(pair);
    b->view = profile_view(&b->profile);
    answer_maker_init(&b->maker);
    int64_t began = clock_thread_cpu_ns();
    b->index = index_build(&b->profile, &b->view, 1);
    double ms = (double)(clock_thread_cpu_ns() - began) / 1e6;
    const Tree *tree = b->index->tree;
    b->ids = 10;
    b->grown = grown_make(&(TreeSpec){0}, b->index, NULL, 0, NULL);
    printf("%llu samples, %u pairs, %u nodes, depth %u\n", (unsigned long long)samples,
           b->view.pairs, tree->nodes, tree->max_depth);
    printf("  index           %8.1f ms; %5.1f B/sample, snapshots %.1f B/sample, %.1f B/node\n", ms,
           (double)index_bytes(b->index) / (double)samples,
           (double)index_snapshot_bytes(b->index) / (double)samples,
           (double)tree_bytes(tree) / tree->nodes);
}

static void bench_free(Bench *b) {
    grown_drop(&b->grown);
    answer_copy_free(&b->copy);
    answer_maker_free(&b->maker);
    index_drop(b->index);
    arena_free(&b->arena);
    remap_free(&b->remap);
    part_free(&b->part);
    profile_free(&b->profile);
    dict_free(&b->dict);
}

/* ---- measuring --------------------------------------------------------------------------- */

typedef enum Move { MOVE_CELL, MOVE_COLUMN, MOVE_JUMP, MOVE_SLICE, MOVE_WHOLE } Move;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void move(const Bench *b, Query *q, Move how, int step) {
    int64_t first = b->view.first_ns, span = b->view.last_ns - first;
    int64_t by = how == MOVE_CELL ? span / 50000 : span / 1000;
    q->whole = how == MOVE_WHOLE;
    if (how == MOVE_JUMP) {
        int64_t x = first + (int64_t)(unit() * (double)span);
        int64_t y = first + (int64_t)(unit() * (double)span);
        q->t0_ns = x < y ? x : y;
        q->t1_ns = x < y ? y : x;
    } else if (how == MOVE_SLICE) { /* a thousandth of the time, anywhere */
        q->t0_ns = first + (int64_t)(unit() * (double)(span - by));
        q->t1_ns = q->t0_ns + by;
    } else if (step == 0) {
        q->t0_ns = first + span / 3;
        q->t1_ns = q->t0_ns + by;
    } else {
        q->t1_ns += by;
    }
}

static void measure(Bench *b, const char *label, Move how, Query q) {
    double took[STEPS], answer[STEPS], wall[STEPS];
    bool was[STEPS];
    uint32_t boxes = 0;
    Quiet quiet = {0};
    AnswerSource source = {.grown = b->grown, .maker = {&b->maker}, .view = {&b->view}};
    for (int i = 0; i < STEPS; i++) {
        FlameLayout layout;
        move(b, &q, how, i);
        quiet_begin(&quiet);
        int64_t began = clock_thread_cpu_ns(), began_wall = clock_now_ns();
        answer_make(&source, &q, &b->copy);
        answer[i] = (double)(clock_thread_cpu_ns() - began) / 1e6;
        flame_layout(&b->copy.answer, 0, 2560, false, 0, &b->arena, &layout);
        took[i] = (double)(clock_thread_cpu_ns() - began) / 1e6;
        wall[i] = (double)(clock_now_ns() - began_wall) / 1e6;
        was[i] = quiet_since(&quiet);
        boxes = layout.count;
        arena_reset(&b->arena);
    }
    double first = took[0]; /* makes masks and the like */
    int n = quiet_keep(took + 1, was + 1, STEPS - 1);
    quiet_keep(answer + 1, was + 1, STEPS - 1);
    quiet_keep(wall + 1, was + 1, STEPS - 1);
    qsort(took + 1, (size_t)n, sizeof(*took), ascending);
    qsort(answer + 1, (size_t)n, sizeof(*answer), ascending);
    qsort(wall + 1, (size_t)n, sizeof(*wall), ascending);
    printf("  %-15s %8.2f ms median, %7.2f p99 (answer %6.2f, wall %6.2f; first %7.1f), "
           "%u boxes, quiet %u of %u\n",
           label, took[1 + n / 2], took[1 + n * 99 / 100], answer[1 + n / 2], wall[1 + n / 2],
           first, boxes, quiet.were, quiet.asked);
}

/* The tree of a query and how long it takes to make; then a drag over it. */
static void measure_tree(Bench *b, const char *label, const char *transforms, uint8_t direction) {
    Query q = {.event = EVENT_ALL, .idle = IDLE_HIDE, .tree = {.direction = direction}};
    transforms_parse(str_of(transforms), &q.tree.transforms, NULL);
    grown_drop(&b->grown);
    int64_t began = clock_thread_cpu_ns();
    b->grown = grown_make(&q.tree, b->index, NULL, b->ids += GROWN_IDS, NULL);
    double ms = (double)(clock_thread_cpu_ns() - began) / 1e6;
    const Tree *tree = b->grown.tree;
    printf("  %-15s %8.1f ms to make, %u nodes, %.1f B each\n", label, ms, tree->nodes,
           (double)tree_bytes(tree) / tree->nodes);
    measure(b, label, MOVE_COLUMN, q);
}

static void measure_heat(Bench *b, const char *label, const char *filter) {
    HeatSpec spec = {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL};
    filter_parse(str_of(filter), &spec.filter, NULL);
    int64_t began = clock_thread_cpu_ns();
    const HeatGrid *g = heat_build(&b->profile, &b->view, &spec, &b->arena);
    double ms = (double)(clock_thread_cpu_ns() - began) / 1e6;
    printf("  %-15s %8.1f ms, %.1f ms for each 10 M samples, %u columns\n", label, ms,
           ms * 1e7 / (double)b->view.samples, g->columns);
    arena_reset(&b->arena);
}

/* A filter is switched on and off, as a chip is: until the map is exact again. */
static void measure_switch(Bench *b, const char *label, const char *filter) {
    HeatBuilder builder;
    HeatCopy ring[3] = {0};
    double took[SWITCHES];
    bool was[SWITCHES];
    Quiet quiet = {0};
    heat_builder_init(&builder);
    for (int i = 0; i < 2 * SWITCHES; i++) {
        HeatSpec spec = {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL};
        if (i % 2)
            filter_parse(str_of(filter), &spec.filter, NULL);
        quiet_begin(&quiet);
        int64_t began = clock_thread_cpu_ns();
        heat_builder_ask(&builder, &b->profile, &spec);
        bool all = heat_builder_extend(&builder, &b->view, UINT64_MAX);
        heat_builder_publish(&builder, ring, 3, (uint32_t)i % 3, all);
        took[i / 2] = (double)(clock_thread_cpu_ns() - began) / 1e6; /* the one switched on */
        was[i / 2] = quiet_since(&quiet);
    }
    int n = quiet_keep(took, was, SWITCHES), quiet_ones = 0;
    for (int i = 0; i < SWITCHES; i++)
        quiet_ones += was[i];
    qsort(took, (size_t)n, sizeof(*took), ascending);
    printf("  %-15s %8.1f ms median of switching on, quiet %d of %d\n", label, took[n / 2],
           quiet_ones, SWITCHES);
    for (int i = 0; i < 3; i++)
        heat_copy_free(&ring[i]);
    heat_builder_free(&builder);
}

/* The frame that about one sample in ten has, if there is one: typical of what is pointed at. */
static FrameId popular_frame(const Bench *b) {
    uint32_t *has = calloc(b->view.frames, sizeof(*has)), most = 0;
    FrameId found = 1;
    for (PairId p = 1; p < b->view.pairs; p += 1 + b->view.pairs / 20000)
        for (StackId s = pairs_get(&b->profile.pairs, p).stack; s;) {
            StackNode n = stacks_get(&b->dict.stacks, s);
            if (frames_get(&b->dict.frames, n.frame).kind != FRAME_PROCESS &&
                ++has[n.frame] > most) {
                most = has[n.frame];
                found = n.frame;
            }
            s = n.parent;
        }
    free(has);
    return found;
}

/* Lit cells: the first run, with a million samples in view, then until all are counted. */
static void measure_link(Bench *b, const char *label, LinkMatch match) {
    int64_t span = b->view.last_ns - b->view.first_ns, million = 12000000000;
    LinkWish w = {.spec = {.rows = 50, .column_ns = 1000000000, .event = EVENT_ALL, .match = match},
                  .t0_ns = b->view.first_ns + span / 2};
    AsideSource source = {.profile = &b->profile, .view = b->view, .index = b->index};
    w.t1_ns = w.t0_ns + million;
    double cold = 0, second = 0, first[LINKS], all[LINKS];
    bool was[LINKS], were[LINKS];
    Quiet quiet = {0};
    uint64_t matching = 0, shown = 1;
    void *kept = link_aside.state_new(); /* masks stay, as they do while a pointer moves on */
    for (int round = -2; round < LINKS; round++) {
        LinkWish other = w;
        other.spec.match = (LinkMatch){0};
        link_aside.free(link_aside.run(kept, &source, &other, NULL, NULL));
        quiet_begin(&quiet);
        int64_t began = clock_thread_cpu_ns();
        LinkGrid *g = link_aside.run(kept, &source, &w, NULL, NULL);
        double ms = (double)(clock_thread_cpu_ns() - began) / 1e6;
        bool still = quiet_since(&quiet);
        began = clock_thread_cpu_ns();
        while (!link_aside.finished(g)) {
            LinkGrid *next = link_aside.run(kept, &source, &w, g, NULL);
            link_aside.free(g);
            g = next;
        }
        double rest = (double)(clock_thread_cpu_ns() - began) / 1e6;
        bool still_after = quiet_since(&quiet) && still;
        if (round < 0) {
            *(round == -2 ? &cold : &second) = ms; /* the second makes what all later ones use */
        } else {
            first[round] = ms;
            all[round] = ms + rest;
            was[round] = still;
            were[round] = still_after;
        }
        matching = g->matching;
        shown = g->shown;
        link_aside.free(g);
    }
    link_aside.state_free(kept);
    int n = quiet_keep(first, was, LINKS), n_all = quiet_keep(all, were, LINKS), quiet_ones = 0;
    for (int i = 0; i < LINKS; i++)
        quiet_ones += was[i];
    qsort(first, (size_t)n, sizeof(*first), ascending);
    qsort(all, (size_t)n_all, sizeof(*all), ascending);
    printf(
        "  %-15s %8.1f ms first (cold %.1f, then %.1f), %.1f ms whole, %.1f %% of samples, quiet %d of %d\n",
        label, first[n / 2], cold, second, all[n_all / 2], 100.0 * (double)matching / (double)shown,
        quiet_ones, LINKS);
}

/* What the stack of some pair calls below its process: in many stacks, not in all. */
static const char *focus_of(const Bench *b) {
    static char text[80];
    StackId s = pairs_get(&b->profile.pairs, b->view.pairs / 2).stack;
    const Stacks *stacks = &b->dict.stacks;
    while (stacks_get(stacks, stacks_get(stacks, s).parent).parent)
        s = stacks_get(stacks, s).parent;
    Str name = dict_symbol(&b->dict, stacks_get(stacks, s).frame);
    snprintf(text, sizeof(text), "focus-function=%.*s", (int)name.n, name.s);
    return text;
}

static void measure_functions(Bench *b, const char *label, Query q) {
    enum { RUNS = 15 };
    double took[RUNS], sorted[RUNS], first = 0;
    AsideSource source = {.profile = &b->profile,
                          .view = b->view,
                          .index = b->index,
                          .grown = {b->index->tree, {b->index}}};
    void *keeper = functions_aside.state_new();
    uint32_t count = 0;
    for (int i = 0; i < RUNS + 1; i++) {
        const uint32_t *rows;
        move(b, &q, q.whole ? MOVE_WHOLE : MOVE_COLUMN, i);
        Functions *f = functions_aside.run(keeper, &source, &q, NULL, NULL);
        int64_t began = clock_thread_cpu_ns();
        functions_sort(f, &b->dict, FUNCTIONS_BY_TOTAL, true, NULL, &b->arena, &rows, &count);
        if (i)
            sorted[i - 1] = (double)(clock_thread_cpu_ns() - began) / 1e6;
        *(i ? &took[i - 1] : &first) = (double)f->took_ns / 1e6;
        functions_aside.free(f);
        arena_reset(&b->arena);
    }
    functions_aside.state_free(keeper);
    qsort(took, RUNS, sizeof(*took), ascending);
    qsort(sorted, RUNS, sizeof(*sorted), ascending);
    printf("  %-15s %8.2f ms median (first %7.1f), sorted in %.2f ms, %u functions\n", label,
           took[RUNS / 2], first, sorted[RUNS / 2], count);
}

static void measure_trees(Bench *b) {
    measure_tree(b, "… focus function", focus_of(b), TREE_FORWARD);
    measure_tree(b, "… no kernel", "hide-kernel", TREE_FORWARD);
    if (a_round)
        return;
    measure_tree(b, "… inverted", "", TREE_INVERTED);
    measure_tree(b, "… all recursion", "collapse-recursion", TREE_FORWARD);
    measure_tree(b, "… by thread", "group=thread", TREE_FORWARD);
    measure_tree(b, "… by cpu", "group=cpu", TREE_FORWARD);
}

static void run(uint64_t samples, uint32_t stacks) {
    static Bench b;
    bench_init(&b, samples, stacks);
    Query q = {.event = EVENT_ALL, .idle = IDLE_HIDE};
    measure(&b, "drag one cell", MOVE_CELL, q);
    measure(&b, "drag a column", MOVE_COLUMN, q);
    measure(&b, "jump anywhere", MOVE_JUMP, q);
    measure(&b, "slice anywhere", MOVE_SLICE, q);
    measure(&b, "whole", MOVE_WHOLE, q);
    Query filtered = q;
    filter_parse(STR("tid!=103 frame~3f"), &filtered.filter, NULL);
    measure(&b, "… with a filter", MOVE_COLUMN, filtered);
    Query searched = q;
    strcpy(searched.search, "function_.*abc");
    measure(&b, "… with a search", MOVE_COLUMN, searched);
    Query differential = q;
    differential.baseline = BASELINE_REST;
    measure(&b, "… differential", MOVE_COLUMN, differential);
    if (brief) {
        bench_free(&b);
        return;
    }
    if (!a_round) {
        measure_functions(&b, "functions", q);
        measure_functions(&b, "… differential", differential);
        q.whole = true;
        measure_functions(&b, "… of the whole", q);
    }
    if (samples <= 10000000) /* what is measured does not grow with more */
        measure_trees(&b);
    measure_heat(&b, "heat map", "");
    measure_heat(&b, "… with a filter", "tid!=103 frame~3f");
    measure_switch(&b, "filter switch", "tid!=103");
    measure_switch(&b, "… by frames", "frame~3f");
    FrameId frame = popular_frame(&b);
    StackId half = pairs_get(&b.profile.pairs, 1).stack;
    for (uint32_t depth = stacks_depth(&b.dict.stacks, half); depth > 2; depth--)
        half = stacks_get(&b.dict.stacks, half).parent;
    measure_link(&b, "link a function", (LinkMatch){.kind = LINK_FUNCTION, .id = frame});
    measure_link(&b, "link a node", (LinkMatch){.kind = LINK_NODE, .id = half});
    measure_link(&b, "link a search", (LinkMatch){.kind = LINK_SEARCH, .text = "function_.*abc"});
    measure_link(&b, "link everything", (LinkMatch){.kind = LINK_SEARCH, .text = "app"});
    bench_free(&b);
}

int main(int argc, char **argv) {
    for (; argc > 1 && argv[1][0] > '9'; argv++, argc--) {
        uniform |= strcmp(argv[1], "uniform") == 0;
        brief |= strcmp(argv[1], "brief") == 0;
        a_round |= strcmp(argv[1], "round") == 0;
    }
    uint64_t samples = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    if (argc > 2) {
        for (int i = 2; i < argc; i++)
            run(samples, (uint32_t)strtoul(argv[i], NULL, 10));
        return 0;
    }
    run(samples, 10000);
    run(samples, 200000);
    run(samples, 1000000);
    return 0;
}
