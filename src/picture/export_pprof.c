/* Ids of profile.proto are ours by frame: location and function of a frame have the same one,
 * a mapping is a module. Strings stand there once each, in the order in which they are met. */
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
    LABEL_UNIT = 4,
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

/* One side's values, by unit. */
typedef struct Sums {
    uint64_t *samples, *weights;
} Sums;

typedef struct Writer {
    const ProfileExport *x;
    const ExportSides *sides;
    Places places;
    ExportSide side;    /* whose samples are summed up at the moment */
    const uint8_t *had; /* by node: not of an elided view; NULL: all are of it */
    Arena arena;
    Sums sums[2];       /* by ExportSide */
    Names string;       /* its ids are places in the string table */
    Names module;       /* its ids are those of mappings */
    uint64_t *location; /* by frame: its id */
    uint64_t locations;
    bool has_weight;
    bool counts; /* weights say how many samples a row stands for, and nothing else */
    uint64_t unit_id, key_comm, key_pid, key_tid, key_event, key_base, text_true;
    Buf *out;
    Buf message, inner, packed; /* scratch */
} Writer;

static void add_sample(void *context, const SliceSample *sample) {
    Writer *w = context;
    uint32_t which = sides_which(w->sides, w->side);
    uint32_t unit = places_unit(&w->places, which, sample->pair, sample->cpu);
    uint32_t node = w->places.node[unit];
    if (node == PLACE_DROPPED || (w->had && w->had[node]))
        return;
    w->sums[w->side].samples[unit]++;
    w->sums[w->side].weights[unit] += sample->weight;
}

/* -- what is referred to, written where it is first met */

static uint64_t string_of(Writer *w, Str text) {
    uint64_t known = w->string.entry.count;
    buf_clear(&w->packed);
    plain_utf8(&w->packed, text);
    NameId id = names_intern(&w->string, buf_str(&w->packed));
    if (id >= known)
        proto_bytes(w->out, PROFILE_STRING, buf_str(&w->packed));
    return id;
}

static uint64_t mapping_of(Writer *w, Str module) {
    uint64_t known = w->module.entry.count;
    NameId id = names_intern(&w->module, module);
    if (id < known)
        return id;
    uint64_t file = string_of(w, module);
    buf_clear(&w->inner);
    proto_u64(&w->inner, MAPPING_ID, id);
    proto_u64(&w->inner, MAPPING_FILE, file);
    proto_u64(&w->inner, MAPPING_HAS_FUNCTIONS, 1);
    proto_bytes(w->out, PROFILE_MAPPING, buf_str(&w->inner));
    return id;
}

static uint64_t location_of(Writer *w, uint32_t frame) {
    if (w->location[frame])
        return w->location[frame];
    FrameText t = export_frame(&w->places, frame);
    uint64_t number = ++w->locations, mapping = mapping_of(w, t.module);
    uint64_t name = string_of(w, t.symbol), file = string_of(w, t.module);
    buf_clear(&w->inner);
    proto_u64(&w->inner, FUNCTION_ID, number);
    proto_u64(&w->inner, FUNCTION_NAME, name);
    proto_u64(&w->inner, FUNCTION_SYSTEM_NAME, name);
    proto_u64(&w->inner, FUNCTION_FILE, file);
    proto_bytes(w->out, PROFILE_FUNCTION, buf_str(&w->inner));
    buf_clear(&w->packed);
    proto_u64(&w->packed, LINE_FUNCTION, number);
    buf_clear(&w->inner);
    proto_u64(&w->inner, LOCATION_ID, number);
    proto_u64(&w->inner, LOCATION_MAPPING, mapping);
    proto_bytes(&w->inner, LOCATION_LINE, buf_str(&w->packed));
    proto_bytes(w->out, PROFILE_LOCATION, buf_str(&w->inner));
    return w->location[frame] = number;
}

/* -- samples */

static void put_label(Writer *w, uint64_t key, uint64_t text, int64_t number) {
    buf_clear(&w->inner);
    proto_u64(&w->inner, LABEL_KEY, key);
    proto_u64(&w->inner, LABEL_TEXT, text);
    proto_i64(&w->inner, LABEL_NUMBER, number);
    if (!text && !number) /* a label that has nothing but its key is none to pprof */
        proto_u64(&w->inner, LABEL_UNIT, w->unit_id);
    proto_bytes(&w->message, SAMPLE_LABEL, buf_str(&w->inner));
}

static void put_labels(Writer *w, Context c) {
    const Dict *dict = w->places.names.dict;
    uint64_t comm = string_of(w, names_get(&dict->names, c.comm));
    if (comm)
        put_label(w, w->key_comm, comm, 0);
    if (c.pid >= 0)
        put_label(w, w->key_pid, 0, c.pid);
    if (c.tid >= 0)
        put_label(w, w->key_tid, 0, c.tid);
    if (w->sides->query->event != EVENT_ALL)
        return;
    NameId name = contexts_get_event(&dict->contexts, c.event).name;
    uint64_t event = string_of(w, names_get(&dict->names, name));
    if (event)
        put_label(w, w->key_event, event, 0);
}

