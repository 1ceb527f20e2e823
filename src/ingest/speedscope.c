/* The format "speedscope": what speedscope saves, and many tools write for it (py-spy, rbspy,
 * samply, our own export).
 * {"shared":{"frames":[{"name","file"} …]},
 *  "profiles":[{"type":"sampled","name","unit","startValue","samples":[[frame …]
 * …],"weights":[…]},
 *              {"type":"evented",…,"events":[{"type":"O"|"C","frame","at"} …],"endValue"}]}
 * Units of time are times: a sample lies where the weights before it end, and weighs its own;
 * of events each millisecond of an unchanged stack is a sample. With "bytes" a sample weighs
 * them, with "none" it counts as often as its weight says; neither has times. A profile's name
 * stands for a process, and is the first frame; in our own export the first frame is a process
 * already. Frames may come behind the profiles, a unit behind the samples. Facts: the JSON
 * schema at speedscope.app/file-format-schema.json. */
#include <string.h>

#include "base/sizes.h"
#include "ingest/call_tree.h"
#include "ingest/decimal.h"
#include "ingest/id_map.h"
#include "ingest/json_pull.h"
#include "ingest/json_skim.h"
#include "ingest/key_cache.h"

enum {
    ROOT_FRAME = 1u << 31,      /* in a node's frame: it is a process, not a function */
    SEEN_LOG2 = CACHE_LOG2(15), /* 512 KiB */
    FRAME_BLOCK = 64,
    WEIGHT_BLOCK = 256,
};

typedef enum Unit { UNIT_NONE, UNIT_BYTES, UNIT_TIME } Unit;

/* A profile. Its rows are made while its weights or events are read where all that they depend on
 * was told before, as speedscope writes it; else they are held. Samples: the weight at the same
 * place. Events: a node is the stack from its time on. */
typedef struct Held {
    NameId name;
    Unit unit;
    int scale;
    bool evented, has_name, has_unit, has_start, has_end;
    Decimal start, end;
    uint64_t node0, node1, value0, value1; /* places in Scope's columns */
    /* -- once its rows are being made */
    bool flows; /* and the profile is still being read */
    Context context;
    uint64_t done;   /* samples that were rows */
    int64_t time_ns; /* of the next sample; of the latest event, and whether there was one: */
    bool began;
    uint32_t top; /* the stack since then */
} Held;

typedef struct Step {
    uint32_t frame, node;
} Step;

/* The child that was asked for last: in the processor's caches where the map of all is not. */
typedef struct Twig {
    uint32_t frame, child; /* child: number + 1 */
} Twig;

typedef struct Scope {
    Rows rows;
    JsonPull json;
    JsonPull list; /* the sample at hand */
    TextKeys keys;
    KeyCache seen; /* samples' texts: their node + 1 */
    CallTree tree;
    IdMap child;  /* (parent + 1, frame): number + 1 */
    Column twig;  /* Twig by parent + 1 */
    Column root;  /* uint32_t by node: the outermost frame */
    Column frame; /* FrameId by frame */
    Column comm;  /* NameId by frame: its name */
    Column names; /* NameId of each profile so far */
    Column held;  /* Held */
    Column node;  /* uint32_t: nodes of samples, or stacks of events */
    Column value; /* Decimal: weights, or times of events */
    Step *path;   /* the sample or stack at hand, outermost first */
    uint32_t depth, path_cap;
    bool has_frames, ours;
    uint32_t profiles;
} Scope;

/* ---- frames -------------------------------------------------------------------------------
 */

static void read_frame(Scope *s) {
    JsonPull *p = &s->json;
    NameId name = 0, file = 0;
    while (json_pull_key(p)) {
        NameId *to = JSON_IS(p, "name") ? &name : JSON_IS(p, "file") ? &file : NULL;
        if (!to)
            json_pull_pass(p);
        else if (json_pull_expect(p, JSON_STRING))
            *to = rows_name(&s->rows, p->text);
    }
    COLUMN_PUSH(&s->comm, NameId) = name;
    COLUMN_PUSH(&s->frame, FrameId) =
        frames_intern(&s->rows.part.dict.frames, (Frame){name, file, FRAME_USER});
}

