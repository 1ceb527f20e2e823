/* Ids of profile.proto are ours by frame: location and function of a frame have the same one,
 * a mapping is a module. Strings are names, each once, in the order in which they are met. */
#include "picture/export_profile.h"

#include <string.h>

#include "picture/export_frame.h"
#include "picture/plain_text.h"
#include "picture/proto.h"

/* Field numbers of the public profile.proto. */
enum {
    PROFILE_SAMPLE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_MAPPING = 3,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING = 6,
    PROFILE_TIME = 9,
    PROFILE_DURATION = 10,
    PROFILE_COMMENT = 13,
    PROFILE_DEFAULT_TYPE = 14,
    VALUE_TYPE = 1,
    VALUE_UNIT = 2,
    SAMPLE_LOCATIONS = 1,
    SAMPLE_VALUES = 2,
    SAMPLE_LABEL = 3,
    LABEL_KEY = 1,
    LABEL_TEXT = 2,
    LABEL_NUMBER = 3,
    MAPPING_ID = 1,
    MAPPING_FILE = 5,
    MAPPING_HAS_FUNCTIONS = 7,
    LOCATION_ID = 1,
    LOCATION_MAPPING = 2,
    LOCATION_LINE = 4,
    LINE_FUNCTION = 1,
    FUNCTION_ID = 1,
    FUNCTION_NAME = 2,
    FUNCTION_SYSTEM_NAME = 3,
    FUNCTION_FILE = 4,
};

typedef struct Writer {
    const ProfileExport *x;
    const Dict *dict;
    Arena arena;
    uint64_t *samples, *weights; /* by pair */
    uint64_t *string;            /* by NameId: place in the string table, 0: none yet */
    uint64_t *mapping;           /* by NameId of the module: its id */
    uint64_t *location;          /* by FrameId: its id */
    uint64_t mappings, locations, strings;
    uint64_t key_comm, key_pid, key_tid, key_event;
    Buf *out;
    Buf message, inner, packed; /* scratch */
} Writer;

static void add_sample(void *context, int64_t time_ns, PairId pair, uint64_t weight) {
    Writer *w = context;
    (void)time_ns;
    w->samples[pair]++;
    w->weights[pair] += weight;
}

/* -- strings */

static uint64_t put_string(Writer *w, Str text) {
    buf_clear(&w->packed);
    plain_utf8(&w->packed, text);
    proto_bytes(w->out, PROFILE_STRING, buf_str(&w->packed));
    return w->strings++;
}

static uint64_t name_string(Writer *w, NameId id) {
    Str name = names_get(&w->dict->names, id);
    if (!name.n)
        return 0;
    if (!w->string[id])
        w->string[id] = put_string(w, name);
    return w->string[id];
}

/* -- what samples refer to, written where it is first met */

static uint64_t mapping_of(Writer *w, NameId module) {
    uint64_t file = name_string(w, module);
    if (!file)
        return 0;
    if (!w->mapping[module]) {
        w->mapping[module] = ++w->mappings;
        buf_clear(&w->inner);
        proto_u64(&w->inner, MAPPING_ID, w->mappings);
        proto_u64(&w->inner, MAPPING_FILE, file);
        proto_u64(&w->inner, MAPPING_HAS_FUNCTIONS, 1);
        proto_bytes(w->out, PROFILE_MAPPING, buf_str(&w->inner));
    }
    return w->mapping[module];
}

static uint64_t text_string(Writer *w, NameId known, Str text) {
    return str_eq(names_get(&w->dict->names, known), text) ? name_string(w, known)
                                                           : put_string(w, text);
}

static uint64_t location_of(Writer *w, FrameId id) {
    if (w->location[id])
        return w->location[id];
    FrameText t = export_frame(w->dict, id);
    uint64_t number = ++w->locations, mapping = mapping_of(w, t.frame.module);
    uint64_t name = text_string(w, t.frame.symbol, t.symbol);
    buf_clear(&w->inner);
    proto_u64(&w->inner, FUNCTION_ID, number);
    proto_u64(&w->inner, FUNCTION_NAME, name);
    proto_u64(&w->inner, FUNCTION_SYSTEM_NAME, name);
    proto_u64(&w->inner, FUNCTION_FILE, name_string(w, t.frame.module));
    proto_bytes(w->out, PROFILE_FUNCTION, buf_str(&w->inner));
    buf_clear(&w->packed);
    proto_u64(&w->packed, LINE_FUNCTION, number);
    buf_clear(&w->inner);
    proto_u64(&w->inner, LOCATION_ID, number);
    proto_u64(&w->inner, LOCATION_MAPPING, mapping);
    proto_bytes(&w->inner, LOCATION_LINE, buf_str(&w->packed));
    proto_bytes(w->out, PROFILE_LOCATION, buf_str(&w->inner));
    return w->location[id] = number;
}

/* -- samples */

static void put_label(Writer *w, uint64_t key, uint64_t text, int64_t number) {
    buf_clear(&w->inner);
    proto_u64(&w->inner, LABEL_KEY, key);
    proto_u64(&w->inner, LABEL_TEXT, text);
    proto_i64(&w->inner, LABEL_NUMBER, number);
    proto_bytes(&w->message, SAMPLE_LABEL, buf_str(&w->inner));
}

