#include "ingest/v8_profile.h"

#include <string.h>

#include "ingest/decimal.h"

enum {
    US = 3, /* µs to ns, as a power of ten */
    FAR_OFF = 1000,
    BLOCK = JSON_SMALL_MOST, /* samples at a time */
};

/* Up to so many ns a step, those of a block on top of up to TIME_MOST are no more than an int64_t
 * holds. */
#define STEP_MOST ((1ll << 53) - 1)
#define TIME_MOST (1ll << 62)

/* What the readers of one call share. */
typedef struct Reader {
    V8Profile *v;
    JsonPull *json;
    Rows *rows;
} Reader;

static FrameId frame_of(void *context, uint32_t frame) {
    (void)context;
    return frame;
}

void v8_profile_init(V8Profile *v) {
    *v = (V8Profile){0};
    call_tree_init(&v->tree, frame_of, NULL);
    id_map_init(&v->number_of);
    Column *column[] = {&v->dense, &v->hits, &v->pair, &v->child};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_init(column[i], sizeof(uint32_t), 8);
    column_init(&v->told, sizeof(uint8_t), 8);
    fifo_init(&v->sample, sizeof(uint32_t));
    time_list_init(&v->time);
}

void v8_profile_free(V8Profile *v) {
    call_tree_free(&v->tree);
    id_map_free(&v->number_of);
    Column *column[] = {&v->dense, &v->hits, &v->pair, &v->child, &v->told};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_free(column[i]);
    fifo_free(&v->sample);
    time_list_free(&v->time);
    mem_resize(v->pair_of, v->pairs * sizeof *v->pair_of, 0);
}

void v8_profile_context(V8Profile *v, Rows *rows, Context context) {
    if (v->has_context)
        return;
    v->has_context = true;
    v->context = context;
    call_tree_base(&v->tree, rows_process(rows, context.comm));
}

/* ---- nodes --------------------------------------------------------------------------------
 */

static uint32_t new_number(V8Profile *v) {
    uint32_t number = (uint32_t)v->tree.node.count;
    call_tree_set(&v->tree, number, CALL_ROOT, CALL_NO_FRAME);
    COLUMN_PUSH(&v->hits, uint32_t) = 0;
    COLUMN_PUSH(&v->told, uint8_t) = false;
    v->untold++;
    COLUMN_PUSH(&v->pair, PairId) = 0;
    return number;
}

/* The number + 1 of a node id, 0 when there is none. */
static inline uint32_t known_id(const V8Profile *v, uint32_t id) {
    uint32_t known = id < v->dense.count ? COLUMN_AT(&v->dense, uint32_t, id) : 0;
    return known || !v->number_of.count ? known : id_map_find(&v->number_of, id, 0);
}

/* V8 counts ids from 1: a list will do, unless some are far off. */
static uint32_t number_of(V8Profile *v, uint32_t id) {
    uint32_t known = known_id(v, id);
    if (known)
        return known - 1;
    uint32_t number = new_number(v);
    if (id > v->dense.count + FAR_OFF) {
        id_map_add(&v->number_of, id, 0, number + 1);
        return number;
    }
    while (v->dense.count <= id)
        COLUMN_PUSH(&v->dense, uint32_t) = 0;
    COLUMN_AT(&v->dense, uint32_t, id) = number + 1;
    return number;
}

typedef struct Node {
    uint32_t id, hits, parent; /* parent: a number */
    bool has_id, has_frame;
    NameId name, url;
    int64_t line, column; /* from 0; -1: unsaid */
    uint64_t children;    /* where its children begin in V8Profile.child */
} Node;

static void read_name(Reader *r, NameId *name) {
    if (json_pull_expect(r->json, JSON_STRING))
        *name = rows_name(r->rows, r->json->text);
}

/* What names a function lies in an object of its own, before Chrome 58 in the node itself. */
static void read_function(Reader *r, Node *node) {
    JsonPull *p = r->json;
    if (JSON_IS(p, "functionName")) {
        node->has_frame = true;
        read_name(r, &node->name);
    } else if (JSON_IS(p, "url")) {
        read_name(r, &node->url);
    } else if (JSON_IS(p, "lineNumber")) {
        json_pull_scaled(p, 0, &node->line);
    } else if (JSON_IS(p, "columnNumber")) {
        json_pull_scaled(p, 0, &node->column);
    } else {
        json_pull_pass(p);
    }
}

