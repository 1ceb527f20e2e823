/* Layout: boxes nest, siblings lie side by side, nothing visible is missing, sums are kept.
 * Motion: the same holds at every moment of a move, however it is interrupted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "picture/flame_motion.h"
#include "query/answer_maker.h"
#include "query_helper.h"

typedef struct Rig {
    Maker maker;
    ProfileView view;
    Index *index;
    AnswerMaker answers;
    AnswerCopy copy;
    Arena arena;
    uint64_t ids;
} Rig;

static const MakeOptions OPTIONS = {.seed = 9,
                                    .symbols = 60,
                                    .depth = 9,
                                    .contexts = 7,
                                    .events = 1,
                                    .cpus = 2,
                                    .step_ns = 1000000};

static void rig_init(Rig *r, uint64_t samples) {
    memset(r, 0, sizeof(*r));
    maker_init(&r->maker, &OPTIONS);
    maker_add(&r->maker, samples);
    answer_maker_init(&r->answers);
    arena_init(&r->arena, 0);
    r->view = profile_view(&r->maker.profile);
    r->index = index_build(&r->maker.profile, &r->view, ++r->ids);
}

static void rig_free(Rig *r) {
    answer_copy_free(&r->copy);
    answer_maker_free(&r->answers);
    index_drop(r->index);
    arena_free(&r->arena);
    maker_free(&r->maker);
}

static const Answer *ask(Rig *r, const Query *q) {
    AnswerSource source = {.grown = grown_make(&q->tree, r->index, NULL, r->ids + 1, NULL),
                           .maker = {&r->answers},
                           .view = {&r->view}};
    r->ids += GROWN_IDS;
    answer_make(&source, q, &r->copy);
    grown_drop(&source.grown);
    return &r->copy.answer;
}

static Query range(const Rig *r, double from, double to) {
    double span = (double)(r->view.last_ns - r->view.first_ns);
    return (Query){.t0_ns = r->view.first_ns + (int64_t)(from * span),
                   .t1_ns = r->view.first_ns + (int64_t)(to * span),
                   .event = EVENT_ALL,
                   .idle = IDLE_KEEP};
}

/* ---- layout ------------------------------------------------------------------------------ */

/* What a box of a differential is wide by: the mean of its two shares, of an empty side none. */
static double mean_share(const FlameLayout *l, const FlameBox *b) {
    int sides = (l->all_a != 0) + (l->all_b != 0);
    return sides ? (flame_share_a(l, b) + flame_share_b(l, b)) / sides : 0;
}

static void check_widths(const FlameLayout *l) {
    double whole = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->box[i].node == l->zoom && !l->box[i].merged && whole == 0)
            whole = mean_share(l, &l->box[i]);
    for (uint32_t i = 0; i < l->count && whole > 0; i++) {
        const FlameBox *b = &l->box[i];
        if (!b->ancestor)
            assert_true(fabs((double)b->x1 - (double)b->x0 - mean_share(l, b) / whole) < 1e-5);
    }
}

static void check_sums(const Answer *a, const FlameLayout *l, double least) {
    for (uint32_t i = 0; i < l->count; i++) {
        const FlameBox *box = &l->box[i];
        if (box->merged || box->ancestor)
            continue;
        uint64_t below = 0, below_b = 0;
        uint32_t filled = 0, seen = 0;
        for (uint32_t k = i + 1; k < l->count; k++) {
            if (l->box[k].parent != i)
                continue;
            below += l->box[k].total;
            below_b += l->box[k].total_b;
            seen += l->box[k].merged ? l->box[k].merged_count : 1;
            if (l->differential)
                assert_true(l->box[k].merged || mean_share(l, &l->box[k]) >= least * 0.999999);
            else
                assert_true(l->box[k].merged || (double)l->box[k].total >= least);
        }
        for (uint32_t c = a->tree->node[box->node].first_child;
             c < a->tree->node[box->node + 1].first_child; c++)
            filled += prefix_total(&a->a, a->tree, c) ||
                      (l->differential && prefix_total(&a->b, a->tree, c));
        assert_int_equal(below + box->self, box->total);
        assert_int_equal(below_b + box->self_b, box->total_b);
        assert_int_equal(seen, filled);
    }
}

