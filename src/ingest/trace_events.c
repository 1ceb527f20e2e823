/* The format "trace events": what Chrome's tracing, DevTools' performance panel and many other
 * tools write; [{"name","cat","ph","ts","dur","pid","tid","args"} …], or that list as
 * "traceEvents" of an object. The list may lack its end, as the format allows.
 *  ph B, E, X  calls: see trace_calls.h. They weigh ns; the event is "calls". An X without a length
 *              lasts no time: some writers leave out what is 0.
 *  ph P        "Profile", "ProfileChunk": V8's sampler, piece by piece. "samples". Others that have
 *              "sf" or "stack" are samples as those below.
 *  ph M        names of threads, which are the first frame, and of processes.
 * Besides, an object may have "stackFrames" {id: {"name","parent"}} and "samples"
 * [{"ts","tid","sf","weight"} …], as Android and Hermes write them.
 * Times are µs. Async events, counters, flows and marks are no stacks and stay out.
 * Facts: the Trace Event Format document of the Chromium project; DevTools' own reader of
 * ProfileChunk. */
#include <string.h>

#include "base/sizes.h"
#include "ingest/decimal.h"
#include "ingest/json_skim.h"
#include "ingest/key_cache.h"
#include "ingest/trace_calls.h"
#include "ingest/trace_samples.h"
#include "ingest/trace_threads.h"
#include "ingest/trace_time.h"
#include "ingest/v8_profile.h"

enum { CALLED = 1024, NAMES_LOG2 = CACHE_LOG2(12) };

/* V8's sampler of one thread. */
typedef struct Sampler {
    V8Profile profile;
    uint32_t thread;
    bool has_thread;
} Sampler;

/* The frame of a function's name and category, of those met lately. */
typedef struct Called {
    NameId name, cat;
    FrameId frame; /* 0: none */
} Called;

/* A number as it was written last time, with what followed: most events are of the process of the
 * one before, and to compare is a sixth of reading. */
typedef struct Same {
    uint64_t word, mask; /* mask 0: there was none */
    int64_t value;
    uint32_t n;
} Same;

typedef struct Trace {
    Rows rows;
    JsonPull json;  /* the file */
    JsonPull event; /* the event at hand */
    JsonPull args;
    Buf id; /* of that event, where its text moves on */
    TraceThreads threads;
    NameId latest_cat; /* of the last event: most are the one before */
    Str cat_text;      /* of latest_cat */
    bool cat_plain;    /* that text had no escapes: JSON has it just so */
    Same latest_pid, latest_tid;
    Called called[CALLED];
    TextKeys keys;
    KeyCache names; /* of events: NameId */
    TraceCalls calls;
    Column sampler;   /* Sampler * */
    IdMap sampler_of; /* (NameId of its id, pid): place in sampler + 1 */
    TraceSamples samples;
} Trace;

/* The members of an event that matter. */
typedef struct Item {
    char ph;
    NameId name, cat;
    TraceTime ts, dur;
    int64_t pid, tid;
    uint64_t weight;
    bool has_ts, has_dur;
    NameId stack; /* "sf" */
    Str frames;   /* "stack", as written */
    Str args;     /* as written */
    Str id;       /* as it is written; what it names is asked of few events */
} Item;

/* ---- an event's members -------------------------------------------------------------------
 */

static int64_t id_of(Trace *t, JsonPull *p, const JsonMember *m) {
    int64_t id;
    if (json_member_scaled(p, m, 0, &id))
        return id;
    return m->token == JSON_STRING ? trace_threads_id(rows_name(&t->rows, m->text)) : 0;
}

/* Of a text behind which FORMAT_CHUNK_PAD bytes can be read. */
static NameId name_of_text(Trace *t, Str text) {
    TextKey key = text_key(&t->keys, text.s, text.n, 0);
    NameId name = key_cache_get(&t->names, key);
    if (!name && (name = rows_name(&t->rows, text)))
        key_cache_put(&t->names, key, name);
    return name;
}

static NameId name_of(Trace *t, JsonPull *p, const JsonMember *m) {
    return m->token != JSON_STRING || !m->ahead ? trace_text(&t->rows, p, m)
                                                : name_of_text(t, m->text);
}

static void set_category(Trace *t, NameId category, bool plain) {
    t->latest_cat = category;
    t->cat_plain = plain;
    t->cat_text = names_get(&t->rows.part.dict.names, category);
}

