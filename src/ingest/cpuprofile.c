/* The format "cpuprofile": what V8 writes (Chrome DevTools, node --cpu-prof, Deno).
 * {"nodes":[{"id","callFrame":{"functionName","url",…},"hitCount","children":[ids]} …],
 *  "startTime","endTime" in µs, "samples":[node ids], "timeDeltas":[µs]}
 * Before Chrome 58: "head", one node within the other, names beside id, and "timestamps" (µs).
 * Nodes may name a "parent" instead of children. A sample was taken at startTime plus the deltas
 * up to its own. Without samples the hit counts remain, which have no times.
 * A process's name is not there: V8's own root stands in its place.
 * Facts: the Chrome DevTools Protocol's domain Profiler. */
#include "ingest/call_tree.h"
#include "ingest/decimal.h"
#include "ingest/id_map.h"
#include "ingest/json_pull.h"

enum {
    US = 3, /* µs to ns, as a power of ten */
    DENSE_IDS = 1 << 20,
};

typedef struct Cpu {
    Rows rows;
    JsonPull json;
    CallTree tree;   /* frames are those of the Part */
    Column dense;    /* uint32_t by node id: its number + 1 */
    IdMap number_of; /* the same, of large ids */
    Column hits;     /* uint32_t by number */
    Column child;    /* uint32_t: numbers, of nodes that are still being read */
    Column pair;     /* PairId by number; 0: not known yet */
    Column sample;   /* uint32_t: node ids */
    Column time;     /* int64_t: deltas or stamps */
    bool stamps;
    int64_t start_ns;
} Cpu;

/* ---- nodes -------------------------------------------------------------------------------- */

static uint32_t new_number(Cpu *c) {
    uint32_t number = (uint32_t)c->tree.node.count;
    call_tree_set(&c->tree, number, CALL_ROOT, CALL_NO_FRAME);
    COLUMN_PUSH(&c->hits, uint32_t) = 0;
    COLUMN_PUSH(&c->pair, PairId) = 0;
    return number;
}

/* The number + 1 of a node id, 0 when there is none. V8 counts ids from 1. */
static inline uint32_t known_id(const Cpu *c, uint32_t id) {
    if (id < c->dense.count)
        return COLUMN_AT(&c->dense, uint32_t, id);
    return id < DENSE_IDS ? 0 : id_map_find(&c->number_of, id, 0);
}

static uint32_t number_of(Cpu *c, uint32_t id) {
    uint32_t known = known_id(c, id);
    if (known)
        return known - 1;
    uint32_t number = new_number(c);
    if (id >= DENSE_IDS) {
        id_map_add(&c->number_of, id, 0, number + 1);
        return number;
    }
    while (c->dense.count <= id)
        COLUMN_PUSH(&c->dense, uint32_t) = 0;
    COLUMN_AT(&c->dense, uint32_t, id) = number + 1;
    return number;
}

typedef struct Node {
    uint32_t id, hits, parent; /* parent: a number */
    bool has_id, has_frame;
    NameId name, url;
    int64_t line, column; /* from 0; -1: unsaid */
    uint64_t children;    /* where its children begin in Cpu.child */
} Node;

static void read_name(Cpu *c, NameId *name) {
    if (json_pull_expect(&c->json, JSON_STRING))
        *name = rows_name(&c->rows, c->json.text);
}

/* What names a function lies in an object of its own, before Chrome 58 in the node itself. */
static void read_function(Cpu *c, Node *node) {
    JsonPull *p = &c->json;
    if (JSON_IS(p, "functionName")) {
        node->has_frame = true;
        read_name(c, &node->name);
    } else if (JSON_IS(p, "url")) {
        read_name(c, &node->url);
    } else if (JSON_IS(p, "lineNumber")) {
        json_pull_scaled(p, 0, &node->line);
    } else if (JSON_IS(p, "columnNumber")) {
        json_pull_scaled(p, 0, &node->column);
    } else {
        json_pull_pass(p);
    }
}

/* Functions without a name are told apart by where they begin. */
static FrameId frame_of_node(Cpu *c, const Node *node) {
    Str name = names_get(&c->rows.part.dict.names, node->name);
    Str url = names_get(&c->rows.part.dict.names, node->url);
    uint32_t kind = url.n ? FRAME_JIT : FRAME_USER;
    if (name.n)
        return str_eq(name, STR("(root)")) ? CALL_NO_FRAME
                                           : rows_frame(&c->rows, name, url, kind);
    Buf text = {0};
    buf_puts(&text, "(anonymous)");
    if (node->line >= 0)
        buf_printf(&text, ":%lld", (long long)node->line + 1);
    if (node->line >= 0 && node->column >= 0)
        buf_printf(&text, ":%lld", (long long)node->column + 1);
    FrameId frame = rows_frame(&c->rows, buf_str(&text), url, kind);
    buf_free(&text);
    return frame;
}

