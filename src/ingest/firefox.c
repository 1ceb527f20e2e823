/* The format "Firefox profile": what the Firefox Profiler saves (processed), what Firefox
 * itself and its old developer tools hand out (raw, or "Gecko"), and what samply records.
 * {"meta":{"interval","startTime","version",…},
 *  "threads":[{"name","pid","tid","samples","stackTable","frameTable","funcTable",…} …],
 *  "shared":{the same tables, in newer ones}, "processes":[profiles], "profile":{…}}
 * Times are ms since meta.startTime; those of a process are moved to the first one's. A
 * thread's name is the first frame, as perf's comm is. Allocations are events of their own that
 * weigh bytes; what was freed again is left out. Samples become rows while they are read, once all
 * that they say is known: tables, the thread's names and numbers, weights. Tables may come behind
 * the samples that refer to them: then a thread's samples wait for its end, or, where tables are
 * shared, for the end of the file.
 * Facts: docs-developer/ of the Firefox Profiler's repository. */
#include <string.h>

#include "ingest/call_tree.h"
#include "ingest/decimal.h"
#include "ingest/firefox_tables.h"

enum { MS = 6, PROCESSES_DEEP = 8, BLOCK = 256 };

typedef enum Sort { SAMPLED, JS_ALLOCATED, ALLOCATED, SORTS } Sort;

/* What rows of a list have in common, once the first of them is made. */
typedef struct Emission {
    bool begun;
    Context context;
    WeightKind kind;
    bool frees;  /* are among them, which weigh less than nothing */
    int64_t sum; /* of steps */
} Emission;

typedef struct FoxThread {
    struct FoxThread *next;
    FirefoxTables own;
    FirefoxSamples taken[SORTS];
    Emission emission[SORTS];
    NameId name, process;
    int32_t pid, tid;
    int64_t shift_ns; /* of its process's times */
} FoxThread;

typedef struct Fox {
    Rows rows;
    JsonPull json;
    CallTree tree;
    FirefoxTables shared;
    bool has_shared;
    FoxThread *first, **last; /* those that wait for shared tables */
    int64_t start_ns;         /* meta.startTime of the outermost profile */
    bool has_start;
    /* -- where frames of the thread at hand are looked up */
    const FirefoxTables *frames, *funcs, *resources, *sources, *strings;
    const FirefoxTables *built; /* whose stacks the tree holds */
    Column frame;               /* FrameId + 1 by frame; 0: not looked up yet */
} Fox;

/* ---- frames -------------------------------------------------------------------------------
 */

static Str text_of(const Fox *f, uint32_t string) {
    uint32_t name = firefox_cell(&f->strings->string, string);
    return name == CELL_NONE ? (Str){0} : names_get(&f->rows.part.dict.names, name);
}

static bool is_number(Str text) {
    uint64_t value;
    return str_to_u64(text, &value);
}

/* "f (in XUL) + 12" of old tools: the library. */
static Str cut_library(Str *text) {
    size_t open = str_find(*text, STR(" (in "));
    Str rest = str_slice(*text, open + 5, text->n), library = str_cut(&rest, ')');
    if (!str_starts(rest, STR(" + ")) || !is_number(str_slice(rest, 3, rest.n)))
        return (Str){0};
    text->n = open;
    return library;
}

/* Gecko's "function (https://place/file.js:12:3)[7]": gives the place and leaves the name. The
 * numbers, line, column and which source it is, are of no use here, but of what has no name the
 * place is all there is, and line and column stay in that. */
static Str cut_place(Str *text) {
    Str whole = *text;
    size_t source = str_rfind_char(whole, '[');
    if (str_ends(whole, STR("]")) && is_number(str_slice(whole, source + 1, whole.n - 1)))
        whole.n = source;
    size_t open = str_find(whole, STR(" ("));
    bool named = open < whole.n && str_ends(whole, STR(")"));
    Str place = named ? str_slice(whole, open + 2, whole.n - 1) : whole;
    if (str_find(place, STR("://")) == place.n && !str_starts(place, STR("self-hosted")))
        return cut_library(text);
    size_t n = place.n;
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t colon = str_rfind_char(place, ':');
        if (colon < place.n && is_number(str_slice(place, colon + 1, place.n)))
            place.n = colon;
    }
    if (!named && (place.n == n || str_find_char(place, ' ') < place.n))
        return (Str){0};
    *text = str_slice(whole, 0, named ? open : whole.n);
    return place;
}

