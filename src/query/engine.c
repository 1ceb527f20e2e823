/* DESIGN
 * A lane for each question, each with at most one job in flight (lane.h). A lane's job has a
 * copy of its wish and of the profile's view; what it makes goes into a ring of three, so that
 * main may keep the newest and the one before while the next is written.
 * Everything but the jobs runs on main, so nothing else here is shared. */
#include "query/engine.h"

#include <string.h>

#include "base/clock.h"
#include "query/answer_maker.h"
#include "query/heat_copy.h"
#include "query/packed.h"
#include "query/tree_lane.h"

enum { RING = 3, HEAT_CHUNK = 1 << 20 };

static const int64_t ANSWER_EVERY_NS = 50000000; /* while loading, for one unchanged wish */
static const int64_t HEAT_EVERY_NS = 16000000;   /* likewise */
static const int64_t INDEX_EVERY_NS = 500000000;
enum { INDEX_SHARE = 10 }; /* … if that takes less than one part in ten of a core */

typedef struct Slot {
    const Profile *profile;
    ProfileView view;
    bool held; /* the view stays */
    Index *index;
    int64_t built_ns, cost_ns;
    AnswerMaker maker[ANSWERS]; /* -- the answer lane's job, while it runs */
} Slot;

/* One question with answers: what is asked, what runs, what came. */
typedef struct AnswerLane {
    Engine *engine;
    Lane lane;
    Query query;
    bool asked;
    /* -- the job started last, if any was */
    bool any;
    Query running;
    ProfileView view[TREE_SIDES];
    Grown grown; /* held while it runs */
    uint64_t tree_id;
    uint32_t into;
    int64_t started_ns;
    /* -- what came */
    AnswerCopy copy[RING];
    uint32_t at; /* the newest */
    bool has;
} AnswerLane;

typedef struct HeatLane {
    Engine *engine;
    Lane lane;
    HeatSpec spec;
    bool asked;
    HeatBuilder builder; /* -- the job's, while it runs */
    /* -- the job started last, if any was */
    bool any, exact;
    HeatSpec running;
    ProfileView view;
    const Profile *profile;
    uint32_t into;
    int64_t started_ns, took_ns;
    /* -- what came */
    HeatCopy copy[RING];
    uint32_t at;
    bool has;
} HeatLane;

typedef struct IndexJob {
    const Profile *profile;
    ProfileView view;
    uint32_t slot;
    uint64_t id;
    Index *made;
    int64_t started_ns, took_ns;
} IndexJob;

struct Engine {
    Jobs *jobs;
    Slot slot[ENGINE_SLOTS];
    AnswerLane answer[ANSWERS];
    HeatLane heat[ENGINE_SLOTS];
    Aside aside[ASIDES];
    Lane index_lane;
    IndexJob index_job;
    TreeLane trees;
    Retired retired;
    uint64_t generation, ids; /* of indexes and trees */
    EngineStats stats;
};

static uint32_t other_slot(uint32_t slot) {
    return 1 - slot;
}

/* ---- jobs -------------------------------------------------------------------------------- */

static void run_answer(void *arg, uint32_t worker) {
    AnswerLane *l = arg;
    Engine *e = l->engine;
    uint32_t slot = l->running.slot;
    AnswerSource source = {.grown = l->grown, .view = {&l->view[0], &l->view[1]}};
    (void)worker;
    source.maker[0] = &e->slot[slot].maker[l - e->answer];
    source.maker[1] = &e->slot[other_slot(slot)].maker[l - e->answer];
    answer_make(&source, &l->running, &l->copy[l->into]);
    lane_finish(&l->lane);
}

static void run_heat(void *arg, uint32_t worker) {
    HeatLane *l = arg;
    int64_t began = clock_thread_cpu_ns();
    (void)worker;
    heat_builder_ask(&l->builder, l->profile, &l->running);
    l->exact = packed_extend(&l->builder, &l->view, HEAT_CHUNK);
    heat_builder_publish(&l->builder, l->copy, RING, l->into, l->exact);
    l->took_ns = clock_thread_cpu_ns() - began;
    lane_finish(&l->lane);
}

static void run_index(void *arg, uint32_t worker) {
    Engine *e = arg;
    IndexJob *job = &e->index_job;
    int64_t began = clock_thread_cpu_ns();
    (void)worker;
    job->made = index_build(job->profile, &job->view, job->id);
    job->took_ns = clock_thread_cpu_ns() - began;
    lane_finish(&e->index_lane);
}