static NameId category_of(Trace *t, JsonPull *p, const JsonMember *m) {
    if (m->token != JSON_STRING || !str_eq(m->text, t->cat_text))
        set_category(t, trace_text(&t->rows, p, m), false);
    return t->latest_cat;
}

static void read_raw(JsonPull *p, const JsonMember *m, JsonToken wanted, Str *out) {
    if (m->token == wanted)
        json_pull_raw(p, out);
    else
        json_pull_skip(p, m->token);
}

static void keep_id(Trace *t, JsonPull *p, const JsonMember *m, Item *e) {
    e->id = (Str){0};
    if (m->token == JSON_STRING || m->token == JSON_NUMBER) {
        buf_clear(&t->id);
        buf_put(&t->id, m->text);
        e->id = buf_str(&t->id);
    }
    json_pull_skip(p, m->token);
}

/* A number, or a text that holds one. */
static bool time_of(JsonPull *p, const JsonMember *m, TraceTime *out) {
    int64_t ns;
    if (!json_member_scaled(p, m, TRACE_TIME_US, &ns))
        return false;
    *out = trace_time_of(ns, m->text);
    return true;
}

static void set_duration(Item *e, TraceTime time, bool thread) {
    if (thread && e->has_dur)
        return;
    e->dur = time;
    e->has_dur = e->has_dur || !thread;
}

static char letter_of(JsonPull *p, const JsonMember *m) {
    json_pull_skip(p, m->token);
    return m->token == JSON_STRING && m->text.n == 1 ? m->text.s[0] : 0;
}

static void read_member(Trace *t, JsonPull *p, const JsonMember *m, Item *e) {
    int64_t value;
    TraceTime time;
    if (JSON_KEY_IS(m, "ph")) {
        e->ph = letter_of(p, m);
    } else if (JSON_KEY_IS(m, "ts")) {
        e->has_ts = time_of(p, m, &e->ts);
    } else if (JSON_KEY_IS(m, "dur")) {
        if (time_of(p, m, &time))
            set_duration(e, time, false);
    } else if (JSON_KEY_IS(m, "tdur")) {
        if (time_of(p, m, &time))
            set_duration(e, time, true);
    } else if (JSON_KEY_IS(m, "pid")) {
        e->pid = id_of(t, p, m);
    } else if (JSON_KEY_IS(m, "tid")) {
        e->tid = id_of(t, p, m);
    } else if (JSON_KEY_IS(m, "name")) {
        e->name = name_of(t, p, m);
    } else if (JSON_KEY_IS(m, "cat")) {
        e->cat = category_of(t, p, m);
    } else if (JSON_KEY_IS(m, "args")) {
        read_raw(p, m, JSON_OBJECT, &e->args);
    } else if (JSON_KEY_IS(m, "id")) {
        keep_id(t, p, m, e);
    } else if (JSON_KEY_IS(m, "sf")) {
        e->stack = trace_text(&t->rows, p, m);
    } else if (JSON_KEY_IS(m, "stack")) {
        read_raw(p, m, JSON_ARRAY, &e->frames);
    } else if (JSON_KEY_IS(m, "weight")) {
        if (json_member_scaled(p, m, 0, &value) && value > 0)
            e->weight = (uint64_t)value;
    } else {
        json_pull_skip(p, m->token);
    }
}

/* Behind its brace, in t->event. */
static void read_event(Trace *t, Item *e) {
    JsonMember m;
    *e = (Item){.weight = 1};
    while (json_pull_member(&t->event, &m))
        read_member(t, &t->event, &m, e);
}

/* ---- the same of an event that lies in memory as a whole, by the way of the many ------------
 * (json_skim.h). By members of JsonPull an event took 2.2 times as many instructions. */

typedef enum Member {
    OTHER,
    PH,
    TS,
    DUR,
    TDUR,
    PID,
    TID,
    NAME,
    CAT,
    ARGS,
    ID,
    SF,
    STACK,
    WEIGHT,
    MEMBERS,
} Member;