static void read_shared(Scope *s) {
    JsonPull *p = &s->json;
    JsonToken token;
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p)) {
        if (!JSON_IS(p, "frames") || s->has_frames) {
            json_pull_pass(p);
        } else if (json_pull_expect(p, JSON_ARRAY)) {
            while (json_pull_item(p, &token)) {
                if (token == JSON_OBJECT) {
                    read_frame(s);
                } else { /* its number must not be another's */
                    COLUMN_PUSH(&s->comm, NameId) = 0;
                    COLUMN_PUSH(&s->frame, FrameId) = CALL_NO_FRAME;
                    json_pull_skip(p, token);
                }
            }
            s->has_frames = true;
        }
    }
}

static FrameId frame_of(void *context, uint32_t number) {
    Scope *s = context;
    uint32_t frame = number & ~(uint32_t)ROOT_FRAME;
    if (frame >= s->frame.count)
        return rows_frame(&s->rows, STR("[unknown]"), (Str){0}, FRAME_USER);
    if (frame != number)
        return frames_intern(&s->rows.part.dict.frames,
                             (Frame){COLUMN_AT(&s->comm, NameId, frame), 0, FRAME_PROCESS});
    return COLUMN_AT(&s->frame, FrameId, frame);
}

/* ---- stacks as nodes ----------------------------------------------------------------------
 */

static uint32_t node_of(Scope *s, uint32_t parent, uint32_t frame) {
    Twig *twig = (Twig *)column_at(&s->twig, parent + 1);
    if (twig->child && twig->frame == frame)
        return twig->child - 1;
    uint32_t known = id_map_find(&s->child, parent + 1, frame);
    if (known) {
        *twig = (Twig){frame, known};
        return known - 1;
    }
    uint32_t number = (uint32_t)s->tree.node.count;
    bool process = s->ours && parent == CALL_ROOT;
    call_tree_set(&s->tree, number, parent, process ? frame | ROOT_FRAME : frame);
    COLUMN_PUSH(&s->root, uint32_t) =
        parent == CALL_ROOT ? frame : COLUMN_AT(&s->root, uint32_t, parent);
    id_map_add(&s->child, parent + 1, frame, number + 1);
    *twig = (Twig){frame, number + 1};
    column_push(&s->twig);
    return number;
}

/* The frame at this depth of the path; the steps before it stand. */
static inline void path_step(Scope *s, uint32_t depth, uint32_t frame) {
    if (depth < s->depth) { /* most samples begin as the one before them */
        if (s->path[depth].frame == frame)
            return;
        s->depth = depth;
    }
    if (depth == s->path_cap) {
        uint32_t cap = depth ? 2 * depth : 256;
        s->path = mem_resize(s->path, depth * sizeof *s->path, cap * sizeof *s->path);
        s->path_cap = cap;
    }
    uint32_t parent = depth ? s->path[depth - 1].node : CALL_ROOT;
    s->path[s->depth++] = (Step){frame, node_of(s, parent, frame)};
}

static inline uint32_t path_node(const Scope *s) {
    return s->depth ? s->path[s->depth - 1].node : CALL_ROOT;
}

static bool frame_number(JsonPull *p, JsonToken token, uint32_t *frame) {
    return json_pull_uint_of(p, token, frame) && *frame < ROOT_FRAME;
}

/* ---- rows ---------------------------------------------------------------------------------
 */

/* The pair of this node's rows; of counts, what it consists of instead. Its process is the
 * profile, or in our own files its first frame.
 */