static void put_labels(Writer *w, Context c) {
    uint64_t comm = name_string(w, c.comm);
    if (comm)
        put_label(w, w->key_comm, comm, 0);
    if (c.pid >= 0)
        put_label(w, w->key_pid, 0, c.pid);
    if (c.tid >= 0)
        put_label(w, w->key_tid, 0, c.tid);
    if (w->x->query->event != EVENT_ALL)
        return;
    NameId event = contexts_get_event(&w->dict->contexts, c.event).name;
    if (name_string(w, event))
        put_label(w, w->key_event, name_string(w, event), 0);
}

static void put_sample(Writer *w, PairId id) {
    Pair pair = pairs_get(&w->x->profile->pairs, id);
    Buf ids = {0}, values = {0};
    for (StackId s = pair.stack; s; s = stacks_get(&w->dict->stacks, s).parent)
        proto_varint(&ids, location_of(w, stacks_get(&w->dict->stacks, s).frame));
    proto_varint(&values, w->samples[id]);
    if (w->x->view->has_weight)
        proto_varint(&values, w->weights[id]);
    buf_clear(&w->message);
    proto_bytes(&w->message, SAMPLE_LOCATIONS, buf_str(&ids));
    proto_bytes(&w->message, SAMPLE_VALUES, buf_str(&values));
    put_labels(w, contexts_get(&w->dict->contexts, pair.context));
    proto_bytes(w->out, PROFILE_SAMPLE, buf_str(&w->message));
    buf_free(&ids);
    buf_free(&values);
}

/* -- what the values are */

static void put_value_type(Writer *w, uint64_t type, uint64_t unit) {
    buf_clear(&w->inner);
    proto_u64(&w->inner, VALUE_TYPE, type);
    proto_u64(&w->inner, VALUE_UNIT, unit);
    proto_bytes(w->out, PROFILE_SAMPLE_TYPE, buf_str(&w->inner));
}

/* The weight's type is the event, in pprof's words where it has some. */
static uint64_t put_weight_type(Writer *w) {
    const Query *q = w->x->query;
    uint64_t count = put_string(w, STR("count")), type = 0;
    if (q->event == EVENT_ALL) {
        type = put_string(w, STR("weight"));
        put_value_type(w, type, count);
        return type;
    }
    Event e = contexts_get_event(&w->dict->contexts, q->event);
    uint64_t unit = e.weight == WEIGHT_TIME_NS ? put_string(w, STR("nanoseconds"))
                    : e.weight == WEIGHT_BYTES ? put_string(w, STR("bytes"))
                                               : count;
    type = name_string(w, e.name);
    if (!type)
        type = put_string(w, STR("weight"));
    put_value_type(w, type, unit);
    return type;
}

static void put_types(Writer *w) {
    put_string(w, STR("")); /* string 0 */
    uint64_t samples = put_string(w, STR("samples"));
    put_value_type(w, samples, put_string(w, STR("count")));
    uint64_t weight = w->x->view->has_weight ? put_weight_type(w) : 0;
    proto_u64(w->out, PROFILE_DEFAULT_TYPE, w->x->query->weighted ? weight : samples);
    w->key_comm = put_string(w, STR("comm"));
    w->key_pid = put_string(w, STR("pid"));
    w->key_tid = put_string(w, STR("tid"));
    w->key_event = put_string(w, STR("event"));
    proto_u64(w->out, PROFILE_COMMENT, put_string(w, w->x->name));
    proto_u64(w->out, PROFILE_COMMENT, put_string(w, STR("flamescope " FLAMESCOPE_VERSION)));
}

/* Times are those of the profile's own clock. */
static void put_times(Writer *w) {
    const ProfileView *v = w->x->view;
    const Query *q = w->x->query;
    if (!v->has_time)
        return;
    int64_t t0 = q->whole ? v->first_ns : q->t0_ns, t1 = q->whole ? v->last_ns : q->t1_ns;
    proto_i64(w->out, PROFILE_TIME, t0);
    proto_i64(w->out, PROFILE_DURATION, t1 - t0);
}

bool export_pprof(const ProfileExport *what, Buf *out, Error *err) {
    const ProfileView *view = what->view;
    Writer w = {.x = what, .dict = what->profile->dict, .out = out};
    arena_init(&w.arena, 1 << 16);
    w.samples = ARENA_ARRAY(&w.arena, uint64_t, view->pairs);
    w.weights = ARENA_ARRAY(&w.arena, uint64_t, view->pairs);
    w.string = ARENA_ARRAY(&w.arena, uint64_t, view->names);
    w.mapping = ARENA_ARRAY(&w.arena, uint64_t, view->names);
    w.location = ARENA_ARRAY(&w.arena, uint64_t, view->frames);
    bool ok = slice_visit(what->profile, view, what->query, add_sample, &w, err);
    if (ok) {
        put_types(&w);
        put_times(&w);
        for (PairId id = 0; id < view->pairs; id++)
            if (w.samples[id])
                put_sample(&w, id);
    }
    arena_free(&w.arena);
    buf_free(&w.message);
    buf_free(&w.inner);
    buf_free(&w.packed);
    return ok;
}