static const uint64_t member_word[MEMBERS] = {
    [PH] = JSON_WORD2('p', 'h'),
    [TS] = JSON_WORD2('t', 's'),
    [DUR] = JSON_WORD4('d', 'u', 'r', 0),
    [TDUR] = JSON_WORD4('t', 'd', 'u', 'r'),
    [PID] = JSON_WORD4('p', 'i', 'd', 0),
    [TID] = JSON_WORD4('t', 'i', 'd', 0),
    [NAME] = JSON_WORD4('n', 'a', 'm', 'e'),
    [CAT] = JSON_WORD4('c', 'a', 't', 0),
    [ARGS] = JSON_WORD4('a', 'r', 'g', 's'),
    [ID] = JSON_WORD2('i', 'd'),
    [SF] = JSON_WORD2('s', 'f'),
    [STACK] = JSON_WORD6('s', 't', 'a', 'c', 'k', 0),
    [WEIGHT] = JSON_WORD6('w', 'e', 'i', 'g', 'h', 't'),
};

static const uint8_t member_at[JSON_SKIM_SLOTS] = {
    [JSON_SLOT('p', 2)] = PH,    [JSON_SLOT('t', 2)] = TS,  [JSON_SLOT('d', 3)] = DUR,
    [JSON_SLOT('t', 4)] = TDUR,  [JSON_SLOT('p', 3)] = PID, [JSON_SLOT('t', 3)] = TID,
    [JSON_SLOT('n', 4)] = NAME,  [JSON_SLOT('c', 3)] = CAT, [JSON_SLOT('a', 4)] = ARGS,
    [JSON_SLOT('i', 2)] = ID,    [JSON_SLOT('s', 2)] = SF,  [JSON_SLOT('w', 6)] = WEIGHT,
    [JSON_SLOT('s', 5)] = STACK,
};

static const char *skim_same(Same *same, const char *s, int64_t *out) {
    uint64_t word;
    memcpy(&word, s, sizeof word);
    if (same->mask && ((word ^ same->word) & same->mask) == 0) {
        *out = same->value;
        return s + same->n;
    }
    const char *end = json_number(s, 0, out);
    same->mask = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (end && end - s < 8) {
        same->n = (uint32_t)(end - s);
        same->word = word;
        same->mask = UINT64_MAX >> (56 - 8 * same->n);
        same->value = *out;
    }
#endif
    return end;
}

static inline const char *skim_name(Trace *t, const char *s, const char *end, Item *e) {
    Str text;
    if ((s = json_skim_string(s, end, &text)))
        e->name = name_of_text(t, text);
    return s;
}

static inline const char *skim_category(Trace *t, const char *s, const char *end, Item *e) {
    Str text = t->cat_text;
    if (t->cat_plain && *s == '"' && s[text.n + 1] == '"' && memcmp(s + 1, text.s, text.n) == 0) {
        s += text.n + 2;
    } else {
        if (!(s = json_skim_string(s, end, &text)))
            return NULL;
        if (!str_eq(text, t->cat_text) || !t->cat_plain)
            set_category(t, rows_name(&t->rows, text), text.n < JSON_SKIM_AHEAD);
    }
    e->cat = t->latest_cat;
    return s;
}

static inline const char *skim_args(const char *s, const char *end, Item *e) {
    const char *first = s;
    s = json_skim_over(s, end);
    if (s && *first == '{')
        e->args = (Str){first, (size_t)(s - first)};
    return s;
}

static inline const char *skim_value(Trace *t, Member member, const char *s, const char *end,
                                     Item *e) {
    TraceTime time;
    switch (member) {
    case PH:
        e->ph = s[1];
        return s[0] == '"' && s[1] != '"' && s[1] != '\\' && s[2] == '"' ? s + 3 : NULL;
    case TS:
        e->has_ts = true;
        return trace_time_read(s, &e->ts);
    case DUR:
    case TDUR:
        if ((s = trace_time_read(s, &time)))
            set_duration(e, time, member == TDUR);
        return s;
    case PID:
        return skim_same(&t->latest_pid, s, &e->pid);
    case TID:
        return skim_same(&t->latest_tid, s, &e->tid);
    case NAME:
        return skim_name(t, s, end, e);
    case CAT:
        return skim_category(t, s, end, e);
    case ARGS:
        return skim_args(s, end, e);
    case ID:
        return json_skim_string(s, end, &e->id);
    case OTHER:
        return json_skim_over(s, end);
    default:
        return NULL;
    }
}