/* base: of the baseline, which is subtracted. */
static void put_sample(Writer *w, uint32_t unit, const Sums *sums, bool base) {
    Pair pair = places_pair(&w->places, unit);
    uint64_t sign = base ? UINT64_MAX : 1; /* times that is the negative, as int64_t */
    Buf ids = {0}, values = {0};
    for (uint32_t v = w->places.node[unit]; v; v = w->places.parent[v])
        proto_varint(&ids, location_of(w, w->places.frame[v]));
    proto_varint(&values, (w->counts ? sums->weights : sums->samples)[unit] * sign);
    if (w->has_weight)
        proto_varint(&values, sums->weights[unit] * sign);
    buf_clear(&w->message);
    proto_bytes(&w->message, SAMPLE_LOCATIONS, buf_str(&ids));
    proto_bytes(&w->message, SAMPLE_VALUES, buf_str(&values));
    put_labels(w, contexts_get(&w->places.names.dict->contexts, pair.context));
    if (base)
        put_label(w, w->key_base, w->text_true, 0);
    proto_bytes(w->out, PROFILE_SAMPLE, buf_str(&w->message));
    buf_free(&ids);
    buf_free(&values);
}

static void put_side(Writer *w, ExportSide side, bool base) {
    for (uint32_t unit = 0; unit < w->places.units; unit++)
        if (w->sums[side].samples[unit])
            put_sample(w, unit, &w->sums[side], base);
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
    const Query *q = w->sides->query;
    const Dict *dict = w->places.names.dict;
    Str type = {0}, unit = STR("count");
    if (q->event != EVENT_ALL) {
        Event e = contexts_get_event(&dict->contexts, q->event);
        type = names_get(&dict->names, e.name);
        unit = e.weight == WEIGHT_TIME_NS ? STR("nanoseconds")
               : e.weight == WEIGHT_BYTES ? STR("bytes")
                                          : unit;
    }
    bool named = type.n && !str_eq_c(type, "samples"); /* which the first type is called */
    uint64_t of_type = string_of(w, named ? type : STR("weight"));
    put_value_type(w, of_type, string_of(w, unit));
    return of_type;
}

static void put_comment(Writer *w, Str text) {
    proto_u64(w->out, PROFILE_COMMENT, string_of(w, text));
}

static void put_types(Writer *w, bool base) {
    proto_bytes(w->out, PROFILE_STRING, STR("")); /* string 0 */
    uint64_t samples = string_of(w, STR("samples"));
    put_value_type(w, samples, string_of(w, STR("count")));
    uint64_t weight = w->has_weight ? put_weight_type(w) : 0;
    bool weighted = w->sides->query->weighted && w->has_weight;
    proto_u64(w->out, PROFILE_DEFAULT_TYPE, weighted ? weight : samples);
    w->unit_id = string_of(w, STR("id"));
    w->key_comm = string_of(w, STR("comm"));
    w->key_pid = string_of(w, STR("pid"));
    w->key_tid = string_of(w, STR("tid"));
    w->key_event = string_of(w, STR("event"));
    put_comment(w, w->had ? w->x->name_b : w->x->name);
    if (base) {
        w->key_base = string_of(w, STR("pprof::base"));
        w->text_true = string_of(w, STR("true"));
        put_comment(w, w->x->name_b);
    }
    put_comment(w, STR("flamescope " FLAMESCOPE_VERSION));
}

/* Times are those of the profile's own clock; of a difference, the selection's. */
static void put_times(Writer *w) {
    const ProfileView *v = &w->sides->view[0];
    const Query *q = w->sides->query;
    if (!v->has_time || w->had)
        return;
    int64_t t0 = q->whole ? v->first_ns : q->t0_ns, t1 = q->whole ? v->last_ns : q->t1_ns;
    proto_i64(w->out, PROFILE_TIME, t0);
    proto_i64(w->out, PROFILE_DURATION, t1 - t0);
}

/* -- all of it */

static bool sum_up(Writer *w, ExportSide side, Error *err) {
    w->side = side;
    w->sums[side].samples = ARENA_ARRAY(&w->arena, uint64_t, w->places.units);
    w->sums[side].weights = ARENA_ARRAY(&w->arena, uint64_t, w->places.units);
    return sides_visit(w->sides, side, add_sample, w, err);
}

static bool write_all(Writer *w, Error *err) {
    bool compared = sides_compared(w->sides);
    if (!sides_had(w->sides, &w->places, &w->arena, &w->had, err) ||
        (!w->had && !sum_up(w, OF_SELECTION, err)) || (compared && !sum_up(w, OF_BASELINE, err)))
        return false;
    put_types(w, compared && !w->had);
    put_times(w);
    if (!w->had)
        put_side(w, OF_SELECTION, false);
    if (compared)
        put_side(w, OF_BASELINE, !w->had);
    return true;
}

static bool counts_rows(const ExportSides *s, ExportSide side) {
    const Profile *profile = s->profile[sides_which(s, side)];
    return query_weight_kind(profile->dict, sides_view(s, side), s->query->event) == WEIGHT_COUNT;
}

bool export_pprof(const ProfileExport *what, Buf *out, Error *err) {
    const ExportSides *sides = what->sides;
    Writer w = {.x = what, .sides = sides, .out = out};
    w.counts = counts_rows(sides, OF_SELECTION) || counts_rows(sides, OF_BASELINE);
    w.has_weight =
        !w.counts && (sides->view[0].has_weight || sides_view(sides, OF_BASELINE)->has_weight);
    arena_init(&w.arena, 1 << 16);
    names_init(&w.string);
    names_init(&w.module);
    sides_places(sides, &w.places);
    w.location = ARENA_ARRAY(&w.arena, uint64_t, w.places.frames);
    bool ok = write_all(&w, err);
    places_free(&w.places);
    names_free(&w.string);
    names_free(&w.module);
    arena_free(&w.arena);
    buf_free(&w.message);
    buf_free(&w.inner);
    buf_free(&w.packed);
    return ok;
}