/* ---- indexes ----------------------------------------------------------------------------- */

static bool index_fits(const Slot *s) {
    return s->profile && s->index && s->index->view.has_time == s->view.has_time;
}

/* Parsing leaves a worker free (loader.c), unless there is but one. */
static JobPriority background(const Engine *e) {
    return jobs_workers(e->jobs) > 1 ? JOB_BACKGROUND : JOB_PARSE;
}

static bool index_due(const Slot *s, int64_t now_ns, bool loading) {
    const Index *x = s->index;
    if (!s->profile)
        return false;
    if (!x)
        return s->view.samples || !loading;
    if (x->view.has_time != s->view.has_time)
        return true;
    if (x->view.samples == s->view.samples && x->view.pairs == s->view.pairs)
        return false;
    if (!loading || s->view.samples / 2 >= x->view.samples)
        return true;
    int64_t since = now_ns - s->built_ns;
    return since >= INDEX_EVERY_NS && since / INDEX_SHARE >= s->cost_ns;
}

static void take_index(Engine *e) {
    IndexJob *job = &e->index_job;
    if (!lane_take(&e->index_lane))
        return;
    Slot *s = &e->slot[job->slot];
    if (s->index)
        tree_lane_prune(&e->trees, s->index->id, &e->retired);
    retired_add(&e->retired, (Grown){.index = {s->index}});
    s->index = job->made;
    job->made = NULL;
    s->built_ns = job->started_ns;
    /* Without workers, what happens may not depend on how fast the machine is. */
    s->cost_ns = jobs_workers(e->jobs) ? job->took_ns : 0;
    e->stats.indexes++;
    e->stats.index_ns = job->took_ns;
    e->stats.indexed_samples = s->index->samples;
    e->stats.nodes = s->index->tree->nodes;
}

static void start_index(Engine *e, int64_t now_ns, bool loading) {
    for (uint32_t i = 0; i < ENGINE_SLOTS && !e->index_lane.running; i++) {
        Slot *s = &e->slot[i];
        if (!index_due(s, now_ns, loading))
            continue;
        e->index_job = (IndexJob){.profile = s->profile,
                                  .view = s->view,
                                  .slot = i,
                                  .id = ++e->ids,
                                  .started_ns = now_ns};
        lane_start(&e->index_lane, e->jobs, background(e), run_index, e);
    }
}

/* ---- trees ------------------------------------------------------------------------------- */

/* Another file is compared with over one tree, once there is another file. */
static TreeWish tree_wish(const Engine *e, const Query *q) {
    const Slot *slot = e->slot;
    uint32_t other = other_slot(q->slot);
    TreeWish w = {.spec = q->tree, .slot = q->slot, .index = {slot[q->slot].index}};
    w.spec.joint = (q->tree.joint || q->baseline == BASELINE_FILE) && slot[other].profile;
    w.index[1] = w.spec.joint ? slot[other].index : NULL;
    return w;
}

static bool tree_due(Engine *e, const Query *q, TreeWish *w) {
    if (!q || !index_fits(&e->slot[q->slot]))
        return false;
    *w = tree_wish(e, q);
    return tree_spec_hash(&w->spec) &&
           (!w->spec.joint || index_fits(&e->slot[other_slot(w->slot)])) &&
           !tree_lane_current(&e->trees, w);
}

/* Question k of those that are answered over a tree; NULL: it is not asked now. */
static const Query *query_of(const Engine *e, int k) {
    if (k < ANSWERS)
        return e->answer[k].asked ? &e->answer[k].query : NULL;
    const Aside *a = &e->aside[k - ANSWERS];
    return a->asked && a->kind->tree_of ? a->kind->tree_of(a->wish) : NULL;
}

static bool trees_due(Engine *e) {
    bool due = false;
    for (int k = 0; k < ANSWERS + ASIDES; k++)
        due = due || tree_due(e, query_of(e, k), &(TreeWish){0});
    return due;
}

static void start_tree(Engine *e) {
    TreeWish w;
    bool wanted = false;
    tree_lane_mark(&e->trees);
    for (int k = 0; k < ANSWERS + ASIDES; k++)
        if (tree_due(e, query_of(e, k), &w))
            wanted |= tree_lane_serve(&e->trees, e->jobs, background(e), &w, &e->ids);
    if (!wanted)
        tree_lane_cancel(&e->trees);
}

static void take_tree(Engine *e) {
    if (!tree_lane_take(&e->trees, &e->retired))
        return;
    e->stats.trees++;
    e->stats.tree_ns = e->trees.took_ns;
}