static uint32_t read_node(Cpu *c);

static void read_children(Cpu *c) {
    JsonPull *p = &c->json;
    JsonToken token;
    uint32_t id;
    if (!json_pull_expect(p, JSON_ARRAY))
        return;
    while (json_pull_item(p, &token)) {
        if (token == JSON_OBJECT)
            COLUMN_PUSH(&c->child, uint32_t) = read_node(c);
        else if (json_pull_uint_of(p, token, &id))
            COLUMN_PUSH(&c->child, uint32_t) = number_of(c, id);
    }
}

static void read_member(Cpu *c, Node *node) {
    JsonPull *p = &c->json;
    uint32_t id;
    if (JSON_IS(p, "id")) {
        node->has_id = json_pull_uint(p, &node->id);
    } else if (JSON_IS(p, "callFrame")) {
        if (json_pull_expect(p, JSON_OBJECT))
            while (json_pull_key(p))
                read_function(c, node);
    } else if (JSON_IS(p, "hitCount")) {
        json_pull_uint(p, &node->hits);
    } else if (JSON_IS(p, "parent")) {
        if (json_pull_uint(p, &id))
            node->parent = number_of(c, id);
    } else if (JSON_IS(p, "children")) {
        read_children(c);
    } else {
        read_function(c, node);
    }
}

/* Behind its opening brace. Calls itself where nodes are nested: at most JSON_PULL_LEVELS deep. */
static uint32_t read_node(Cpu *c) {
    Node node = {.parent = CALL_ROOT, .line = -1, .column = -1, .children = c->child.count};
    int64_t offset = c->json.offset;
    while (json_pull_key(&c->json))
        read_member(c, &node);
    uint32_t number = node.has_id ? number_of(c, node.id) : new_number(c);
    if (!c->json.broken && (!node.has_id || !node.has_frame))
        rows_complain(&c->rows, COMPLAINT_FRAME, offset, (Str){0});
    FrameId frame = node.has_frame ? frame_of_node(c, &node) : CALL_NO_FRAME;
    CallNode *known = (CallNode *)column_at(&c->tree.node, number);
    known->frame = frame;
    if (node.parent != CALL_ROOT)
        known->parent = node.parent;
    COLUMN_AT(&c->hits, uint32_t, number) = node.hits;
    for (uint64_t i = node.children; i < c->child.count; i++)
        call_tree_set_parent(&c->tree, COLUMN_AT(&c->child, uint32_t, i), number);
    c->child.count = node.children;
    return number;
}

static FrameId frame_of(void *context, uint32_t frame) {
    (void)context;
    return frame;
}

/* ---- samples ------------------------------------------------------------------------------ */

static void read_samples(Cpu *c) {
    JsonToken token;
    if (!json_pull_expect(&c->json, JSON_ARRAY))
        return;
    for (;;) {
        uint32_t id;
        int64_t value;
        if (json_pull_integer(&c->json, &value)) {
            bool fits = value >= 0 && value < UINT32_MAX;
            COLUMN_PUSH(&c->sample, uint32_t) = fits ? (uint32_t)value : UINT32_MAX;
            continue;
        }
        if (!json_pull_item(&c->json, &token))
            break;
        if (!json_pull_uint_of(&c->json, token, &id))
            id = UINT32_MAX; /* no node's */
        COLUMN_PUSH(&c->sample, uint32_t) = id;
    }
}

static void read_times(Cpu *c) {
    JsonToken token;
    if (!json_pull_expect(&c->json, JSON_ARRAY))
        return;
    for (;;) {
        int64_t ns;
        if (json_pull_integer(&c->json, &ns) && ns < DECIMAL_MOST / 1000 &&
            ns > -DECIMAL_MOST / 1000) {
            COLUMN_PUSH(&c->time, int64_t) = ns * 1000;
            continue;
        }
        if (!json_pull_item(&c->json, &token))
            break;
        if (!json_pull_scaled_of(&c->json, token, US, &ns))
            ns = TIME_NONE;
        COLUMN_PUSH(&c->time, int64_t) = ns;
    }
}

