#include "ingest/trace_samples.h"

static FrameId frame_itself(void *context, uint32_t frame) {
    (void)context;
    return frame;
}

void trace_samples_init(TraceSamples *s, Rows *rows) {
    *s = (TraceSamples){.rows = rows};
    call_tree_init(&s->frames, frame_itself, NULL);
    id_map_init(&s->frame_of);
    id_map_init(&s->step_of);
    column_init(&s->taken, sizeof(TraceSample), 8);
}

void trace_samples_free(TraceSamples *s) {
    call_tree_free(&s->frames);
    id_map_free(&s->frame_of);
    id_map_free(&s->step_of);
    column_free(&s->taken);
}

NameId trace_text(Rows *rows, JsonPull *p, const JsonMember *m) {
    if (m->token == JSON_STRING || m->token == JSON_NUMBER)
        return rows_name(rows, m->text);
    json_pull_skip(p, m->token);
    return 0;
}

/* ---- frames -------------------------------------------------------------------------------
 */

static FrameId frame_called(TraceSamples *s, NameId name, NameId category) {
    if (!name)
        name = rows_name(s->rows, STR("[unknown]"));
    return frames_intern(&s->rows->part.dict.frames, (Frame){name, category, FRAME_USER});
}

static uint32_t new_node(TraceSamples *s, uint32_t parent, uint32_t frame) {
    uint32_t number = (uint32_t)s->frames.node.count;
    call_tree_set(&s->frames, number, parent, frame);
    return number;
}

uint32_t trace_samples_named(TraceSamples *s, NameId id) {
    uint32_t known = id_map_find(&s->frame_of, id, 0);
    if (known)
        return known - 1;
    uint32_t number = new_node(s, CALL_ROOT, CALL_NO_FRAME);
    id_map_add(&s->frame_of, id, 0, number + 1);
    return number;
}

uint32_t trace_samples_listed(TraceSamples *s, JsonPull *p) {
    uint32_t node = CALL_ROOT;
    JsonToken token;
    while (json_pull_item(p, &token)) {
        if (token != JSON_STRING && token != JSON_NUMBER) {
            json_pull_skip(p, token);
            continue;
        }
        NameId name = rows_name(s->rows, p->text);
        uint32_t caller = node + 1, known = id_map_find(&s->step_of, caller, name);
        if (!known) {
            known = new_node(s, node, frame_called(s, name, 0)) + 1;
            id_map_add(&s->step_of, caller, name, known);
        }
        node = known - 1;
    }
    return node;
}

void trace_samples_frames(TraceSamples *s, JsonPull *p) {
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p)) {
        uint32_t number = trace_samples_named(s, rows_name(s->rows, p->text)), parent = CALL_ROOT;
        NameId name = 0, category = 0;
        JsonMember m;
        if (!json_pull_expect(p, JSON_OBJECT))
            continue;
        while (json_pull_member(p, &m)) {
            if (JSON_KEY_IS(&m, "name"))
                name = trace_text(s->rows, p, &m);
            else if (JSON_KEY_IS(&m, "category"))
                category = trace_text(s->rows, p, &m);
            else if (JSON_KEY_IS(&m, "parent"))
                parent = trace_samples_named(s, trace_text(s->rows, p, &m));
            else
                json_pull_skip(p, m.token);
        }
        call_tree_set(&s->frames, number, parent, frame_called(s, name, category));
    }
}

/* ---- rows ---------------------------------------------------------------------------------
 */

void trace_samples_add(TraceSamples *s, const TraceSample *sample) {
    s->weights = s->weights || sample->weight != 1;
    COLUMN_PUSH(&s->taken, TraceSample) = *sample;
}

static const TraceSample *sample_at(const TraceSamples *s, uint64_t i) {
    return (const TraceSample *)column_at(&s->taken, i);
}

/* Where each sample stands thread by thread; `start` has room for one number more than threads. */
static void put_in_order(const TraceSamples *s, uint64_t *order, uint64_t *start,
                         uint32_t threads) {
    for (uint64_t i = 0; i < s->taken.count; i++)
        start[sample_at(s, i)->thread + 1]++;
    for (uint32_t i = 0; i < threads; i++)
        start[i + 1] += start[i];
    for (uint64_t i = 0; i < s->taken.count; i++)
        order[start[sample_at(s, i)->thread]++] = i;
}

static void emit_one(TraceSamples *s, const TraceSample *sample, Context context) {
    bool cut = false;
    NameId event = sample->event ? sample->event : rows_name(s->rows, STR("samples"));
    context.event = contexts_event_weighed(&s->rows->part.dict.contexts, event,
                                           s->weights ? WEIGHT_PERIOD : WEIGHT_SAMPLES);
    StackId stack = call_tree_stack(&s->frames, s->rows, sample->node, &cut);
    if (cut)
        rows_complain(s->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
    rows_add(s->rows, sample->time_ns, rows_pair(s->rows, stack, context),
             s->weights ? sample->weight : 0);
}

/* Thread by thread, for a stack stands on its thread. */
void trace_samples_emit(TraceSamples *s, const Context *context, uint32_t threads) {
    uint64_t n = s->taken.count;
    size_t starts = ((size_t)threads + 1) * sizeof(uint64_t), bytes = n * sizeof(uint64_t);
    if (n == 0)
        return;
    uint64_t *start = mem_resize(NULL, 0, starts), *order = mem_resize(NULL, 0, bytes);
    put_in_order(s, order, start, threads);
    for (uint64_t i = 0, thread = UINT64_MAX; i < n && !s->rows->stopped; i++) {
        const TraceSample *sample = sample_at(s, order[i]);
        const Context *c = &context[sample->thread];
        if (sample->thread != thread)
            call_tree_base(&s->frames, rows_process(s->rows, c->comm));
        thread = sample->thread;
        emit_one(s, sample, *c);
    }
    mem_resize(order, bytes, 0);
    mem_resize(start, starts, 0);
}