static PairId pair_of(Scope *s, const Held *h, uint32_t node, StackId *stack, Context *context) {
    bool cut = false;
    PairId known = h->unit == UNIT_NONE ? 0 : call_tree_pair(&s->tree, node);
    if (known)
        return known;
    *context = h->context;
    *stack = call_tree_stack(&s->tree, &s->rows, node, &cut);
    if (cut)
        rows_complain(&s->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
    if (s->ours) {
        uint32_t root = node < s->root.count ? COLUMN_AT(&s->root, uint32_t, node) : UINT32_MAX;
        context->comm = root < s->comm.count ? COLUMN_AT(&s->comm, NameId, root) : 0;
    }
    if (h->unit == UNIT_NONE)
        return 0;
    PairId pair = rows_pair(&s->rows, *stack, *context);
    call_tree_note_pair(&s->tree, node, pair);
    return pair;
}

/* A weight or the length of an event's span, of a profile without times. */
static void add_untimed(Scope *s, const Held *h, uint32_t node, int64_t weight) {
    StackId stack;
    Context context;
    if (weight < 0) {
        rows_complain(&s->rows, COMPLAINT_COUNT, -1, STR("a negative weight"));
        return;
    }
    PairId pair = pair_of(s, h, node, &stack, &context);
    if (h->unit == UNIT_NONE)
        rows_count(&s->rows, stack, context, (uint64_t)weight);
    else
        rows_add_weighed(&s->rows, TIME_NONE, pair, (uint64_t)weight);
}

static bool value_of(Scope *s, const Held *h, const Decimal *d, int64_t *out) {
    int64_t finer;
    if (!decimal_to(d, h->scale, out)) {
        rows_complain(&s->rows, COMPLAINT_COUNT, -1, STR("a number that is too large"));
        return false;
    }
    if (h->unit != UNIT_TIME && d->power && decimal_to(d, h->scale + 3, &finer) &&
        finer != *out * 1000)
        rows_complain(&s->rows, COMPLAINT_COUNT, -1, STR("a weight with a fraction, rounded"));
    return true;
}

static void begin_rows(Scope *s, Held *h) {
    static const WeightKind kind[] = {[UNIT_BYTES] = WEIGHT_BYTES, [UNIT_TIME] = WEIGHT_TIME_NS};
    h->context = (Context){h->name, -1, -1, 0};
    if (h->unit != UNIT_NONE)
        h->context.event = contexts_event_weighed(&s->rows.part.dict.contexts, 0, kind[h->unit]);
    h->time_ns = 0;
    if (!h->evented && h->has_start && !decimal_to(&h->start, h->scale, &h->time_ns))
        h->time_ns = 0;
    h->top = CALL_ROOT;
    call_tree_base(&s->tree, s->ours ? 0 : rows_process(&s->rows, h->name));
}

/* Of a sample at hand, whose weight is known in the unit's finest. */
static inline void add_value(Scope *s, Held *h, uint32_t node, int64_t value) {
    StackId stack;
    Context context;
    if (h->unit != UNIT_TIME || value < 0) {
        add_untimed(s, h, node, value);
        return;
    }
    PairId pair = call_tree_pair(&s->tree, node);
    if (!pair)
        pair = pair_of(s, h, node, &stack, &context);
    rows_add_weighed(&s->rows, h->time_ns, pair, (uint64_t)value);
    if (__builtin_add_overflow(h->time_ns, value, &h->time_ns))
        h->time_ns = INT64_MAX;
}

/* The next sample; weight NULL: it has none. */
static void add_sample(Scope *s, Held *h, const Decimal *weight) {
    uint32_t node = COLUMN_AT(&s->node, uint32_t, h->node0 + h->done++);
    int64_t value = h->unit == UNIT_NONE;
    if (!weight)
        rows_complain(&s->rows, COMPLAINT_COUNT, -1, STR("a sample without a weight"));
    else if (!value_of(s, h, weight, &value))
        return;
    add_value(s, h, node, value);
}

/* The stack did not change until then. */
static inline void stand_until(Scope *s, Held *h, int64_t at) {
    StackId stack;
    Context context;
    if (at <= h->time_ns || h->top == CALL_ROOT)
        return;
    if (h->unit == UNIT_TIME)
        rows_span(&s->rows, h->time_ns, at, pair_of(s, h, h->top, &stack, &context));
    else
        add_untimed(s, h, h->top, at - h->time_ns);
}

/* From then on the stack is this node's. */
static inline void change_stack(Scope *s, Held *h, uint32_t node, int64_t at) {
    stand_until(s, h, at);
    h->top = node;
    if (h->began && at < h->time_ns)
        rows_complain(&s->rows, COMPLAINT_TIME, -1, STR("events that go back in time"));
    if (!h->began || at > h->time_ns)
        h->time_ns = at;
    h->began = true;
}

static void add_event(Scope *s, Held *h, uint32_t node, const Decimal *time) {
    int64_t at;
    if (value_of(s, h, time, &at))
        change_stack(s, h, node, at);
}

/* What is left when the profile is over. What runs on at the last event ends with it; nobody knows
 * when in a text that ends before it does. */
static void end_rows(Scope *s, Held *h) {
    int64_t end;
    if (h->evented) {
        if (h->has_end && !s->json.broken && decimal_to(&h->end, h->scale, &end))
            stand_until(s, h, end);
        return;
    }
    while (h->node0 + h->done < h->node1 && !s->rows.stopped)
        add_sample(s, h, NULL);
}

static void emit_profile(Scope *s, Held *h) {
    uint64_t values = h->value1 - h->value0, n = h->node1 - h->node0;
    if (!h->flows)
        begin_rows(s, h);
    for (uint64_t i = 0; i < n && i < values && !s->rows.stopped; i++) {
        const Decimal *value = (const Decimal *)column_at(&s->value, h->value0 + i);
        if (h->evented)
            add_event(s, h, COLUMN_AT(&s->node, uint32_t, h->node0 + i), value);
        else
            add_sample(s, h, value);
    }
    end_rows(s, h);
}

static void emit_held(Scope *s) {
    for (uint64_t i = 0; i < s->held.count; i++)
        emit_profile(s, (Held *)column_at(&s->held, i));
    column_clear(&s->held);
    column_clear(&s->node);
    column_clear(&s->value);
}

/* ---- sampled ------------------------------------------------------------------------------
 */

static void complain_of(Scope *s, int64_t frame) {
    Buf text = {0};
    buf_printf(&text, "%lld", (long long)frame);
    rows_complain(&s->rows, COMPLAINT_FRAME, s->json.offset, buf_str(&text));
    buf_free(&text);
}

/* A list or an object has no text of its own. */
static Str text_of(const JsonPull *p, JsonToken token) {
    return token == JSON_ARRAY || token == JSON_OBJECT ? (Str){0} : p->text;
}

/* Its frames one by one; p is at the list's first item. */
static uint32_t read_stack(Scope *s, JsonPull *p) {
    JsonToken token;
    int64_t block[FRAME_BLOCK];
    uint32_t depth = 0;
    for (;;) {
        uint32_t frame, n = json_pull_integers(p, block, FRAME_BLOCK);
        for (uint32_t i = 0; i < n; i++) {
            if (block[i] >= 0 && block[i] < ROOT_FRAME)
                path_step(s, depth++, (uint32_t)block[i]);
            else
                complain_of(s, block[i]);
        }
        if (n)
            continue;
        if (!json_pull_item(p, &token))
            break;
        if (frame_number(p, token, &frame))
            path_step(s, depth++, frame);
        else
            rows_complain(&s->rows, COMPLAINT_FRAME, s->json.offset, text_of(p, token));
    }
    s->depth = depth;
    return path_node(s);
}

/* A sample's text has often been there before: then its node is known without reading it. */
static uint32_t take_stack(Scope *s) {
    Str raw;
    if (!json_pull_raw(&s->json, &raw))
        return CALL_ROOT;
    TextKey key = text_key(&s->keys, raw.s, raw.n, 0);
    uint32_t seen = key_cache_get(&s->seen, key);
    if (seen)
        return seen - 1;
    json_pull_reset(&s->list, raw, &s->json);
    json_pull_next(&s->list);
    uint64_t amiss = complaints_total(&s->rows.batch.complaints);
    uint32_t node = read_stack(s, &s->list);
    if (s->list.broken)
        rows_complain(&s->rows, COMPLAINT_FRAME, s->json.offset, raw);
    if (node != CALL_ROOT && complaints_total(&s->rows.batch.complaints) == amiss)
        key_cache_put(&s->seen, key, node + 1); /* what is amiss is said each time */
    return node;
}

/* As many of the next samples as lie in memory and were met before: then it is known that the first
 * bracket is the one that ends them. */
static void skim_samples(Scope *s) {
    JsonPull *p = &s->json;
    const char *at = p->at;
    if (p->broken || p->expect != JSON_EXPECT_COMMA)
        return;
    while (p->end - at >= 2 * JSON_SKIM_AHEAD && *at == ',') {
        const char *first = at + 1 + (at[1] == '\n'), *end;
        if (*first != '[' || !(end = json_walk_to(first, p->end, ']')))
            break;
        TextKey key = text_key(&s->keys, first, (size_t)(end + 1 - first), 0);
        uint32_t seen = key_cache_get(&s->seen, key);
        if (!seen)
            break;
        COLUMN_PUSH(&s->node, uint32_t) = seen - 1;
        at = end + 1;
    }
    p->at = at;
}

static void read_samples(Scope *s) {
    JsonToken token;
    if (!json_pull_expect(&s->json, JSON_ARRAY))
        return;
    while (skim_samples(s), json_pull_item(&s->json, &token)) {
        uint32_t node = CALL_ROOT;
        if (token == JSON_ARRAY)
            node = take_stack(s);
        else
            json_pull_skip(&s->json, token);
        if (!s->json.broken)
            COLUMN_PUSH(&s->node, uint32_t) = node;
    }
}

static void take_weight(Scope *s, Held *h, const Decimal *weight) {
    if (!h->flows)
        COLUMN_PUSH(&s->value, Decimal) = *weight;
    else if (h->node0 + h->done < s->node.count)
        add_sample(s, h, weight);
}

/* Weights that are times of samples that wait, many at a time; 0: read_weights tells what comes. */
static uint32_t take_times(Scope *s, Held *h) {
    int64_t value[WEIGHT_BLOCK];
    if (!h->flows || h->unit != UNIT_TIME)
        return 0;
    uint32_t n = json_pull_decimals(&s->json, h->scale, value, WEIGHT_BLOCK);
    for (uint32_t i = 0; i < n && h->node0 + h->done < s->node.count; i++)
        add_value(s, h, COLUMN_AT(&s->node, uint32_t, h->node0 + h->done++), value[i]);
    return n;
}

static void read_weights(Scope *s, Held *h) {
    JsonToken token;
    if (!json_pull_expect(&s->json, JSON_ARRAY))
        return;
    for (;;) {
        if (take_times(s, h))
            continue;
        int64_t whole[WEIGHT_BLOCK];
        Decimal weight = {0};
        uint32_t n = json_pull_integers(&s->json, whole, WEIGHT_BLOCK);
        for (uint32_t i = 0; i < n; i++) {
            weight.negative = whole[i] < 0;
            weight.value = (uint64_t)(whole[i] < 0 ? -whole[i] : whole[i]);
            take_weight(s, h, &weight);
        }
        if (n)
            continue;
        if (!json_pull_item(&s->json, &token))
            break;
        if (token != JSON_NUMBER || !decimal_read(s->json.text, &weight))
            rows_complain(&s->rows, COMPLAINT_COUNT, s->json.offset, text_of(&s->json, token));
        json_pull_skip(&s->json, token);
        take_weight(s, h, &weight);
    }
}

/* ---- evented ------------------------------------------------------------------------------
 */

/* Back to the caller of the innermost call of this frame; false: it was never called. */
static inline bool path_close(Scope *s, uint32_t frame) {
    uint32_t depth = s->depth;
    while (depth && s->path[depth - 1].frame != frame)
        depth--;
    if (!depth)
        return false;
    bool innermost = depth == s->depth;
    s->depth = depth - 1;
    return innermost;
}

static inline void take_step(Scope *s, char type, uint32_t frame, int64_t offset) {
    if (type == 'O')
        path_step(s, s->depth, frame);
    else if (!path_close(s, frame))
        rows_complain(&s->rows, COMPLAINT_FRAME, offset, STR("an end that is not the innermost's"));
}

static void take_event(Scope *s, Held *h, char type, uint32_t frame, const Decimal *at,
                       int64_t offset) {
    take_step(s, type, frame, offset);
    if (h->flows) {
        add_event(s, h, path_node(s), at);
    } else {
        COLUMN_PUSH(&s->node, uint32_t) = path_node(s);
        COLUMN_PUSH(&s->value, Decimal) = *at;
    }
}

static void read_event(Scope *s, Held *h) {
    JsonPull *p = &s->json;
    int64_t offset = p->offset;
    char type = 0;
    uint32_t frame = 0;
    Decimal at = {0};
    bool has_frame = false, has_at = false;
    JsonMember m;
    while (json_pull_member(p, &m)) {
        if (JSON_KEY_IS(&m, "type") && m.token == JSON_STRING)
            type = m.text.n == 1 ? m.text.s[0] : 0;
        else if (JSON_KEY_IS(&m, "frame"))
            has_frame = json_member_uint(p, &m, &frame) && frame < ROOT_FRAME;
        else if (JSON_KEY_IS(&m, "at") && m.token == JSON_NUMBER)
            has_at = json_member_decimal(&m, &at);
        else
            json_pull_skip(p, m.token);
    }
    if (p->broken)
        return;
    if (has_frame && has_at && (type == 'O' || type == 'C'))
        take_event(s, h, type, frame, &at, offset);
    else
        rows_complain(&s->rows, COMPLAINT_FRAME, offset,
                      STR("an event without type, frame or time"));
}

/* An event that lies in memory, of a profile with times (json_skim.h). Behind its brace; behind its
 * end, or NULL: it is to be read by read_event. By members of JsonPull it took twice as many
 * instructions. */
static inline const char *skim_event(const char *s, const char *end, int scale, char *type,
                                     uint32_t *frame, int64_t *at) {
    enum { TYPE = 1, FRAME = 2, AT = 4 };
    JsonSkimKey key;
    int64_t number;
    unsigned has = 0;
    for (bool over = false; !over;) {
        if (end - s < 2 * JSON_SKIM_AHEAD || !(s = json_skim_key(s, &key)))
            return NULL;
        if (key.word == JSON_WORD4('t', 'y', 'p', 'e')) {
            has |= s[0] == '"' && (s[1] == 'O' || s[1] == 'C') && s[2] == '"' ? TYPE : 0;
            *type = s[1];
            s += 3;
        } else if (key.word == JSON_WORD6('f', 'r', 'a', 'm', 'e', 0)) {
            s = json_number(s, 0, &number);
            has |= s && number >= 0 && number < ROOT_FRAME ? FRAME : 0;
            *frame = (uint32_t)number;
        } else if (key.word == JSON_WORD2('a', 't')) {
            s = json_number(s, scale, at);
            has |= AT;
        } else {
            s = json_skim_escaped(&key) ? NULL : json_skim_over(s, end);
        }
        if (!s || end - s < JSON_SKIM_AHEAD || !(s = json_skim_next(s, &over)))
            return NULL;
    }
    return has == (TYPE | FRAME | AT) ? s : NULL;
}

/* As many of the next events as can be skimmed. */
static void skim_events(Scope *s, Held *h) {
    JsonPull *p = &s->json;
    const char *at = p->at, *event;
    if (!h->flows || h->unit != UNIT_TIME || p->broken ||
        (p->expect != JSON_EXPECT_COMMA && p->expect != JSON_EXPECT_VALUE))
        return;
    bool comma = p->expect == JSON_EXPECT_COMMA;
    while (p->end - at >= JSON_SKIM_AHEAD && !s->rows.stopped) {
        char type = 0;
        uint32_t frame = 0;
        int64_t time = 0;
        if (comma && *at++ != ',')
            break;
        at += comma && (*at == '\n' || *at == ' ');
        if (*at != '{' || !(event = skim_event(at + 1, p->end, h->scale, &type, &frame, &time)))
            break;
        take_step(s, type, frame, p->base_offset + (at - p->base));
        change_stack(s, h, path_node(s), time);
        p->at = at = event;
        p->expect = JSON_EXPECT_COMMA;
        comma = true;
    }
}

static void read_events(Scope *s, Held *h) {
    JsonToken token;
    s->depth = 0;
    if (!json_pull_expect(&s->json, JSON_ARRAY))
        return;
    while (skim_events(s, h), json_pull_item(&s->json, &token)) {
        if (token == JSON_OBJECT)
            read_event(s, h);
        else
            json_pull_skip(&s->json, token);
    }
    s->depth = 0;
}

/* ---- the whole ----------------------------------------------------------------------------
 */

static void read_unit(Scope *s, Held *h) {
    static const struct {
        const char *name;
        Unit unit;
        int scale;
    } units[] = {{"nanoseconds", UNIT_TIME, 0},
                 {"microseconds", UNIT_TIME, 3},
                 {"milliseconds", UNIT_TIME, 6},
                 {"seconds", UNIT_TIME, 9},
                 {"bytes", UNIT_BYTES, 0}};
    h->has_unit = json_pull_expect(&s->json, JSON_STRING);
    for (size_t i = 0; h->has_unit && i < sizeof units / sizeof *units; i++) {
        if (str_eq_c(s->json.text, units[i].name)) {
            h->unit = units[i].unit;
            h->scale = units[i].scale;
        }
    }
}

/* Two profiles of one name are told apart. */
static void name_profile(Scope *s, Held *h, Str name) {
    Buf text = {0};
    if (name.n)
        buf_put(&text, name);
    else
        buf_printf(&text, "profile %u", s->profiles);
    h->name = rows_name(&s->rows, buf_str(&text));
    for (uint64_t i = 0; i < s->names.count; i++) {
        if (COLUMN_AT(&s->names, NameId, i) == h->name) {
            buf_printf(&text, " (%u)", s->profiles);
            h->name = rows_name(&s->rows, buf_str(&text));
            break;
        }
    }
    buf_free(&text);
}

/* All that its rows depend on was told. */
static void flow(Scope *s, Held *h, const Buf *name) {
    h->flows = s->has_frames && h->has_name && h->has_unit && s->value.count == h->value0 &&
               (h->evented ? s->node.count == h->node0 : h->has_start && s->node.count > h->node0);
    if (!h->flows)
        return;
    name_profile(s, h, buf_str(name));
    begin_rows(s, h);
}

static void read_list(Scope *s, Held *h, const Buf *name) {
    if (JSON_IS(&s->json, "samples")) {
        read_samples(s);
        return;
    }
    h->evented = h->evented || JSON_IS(&s->json, "events");
    if (!h->flows)
        flow(s, h, name);
    if (h->evented)
        read_events(s, h);
    else
        read_weights(s, h);
}

static void read_member(Scope *s, Held *h, Buf *name) {
    JsonPull *p = &s->json;
    if (JSON_IS(p, "startValue")) {
        h->has_start = json_pull_decimal(p, &h->start);
    } else if (JSON_IS(p, "endValue")) {
        h->has_end = json_pull_decimal(p, &h->end);
    } else if (JSON_IS(p, "name")) {
        buf_clear(name);
        h->has_name = json_pull_expect(p, JSON_STRING);
        if (h->has_name)
            buf_put(name, p->text);
    } else if (JSON_IS(p, "unit") && !h->flows) {
        read_unit(s, h);
    } else if (JSON_IS(p, "samples") || JSON_IS(p, "weights") || JSON_IS(p, "events")) {
        read_list(s, h, name);
    } else {
        json_pull_pass(p);
    }
}

static void read_profile(Scope *s) {
    Held h = {.node0 = s->node.count, .value0 = s->value.count};
    Buf name = {0};
    s->profiles++;
    while (json_pull_key(&s->json))
        read_member(s, &h, &name);
    if (!h.flows)
        name_profile(s, &h, buf_str(&name));
    COLUMN_PUSH(&s->names, NameId) = h.name;
    buf_free(&name);
    h.node1 = s->node.count;
    h.value1 = s->value.count;
    COLUMN_PUSH(&s->held, Held) = h;
    if (s->has_frames)
        emit_held(s);
}

static void read_profiles(Scope *s) {
    JsonToken token;
    if (!json_pull_expect(&s->json, JSON_ARRAY))
        return;
    while (json_pull_item(&s->json, &token)) {
        if (token == JSON_OBJECT)
            read_profile(s);
        else
            json_pull_skip(&s->json, token);
    }
}

static void read_whole(Scope *s) {
    JsonPull *p = &s->json;
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "shared")) {
            read_shared(s);
        } else if (JSON_IS(p, "exporter")) {
            if (json_pull_expect(p, JSON_STRING) && s->profiles == 0)
                s->ours = str_starts(p->text, STR("flamescope "));
        } else if (JSON_IS(p, "profiles")) {
            read_profiles(s);
        } else {
            json_pull_pass(p);
        }
    }
    json_pull_next(p); /* nothing may follow */
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Scope s = {0};
    rows_begin(&s.rows, emit, loader);
    json_pull_open(&s.json, source, &s.rows, err);
    json_pull_open_text(&s.list, (Str){0});
    text_keys_init(&s.keys, false);
    s.seen = (KeyCache){mem_table(sizeof(KeySlot) << SEEN_LOG2), SEEN_LOG2};
    call_tree_init(&s.tree, frame_of, &s);
    id_map_init(&s.child);
    Column *column[] = {&s.root, &s.frame, &s.comm, &s.names, &s.node};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_init(column[i], sizeof(uint32_t), 10);
    column_init(&s.value, sizeof(Decimal), 10);
    column_init(&s.twig, sizeof(Twig), 10);
    column_push(&s.twig); /* of those without a parent */
    column_init(&s.held, sizeof(Held), 4);
    read_whole(&s);
    bool ok = json_pull_finish(&s.json, &s.rows);
    emit_held(&s);
    rows_end(&s.rows);
    json_pull_close(&s.json);
    json_pull_close(&s.list);
    mem_table_free(s.seen.slot, sizeof(KeySlot) << SEEN_LOG2);
    call_tree_free(&s.tree);
    id_map_free(&s.child);
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_free(column[i]);
    column_free(&s.value);
    mem_resize(s.path, s.path_cap * sizeof *s.path, 0);
    column_free(&s.twig);
    column_free(&s.held);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    static const char *const path[] = {"shared.frames",    "profiles.unit",   "profiles.startValue",
                                       "profiles.samples", "profiles.events", "$schema"};
    bool array;
    uint32_t has = json_pull_paths(head, path, 6, &array);
    (void)whole;
    if (array)
        return GUESS_NO;
    bool profile = (has & 6) && (has & 24);
    return has & 1 || profile ? GUESS_YES : has & 30 ? GUESS_MAYBE : GUESS_NO;
}

const Format format_speedscope = {
    .name = "speedscope",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