static int64_t time_of(const Cpu *c, uint64_t i, int64_t before) {
    int64_t time = i < c->time.count ? COLUMN_AT(&c->time, int64_t, i) : TIME_NONE;
    if (time == TIME_NONE || c->stamps || before == TIME_NONE)
        return c->stamps || time == TIME_NONE ? time : TIME_NONE;
    return __builtin_add_overflow(before, time, &time) ? TIME_NONE : time;
}

static PairId pair_of(Cpu *c, uint32_t number, Context context) {
    PairId *pair = (PairId *)column_at(&c->pair, number);
    if (*pair == 0) {
        bool cut = false;
        StackId stack = call_tree_stack(&c->tree, &c->rows, number, &cut);
        if (cut)
            rows_complain(&c->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        *pair = rows_pair(&c->rows, stack, context);
    }
    return *pair;
}

static void emit_samples(Cpu *c, Context context) {
    int64_t time = c->start_ns;
    for (uint64_t i = 0; i < c->sample.count && !c->rows.stopped; i++) {
        uint32_t id = COLUMN_AT(&c->sample, uint32_t, i);
        uint32_t known = known_id(c, id);
        time = time_of(c, i, time);
        if (!known) {
            rows_complain(&c->rows, COMPLAINT_FRAME, -1, STR("a sample of no known node"));
            continue;
        }
        rows_add(&c->rows, time, pair_of(c, known - 1, context), 0);
    }
}

static void emit_hits(Cpu *c, Context context) {
    bool cut = false;
    for (uint64_t i = 0; i < c->tree.node.count && !c->rows.stopped; i++) {
        uint32_t hits = COLUMN_AT(&c->hits, uint32_t, i);
        if (hits)
            rows_count(&c->rows, call_tree_stack(&c->tree, &c->rows, (uint32_t)i, &cut),
                       context, hits);
    }
    if (cut)
        rows_complain(&c->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void read_nodes(Cpu *c) {
    JsonToken token;
    if (!json_pull_expect(&c->json, JSON_ARRAY))
        return;
    while (json_pull_item(&c->json, &token)) {
        if (token == JSON_OBJECT)
            read_node(c);
        else
            json_pull_skip(&c->json, token);
    }
}

static void read_profile(Cpu *c) {
    JsonPull *p = &c->json;
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "nodes")) {
            read_nodes(c);
        } else if (JSON_IS(p, "head")) {
            if (json_pull_expect(p, JSON_OBJECT))
                read_node(c);
        } else if (JSON_IS(p, "samples")) {
            read_samples(c);
        } else if (JSON_IS(p, "timeDeltas")) {
            read_times(c);
        } else if (JSON_IS(p, "timestamps")) {
            c->stamps = true;
            read_times(c);
        } else if (JSON_IS(p, "startTime")) {
            json_pull_scaled(p, US, &c->start_ns);
        } else {
            json_pull_pass(p);
        }
    }
    json_pull_next(p); /* nothing may follow */
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Cpu c = {0};
    rows_begin(&c.rows, emit, loader);
    json_pull_open(&c.json, source, &c.rows, err);
    call_tree_init(&c.tree, frame_of, NULL);
    id_map_init(&c.number_of);
    column_init(&c.dense, sizeof(uint32_t), 10);
    column_init(&c.hits, sizeof(uint32_t), 10);
    column_init(&c.pair, sizeof(PairId), 10);
    column_init(&c.child, sizeof(uint32_t), 6);
    column_init(&c.sample, sizeof(uint32_t), 10);
    column_init(&c.time, sizeof(int64_t), 10);
    read_profile(&c);
    bool ok = json_pull_finish(&c.json, &c.rows);
    NameId comm = rows_name(&c.rows, STR("(root)"));
    Context context = {comm, -1, -1, 0};
    call_tree_base(&c.tree, rows_process(&c.rows, comm));
    if (c.sample.count)
        emit_samples(&c, context);
    else
        emit_hits(&c, context);
    rows_end(&c.rows);
    json_pull_close(&c.json);
    call_tree_free(&c.tree);
    id_map_free(&c.number_of);
    column_free(&c.dense);
    column_free(&c.hits);
    column_free(&c.pair);
    column_free(&c.child);
    column_free(&c.sample);
    column_free(&c.time);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    static const char *const path[] = {"nodes.callFrame", "head.functionName", "nodes", "samples",
                                       "timeDeltas"};
    bool array;
    uint32_t has = json_pull_paths(head, path, 5, &array);
    (void)whole;
    if (!array && has & 3)
        return GUESS_YES;
    return !array && (has & 24) == 24 ? GUESS_MAYBE : GUESS_NO;
}

const Format format_cpuprofile = {
    .name = "cpuprofile",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