/* What the question can be answered of now. */
static bool find_tree(Engine *e, const Query *q, Grown *out) {
    const Slot *s = &e->slot[q->slot];
    if (!index_fits(s))
        return false;
    TreeWish w = tree_wish(e, q);
    if (!tree_spec_hash(&w.spec)) {
        *out = (Grown){s->index->tree, {s->index}};
        return true;
    }
    const KeptTree *kept = tree_lane_find(&e->trees, w.slot, &w.spec);
    if (!kept || kept->grown.index[0]->view.has_time != s->view.has_time)
        return false;
    *out = kept->grown;
    return true;
}

/* ---- answers ----------------------------------------------------------------------------- */

static bool sees_new_samples(const AnswerLane *l, const Grown *g) {
    const Slot *slot = l->engine->slot;
    return l->view[0].samples != slot[l->query.slot].view.samples ||
           (g->index[1] && l->view[1].samples != slot[other_slot(l->query.slot)].view.samples);
}

static bool answer_due(const AnswerLane *l, Grown *g, int64_t now_ns, bool loading) {
    if (!l->asked || !find_tree(l->engine, &l->query, g))
        return false;
    if (!l->any || l->tree_id != g->tree->id || !query_same(&l->running, &l->query))
        return true;
    return sees_new_samples(l, g) && (!loading || now_ns - l->started_ns >= ANSWER_EVERY_NS);
}

static void count_bytes(Engine *e) {
    size_t bytes = 0;
    for (int k = 0; k < ANSWERS; k++) {
        const AnswerLane *l = &e->answer[k];
        if (l->lane.running)
            return; /* its maker is at work; the figure of before will do */
        for (int i = 0; i < ENGINE_SLOTS; i++)
            bytes += answer_maker_bytes(&e->slot[i].maker[k]);
        for (int i = 0; i < RING; i++)
            bytes += (l->copy[i].cap_a32 + l->copy[i].cap_b32) * 4u +
                     (l->copy[i].cap_a64 + l->copy[i].cap_b64 + l->copy[i].cap_events) * 8u;
    }
    e->stats.answer_bytes = bytes;
}

static bool take_answer(AnswerLane *l) {
    Engine *e = l->engine;
    if (!lane_take(&l->lane))
        return false;
    AnswerCopy *copy = &l->copy[l->into];
    if (l->grown.index[0] == e->slot[l->running.slot].index ||
        tree_lane_holds(&e->trees, l->grown.tree))
        grown_drop(&l->grown); /* not the last to let go */
    else
        retired_add(&e->retired, l->grown);
    l->grown = (Grown){0};
    l->at = l->into;
    l->has = true;
    copy->answer.generation = ++e->generation;
    e->stats.answers++;
    if (l == &e->answer[ANSWER_MAIN])
        e->stats.answer_ns = copy->answer.took_ns;
    count_bytes(e);
    return true;
}

static void start_answer(AnswerLane *l, int64_t now_ns, bool loading) {
    Grown grown;
    if (l->lane.running || !answer_due(l, &grown, now_ns, loading))
        return;
    l->running = l->query;
    l->view[0] = l->engine->slot[l->query.slot].view;
    l->view[1] = l->engine->slot[other_slot(l->query.slot)].view;
    l->grown = grown;
    grown_hold(&l->grown);
    l->tree_id = grown.tree->id;
    l->into = (l->at + 1) % RING;
    l->started_ns = now_ns;
    l->any = true;
    lane_start(&l->lane, l->engine->jobs, JOB_QUERY, run_answer, l);
}

/* ---- heat -------------------------------------------------------------------------------- */

static bool heat_due(const HeatLane *l, int64_t now_ns, bool loading) {
    const Slot *s = &l->engine->slot[l->spec.slot];
    if (!l->asked || !s->profile || (loading && s->view.samples == 0))
        return false;
    if (!l->any || l->profile != s->profile || !heat_spec_same(&l->running, &l->spec) || !l->exact)
        return true;
    return l->view.samples != s->view.samples &&
           (!loading || now_ns - l->started_ns >= HEAT_EVERY_NS);
}

static bool take_heat(HeatLane *l) {
    Engine *e = l->engine;
    if (!lane_take(&l->lane))
        return false;
    l->at = l->into;
    l->has = true;
    l->copy[l->at].grid.generation = ++e->generation;
    e->stats.heats++;
    e->stats.heat_ns = l->took_ns;
    return true;
}