/* Behind its brace; behind its end, or NULL: it is to be read by read_event. */
static const char *skim_event(Trace *t, const char *s, const char *end, Item *e) {
    JsonSkimKey key;
    bool over = false;
    *e = (Item){.weight = 1};
    while (!over) {
        if (end - s < 2 * JSON_SKIM_AHEAD || !(s = json_skim_key(s, &key)))
            return NULL;
        Member member = (Member)member_at[key.slot];
        if (member_word[member] != key.word)
            member = OTHER;
        if (member == OTHER && json_skim_escaped(&key))
            return NULL;
        s = skim_value(t, member, s, end, e);
        if (!s || end - s < JSON_SKIM_AHEAD || !(s = json_skim_next(s, &over)))
            return NULL;
    }
    return s;
}

/* ---- kinds of events ----------------------------------------------------------------------
 */

static FrameId frame_called(Trace *t, NameId name, NameId category) {
    Called *called = &t->called[(name ^ category * 31) % CALLED];
    if (!called->frame || called->name != name || called->cat != category)
        *called =
            (Called){name, category,
                     frames_intern(&t->rows.part.dict.frames, (Frame){name, category, FRAME_USER})};
    return called->frame;
}

static void take_call(Trace *t, const Item *e, int64_t offset) {
    if (!e->has_ts) {
        rows_complain(&t->rows, COMPLAINT_TIME, offset,
                      names_get(&t->rows.part.dict.names, e->name));
        return;
    }
    TraceEvent call = {.begin_ns = e->ts.ns, .name = e->name};
    call.kind = e->ph == 'B' ? TRACE_BEGIN : e->ph == 'E' ? TRACE_END : TRACE_WHOLE;
    if (call.kind == TRACE_WHOLE)
        call.end_ns = e->dur.ns > 0 ? trace_time_end(e->ts, e->dur) : e->ts.ns;
    uint32_t thread = trace_threads_of(&t->threads, e->pid, e->tid, false);
    if (e->ph != 'E')
        call.frame =
            frame_called(t, e->name ? e->name : rows_name(&t->rows, STR("[unknown]")), e->cat);
    trace_calls_add(&t->calls, thread, &call);
}

/* {"name":"…"} */
static void take_name(Trace *t, const Item *e) {
    Str what = names_get(&t->rows.part.dict.names, e->name);
    bool process = str_eq(what, STR("process_name"));
    if ((!process && !str_eq(what, STR("thread_name"))) || !e->args.n)
        return;
    JsonMember m;
    json_pull_reset(&t->args, e->args, &t->json);
    json_pull_next(&t->args);
    while (json_pull_member(&t->args, &m)) {
        if (!JSON_KEY_IS(&m, "name")) {
            json_pull_skip(&t->args, m.token);
            continue;
        }
        NameId name = trace_text(&t->rows, &t->args, &m);
        uint32_t thread = trace_threads_of(&t->threads, e->pid, process ? 0 : e->tid, process);
        trace_threads_name(&t->threads, thread, name);
    }
}

static Sampler *sampler_of(Trace *t, const Item *e) {
    NameId id = rows_name(&t->rows, e->id);
    uint32_t known = id_map_find(&t->sampler_of, id, (uint32_t)e->pid);
    if (known)
        return COLUMN_AT(&t->sampler, Sampler *, known - 1);
    Sampler *s = mem_resize(NULL, 0, sizeof *s);
    v8_profile_init(&s->profile);
    COLUMN_PUSH(&t->sampler, Sampler *) = s;
    id_map_add(&t->sampler_of, id, (uint32_t)e->pid, (uint32_t)t->sampler.count);
    return s;
}

/* Of a thread that has a name: another name that comes later is that of what it does then. */
static Context sampled_context(Trace *t, uint32_t thread) {
    Context context = trace_threads_context(&t->threads, thread);
    context.event = contexts_event_weighed(&t->rows.part.dict.contexts,
                                           rows_name(&t->rows, STR("samples")), WEIGHT_SAMPLES);
    return context;
}