static FrameId raw_frame(Fox *f, uint32_t number) {
    bool jit = firefox_cell(&f->frames->frame_jit, number) != CELL_NONE;
    uint32_t kind = jit ? FRAME_JIT : FRAME_USER;
    Str text = text_of(f, firefox_cell(&f->frames->frame_location, number));
    Str place = cut_place(&text);
    if (str_eq(text, STR("(root)")))
        return CALL_NO_FRAME;
    return rows_frame(&f->rows, text.n ? text : STR("[unknown]"), place, kind);
}

static bool is_inlined(const Fox *f, uint32_t number) {
    uint32_t flags = firefox_cell(&f->frames->frame_flags, number);
    uint32_t deep = firefox_cell(&f->frames->frame_inline, number);
    if (flags != CELL_NONE)
        return flags & FRAME_FLAG_INLINED;
    return deep != CELL_NONE && deep > 0;
}

static FrameId processed_frame(Fox *f, uint32_t number, uint32_t func) {
    const FirefoxTables *t = f->funcs;
    Str name = text_of(f, firefox_cell(&t->func_name, func));
    uint32_t flags = firefox_cell(&t->func_flags, func); /* CELL_NONE is all of them */
    uint32_t source = flags & FUNC_FLAG_SOURCE ? firefox_cell(&t->func_source, func) : CELL_NONE;
    uint32_t file = source != CELL_NONE ? firefox_cell(&f->sources->source_file, source)
                                        : firefox_cell(&t->func_file, func);
    uint32_t resource =
        flags & FUNC_FLAG_RESOURCE ? firefox_cell(&t->func_resource, func) : CELL_NONE;
    bool script =
        flags == CELL_NONE ? firefox_cell(&t->func_js, func) == 1 : (flags & FUNC_FLAG_JS) != 0;
    Str library = text_of(f, firefox_cell(&f->resources->resource_name, resource));
    Str module = script || !library.n ? text_of(f, file) : library;
    uint32_t kind = script                               ? FRAME_JIT
                    : str_starts(module, STR("[kernel")) ? FRAME_KERNEL
                    : is_inlined(f, number)              ? FRAME_INLINED
                                                         : FRAME_USER;
    if (str_eq(name, STR("(root)")))
        return CALL_NO_FRAME;
    return rows_frame(&f->rows, name.n ? name : STR("[unknown]"), module, kind);
}

static FrameId frame_of(void *context, uint32_t number) {
    Fox *f = context;
    if (number == CELL_NONE)
        return CALL_NO_FRAME;
    uint32_t known = firefox_cell(&f->frame, number);
    if (known != CELL_NONE && known)
        return known - 1;
    uint32_t func = firefox_cell(&f->frames->frame_func, number);
    FrameId frame = func == CELL_NONE ? raw_frame(f, number) : processed_frame(f, number, func);
    if (number < f->frame.count)
        COLUMN_AT(&f->frame, uint32_t, number) = frame + 1;
    return frame;
}

/* ---- rows ---------------------------------------------------------------------------------
 */

static const FirefoxTables *either(const Fox *f, const FoxThread *t, size_t column) {
    const Column *own = (const Column *)(const void *)((const char *)&t->own + column);
    return own->count ? &t->own : &f->shared;
}

#define EITHER(f, t, column) either((f), (t), offsetof(FirefoxTables, column))

static void build_tree(Fox *f, const FoxThread *t) {
    const FirefoxTables *stacks = EITHER(f, t, stack_frame);
    f->frames = EITHER(f, t, frame_func);
    f->funcs = EITHER(f, t, func_name);
    f->resources = EITHER(f, t, resource_name);
    f->sources = EITHER(f, t, source_file);
    f->strings = EITHER(f, t, string);
    if (f->built == &f->shared && stacks == f->built && f->strings == f->built)
        return;
    f->built = stacks;
    call_tree_clear(&f->tree);
    for (uint32_t i = 0; i < stacks->stack_frame.count; i++) {
        uint32_t prefix;
        if (!firefox_prefix(stacks, i, &prefix))
            rows_complain(&f->rows, COMPLAINT_FRAME, -1,
                          STR("a stack whose prefix is not told, or none of those before it"));
        call_tree_set(&f->tree, i, prefix, firefox_cell(&stacks->stack_frame, i));
    }
    column_clear(&f->frame);
    for (uint64_t i = 0; i < f->frames->frame_func.count; i++)
        COLUMN_PUSH(&f->frame, uint32_t) = 0;
}