static void check_layout(const Answer *a, const FlameLayout *l, double least) {
    assert_true(l->count > 0);
    assert_true(l->box[0].x0 == 0 && l->box[0].x1 == 1 && l->box[0].depth == 0);
    for (uint32_t i = 1; i < l->count; i++) {
        const FlameBox *box = &l->box[i], *before = box - 1, *parent = &l->box[box->parent];
        assert_true(box->parent < i);
        assert_int_equal(box->depth, parent->depth + 1);
        assert_true(box->x0 >= parent->x0 && box->x1 <= parent->x1 && box->x0 <= box->x1);
        assert_true(box->depth > before->depth ||
                    (box->depth == before->depth && box->x0 >= before->x1));
        assert_true(box->depth <= l->max_depth);
        assert_true(box->self <= box->total);
    }
    check_sums(a, l, least);
}

static void layout_invariants(void **state) {
    Rig r;
    uint64_t random = 3;
    (void)state;
    rig_init(&r, 6000);
    for (int i = 0; i < 60; i++) {
        double from = (double)random_below(&random, 100) / 100;
        Query q = range(&r, from, from + 0.02 * (double)(1 + random_below(&random, 20)));
        q.tree.direction = i % 4 == 3 ? TREE_INVERTED : TREE_FORWARD;
        q.baseline = i % 3 == 0 ? BASELINE_REST : BASELINE_NONE;
        strcpy(q.search, i % 5 ? "" : "fn_a");
        const Answer *a = ask(&r, &q);
        double share = i % 2 ? 0.01 : 0;
        float width = (float)(100 + random_below(&random, 2000));
        FlameLayout l;
        flame_layout(a, 0, width, i % 3 == 1, share, &r.arena, &l);
        double total = (double)prefix_at(&a->a, a->tree->ranks);
        double least = (l.differential ? 0.5 : 0.5 * total) / (double)width;
        double wanted = l.differential ? share : share * total;
        check_layout(a, &l, least > wanted ? least : wanted);
        assert_int_equal(l.differential, q.baseline != BASELINE_NONE);
        if (l.differential)
            check_widths(&l);
        assert_int_equal(l.total, prefix_at(&a->a, a->tree->ranks));
        /* The same again, zoomed into some box of it. */
        uint32_t pick = (uint32_t)random_below(&random, l.count);
        while (l.box[pick].merged)
            pick = l.box[pick].parent;
        FlameLayout z;
        flame_layout(a, l.box[pick].node, width, false, 0, &r.arena, &z);
        double part = z.differential ? mean_share(&l, &l.box[pick]) : (double)l.box[pick].total;
        check_layout(a, &z, 0.5 * part / (double)width);
        for (uint32_t k = 0; k <= l.box[pick].depth; k++) {
            assert_int_equal(z.box[k].depth, k);
            assert_int_equal(z.box[k].ancestor, k < l.box[pick].depth);
            assert_true(z.box[k].x0 == 0 && z.box[k].x1 == 1);
        }
        assert_int_equal(z.zoom, l.box[pick].node);
    }
    rig_free(&r);
}

static void heaviest_come_first(void **state) {
    Rig r;
    (void)state;
    rig_init(&r, 3000);
    Query q = range(&r, 0, 1.1);
    const Answer *a = ask(&r, &q);
    FlameLayout l;
    flame_layout(a, 0, 1000, true, 0, &r.arena, &l);
    check_layout(a, &l, 0);
    for (uint32_t i = 1; i < l.count; i++)
        if (l.box[i].parent == l.box[i - 1].parent && l.box[i - 1].parent != i - 1 &&
            !l.box[i].merged)
            assert_true(l.box[i].total <= l.box[i - 1].total && !l.box[i - 1].merged);
    rig_free(&r);
}

