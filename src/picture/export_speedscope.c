#include "picture/export_profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "picture/export_frame.h"

typedef struct Entry {
    int64_t key; /* time, or the node where there are no times */
    uint64_t order, weight;
    uint32_t node;
} Entry;

/* One side's samples. */
typedef struct Entries {
    const ExportSides *sides;
    const Places *places;
    ExportSide side;
    const uint8_t *had; /* by node: not of an elided view; NULL: all are of it */
    Entry *at;
    uint64_t count, cap;
    bool timed, in_order; /* of time, known beforehand */
    bool sorted;
} Entries;

static void add_entry(void *context, const SliceSample *sample) {
    Entries *e = context;
    uint32_t which = sides_which(e->sides, e->side);
    uint32_t unit = places_unit(e->places, which, sample->pair, sample->cpu);
    uint32_t node = e->places->node[unit];
    if (node == PLACE_DROPPED || (e->had && e->had[node]))
        return;
    int64_t key = e->timed ? sample->time_ns : (int64_t)node;
    uint64_t weight = sides_count(e->sides, sample);
    Entry *last = e->count ? &e->at[e->count - 1] : NULL;
    if (last && last->node == node && e->in_order) {
        last->weight += weight; /* as if it had been one sample, which is what is written */
        last->key = key;
        return;
    }
    e->sorted &= !last || last->key <= key;
    if (e->count == e->cap) {
        uint64_t cap = e->cap ? e->cap * 2 : 1024;
        e->at = mem_resize(e->at, e->cap * sizeof *e->at, cap * sizeof *e->at);
        e->cap = cap;
    }
    e->at[e->count] = (Entry){key, e->count, weight, node};
    e->count++;
}