/* args: {"data":{"startTime", "cpuProfile":{"nodes","samples"}, "timeDeltas"}} */
static void take_profile(Trace *t, const Item *e, bool first) {
    JsonPull *p = &t->args;
    Sampler *s = sampler_of(t, e);
    if (first || !s->has_thread)
        s->thread = trace_threads_of(&t->threads, e->pid, e->tid, false);
    s->has_thread = s->has_thread || first;
    if (!s->profile.has_start && !first)
        s->profile.start_ns = e->ts.ns;
    s->profile.has_start = true;
    if (!e->args.n)
        return;
    if (s->has_thread && trace_threads_named(&t->threads, s->thread))
        v8_profile_context(&s->profile, &t->rows, sampled_context(t, s->thread));
    json_pull_reset(p, e->args, &t->json);
    json_pull_next(p);
    while (json_pull_key(p)) {
        if (!JSON_IS(p, "data")) {
            json_pull_pass(p);
        } else if (json_pull_expect(p, JSON_OBJECT)) {
            while (json_pull_key(p)) {
                if (!JSON_IS(p, "cpuProfile"))
                    v8_profile_member(&s->profile, p, &t->rows);
                else if (json_pull_expect(p, JSON_OBJECT))
                    while (json_pull_key(p))
                        v8_profile_member(&s->profile, p, &t->rows);
            }
        }
    }
}

static void take_sample(Trace *t, const Item *e, Str raw, int64_t offset) {
    if (!e->has_ts || t->event.broken) {
        rows_complain(&t->rows, COMPLAINT_TIME, offset, raw);
        return;
    }
    TraceSample sample = {.time_ns = e->ts.ns, .weight = e->weight, .event = e->name};
    sample.thread = trace_threads_of(&t->threads, e->pid, e->tid, false);
    sample.node = CALL_ROOT;
    if (e->stack) {
        sample.node = trace_samples_named(&t->samples, e->stack);
    } else if (e->frames.n) {
        json_pull_reset(&t->args, e->frames, &t->json);
        json_pull_next(&t->args);
        sample.node = trace_samples_listed(&t->samples, &t->args);
    }
    trace_samples_add(&t->samples, &sample);
}

static void take_event(Trace *t, const Item *e, Str raw, int64_t offset) {
    Str name;
    switch (e->ph) {
    case 'B':
    case 'E':
    case 'X':
        take_call(t, e, offset);
        break;
    case 'M':
        take_name(t, e);
        break;
    case 'P':
        name = names_get(&t->rows.part.dict.names, e->name);
        if (str_eq(name, STR("Profile")) || str_eq(name, STR("ProfileChunk")))
            take_profile(t, e, name.n == sizeof "Profile" - 1);
        else if (e->stack || e->frames.n)
            take_sample(t, e, raw, offset);
        break;
    default:
        if (t->event.broken || e->ph == 0)
            rows_complain(&t->rows, COMPLAINT_FRAME, offset, raw);
        else if (str_eq(names_get(&t->rows.part.dict.names, e->name), STR("CpuProfile")))
            /* before Chrome 58, all at once */
            take_profile(t, e, true);
    }
}

/* ---- the whole ----------------------------------------------------------------------------
 */

typedef void Take(Trace *t, const Item *item, Str raw, int64_t offset);

/* An event is read where it lies. Where that ends or breaks, it is looked for as a whole first, so
 * that what is wrong within it stays within it. */
static void read_item(Trace *t, Take *take) {
    JsonPull *p = &t->json;
    int64_t offset = p->offset;
    Str raw = {p->at - 1, 0};
    Item item;
    const char *end = skim_event(t, p->at, p->end, &item);
    if (end) {
        t->event.broken = false;
        json_pull_behind(p, end);
        raw.n = (size_t)(end - raw.s);
        take(t, &item, raw, offset);
        return;
    }
    json_pull_within(p, &t->event);
    read_event(t, &item);
    raw.n = (size_t)(t->event.at - raw.s);
    if (!json_pull_took(p, &t->event)) {
        if (!json_pull_raw(p, &raw))
            return;
        json_pull_reset(&t->event, raw, p);
        json_pull_next(&t->event);
        read_event(t, &item);
    }
    take(t, &item, raw, offset);
}

/* The objects of a list. In the outermost list the end of the file between two events is as good as
 * the bracket that is missing there. */
static void read_list(Trace *t, Take *take) {
    JsonToken token;
    while (json_pull_item(&t->json, &token)) {
        if (token == JSON_OBJECT)
            read_item(t, take);
        else
            json_pull_skip(&t->json, token);
    }
}

