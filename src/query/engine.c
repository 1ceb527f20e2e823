/* DESIGN
 * Four lanes (answers, heat, index, freeing), each with at most one job in flight. A lane's job
 * has a copy of its wish and of the profile's view; what it makes goes into a ring of three, so
 * that main may keep the newest and the one before while the next is written. The job's last
 * acts are a flag (release) and wake(); poll reads the flag (acquire) and takes the result in.
 * A ticket ends a little after the flag, so each lane has two and uses them in turn.
 * Everything but the jobs runs on main, so nothing else here is shared. */
#include "query/engine.h"
#include "query/packed.h"

#include <string.h>

#include "base/clock.h"
#include "base/wake.h"
#include "query/answer_maker.h"
#include "query/heat_builder.h"

enum { RING = 3, RETIRED = 8, HEAT_CHUNK = 1 << 20 };

static const int64_t ANSWER_EVERY_NS = 50000000; /* while loading, for one unchanged wish */
static const int64_t HEAT_EVERY_NS = 16000000;   /* likewise */
static const int64_t INDEX_EVERY_NS = 500000000;
enum { INDEX_SHARE = 10 }; /* … if that takes less than one part in ten of a core */

typedef struct Lane {
    JobTicket ticket[2];
    uint32_t turn;
    bool running; /* -- main only */
    atomic_bool finished;
} Lane;

typedef struct Slot {
    const Profile *profile;
    ProfileView view;
    Index *index;
    uint32_t trees; /* kinds ever asked for */
    int64_t built_ns, cost_ns;
    AnswerMaker maker; /* -- the answer lane's job, while it runs */
} Slot;

typedef struct AnswerJob {
    Query query;
    ProfileView view;
    const Index *index;
    uint64_t index_id;
    uint32_t into;
    int64_t started_ns;
    bool any; /* the fields above tell of the job started last */
} AnswerJob;

typedef struct HeatJob {
    HeatSpec spec;
    ProfileView view;
    const Profile *profile;
    uint32_t into;
    int64_t started_ns, took_ns;
    bool exact, any;
} HeatJob;

typedef struct IndexJob {
    const Profile *profile;
    ProfileView view;
    uint32_t slot, trees;
    uint64_t id;
    Index *made;
    int64_t started_ns, took_ns;
} IndexJob;

struct Engine {
    Jobs *jobs;
    Slot slot[ENGINE_SLOTS];
    Lane answer_lane, heat_lane, index_lane, free_lane;
    AnswerJob answer_job;
    HeatJob heat_job;
    IndexJob index_job;
    HeatBuilder builder; /* -- the heat lane's job, while it runs */
    AnswerCopy answer[RING];
    HeatCopy heat[RING];
    uint32_t answer_at, heat_at; /* the newest in each ring */
    bool has_answer, has_heat;
    Query query;
    HeatSpec spec;
    bool asked, asked_heat;
    Index *retired[RETIRED], *freeing;
    uint32_t retired_count;
    uint64_t generation, index_id;
    EngineStats stats;
};

/* ---- lanes ------------------------------------------------------------------------------- */

static void lane_start(Engine *e, Lane *lane, JobPriority priority,
                       void (*run)(void *arg, uint32_t worker)) {
    JobTicket *ticket = &lane->ticket[lane->turn ^= 1];
    jobs_wait(e->jobs, ticket); /* of the job before the one that just finished: long done */
    atomic_store_explicit(&lane->finished, false, memory_order_relaxed);
    lane->running = true;
    jobs_submit(e->jobs, priority, run, e, ticket);
}

static void lane_finish(Lane *lane) {
    atomic_store_explicit(&lane->finished, true, memory_order_release);
    wake();
}

static bool lane_take(Lane *lane) {
    if (!lane->running || !atomic_load_explicit(&lane->finished, memory_order_acquire))
        return false;
    lane->running = false;
    return true;
}

static void lane_wait(Engine *e, Lane *lane) {
    for (int i = 0; i < 2; i++)
        jobs_wait(e->jobs, &lane->ticket[i]);
}

/* ---- jobs -------------------------------------------------------------------------------- */