static int by_key(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* -- frames: numbered in the order in which samples name them */

typedef struct Shared {
    const Places *places;
    uint32_t *number; /* by frame, one more than its place; 0: none yet */
    uint32_t *frame;  /* by place */
    uint32_t count;
    uint32_t *path; /* frames of one stack, leaf first */
    uint32_t path_cap;
} Shared;

static uint32_t path_of(Shared *s, uint32_t node) {
    uint32_t n = 0;
    for (; node; n++) {
        if (n == s->path_cap) {
            uint32_t cap = n ? n * 2 : 256;
            s->path = mem_resize(s->path, n * sizeof(uint32_t), cap * sizeof(uint32_t));
            s->path_cap = cap;
        }
        s->path[n] = s->places->frame[node];
        node = s->places->parent[node];
    }
    return n;
}

static uint32_t place_of(Shared *s, uint32_t frame) {
    if (!s->number[frame]) {
        s->frame[s->count] = frame;
        s->number[frame] = ++s->count;
    }
    return s->number[frame] - 1;
}

static void put_frames(JsonWriter *w, const Shared *s) {
    json_key(w, "shared");
    json_object(w);
    json_key(w, "frames");
    json_array(w);
    for (uint32_t i = 0; i < s->count; i++) {
        FrameText t = export_frame(s->places, s->frame[i]);
        json_object(w);
        json_key(w, "name");
        json_str(w, t.symbol);
        if (t.module.n) {
            json_key(w, "file");
            json_str(w, t.module);
        }
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

/* -- profiles */

static const char *unit_of(const Entries *e) {
    const Query *q = e->sides->query;
    if (!q->weighted || q->event == EVENT_ALL)
        return "none";
    switch (contexts_get_event(&e->places->names.dict->contexts, q->event).weight) {
    case WEIGHT_TIME_NS:
        return "nanoseconds";
    case WEIGHT_BYTES:
        return "bytes";
    default:
        return "none";
    }
}

/* Sorted entries; neighbours at one stack become one. Returns the sum. */
static uint64_t join_neighbours(Entries *e) {
    uint64_t n = 0, sum = 0;
    if (!e->sorted)
        qsort(e->at, e->count, sizeof *e->at, by_key);
    for (uint64_t i = 0; i < e->count; i++) {
        sum += e->at[i].weight;
        if (n && e->at[n - 1].node == e->at[i].node)
            e->at[n - 1].weight += e->at[i].weight;
        else
            e->at[n++] = e->at[i];
    }
    e->count = n;
    return sum;
}

static void put_samples(JsonWriter *w, const Entries *e, Shared *s) {
    json_key(w, "samples");
    json_array(w);
    for (uint64_t i = 0; i < e->count; i++) {
        json_array(w);
        for (uint32_t n = path_of(s, e->at[i].node); n--;)
            json_u64(w, place_of(s, s->path[n]));
        json_array_end(w);
    }
    json_array_end(w);
    json_key(w, "weights");
    json_array(w);
    for (uint64_t i = 0; i < e->count; i++)
        json_u64(w, e->at[i].weight);
    json_array_end(w);
}

static void put_entries(JsonWriter *w, Entries *e, Str name, Shared *s) {
    uint64_t sum = join_neighbours(e);
    json_object(w);
    json_key(w, "type");
    json_str(w, STR("sampled"));
    json_key(w, "name");
    json_str(w, name);
    json_key(w, "unit");
    json_str(w, str_of(unit_of(e)));
    json_key(w, "startValue");
    json_u64(w, 0);
    json_key(w, "endValue");
    json_u64(w, sum);
    put_samples(w, e, s);
    json_object_end(w);
}

static bool put_side(JsonWriter *w, Entries wanted, Str name, Shared *s, Error *err) {
    const ProfileView *view = sides_view(wanted.sides, wanted.side);
    wanted.timed = view->has_time;
    wanted.in_order = view->has_time && view->in_order;
    wanted.sorted = true;
    bool ok = sides_visit(wanted.sides, wanted.side, add_entry, &wanted, err);
    if (ok)
        put_entries(w, &wanted, name, s);
    mem_resize(wanted.at, wanted.cap * sizeof *wanted.at, 0);
    return ok;
}

static bool put_profiles(JsonWriter *w, const ProfileExport *x, Shared *s, Error *err) {
    Arena arena;
    Entries side = {.sides = x->sides, .places = s->places};
    arena_init(&arena, 1 << 16);
    json_key(w, "profiles");
    json_array(w);
    bool ok = sides_had(x->sides, s->places, &arena, &side.had, err);
    if (ok && !side.had)
        ok = put_side(w, side, x->name, s, err);
    side.side = OF_BASELINE;
    if (ok && sides_compared(x->sides))
        ok = put_side(w, side, x->name_b, s, err);
    json_array_end(w);
    arena_free(&arena);
    return ok;
}

bool export_speedscope(const ProfileExport *what, Buf *out, Error *err) {
    Places places;
    JsonWriter w;
    sides_places(what->sides, &places);
    Shared s = {.places = &places};
    s.number = mem_resize(NULL, 0, places.frames * sizeof *s.number);
    s.frame = mem_resize(NULL, 0, places.frames * sizeof *s.frame);
    json_begin(&w, out, true);
    json_object(&w);
    json_key(&w, "$schema");
    json_str(&w, STR("https://www.speedscope.app/file-format-schema.json"));
    json_key(&w, "exporter");
    json_str(&w, STR("flamescope " FLAMESCOPE_VERSION));
    json_key(&w, "name");
    json_str(&w, what->name);
    json_key(&w, "activeProfileIndex");
    json_u64(&w, 0);
    bool ok = put_profiles(&w, what, &s, err);
    put_frames(&w, &s);
    json_object_end(&w);
    buf_putc(out, '\n');
    mem_resize(s.number, places.frames * sizeof *s.number, 0);
    mem_resize(s.frame, places.frames * sizeof *s.frame, 0);
    mem_resize(s.path, s.path_cap * sizeof *s.path, 0);
    places_free(&places);
    return ok;
}