static EventId event_of(Fox *f, const FirefoxSamples *s, Sort sort) {
    static const char *const name[SORTS] = {"samples", "JavaScript allocations",
                                            "native allocations"};
    WeightKind kind = WEIGHT_SAMPLES;
    if (sort != SAMPLED || s->unit == FIREFOX_BYTES)
        kind = WEIGHT_BYTES;
    else if (s->unit == FIREFOX_MS)
        kind = WEIGHT_TIME_NS;
    else if (s->differ)
        kind = WEIGHT_COUNT;
    return contexts_event_weighed(&f->rows.part.dict.contexts,
                                  rows_name(&f->rows, str_of(name[sort])), kind);
}

static int64_t time_of(const FirefoxSamples *s, int64_t time, int64_t shift_ns, int64_t *sum) {
    if (time == TIME_NONE)
        return TIME_NONE;
    if (s->deltas) {
        if (__builtin_add_overflow(*sum, time, sum))
            *sum = 0;
        time = *sum / 1000 + (*sum % 1000 >= 500) - (*sum % 1000 <= -500);
    }
    return __builtin_add_overflow(time, shift_ns, &time) ? TIME_NONE : time;
}

/* One row; what an allocation gave back is none. */
static void add_row(Fox *f, const Emission *e, int64_t time, int64_t weight, PairId pair) {
    if (weight == TIME_NONE) {
        rows_add(&f->rows, time, pair, 0);
        return;
    }
    if (weight < 0) {
        if (!e->frees)
            rows_complain(&f->rows, COMPLAINT_COUNT, -1,
                          STR("a sample that weighs less than nothing"));
        return;
    }
    rows_add_weighed(&f->rows, time, pair,
                     (uint64_t)(e->kind == WEIGHT_TIME_NS ? weight : weight / 1000000));
}