/* Samples whose pairs no rank knows yet leave room at the right, and only there. */
static void room_for_what_is_not_arranged(void **state) {
    Rig r;
    (void)state;
    rig_init(&r, 300);
    maker_add(&r.maker, 4000);
    r.view = profile_view(&r.maker.profile);
    Query q = {.whole = true, .event = EVENT_ALL, .idle = IDLE_KEEP};
    const Answer *a = ask(&r, &q);
    assert_true(a->not_arranged > 0);
    FlameLayout l;
    flame_layout(a, 0, 1000, false, 0, &r.arena, &l);
    assert_int_equal(l.not_arranged + l.total, r.view.samples);
    float edge = (float)((double)l.total / (double)r.view.samples);
    float right = 0;
    for (uint32_t i = 1; i < l.count; i++)
        right = l.box[i].x1 > right ? l.box[i].x1 : right;
    assert_true(right <= edge + 1e-6f && right > edge - 1e-3f);
    assert_true(l.box[0].x1 == 1);
    rig_free(&r);
}

static void wide_and_deep(void **state) {
    Maker m;
    MakeOptions o = {.seed = 1};
    static char text[60000][8];
    static const char *path[60000];
    (void)state;
    maker_init(&m, &o);
    for (uint32_t i = 0; i < 60000; i++) {
        snprintf(text[i], sizeof(text[i]), "f%u", i);
        path[i] = text[i];
    }
    maker_put(&m, 1, "deep", 1, "e", 0, 0, path, 60000, FRAME_USER);
    for (uint32_t i = 0; i < 3000; i++)
        maker_put(&m, 2 + i, "wide", 1, "e", 0, 0, &path[i], 1, FRAME_USER);
    Rig r = {.view = profile_view(&m.profile)};
    arena_init(&r.arena, 0);
    answer_maker_init(&r.answers);
    r.index = index_build(&m.profile, &r.view, 1);
    assert_int_equal(r.index->tree->max_depth, 60001);
    Query q = {.t0_ns = 0, .t1_ns = 2, .event = EVENT_ALL};
    FlameLayout l;
    flame_layout(ask(&r, &q), 0, 1000, false, 0, &r.arena, &l);
    assert_int_equal(l.count, 60002);
    assert_int_equal(l.max_depth, 60001);
    q.whole = true;
    flame_layout(ask(&r, &q), 0, 1000, false, 0, &r.arena, &l);
    bool merged = false;
    for (uint32_t i = 0; i < l.count; i++)
        merged = merged || (l.box[i].merged && l.box[i].merged_count == 3000);
    assert_true(merged);
    answer_copy_free(&r.copy);
    answer_maker_free(&r.answers);
    index_drop(r.index);
    arena_free(&r.arena);
    maker_free(&m);
}

/* ---- motion ------------------------------------------------------------------------------ */

typedef struct Edges {
    float x0, x1;
} Edges;

static Edges drawn(const MovingBox *m, float phase) {
    return (Edges){motion_mix(m->from_x0, m->box.x0, phase),
                   motion_mix(m->from_x1, m->box.x1, phase)};
}

static void check_motion(const FlameMotion *motion, float phase) {
    const float slack = 1e-6f; /* of float mixing */
    for (uint32_t i = 0; i < motion->count; i++) {
        const MovingBox *m = &motion->box[i];
        Edges at = drawn(m, phase);
        Edges in = drawn(&motion->box[m->box.parent], phase);
        assert_true(m->box.parent <= i);
        assert_true(at.x0 >= in.x0 - slack && at.x1 <= in.x1 + slack && at.x0 <= at.x1 + slack);
        assert_int_equal(m->leaving, i >= motion->staying);
    }
}

/* Boxes of one depth that stay, or enter, or leave in one unbroken move never overlap. */
static void check_apart(const FlameMotion *motion, float phase) {
    for (uint32_t i = 0; i < motion->count; i++) {
        Edges a = drawn(&motion->box[i], phase);
        for (uint32_t k = i + 1; k < motion->count; k++) {
            if (motion->box[k].box.depth != motion->box[i].box.depth)
                continue;
            Edges b = drawn(&motion->box[k], phase);
            assert_true(a.x1 <= b.x0 + 1e-5f || b.x1 <= a.x0 + 1e-5f);
        }
    }
}