static void start_heat(HeatLane *l, int64_t now_ns, bool loading) {
    if (l->lane.running || !heat_due(l, now_ns, loading))
        return;
    const Slot *s = &l->engine->slot[l->spec.slot];
    l->running = l->spec;
    l->view = s->view;
    l->profile = s->profile;
    l->into = (l->at + 1) % RING;
    l->started_ns = now_ns;
    l->any = true;
    lane_start(&l->lane, l->engine->jobs, JOB_QUERY, run_heat, l);
}

/* ---- the engine -------------------------------------------------------------------------- */

Engine *engine_new(Jobs *jobs) {
    Engine *e = mem_resize(NULL, 0, sizeof(*e));
    e->jobs = jobs;
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        e->heat[i].engine = e;
        heat_builder_init(&e->heat[i].builder);
        for (int k = 0; k < ANSWERS; k++)
            answer_maker_init(&e->slot[i].maker[k]);
    }
    for (int k = 0; k < ANSWERS; k++)
        e->answer[k].engine = e;
    for (int k = 0; k < ASIDES; k++)
        aside_init(&e->aside[k], aside_kinds[k], jobs);
    return e;
}

static void wait_for_jobs(Engine *e) {
    lane_wait(&e->index_lane, e->jobs);
    tree_lane_cancel(&e->trees);
    lane_wait(&e->trees.lane, e->jobs);
    take_index(e);
    take_tree(e);
    for (int k = 0; k < ANSWERS; k++) {
        lane_wait(&e->answer[k].lane, e->jobs);
        take_answer(&e->answer[k]);
    }
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        lane_wait(&e->heat[i].lane, e->jobs);
        take_heat(&e->heat[i]);
    }
    retired_finish(&e->retired, e->jobs);
}

/* Another profile may come to live at the same address. */
static void forget_heat(HeatLane *l) {
    heat_builder_free(&l->builder);
    heat_builder_init(&l->builder);
    for (int i = 0; i < RING; i++)
        heat_copy_free(&l->copy[i]);
    l->has = l->any = false;
}

void engine_set_profile(Engine *e, uint32_t slot, const Profile *profile) {
    Slot *s = &e->slot[slot];
    for (int k = 0; k < ASIDES; k++)
        aside_forget(&e->aside[k], slot);
    wait_for_jobs(e);
    tree_lane_forget(&e->trees, slot);
    index_drop(s->index);
    for (int k = 0; k < ANSWERS; k++)
        answer_maker_free(&s->maker[k]);
    memset(s, 0, sizeof(*s));
    for (int k = 0; k < ANSWERS; k++) {
        AnswerLane *l = &e->answer[k];
        answer_maker_init(&s->maker[k]);
        if (l->has && (l->copy[l->at].answer.query.slot == slot || l->copy[l->at].answer.profile_b))
            l->has = false;
        if (l->running.slot == slot || l->query.tree.joint || l->query.baseline == BASELINE_FILE)
            l->any = false;
    }
    s->profile = profile;
    s->held = false;
    if (profile)
        s->view = profile_view(profile);
    forget_heat(&e->heat[slot]);
}

void engine_hold(Engine *e, uint32_t slot, bool held) {
    e->slot[slot].held = held;
}

void engine_free(Engine *e) {
    if (!e)
        return;
    for (int k = 0; k < ASIDES; k++)
        aside_free(&e->aside[k]);
    wait_for_jobs(e);
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        tree_lane_forget(&e->trees, i);
        index_drop(e->slot[i].index);
        for (int k = 0; k < ANSWERS; k++)
            answer_maker_free(&e->slot[i].maker[k]);
        for (int r = 0; r < RING; r++)
            heat_copy_free(&e->heat[i].copy[r]);
        heat_builder_free(&e->heat[i].builder);
    }
    for (int k = 0; k < ANSWERS; k++)
        for (int r = 0; r < RING; r++)
            answer_copy_free(&e->answer[k].copy[r]);
    mem_resize(e, sizeof(*e), 0);
}

void engine_ask(Engine *e, AnswerId which, const Query *query) {
    AnswerLane *l = &e->answer[which];
    l->asked = query != NULL;
    if (!query)
        return;
    l->query = *query;
    if (l->query.slot >= ENGINE_SLOTS)
        l->query.slot = 0;
}

void engine_ask_heat(Engine *e, const HeatSpec *spec) {
    HeatLane *l = &e->heat[spec->slot < ENGINE_SLOTS ? spec->slot : 0];
    l->spec = *spec;
    l->spec.slot = (uint8_t)(l - e->heat);
    l->asked = true;
}