static void run_answer(void *arg, uint32_t worker) {
    Engine *e = arg;
    AnswerJob *job = &e->answer_job;
    (void)worker;
    answer_make(&e->slot[job->query.slot].maker, job->index, &job->view, &job->query,
                &e->answer[job->into]);
    lane_finish(&e->answer_lane);
}

static void run_heat(void *arg, uint32_t worker) {
    Engine *e = arg;
    HeatJob *job = &e->heat_job;
    int64_t began = clock_thread_cpu_ns();
    (void)worker;
    heat_builder_ask(&e->builder, job->profile, &job->spec);
    job->exact = packed_extend(&e->builder, &job->view, HEAT_CHUNK);
    heat_builder_publish(&e->builder, e->heat, RING, job->into, job->exact);
    job->took_ns = clock_thread_cpu_ns() - began;
    lane_finish(&e->heat_lane);
}

static void run_index(void *arg, uint32_t worker) {
    Engine *e = arg;
    IndexJob *job = &e->index_job;
    int64_t began = clock_thread_cpu_ns();
    (void)worker;
    job->made = index_build(job->profile, &job->view, job->trees, job->id);
    job->took_ns = clock_thread_cpu_ns() - began;
    lane_finish(&e->index_lane);
}

static void run_free(void *arg, uint32_t worker) {
    Engine *e = arg;
    (void)worker;
    index_free(e->freeing);
    lane_finish(&e->free_lane);
}

/* ---- indexes ----------------------------------------------------------------------------- */

/* Freed by a job, for giving back some hundred megabytes takes longer than a frame. */
static void retire(Engine *e, Index *index) {
    if (!index)
        return;
    if (e->retired_count == RETIRED) {
        lane_wait(e, &e->answer_lane);
        index_free(e->retired[--e->retired_count]);
    }
    e->retired[e->retired_count++] = index;
}

static void free_retired(Engine *e) {
    lane_take(&e->free_lane);
    if (e->free_lane.running)
        return;
    for (uint32_t i = 0; i < e->retired_count; i++) {
        if (e->answer_lane.running && e->answer_job.index == e->retired[i])
            continue;
        e->freeing = e->retired[i];
        e->retired[i] = e->retired[--e->retired_count];
        lane_start(e, &e->free_lane, JOB_BACKGROUND, run_free);
        return;
    }
}

static bool index_fits(const Slot *s, uint8_t tree) {
    return s->index && s->index->view.has_time == s->view.has_time && s->index->tree[tree];
}

static bool index_due(const Slot *s, int64_t now_ns, bool loading) {
    const Index *x = s->index;
    if (!s->profile)
        return false;
    if (!x)
        return s->view.samples || !loading;
    for (uint8_t kind = 0; kind < TREE_KINDS; kind++)
        if ((s->trees >> kind & 1) && !x->tree[kind])
            return true;
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
    retire(e, s->index);
    s->index = job->made;
    job->made = NULL;
    s->built_ns = job->started_ns;
    /* Without workers, what happens may not depend on how fast the machine is. */
    s->cost_ns = jobs_workers(e->jobs) ? job->took_ns : 0;
    e->stats.indexes++;
    e->stats.index_ns = job->took_ns;
    e->stats.indexed_samples = s->index->samples;
    e->stats.nodes = s->index->tree[TREE_FORWARD]->nodes;
}

static void start_index(Engine *e, int64_t now_ns, bool loading) {
    for (uint32_t i = 0; i < ENGINE_SLOTS && !e->index_lane.running; i++) {
        Slot *s = &e->slot[i];
        if (!index_due(s, now_ns, loading))
            continue;
        e->index_job = (IndexJob){.profile = s->profile,
                                  .view = s->view,
                                  .slot = i,
                                  .trees = s->trees,
                                  .id = ++e->index_id,
                                  .started_ns = now_ns};
        /* parsing leaves a worker free (loader.c), unless there is but one */
        JobPriority where = jobs_workers(e->jobs) > 1 ? JOB_BACKGROUND : JOB_PARSE;
        lane_start(e, &e->index_lane, where, run_index);
    }
}