static void check_settled(const FlameMotion *motion, const FlameLayout *l) {
    assert_int_equal(motion->staying, l->count);
    for (uint32_t i = 0; i < l->count; i++) {
        Edges at = drawn(&motion->box[i], 1.0f);
        assert_memory_equal(&motion->box[i].box, &l->box[i], sizeof(FlameBox));
        assert_true(at.x0 == l->box[i].x0 && at.x1 == l->box[i].x1);
    }
    for (uint32_t i = l->count; i < motion->count; i++) {
        Edges at = drawn(&motion->box[i], 1.0f);
        assert_true(at.x0 == at.x1);
    }
}

static void moves_keep_order(void **state) {
    Rig r;
    FlameMotion motion;
    const int64_t ms = 1000000;
    (void)state;
    rig_init(&r, 900);
    flame_motion_init(&motion);
    for (int i = 0; i < 30; i++) {
        Query q = range(&r, 0.03 * i, 0.03 * i + 0.08);
        const Answer *a = ask(&r, &q);
        FlameLayout l;
        uint32_t zoom = i % 5 == 4 ? a->tree->node[0].first_child + 1 : 0;
        flame_layout(a, zoom, 300, false, 0, &r.arena, &l);
        /* At rest before each move, so that all that happens is this move. */
        flame_motion_retarget(&motion, &l, a->tree, i * 1000 * ms, 120 * ms);
        for (int step = 0; step <= 12; step++) {
            float phase = flame_motion_phase(&motion, (i * 1000 + step * 10) * ms);
            assert_true(step < 12 ? phase < 1 : phase == 1);
            check_motion(&motion, phase);
            check_apart(&motion, phase);
        }
        check_settled(&motion, &l);
    }
    flame_motion_free(&motion);
    rig_free(&r);
}

static void find_drawn(const FlameMotion *motion, uint64_t key, float phase, Edges *out,
                       bool *found) {
    *found = false;
    for (uint32_t i = 0; i < motion->count && !*found; i++) {
        if (motion->box[i].box.key != key)
            continue;
        *out = drawn(&motion->box[i], phase);
        *found = true;
    }
}

static void interrupted_moves_go_on(void **state) {
    Rig r;
    FlameMotion motion, before;
    int64_t now = 0;
    uint64_t random = 11;
    (void)state;
    rig_init(&r, 900);
    flame_motion_init(&motion);
    for (int i = 0; i < 60; i++) {
        Query q = range(&r, 0.01 * i, 0.01 * i + 0.06);
        const Answer *a = ask(&r, &q);
        FlameLayout l;
        flame_layout(a, 0, 300, i % 7 == 6, 0, &r.arena, &l);
        before = motion;
        float phase = flame_motion_phase(&before, now);
        flame_motion_retarget(&motion, &l, a->tree, now, 120000000);
        check_motion(&motion, 0);
        for (uint32_t k = 0; k < motion.count && before.count; k++) {
            Edges was;
            bool found;
            find_drawn(&before, motion.box[k].box.key, phase, &was, &found);
            if (found) { /* not one jumps */
                assert_true(was.x0 - motion.box[k].from_x0 < 1e-6f &&
                            motion.box[k].from_x0 - was.x0 < 1e-6f);
                assert_true(was.x1 - motion.box[k].from_x1 < 1e-6f &&
                            motion.box[k].from_x1 - was.x1 < 1e-6f);
            }
        }
        now += 1000000 * (int64_t)random_below(&random, 60);
        check_motion(&motion, flame_motion_phase(&motion, now));
        check_settled(&motion, &l);
    }
    FlameLayout l;
    Query q = range(&r, 0, 0.2);
    flame_layout(ask(&r, &q), 0, 300, false, 0, &r.arena, &l);
    flame_motion_retarget(&motion, &l, r.copy.tree, now, 0);
    assert_int_equal(motion.count, l.count);
    check_settled(&motion, &l);
    assert_true(flame_motion_phase(&motion, now) == 1.0f);
    flame_motion_free(&motion);
    rig_free(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_invariants),
        cmocka_unit_test(heaviest_come_first),
        cmocka_unit_test(room_for_what_is_not_arranged),
        cmocka_unit_test(wide_and_deep),
        cmocka_unit_test(moves_keep_order),
        cmocka_unit_test(interrupted_moves_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