/* Functions without a name are told apart by where they begin. */
static FrameId frame_of_node(Reader *r, const Node *node) {
    Str name = names_get(&r->rows->part.dict.names, node->name);
    Str url = names_get(&r->rows->part.dict.names, node->url);
    uint32_t kind = url.n ? FRAME_JIT : FRAME_USER;
    if (name.n)
        return str_eq(name, STR("(root)")) ? CALL_NO_FRAME : rows_frame(r->rows, name, url, kind);
    Buf text = {0};
    buf_puts(&text, "(anonymous)");
    if (node->line >= 0)
        buf_printf(&text, ":%lld", (long long)node->line + 1);
    if (node->line >= 0 && node->column >= 0)
        buf_printf(&text, ":%lld", (long long)node->column + 1);
    FrameId frame = rows_frame(r->rows, buf_str(&text), url, kind);
    buf_free(&text);
    return frame;
}

static uint32_t read_node(Reader *r);

static void read_children(Reader *r) {
    JsonPull *p = r->json;
    JsonToken token;
    uint32_t id;
    if (!json_pull_expect(p, JSON_ARRAY))
        return;
    while (json_pull_item(p, &token)) {
        if (token == JSON_OBJECT)
            COLUMN_PUSH(&r->v->child, uint32_t) = read_node(r);
        else if (json_pull_uint_of(p, token, &id))
            COLUMN_PUSH(&r->v->child, uint32_t) = number_of(r->v, id);
    }
}

static void read_member(Reader *r, Node *node) {
    JsonPull *p = r->json;
    uint32_t id;
    if (JSON_IS(p, "id")) {
        node->has_id = json_pull_uint(p, &node->id);
    } else if (JSON_IS(p, "callFrame")) {
        if (json_pull_expect(p, JSON_OBJECT))
            while (json_pull_key(p))
                read_function(r, node);
    } else if (JSON_IS(p, "hitCount")) {
        json_pull_uint(p, &node->hits);
    } else if (JSON_IS(p, "parent")) {
        if (json_pull_uint(p, &id))
            node->parent = number_of(r->v, id);
    } else if (JSON_IS(p, "children")) {
        read_children(r);
    } else {
        read_function(r, node);
    }
}

/* Behind its opening brace. Calls itself where nodes are nested: at most JSON_PULL_LEVELS deep.
 */
static uint32_t read_node(Reader *r) {
    Node node = {.parent = CALL_ROOT, .line = -1, .column = -1, .children = r->v->child.count};
    int64_t offset = r->json->offset;
    while (json_pull_key(r->json))
        read_member(r, &node);
    uint32_t number = node.has_id ? number_of(r->v, node.id) : new_number(r->v);
    if (!r->json->broken && (!node.has_id || !node.has_frame))
        rows_complain(r->rows, COMPLAINT_FRAME, offset, (Str){0});
    FrameId frame = node.has_frame ? frame_of_node(r, &node) : CALL_NO_FRAME;
    CallNode *known = (CallNode *)column_at(&r->v->tree.node, number);
    known->frame = frame;
    if (node.parent != CALL_ROOT)
        known->parent = node.parent;
    COLUMN_AT(&r->v->hits, uint32_t, number) = node.hits;
    r->v->untold -= !COLUMN_AT(&r->v->told, uint8_t, number);
    COLUMN_AT(&r->v->told, uint8_t, number) = true;
    for (uint64_t i = node.children; i < r->v->child.count; i++)
        call_tree_set_parent(&r->v->tree, COLUMN_AT(&r->v->child, uint32_t, i), number);
    r->v->child.count = node.children;
    return number;
}

/* ---- samples ------------------------------------------------------------------------------
 */