static void read_object(Trace *t) {
    JsonPull *p = &t->json;
    while (json_pull_key(p)) {
        bool events = JSON_IS(p, "traceEvents");
        if (events || JSON_IS(p, "samples")) {
            if (json_pull_expect(p, JSON_ARRAY))
                read_list(t, events ? take_event : take_sample);
        } else if (JSON_IS(p, "stackFrames")) {
            trace_samples_frames(&t->samples, p);
        } else {
            json_pull_pass(p);
        }
    }
}

/* True: the outermost list has no end, but is whole otherwise. */
static bool read_whole(Trace *t) {
    JsonPull *p = &t->json;
    switch (json_pull_next(p)) {
    case JSON_OBJECT:
        read_object(t);
        break;
    case JSON_ARRAY:
        read_list(t, take_event);
        if (p->ended && p->between)
            return true;
        break;
    default:
        return false;
    }
    json_pull_next(p); /* nothing may follow */
    return false;
}

static void emit_all(Trace *t) {
    Contexts *contexts = &t->rows.part.dict.contexts;
    EventId calls = 0, samples = 0;
    if (t->calls.some)
        calls = contexts_event_weighed(contexts, rows_name(&t->rows, STR("calls")), WEIGHT_TIME_NS);
    if (t->sampler.count)
        samples =
            contexts_event_weighed(contexts, rows_name(&t->rows, STR("samples")), WEIGHT_SAMPLES);
    uint32_t threads = (uint32_t)t->threads.thread.count;
    for (uint32_t i = 0; i < threads; i++) /* looking a name up may add a process */
        trace_threads_context(&t->threads, i);
    threads = (uint32_t)t->threads.thread.count;
    size_t bytes = (threads + 1) * sizeof(Context);
    Context *context = mem_resize(NULL, 0, bytes);
    for (uint32_t i = 0; i < threads; i++) {
        context[i] = trace_threads_context(&t->threads, i);
        context[i].event = calls;
    }
    trace_calls_emit(&t->calls, &t->rows, context, threads);
    for (uint64_t i = 0; i < t->sampler.count; i++) {
        Sampler *s = COLUMN_AT(&t->sampler, Sampler *, i);
        Context c = context[s->thread];
        c.event = samples;
        v8_profile_emit(&s->profile, &t->rows, c);
    }
    trace_samples_emit(&t->samples, context, threads);
    mem_resize(context, bytes, 0);
}

static void trace_init(Trace *t) {
    json_pull_open_text(&t->event, (Str){0});
    json_pull_open_text(&t->args, (Str){0});
    trace_threads_init(&t->threads, &t->rows);
    column_init(&t->sampler, sizeof(Sampler *), 4);
    id_map_init(&t->sampler_of);
    trace_samples_init(&t->samples, &t->rows);
    text_keys_init(&t->keys, false);
    t->names = (KeyCache){mem_table(sizeof(KeySlot) << NAMES_LOG2), NAMES_LOG2};
}

static void trace_free(Trace *t) {
    for (uint64_t i = 0; i < t->sampler.count; i++) {
        Sampler *s = COLUMN_AT(&t->sampler, Sampler *, i);
        v8_profile_free(&s->profile);
        mem_resize(s, sizeof *s, 0);
    }
    mem_table_free(t->names.slot, sizeof(KeySlot) << NAMES_LOG2);
    json_pull_close(&t->event);
    json_pull_close(&t->args);
    buf_free(&t->id);
    trace_threads_free(&t->threads);
    column_free(&t->sampler);
    id_map_free(&t->sampler_of);
    trace_calls_free(&t->calls);
    trace_samples_free(&t->samples);
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Trace t = {0};
    rows_begin(&t.rows, emit, loader);
    json_pull_open(&t.json, source, &t.rows, err);
    trace_init(&t);
    bool no_end = read_whole(&t);
    bool ok = no_end || json_pull_finish(&t.json, &t.rows);
    emit_all(&t);
    rows_end(&t.rows);
    json_pull_close(&t.json);
    trace_free(&t);
    return ok;
}

/* DevTools writes its metadata first, which hold source maps of any size. */
static FormatGuess probe(Str head, bool whole) {
    static const char *const path[] = {"ph", "traceEvents", "metadata.source"};
    bool array;
    uint32_t has = json_pull_paths(head, path, 3, &array);
    if (array)
        return has & 1 ? GUESS_YES : GUESS_NO;
    return has & 2 ? GUESS_YES : has & 4 && !whole ? GUESS_MAYBE : GUESS_NO;
}

const Format format_trace_events = {
    .name = "trace events",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
