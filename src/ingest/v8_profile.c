#include "ingest/v8_profile.h"

#include "ingest/decimal.h"

enum {
    US = 3, /* µs to ns, as a power of ten */
    FAR_OFF = 1000,
};

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
    Column *column[] = {&v->dense, &v->hits, &v->pair, &v->child, &v->sample};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_init(column[i], sizeof(uint32_t), 8);
    column_init(&v->time, sizeof(int64_t), 8);
}

void v8_profile_free(V8Profile *v) {
    call_tree_free(&v->tree);
    id_map_free(&v->number_of);
    Column *column[] = {&v->dense, &v->hits, &v->pair, &v->child, &v->sample, &v->time};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_free(column[i]);
}

/* ---- nodes --------------------------------------------------------------------------------
 */

static uint32_t new_number(V8Profile *v) {
    uint32_t number = (uint32_t)v->tree.node.count;
    call_tree_set(&v->tree, number, CALL_ROOT, CALL_NO_FRAME);
    COLUMN_PUSH(&v->hits, uint32_t) = 0;
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
        return str_eq(name, STR("(root)")) ? CALL_NO_FRAME
                                           : rows_frame(r->rows, name, url, kind);
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
    for (uint64_t i = node.children; i < r->v->child.count; i++)
        call_tree_set_parent(&r->v->tree, COLUMN_AT(&r->v->child, uint32_t, i), number);
    r->v->child.count = node.children;
    return number;
}

/* ---- samples ------------------------------------------------------------------------------
 */

static void read_samples(Reader *r) {
    JsonToken token;
    if (!json_pull_expect(r->json, JSON_ARRAY))
        return;
    for (;;) {
        uint32_t id;
        int64_t value;
        if (json_pull_integer(r->json, &value)) {
            bool fits = value >= 0 && value < UINT32_MAX;
            COLUMN_PUSH(&r->v->sample, uint32_t) = fits ? (uint32_t)value : UINT32_MAX;
            continue;
        }
        if (!json_pull_item(r->json, &token))
            break;
        if (!json_pull_uint_of(r->json, token, &id))
            id = UINT32_MAX; /* no node's */
        COLUMN_PUSH(&r->v->sample, uint32_t) = id;
    }
}

static void read_times(Reader *r) {
    JsonToken token;
    if (!json_pull_expect(r->json, JSON_ARRAY))
        return;
    for (;;) {
        int64_t ns;
        if (json_pull_integer(r->json, &ns) && ns < DECIMAL_MOST / 1000 &&
            ns > -DECIMAL_MOST / 1000) {
            COLUMN_PUSH(&r->v->time, int64_t) = ns * 1000;
            continue;
        }
        if (!json_pull_item(r->json, &token))
            break;
        if (!json_pull_scaled_of(r->json, token, US, &ns))
            ns = TIME_NONE;
        COLUMN_PUSH(&r->v->time, int64_t) = ns;
    }
}

static int64_t time_of(const V8Profile *v, uint64_t i, int64_t before) {
    int64_t time = i < v->time.count ? COLUMN_AT(&v->time, int64_t, i) : TIME_NONE;
    if (time == TIME_NONE || v->stamps || before == TIME_NONE)
        return v->stamps || time == TIME_NONE ? time : TIME_NONE;
    return __builtin_add_overflow(before, time, &time) ? TIME_NONE : time;
}

static PairId pair_of(V8Profile *v, Rows *rows, uint32_t number, Context context) {
    PairId *pair = (PairId *)column_at(&v->pair, number);
    if (*pair == 0) {
        bool cut = false;
        StackId stack = call_tree_stack(&v->tree, rows, number, &cut);
        if (cut)
            rows_complain(rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        *pair = rows_pair(rows, stack, context);
    }
    return *pair;
}

static void emit_samples(V8Profile *v, Rows *rows, Context context) {
    int64_t time = v->start_ns;
    for (uint64_t i = 0; i < v->sample.count && !rows->stopped; i++) {
        uint32_t id = COLUMN_AT(&v->sample, uint32_t, i);
        uint32_t known = known_id(v, id);
        time = time_of(v, i, time);
        if (!known) {
            rows_complain(rows, COMPLAINT_FRAME, -1, STR("a sample of no known node"));
            continue;
        }
        rows_add(rows, time, pair_of(v, rows, known - 1, context), 0);
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
    call_tree_base(&v->tree, rows_process(rows, context.comm));
    if (v->sample.count)
        emit_samples(v, rows, context);
    else
        emit_hits(v, rows, context);
}