/* ---- answers ----------------------------------------------------------------------------- */

static bool answer_due(const Engine *e, int64_t now_ns, bool loading) {
    const Slot *s = &e->slot[e->query.slot];
    const AnswerJob *last = &e->answer_job;
    if (!e->asked || !s->profile || !index_fits(s, e->query.tree))
        return false;
    if (!last->any || last->index_id != s->index->id || !query_same(&last->query, &e->query))
        return true;
    return last->view.samples != s->view.samples &&
           (!loading || now_ns - last->started_ns >= ANSWER_EVERY_NS);
}

static bool take_answer(Engine *e) {
    if (!lane_take(&e->answer_lane))
        return false;
    AnswerCopy *copy = &e->answer[e->answer_job.into];
    e->answer_at = e->answer_job.into;
    e->has_answer = true;
    copy->answer.generation = ++e->generation;
    e->stats.answers++;
    e->stats.answer_ns = copy->answer.took_ns;
    e->stats.answer_bytes = answer_maker_bytes(&e->slot[e->answer_job.query.slot].maker);
    for (int i = 0; i < RING; i++)
        e->stats.answer_bytes += (e->answer[i].cap_a32 + e->answer[i].cap_b32) * 4u +
                                 (e->answer[i].cap_a64 + e->answer[i].cap_b64) * 8u;
    return true;
}

static void start_answer(Engine *e, int64_t now_ns, bool loading) {
    if (e->answer_lane.running || !answer_due(e, now_ns, loading))
        return;
    const Slot *s = &e->slot[e->query.slot];
    e->answer_job = (AnswerJob){.query = e->query,
                                .view = s->view,
                                .index = s->index,
                                .index_id = s->index->id,
                                .into = (e->answer_at + 1) % RING,
                                .started_ns = now_ns,
                                .any = true};
    lane_start(e, &e->answer_lane, JOB_QUERY, run_answer);
}

/* ---- heat -------------------------------------------------------------------------------- */

static bool heat_due(const Engine *e, int64_t now_ns, bool loading) {
    const Slot *s = &e->slot[e->spec.slot];
    const HeatJob *last = &e->heat_job;
    if (!e->asked_heat || !s->profile || (loading && s->view.samples == 0))
        return false;
    if (!last->any || last->profile != s->profile || !heat_spec_same(&last->spec, &e->spec) ||
        !last->exact)
        return true;
    return last->view.samples != s->view.samples &&
           (!loading || now_ns - last->started_ns >= HEAT_EVERY_NS);
}

static bool take_heat(Engine *e) {
    if (!lane_take(&e->heat_lane))
        return false;
    e->heat_at = e->heat_job.into;
    e->has_heat = true;
    e->heat[e->heat_at].grid.generation = ++e->generation;
    e->stats.heats++;
    e->stats.heat_ns = e->heat_job.took_ns;
    return true;
}

static void start_heat(Engine *e, int64_t now_ns, bool loading) {
    if (e->heat_lane.running || !heat_due(e, now_ns, loading))
        return;
    const Slot *s = &e->slot[e->spec.slot];
    e->heat_job = (HeatJob){.spec = e->spec,
                            .view = s->view,
                            .profile = s->profile,
                            .into = (e->heat_at + 1) % RING,
                            .started_ns = now_ns,
                            .any = true};
    lane_start(e, &e->heat_lane, JOB_QUERY, run_heat);
}

/* ---- the engine -------------------------------------------------------------------------- */

Engine *engine_new(Jobs *jobs) {
    Engine *e = mem_resize(NULL, 0, sizeof(*e));
    e->jobs = jobs;
    heat_builder_init(&e->builder);
    for (int i = 0; i < ENGINE_SLOTS; i++)
        answer_maker_init(&e->slot[i].maker);
    return e;
}

static void wait_for_jobs(Engine *e) {
    Lane *lanes[] = {&e->answer_lane, &e->heat_lane, &e->index_lane, &e->free_lane};
    for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
        lane_wait(e, lanes[i]);
    take_index(e);
    take_answer(e);
    take_heat(e);
    lane_take(&e->free_lane);
    while (e->retired_count)
        index_free(e->retired[--e->retired_count]);
}