static PairId pair_of(Fox *f, uint32_t node, Context context) {
    bool cut = false;
    StackId stack = call_tree_stack(&f->tree, &f->rows, node, &cut);
    PairId pair = rows_pair(&f->rows, stack, context);
    if (node != CELL_NONE && node >= f->tree.node.count) {
        rows_complain(&f->rows, COMPLAINT_FRAME, -1, STR("a sample of no known stack"));
        return pair; /* each of them is to be said */
    }
    if (cut)
        rows_complain(&f->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
    call_tree_note_pair(&f->tree, node, pair);
    return pair;
}

/* The pairs of these nodes, asked for one by one only where a node had no row before. */
static void pairs_of(Fox *f, const uint32_t *node, uint32_t n, Context context, PairId *pair) {
    uint64_t nodes = f->tree.node.count;
    for (uint32_t i = 0; i < n; i++) {
        bool known = node[i] < nodes || node[i] == CELL_NONE;
        pair[i] = known ? call_tree_pair(&f->tree, node[i]) : 0;
        if (!pair[i])
            pair[i] = pair_of(f, node[i], context);
    }
}

/* Rows of the next samples, where they will lie if they only count. */
static void emit_block(Fox *f, const FirefoxSamples *s, Emission *e, int64_t shift_ns,
                       const uint32_t *node, int64_t *time, const int64_t *weight, uint32_t n) {
    PairId pair[BLOCK];
    for (uint32_t i = 0; i < n; i++)
        time[i] = time_of(s, time[i], shift_ns, &e->sum);
    if (e->kind != WEIGHT_SAMPLES) {
        pairs_of(f, node, n, e->context, pair);
        for (uint32_t i = 0; i < n; i++)
            add_row(f, e, time[i], weight[i], pair[i]);
        return;
    }
    while (n && !f->rows.stopped) {
        BatchSpace space = rows_space(&f->rows, n);
        pairs_of(f, node, space.n, e->context, space.pair);
        memcpy(space.time_ns, time, space.n * sizeof *time);
        rows_fill(&f->rows, space.n);
        node += space.n;
        time += space.n;
        n -= space.n;
    }
}

/* The values that come next; those that are not there are none. */
static void take_values(TimeList *l, int64_t *value, uint32_t n) {
    for (uint32_t i = time_list_take(l, value, n); i < n; i++)
        value[i] = TIME_NONE;
}

static void begin_rows(Fox *f, const FoxThread *t, Sort sort, Emission *e) {
    const FirefoxSamples *s = &t->taken[sort];
    NameId comm = t->name ? t->name : t->process;
    build_tree(f, t);
    *e = (Emission){.begun = true,
                    .frees = sort == ALLOCATED,
                    .context = {comm, t->pid, t->tid, event_of(f, s, sort)}};
    e->kind = (WeightKind)contexts_get_event(&f->rows.part.dict.contexts, e->context.event).weight;
    call_tree_base(&f->tree, rows_process(&f->rows, comm));
}

/* Rows of samples whose stack and time were read; over: nothing more will be, and what lacks one of
 * them is a row, too. */
static void emit_samples(Fox *f, FoxThread *t, Sort sort, bool over) {
    FirefoxSamples *s = &t->taken[sort];
    Emission *e = &t->emission[sort];
    uint32_t none[BLOCK], n;
    int64_t time[BLOCK], weight[BLOCK];
    for (uint64_t left; !f->rows.stopped; fifo_took(&s->stack, s->stack.count ? n : 0)) {
        uint64_t stacks = s->stack.count, times = time_list_left(&s->time);
        left = (stacks < times) == over ? times : stacks;
        if (!left)
            break;
        uint32_t most = left < BLOCK ? (uint32_t)left : BLOCK;
        const uint32_t *node = (const uint32_t *)fifo_head(&s->stack, most, &n);
        if (!node) {
            n = most;
            memset(none, 0xff, sizeof none); /* CELL_NONE */
            node = none;
        }
        if (!e->begun)
            begin_rows(f, t, sort, e);
        take_values(&s->time, time, n);
        take_values(&s->weight, weight, n);
        emit_block(f, s, e, t->shift_ns, node, time, weight, n);
    }
    if (over)
        e->begun = false;
}

static void emit_thread(Fox *f, FoxThread *t) {
    for (int sort = 0; sort < SORTS; sort++)
        emit_samples(f, t, (Sort)sort, true);
}

/* ---- threads ------------------------------------------------------------------------------
 */

static FoxThread *thread_new(void) {
    FoxThread *t = mem_resize(NULL, 0, sizeof *t);
    firefox_tables_init(&t->own);
    for (int sort = 0; sort < SORTS; sort++)
        firefox_samples_init(&t->taken[sort]);
    t->pid = t->tid = -1;
    return t;
}

static void thread_free(FoxThread *t) {
    firefox_tables_free(&t->own);
    for (int sort = 0; sort < SORTS; sort++)
        firefox_samples_free(&t->taken[sort]);
    mem_resize(t, sizeof *t, 0);
}

/* A number, or a text that begins with one: samply writes "4711.1" for a second life of 4711.
 */
static int32_t read_id(JsonPull *p) {
    JsonToken token = json_pull_next(p);
    int64_t id;
    if (token != JSON_NUMBER && token != JSON_STRING) {
        json_pull_skip(p, token);
        return -1;
    }
    Str text = str_slice(p->text, 0, str_find_char(p->text, '.'));
    return str_to_i64(text, &id) && id >= 0 && id <= INT32_MAX ? (int32_t)id : -1;
}

static void read_name(Fox *f, NameId *name) {
    if (json_pull_expect(&f->json, JSON_STRING))
        *name = rows_name(&f->rows, f->json.text);
}

static bool has_tables(const Fox *f, const FoxThread *t) {
    return f->has_shared || (t->own.string.count && t->own.stack_frame.count);
}

/* Nothing that frames are looked up in may come behind the samples. */
static bool tables_told(const FirefoxTables *t) {
    bool raw = t->frame_location.count > 0;
    bool processed = t->frame_func.count && t->func_name.count && t->resource_name.count;
    return t->string.count && t->stack_frame.count && (raw || processed) &&
           (!t->func_source.count || t->source_file.count);
}

typedef struct Reading {
    Fox *fox;
    FoxThread *thread;
    Sort sort;
} Reading;

static void samples_ready(void *context) {
    const Reading *r = context;
    emit_samples(r->fox, r->thread, r->sort, false);
}

static void read_samples(Fox *f, FoxThread *t, Sort sort) {
    FirefoxSamples *s = &t->taken[sort];
    Reading reading = {f, t, sort};
    /* samples that wait go first: the first event of a profile is the one that is shown */
    bool next = sort == SAMPLED || !t->taken[SAMPLED].stack.count;
    bool known = next && t->name && t->pid >= 0 && t->tid >= 0 &&
                 (tables_told(&t->own) || (f->has_shared && tables_told(&f->shared)));
    s->ready = known ? samples_ready : NULL;
    s->context = &reading;
    firefox_samples_read(s, &f->json);
    if (s->flows)
        emit_samples(f, t, sort, true);
    s->flows = false;
}

/* A member that is not the thread's samples. */
static void read_about(Fox *f, FoxThread *t) {
    JsonPull *p = &f->json;
    if (JSON_IS(p, "name"))
        read_name(f, &t->name);
    else if (JSON_IS(p, "processName") || JSON_IS(p, "processType"))
        read_name(f, &t->process);
    else if (JSON_IS(p, "pid"))
        t->pid = read_id(p);
    else if (JSON_IS(p, "tid"))
        t->tid = read_id(p);
    else if (!firefox_tables_member(&t->own, p, &f->rows))
        json_pull_pass(p);
}

static void read_thread(Fox *f, int64_t shift_ns) {
    JsonPull *p = &f->json;
    FoxThread *t = thread_new();
    t->shift_ns = shift_ns;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "samples"))
            read_samples(f, t, SAMPLED);
        else if (JSON_IS(p, "jsAllocations"))
            read_samples(f, t, JS_ALLOCATED);
        else if (JSON_IS(p, "nativeAllocations"))
            read_samples(f, t, ALLOCATED);
        else
            read_about(f, t);
    }
    if (has_tables(f, t)) {
        emit_thread(f, t);
        thread_free(t);
    } else {
        *f->last = t;
        f->last = &t->next;
    }
}

