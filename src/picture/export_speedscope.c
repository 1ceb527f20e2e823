#include "picture/export_profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "picture/export_frame.h"

typedef struct Entry {
    int64_t key; /* time, or the stack where there are no times */
    uint64_t order, weight;
    StackId stack;
} Entry;

typedef struct Entries {
    const ProfileExport *what;
    Entry *at;
    uint64_t count, cap;
    bool in_order; /* of time, known beforehand */
    bool sorted;
} Entries;

static void add_entry(void *context, int64_t time_ns, PairId pair, uint64_t weight) {
    Entries *e = context;
    const ProfileExport *x = e->what;
    StackId stack = pairs_get(&x->profile->pairs, pair).stack;
    int64_t key = x->view->has_time ? time_ns : (int64_t)stack;
    weight = x->query->weighted ? weight : 1;
    Entry *last = e->count ? &e->at[e->count - 1] : NULL;
    if (last && last->stack == stack && e->in_order) {
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
    e->at[e->count] = (Entry){key, e->count, weight, stack};
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
    const Dict *dict;
    uint32_t *number; /* by FrameId, one more than its place; 0: none yet */
    FrameId *frame;   /* by place */
    uint32_t count;
    FrameId *path; /* of one stack, leaf first */
    uint32_t path_cap;
} Shared;

static uint32_t path_of(Shared *s, StackId stack) {
    uint32_t n = 0;
    for (; stack; n++) {
        if (n == s->path_cap) {
            uint32_t cap = n ? n * 2 : 256;
            s->path = mem_resize(s->path, n * sizeof(FrameId), cap * sizeof(FrameId));
            s->path_cap = cap;
        }
        StackNode node = stacks_get(&s->dict->stacks, stack);
        s->path[n] = node.frame;
        stack = node.parent;
    }
    return n;
}

static uint32_t place_of(Shared *s, FrameId frame) {
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
        FrameText t = export_frame(s->dict, s->frame[i]);
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

static const char *unit_of(const ProfileExport *x) {
    if (!x->query->weighted || x->query->event == EVENT_ALL)
        return "none";
    switch (contexts_get_event(&x->profile->dict->contexts, x->query->event).weight) {
    case WEIGHT_TIME_NS:
        return "nanoseconds";
    case WEIGHT_BYTES:
        return "bytes";
    default:
        return "none";
    }
}

/* Sorted entries; neighbours of one stack become one. Returns the sum. */
static uint64_t join_neighbours(Entries *e) {
    uint64_t n = 0, sum = 0;
    if (!e->sorted)
        qsort(e->at, e->count, sizeof *e->at, by_key);
    for (uint64_t i = 0; i < e->count; i++) {
        sum += e->at[i].weight;
        if (n && e->at[n - 1].stack == e->at[i].stack)
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
        for (uint32_t n = path_of(s, e->at[i].stack); n--;)
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

static void put_profile(JsonWriter *w, Entries *e, Shared *s) {
    uint64_t sum = join_neighbours(e);
    json_key(w, "profiles");
    json_array(w);
    json_object(w);
    json_key(w, "type");
    json_str(w, STR("sampled"));
    json_key(w, "name");
    json_str(w, e->what->name);
    json_key(w, "unit");
    json_str(w, str_of(unit_of(e->what)));
    json_key(w, "startValue");
    json_u64(w, 0);
    json_key(w, "endValue");
    json_u64(w, sum);
    put_samples(w, e, s);
    json_object_end(w);
    json_array_end(w);
}

bool export_speedscope(const ProfileExport *what, Buf *out, Error *err) {
    const ProfileView *view = what->view;
    Entries e = {.what = what, .in_order = view->has_time && view->in_order, .sorted = true};
    if (!slice_visit(what->profile, view, what->query, add_entry, &e, err)) {
        mem_resize(e.at, e.cap * sizeof *e.at, 0);
        return false;
    }
    Shared s = {.dict = what->profile->dict};
    s.number = mem_resize(NULL, 0, (view->frames + 1) * sizeof *s.number);
    s.frame = mem_resize(NULL, 0, (view->frames + 1) * sizeof *s.frame);
    JsonWriter w;
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
    put_profile(&w, &e, &s);
    put_frames(&w, &s);
    json_object_end(&w);
    buf_putc(out, '\n');
    mem_resize(s.number, (view->frames + 1) * sizeof *s.number, 0);
    mem_resize(s.frame, (view->frames + 1) * sizeof *s.frame, 0);
    mem_resize(s.path, s.path_cap * sizeof *s.path, 0);
    mem_resize(e.at, e.cap * sizeof *e.at, 0);
    return true;
}