void engine_ask_aside(Engine *e, AsideId which, uint32_t slot, const void *wish) {
    aside_ask(&e->aside[which], slot < ENGINE_SLOTS ? slot : 0, wish);
}

static AsideSource source_of(Engine *e, AsideId which) {
    const Slot *s = &e->slot[e->aside[which].slot];
    AsideSource source = {.profile = s->profile, .view = s->view, .index = s->index};
    const Query *q = query_of(e, ANSWERS + (int)which);
    if (q && find_tree(e, q, &source.grown) && source.grown.index[1])
        source.view_b = e->slot[other_slot(q->slot)].view;
    return source;
}

bool engine_poll(Engine *e, int64_t now_ns, bool loading) {
    bool news = false;
    for (int i = 0; i < ENGINE_SLOTS; i++)
        if (e->slot[i].profile && !e->slot[i].held)
            e->slot[i].view = profile_view(e->slot[i].profile);
    take_index(e);
    take_tree(e);
    start_tree(e);
    for (int k = 0; k < ANSWERS; k++) {
        news |= take_answer(&e->answer[k]);
        start_answer(&e->answer[k], now_ns, loading);
    }
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        news |= take_heat(&e->heat[i]);
        start_heat(&e->heat[i], now_ns, loading);
    }
    for (int k = 0; k < ASIDES; k++) {
        AsideSource source = source_of(e, (AsideId)k);
        news |= aside_poll(&e->aside[k], &source, now_ns, loading);
    }
    start_index(e, now_ns, loading);
    retired_poll(&e->retired, e->jobs);
    return news;
}

const Answer *engine_answer(const Engine *e, AnswerId which) {
    const AnswerLane *l = &e->answer[which];
    return l->has ? &l->copy[l->at].answer : NULL;
}

const HeatGrid *engine_heat(const Engine *e, uint32_t slot) {
    const HeatLane *l = &e->heat[slot];
    return l->has ? &l->copy[l->at].grid : NULL;
}

const void *engine_aside(const Engine *e, AsideId which) {
    return aside_result(&e->aside[which]);
}

const Aside *engine_aside_state(const Engine *e, AsideId which) {
    return &e->aside[which];
}

static bool asides_busy(Engine *e) {
    for (int k = 0; k < ASIDES; k++) {
        AsideSource source = source_of(e, (AsideId)k);
        if (aside_busy(&e->aside[k], &source))
            return true;
    }
    return false;
}

bool engine_busy(Engine *e) {
    if (e->index_lane.running || e->trees.lane.running || trees_due(e) || asides_busy(e))
        return true;
    Grown grown;
    for (int k = 0; k < ANSWERS; k++)
        if (e->answer[k].lane.running || answer_due(&e->answer[k], &grown, 0, false))
            return true;
    for (int i = 0; i < ENGINE_SLOTS; i++)
        if (e->heat[i].lane.running || heat_due(&e->heat[i], 0, false) ||
            index_due(&e->slot[i], 0, false))
            return true;
    return false;
}

static bool answer_settled(const AnswerLane *l) {
    const Slot *s = &l->engine->slot[l->query.slot];
    const Answer *a = l->has ? &l->copy[l->at].answer : NULL;
    Grown g;
    if (!a || !s->profile || !query_same(&a->query, &l->query) ||
        !find_tree(l->engine, &l->query, &g) || a->tree != g.tree)
        return false;
    ProfileView view = s->held ? s->view : profile_view(s->profile);
    if (a->samples != view.samples || g.tree->pairs != view.pairs ||
        (g.index[0]->base && g.index[0]->samples != view.samples))
        return false;
    if (!g.index[1])
        return true;
    view = profile_view(g.index[1]->profile);
    return a->samples_b == view.samples && g.tree->pairs_b == view.pairs;
}

bool engine_settled(Engine *e) {
    for (int k = 0; k < ANSWERS; k++)
        if ((k == ANSWER_MAIN || e->answer[k].asked) && !answer_settled(&e->answer[k]))
            return false;
    return !trees_due(e) && !asides_busy(e);
}

void engine_stats(const Engine *e, EngineStats *out) {
    *out = e->stats;
    out->index_bytes = out->checkpoint_bytes = 0;
    out->tree_bytes = tree_lane_bytes(&e->trees);
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        const Index *x = e->slot[i].index;
        if (!x)
            continue;
        out->index_bytes += index_bytes(x) + tree_bytes(x->tree);
        out->checkpoint_bytes += index_snapshot_bytes(x);
    }
}