/* ---- profiles -----------------------------------------------------------------------------
 */

static int64_t read_start(JsonPull *p, int64_t start) {
    if (!json_pull_expect(p, JSON_OBJECT))
        return start;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "startTime"))
            json_pull_scaled(p, MS, &start);
        else
            json_pull_pass(p);
    }
    return start;
}

static void read_shared(Fox *f) {
    if (!json_pull_expect(&f->json, JSON_OBJECT))
        return;
    if (f->has_shared) { /* what was said first stays */
        json_pull_skip(&f->json, JSON_OBJECT);
        return;
    }
    while (json_pull_key(&f->json))
        if (!firefox_tables_member(&f->shared, &f->json, &f->rows))
            json_pull_pass(&f->json);
    f->has_shared = true;
}

static void read_profile(Fox *f, uint32_t deep);

static void read_list(Fox *f, bool threads, int64_t shift_ns, uint32_t deep) {
    JsonToken token;
    if (!json_pull_expect(&f->json, JSON_ARRAY))
        return;
    while (json_pull_item(&f->json, &token)) {
        if (token != JSON_OBJECT)
            json_pull_skip(&f->json, token);
        else if (threads)
            read_thread(f, shift_ns);
        else
            read_profile(f, deep + 1);
    }
}

/* Behind its brace. Processes lie within the first one's profile; old developer tools put it
 * within an object of their own. */
static void read_profile(Fox *f, uint32_t deep) {
    JsonPull *p = &f->json;
    int64_t start = f->start_ns;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "meta")) {
            start = read_start(p, start);
            if (!f->has_start)
                f->start_ns = start;
            f->has_start = true;
        } else if (JSON_IS(p, "threads")) {
            read_list(f, true, start - f->start_ns, deep);
        } else if (JSON_IS(p, "shared")) {
            read_shared(f);
        } else if (JSON_IS(p, "processes") && deep < PROCESSES_DEEP) {
            read_list(f, false, 0, deep);
        } else if (JSON_IS(p, "profile") && deep < PROCESSES_DEEP) {
            if (json_pull_expect(p, JSON_OBJECT))
                read_profile(f, deep + 1);
        } else {
            json_pull_pass(p);
        }
    }
}

static void emit_waiting(Fox *f) {
    while (f->first) {
        FoxThread *t = f->first;
        f->first = t->next;
        emit_thread(f, t);
        thread_free(t);
    }
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Fox f = {0};
    f.last = &f.first;
    rows_begin(&f.rows, emit, loader);
    json_pull_open(&f.json, source, &f.rows, err);
    call_tree_init(&f.tree, frame_of, &f);
    firefox_tables_init(&f.shared);
    column_init(&f.frame, sizeof(uint32_t), 8);
    if (json_pull_expect(&f.json, JSON_OBJECT)) {
        read_profile(&f, 0);
        json_pull_next(&f.json); /* nothing may follow */
    }
    bool ok = json_pull_finish(&f.json, &f.rows);
    emit_waiting(&f);
    rows_end(&f.rows);
    json_pull_close(&f.json);
    call_tree_free(&f.tree);
    firefox_tables_free(&f.shared);
    column_free(&f.frame);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    static const char *const path[] = {"meta.interval",      "profile.meta", "threads.samples",
                                       "threads.stackTable", "meta",         "shared.stackTable"};
    bool array;
    uint32_t has = json_pull_paths(head, path, 6, &array);
    (void)whole;
    if (array)
        return GUESS_NO;
    return has & (1 | 2 | 4 | 8 | 32) ? GUESS_YES : GUESS_NO;
}

const Format format_firefox = {
    .name = "Firefox profile",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