void engine_set_profile(Engine *e, uint32_t slot, const Profile *profile) {
    Slot *s = &e->slot[slot];
    wait_for_jobs(e);
    index_free(s->index);
    answer_maker_free(&s->maker);
    memset(s, 0, sizeof(*s));
    answer_maker_init(&s->maker);
    s->profile = profile;
    if (profile)
        s->view = profile_view(profile);
    if (e->has_answer && e->answer[e->answer_at].answer.query.slot == slot)
        e->has_answer = false;
    if (e->answer_job.query.slot == slot)
        e->answer_job.any = false;
    if (e->has_heat && e->heat[e->heat_at].grid.spec.slot == slot)
        e->has_heat = false;
    if (e->heat_job.spec.slot == slot) {
        /* Another profile may come to live at the same address. */
        heat_builder_free(&e->builder);
        heat_builder_init(&e->builder);
        for (int i = 0; i < RING; i++)
            heat_copy_free(&e->heat[i]);
        e->has_heat = e->heat_job.any = false;
    }
}

void engine_free(Engine *e) {
    if (!e)
        return;
    wait_for_jobs(e);
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        index_free(e->slot[i].index);
        answer_maker_free(&e->slot[i].maker);
    }
    for (int i = 0; i < RING; i++) {
        answer_copy_free(&e->answer[i]);
        heat_copy_free(&e->heat[i]);
    }
    heat_builder_free(&e->builder);
    mem_resize(e, sizeof(*e), 0);
}

void engine_ask(Engine *e, const Query *query) {
    e->query = *query;
    if (e->query.slot >= ENGINE_SLOTS)
        e->query.slot = 0;
    if (e->query.tree >= TREE_KINDS)
        e->query.tree = TREE_FORWARD;
    e->asked = true;
    e->slot[e->query.slot].trees |= 1u << e->query.tree;
}

void engine_ask_heat(Engine *e, const HeatSpec *spec) {
    e->spec = *spec;
    if (e->spec.slot >= ENGINE_SLOTS)
        e->spec.slot = 0;
    e->asked_heat = true;
}

bool engine_poll(Engine *e, int64_t now_ns, bool loading) {
    for (int i = 0; i < ENGINE_SLOTS; i++)
        if (e->slot[i].profile)
            e->slot[i].view = profile_view(e->slot[i].profile);
    take_index(e);
    bool news = take_answer(e);
    news = take_heat(e) || news;
    start_answer(e, now_ns, loading);
    start_heat(e, now_ns, loading);
    start_index(e, now_ns, loading);
    free_retired(e);
    return news;
}

const Answer *engine_answer(const Engine *e) {
    return e->has_answer ? &e->answer[e->answer_at].answer : NULL;
}

const HeatGrid *engine_heat(const Engine *e) {
    return e->has_heat ? &e->heat[e->heat_at].grid : NULL;
}

bool engine_busy(const Engine *e) {
    if (e->answer_lane.running || e->heat_lane.running || e->index_lane.running)
        return true;
    for (int i = 0; i < ENGINE_SLOTS; i++)
        if (index_due(&e->slot[i], 0, false))
            return true;
    return answer_due(e, 0, false) || heat_due(e, 0, false);
}

bool engine_settled(const Engine *e) {
    const Slot *s = &e->slot[e->query.slot];
    const Answer *a = engine_answer(e);
    if (!a || !s->profile || !query_same(&a->query, &e->query))
        return false;
    ProfileView view = profile_view(s->profile);
    return a->samples == view.samples && a->tree->pairs == view.pairs;
}

void engine_stats(const Engine *e, EngineStats *out) {
    *out = e->stats;
    out->index_bytes = out->checkpoint_bytes = 0;
    for (int i = 0; i < ENGINE_SLOTS; i++) {
        const Index *x = e->slot[i].index;
        if (!x)
            continue;
        out->index_bytes += index_bytes(x) + tree_bytes(x->tree[TREE_FORWARD]);
        out->checkpoint_bytes += index_snapshot_bytes(x);
    }
}