/* The pair of a node id that was no row before, or is far off; 0: no such node. */
static PairId new_pair(V8Profile *v, Rows *rows, uint32_t id) {
    uint32_t known = known_id(v, id);
    if (!known) {
        rows_complain(rows, COMPLAINT_FRAME, -1, STR("a sample of no known node"));
        return 0;
    }
    PairId *pair = (PairId *)column_at(&v->pair, known - 1);
    if (*pair == 0) {
        bool cut = false;
        StackId stack = call_tree_stack(&v->tree, rows, known - 1, &cut);
        if (cut)
            rows_complain(rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        *pair = rows_pair(rows, stack, v->context);
    }
    if (id < v->dense.count && id >= v->pairs) {
        uint32_t pairs = (uint32_t)v->dense.count;
        v->pair_of = mem_resize(v->pair_of, v->pairs * sizeof(PairId), pairs * sizeof(PairId));
        v->pairs = pairs;
    }
    if (id < v->pairs)
        v->pair_of[id] = *pair;
    return *pair;
}

static inline int64_t next_time(V8Profile *v, int64_t step) {
    if (v->stamps)
        return step;
    if (v->latest_ns == TIME_NONE || step == TIME_NONE ||
        __builtin_add_overflow(v->latest_ns, step, &v->latest_ns))
        v->latest_ns = TIME_NONE;
    return v->latest_ns;
}

/* The way of the many: of nodes that had rows before, times known. First the pairs, then the times,
 * so that neither waits for the other: half the instructions. False: `room` holds nothing. */
static bool fill_known(V8Profile *v, const BatchSpace *room, const uint32_t *id,
                       const int64_t *step) {
    const PairId *pair_of = v->pair_of;
    uint32_t pairs = v->pairs, n = room->n;
    bool unknown = v->latest_ns < 0 || v->latest_ns > TIME_MOST || v->stamps; /* TIME_NONE, too */
#pragma GCC unroll 4
    for (uint32_t i = 0; i < n; i++) {
        PairId pair = id[i] < pairs ? pair_of[id[i]] : 0;
        room->pair[i] = pair;
        unknown |= pair == 0;
    }
    if (unknown)
        return false;
    int64_t time = v->latest_ns, steps = 0;
#pragma GCC unroll 4
    for (uint32_t i = 0; i < n; i++) {
        steps |= step[i];
        room->time_ns[i] = time += step[i] & STEP_MOST;
    }
    if (steps & ~STEP_MOST)
        return false; /* a step back, TIME_NONE, or years: one by one */
    v->latest_ns = time;
    return true;
}

static uint32_t fill_any(V8Profile *v, Rows *rows, const BatchSpace *room, const uint32_t *id,
                         const int64_t *step) {
    uint32_t filled = 0;
    for (uint32_t i = 0; i < room->n; i++) {
        PairId pair = id[i] < v->pairs ? v->pair_of[id[i]] : 0;
        if (!pair)
            pair = new_pair(v, rows, id[i]);
        int64_t time = next_time(v, step[i]);
        if (!pair)
            continue;
        room->time_ns[filled] = time;
        room->pair[filled++] = pair;
    }
    return filled;
}

/* Samples whose steps, or stamps, are known. */
static void emit_block(V8Profile *v, Rows *rows, const uint32_t *id, const int64_t *step,
                       uint32_t n) {
    if (!v->has_rows)
        v->latest_ns = v->start_ns;
    v->has_rows = true;
    while (n && !rows->stopped) {
        BatchSpace room = rows_space(rows, n);
        bool known = fill_known(v, &room, id, step);
        rows_fill(rows, known ? room.n : fill_any(v, rows, &room, id, step));
        id += room.n;
        step += room.n;
        n -= room.n;
    }
}

static bool flows(const V8Profile *v) {
    return v->has_context && (v->has_start || v->stamps) && v->untold == 0 && v->tree.node.count;
}

/* What waits in both lists. */
static void drain(V8Profile *v, Rows *rows) {
    uint32_t n;
    int64_t step[BLOCK];
    while (time_list_left(&v->time) && !rows->stopped) {
        const uint32_t *id = (const uint32_t *)fifo_head(&v->sample, BLOCK, &n);
        if (n == 0)
            break;
        n = time_list_take(&v->time, step, n);
        emit_block(v, rows, id, step, n);
        fifo_took(&v->sample, n);
    }
}

/* Those that find a time at once become rows, the others wait. */
static void take_ids(Reader *r, const uint32_t *id, uint32_t n, bool flow) {
    V8Profile *v = r->v;
    uint32_t done = 0;
    int64_t step[BLOCK];
    v->has_samples = v->has_samples || n;
    if (flow && v->sample.count == 0 && time_list_left(&v->time)) {
        done = time_list_take(&v->time, step, n);
        emit_block(v, r->rows, id, step, done);
    }
    for (uint32_t room; done < n; done += room) {
        uint32_t *to = (uint32_t *)fifo_room(&v->sample, n - done, &room);
        memcpy(to, id + done, room * sizeof *to);
        fifo_pushed(&v->sample, room);
    }
}

static void take_steps(Reader *r, const int64_t *step, uint32_t n, bool flow) {
    V8Profile *v = r->v;
    while (flow && n && time_list_left(&v->time) == 0) {
        uint32_t now;
        const uint32_t *id = (const uint32_t *)fifo_head(&v->sample, n, &now);
        if (now == 0)
            break;
        emit_block(v, r->rows, id, step, now);
        fifo_took(&v->sample, now);
        step += now;
        n -= now;
    }
    time_list_push(&v->time, step, n);
}

/* *flow: rows come while it is read, those that are due at once. */
static bool begin_list(Reader *r, bool *flow) {
    if (!json_pull_expect(r->json, JSON_ARRAY))
        return false;
    *flow = flows(r->v);
    if (*flow)
        drain(r->v, r->rows);
    return true;
}

/* 0: json_pull_item tells what comes. */
static uint32_t read_ids(JsonPull *p, uint32_t id[BLOCK]) {
    int64_t block[BLOCK];
    uint32_t n = json_pull_small(p, id, BLOCK);
    if (n)
        return n;
    n = json_pull_integers(p, block, BLOCK);
    for (uint32_t i = 0; i < n; i++)
        id[i] = block[i] >= 0 && block[i] < UINT32_MAX ? (uint32_t)block[i] : UINT32_MAX;
    return n;
}

static void read_samples(Reader *r) {
    JsonToken token;
    uint32_t n, id[BLOCK];
    bool flow;
    if (!begin_list(r, &flow))
        return;
    for (;;) {
        n = read_ids(r->json, id);
        if (n == 0) {
            if (!json_pull_item(r->json, &token))
                break;
            if (!json_pull_uint_of(r->json, token, &id[n]))
                id[n] = UINT32_MAX; /* no node's */
            n++;
        }
        take_ids(r, id, n, flow);
    }
}

/* Most are small whole numbers; ns into block, 0: json_pull_item tells what comes. */
static uint32_t read_steps(JsonPull *p, int64_t block[BLOCK]) {
    uint32_t small[BLOCK], n = json_pull_small(p, small, BLOCK);
    for (uint32_t i = 0; i < n; i++)
        block[i] = (int64_t)small[i] * 1000;
    if (n)
        return n;
    n = json_pull_integers(p, block, BLOCK);
    if (n == 0)
        return json_pull_decimals(p, US, block, BLOCK);
    for (uint32_t i = 0; i < n; i++) /* 16 digits at most */
        if (__builtin_mul_overflow(block[i], (int64_t)1000, &block[i]) ||
            block[i] < -DECIMAL_MOST || block[i] > DECIMAL_MOST)
            block[i] = TIME_NONE;
    return n;
}

static void read_times(Reader *r) {
    JsonToken token;
    uint32_t n;
    int64_t block[BLOCK];
    bool flow;
    if (!begin_list(r, &flow))
        return;
    time_list_kind(&r->v->time, r->v->stamps);
    for (;;) {
        n = read_steps(r->json, block);
        if (n == 0) {
            if (!json_pull_item(r->json, &token))
                break;
            if (!json_pull_scaled_of(r->json, token, US, &block[n]))
                block[n] = TIME_NONE;
            n++;
        }
        take_steps(r, block, n, flow);
    }
}

/* Behind all members: a sample without a time has none. */
static void emit_samples(V8Profile *v, Rows *rows) {
    uint32_t n;
    int64_t none[BLOCK];
    drain(v, rows);
    for (n = 0; n < BLOCK; n++)
        none[n] = TIME_NONE;
    for (;;) {
        const uint32_t *id = (const uint32_t *)fifo_head(&v->sample, BLOCK, &n);
        if (n == 0 || rows->stopped)
            break;
        emit_block(v, rows, id, none, n);
        fifo_took(&v->sample, n);
    }
}

static void emit_hits(V8Profile *v, Rows *rows, Context context) {
    bool cut = false;
    for (uint64_t i = 0; i < v->tree.node.count && !rows->stopped; i++) {
        uint32_t hits = COLUMN_AT(&v->hits, uint32_t, i);
        if (hits)
            rows_count(rows, call_tree_stack(&v->tree, rows, (uint32_t)i, &cut), context, hits);
    }
    if (cut)
        rows_complain(rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
}

static void read_nodes(Reader *r) {
    JsonToken token;
    if (!json_pull_expect(r->json, JSON_ARRAY))
        return;
    while (json_pull_item(r->json, &token)) {
        if (token == JSON_OBJECT)
            read_node(r);
        else
            json_pull_skip(r->json, token);
    }
}

void v8_profile_member(V8Profile *v, JsonPull *p, Rows *rows) {
    Reader r = {v, p, rows};
    if (JSON_IS(p, "nodes")) {
        read_nodes(&r);
    } else if (JSON_IS(p, "head")) {
        if (json_pull_expect(p, JSON_OBJECT))
            read_node(&r);
    } else if (JSON_IS(p, "samples")) {
        read_samples(&r);
    } else if (JSON_IS(p, "timeDeltas")) {
        read_times(&r);
    } else if (JSON_IS(p, "timestamps")) {
        v->stamps = true;
        read_times(&r);
    } else if (JSON_IS(p, "startTime")) {
        if (json_pull_scaled(p, US, &v->start_ns))
            v->has_start = true;
    } else {
        json_pull_pass(p);
    }
}

void v8_profile_emit(V8Profile *v, Rows *rows, Context context) {
    v8_profile_context(v, rows, context);
    if (v->has_samples)
        emit_samples(v, rows);
    else
        emit_hits(v, rows, v->context);
}
