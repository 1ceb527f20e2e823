/* The format "Firefox profile": what the Firefox Profiler saves (processed), what Firefox
 * itself and its old developer tools hand out (raw, or "Gecko"), and what samply records.
 * {"meta":{"interval","startTime","version",…},
 *  "threads":[{"name","pid","tid","samples","stackTable","frameTable","funcTable",…} …],
 *  "shared":{the same tables, in newer ones}, "processes":[profiles], "profile":{…}}
 * Times are ms since meta.startTime; those of a process are moved to the first one's. A
 * thread's name is the first frame, as perf's comm is. Allocations are events of their own that
 * weigh bytes. Tables may come behind the samples that refer to them: a thread's samples wait
 * for its end, or, where tables are shared, for the end of the file. Facts: docs-developer/ of
 * the Firefox Profiler's repository. */
#include <string.h>

#include "ingest/call_tree.h"
#include "ingest/decimal.h"
#include "ingest/firefox_tables.h"

enum { MS = 6, PROCESSES_DEEP = 8, PLAIN_BLOCK = 256 };

typedef enum Sort { SAMPLED, JS_ALLOCATED, ALLOCATED, SORTS } Sort;

typedef struct FoxThread {
    struct FoxThread *next;
    FirefoxTables own;
    FirefoxSamples taken[SORTS];
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

/* Gecko's "function (https://place/file.js:12:3)": cuts the place off, without its numbers. */
static Str cut_place(Str *text) {
    size_t open = str_find(*text, STR(" ("));
    if (open == text->n || !str_ends(*text, STR(")")))
        return (Str){0};
    Str place = str_slice(*text, open + 2, text->n - 1);
    if (str_find(place, STR("://")) == place.n && !str_starts(place, STR("self-hosted")))
        return (Str){0};
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t colon = str_rfind_char(place, ':');
        int64_t value;
        if (colon < place.n && str_to_i64(str_slice(place, colon + 1, place.n), &value))
            place.n = colon;
    }
    text->n = open;
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

static FrameId processed_frame(Fox *f, uint32_t number, uint32_t func) {
    const FirefoxTables *t = f->funcs;
    Str name = text_of(f, firefox_cell(&t->func_name, func));
    uint32_t source = firefox_cell(&t->func_source, func);
    uint32_t file = source != CELL_NONE ? firefox_cell(&f->sources->source_file, source)
                                        : firefox_cell(&t->func_file, func);
    uint32_t resource = firefox_cell(&t->func_resource, func);
    uint32_t deep = firefox_cell(&f->frames->frame_inline, number);
    bool script = firefox_cell(&t->func_js, func) == 1;
    Str library = text_of(f, firefox_cell(&f->resources->resource_name, resource));
    Str module = script || !library.n ? text_of(f, file) : library;
    uint32_t kind = script                               ? FRAME_JIT
                    : str_starts(module, STR("[kernel")) ? FRAME_KERNEL
                    : deep != CELL_NONE && deep > 0      ? FRAME_INLINED
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
    for (uint32_t i = 0; i < stacks->stack_frame.count; i++)
        call_tree_set(&f->tree, i, firefox_cell(&stacks->stack_prefix, i),
                      firefox_cell(&stacks->stack_frame, i));
    column_clear(&f->frame);
    for (uint64_t i = 0; i < f->frames->frame_func.count; i++)
        COLUMN_PUSH(&f->frame, uint32_t) = 0;
}

static bool weights_differ(const FirefoxSamples *s) {
    for (uint64_t i = 0; i < s->weight.count; i++) {
        int64_t weight = COLUMN_AT(&s->weight, int64_t, i);
        if (weight != 1000000 && weight != TIME_NONE)
            return true;
    }
    return false;
}

static EventId event_of(Fox *f, const FirefoxSamples *s, Sort sort) {
    static const char *const name[SORTS] = {"samples", "JavaScript allocations",
                                            "native allocations"};
    WeightKind kind = WEIGHT_SAMPLES;
    if (sort != SAMPLED || s->unit == FIREFOX_BYTES)
        kind = WEIGHT_BYTES;
    else if (s->unit == FIREFOX_MS)
        kind = WEIGHT_TIME_NS;
    else if (weights_differ(s))
        kind = WEIGHT_COUNT;
    return contexts_event_weighed(&f->rows.part.dict.contexts,
                                  rows_name(&f->rows, str_of(name[sort])), kind);
}

static int64_t time_of(const FoxThread *t, const FirefoxSamples *s, uint64_t i, int64_t *sum) {
    int64_t time = i < s->time.count ? COLUMN_AT(&s->time, int64_t, i) : TIME_NONE;
    if (time == TIME_NONE)
        return TIME_NONE;
    if (s->deltas) {
        if (__builtin_add_overflow(*sum, time, sum))
            *sum = 0;
        time = *sum / 1000 + (*sum % 1000 >= 500) - (*sum % 1000 <= -500);
    }
    return __builtin_add_overflow(time, t->shift_ns, &time) ? TIME_NONE : time;
}

/* Samples [i, n) that only count, a block at a time, of stacks that had a row before; returns where one
 * had none. */
static uint64_t emit_plain(Fox *f, const FoxThread *t, const FirefoxSamples *s, uint64_t i, uint64_t n,
                           int64_t *sum) {
    BatchSpace space;
    uint32_t filled;
    n = n < s->stack.count ? n : s->stack.count;
    do {
        space = rows_space(&f->rows, n - i < PLAIN_BLOCK ? (uint32_t)(n - i) : PLAIN_BLOCK);
        for (filled = 0; filled < space.n && i < n; filled++, i++) {
            uint32_t node = COLUMN_AT(&s->stack, uint32_t, i);
            PairId pair = node == CELL_NONE || node < f->tree.node.count
                              ? call_tree_pair(&f->tree, node)
                              : 0;
            if (!pair)
                break;
            space.time_ns[filled] = time_of(t, s, i, sum);
            space.pair[filled] = pair;
        }
        rows_fill(&f->rows, filled);
    } while (i < n && filled && filled == space.n && !f->rows.stopped);
    return i;
}

/* One row; what an allocation gave back is no sample of its own. */
static void add_row(Fox *f, const FirefoxSamples *s, uint64_t i, int64_t time, PairId pair,
                    WeightKind kind) {
    int64_t weight = i < s->weight.count ? COLUMN_AT(&s->weight, int64_t, i) : TIME_NONE;
    if (kind == WEIGHT_SAMPLES || weight == TIME_NONE) {
        rows_add(&f->rows, time, pair, 0);
        return;
    }
    if (weight < 0) {
        rows_complain(&f->rows, COMPLAINT_COUNT, -1,
                      STR("a sample that weighs less than nothing"));
        return;
    }
    rows_add_weighed(&f->rows, time, pair,
                     (uint64_t)(kind == WEIGHT_TIME_NS ? weight : weight / 1000000));
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

static void emit_samples(Fox *f, const FoxThread *t, Sort sort) {
    const FirefoxSamples *s = &t->taken[sort];
    uint64_t n = s->stack.count > s->time.count ? s->stack.count : s->time.count;
    if (!n)
        return;
    NameId comm = t->name ? t->name : t->process;
    Context context = {comm, t->pid, t->tid, event_of(f, s, sort)};
    WeightKind kind =
        (WeightKind)contexts_get_event(&f->rows.part.dict.contexts, context.event).weight;
    int64_t sum = 0;
    call_tree_base(&f->tree, rows_process(&f->rows, comm));
    for (uint64_t i = 0; i < n && !f->rows.stopped; i++) {
        if (kind == WEIGHT_SAMPLES && i < s->stack.count)
            i = emit_plain(f, t, s, i, n, &sum);
        if (i == n || f->rows.stopped)
            break;
        uint32_t node = i < s->stack.count ? COLUMN_AT(&s->stack, uint32_t, i) : CELL_NONE;
        bool known = node == CELL_NONE || node < f->tree.node.count;
        PairId pair = known ? call_tree_pair(&f->tree, node) : 0;
        add_row(f, s, i, time_of(t, s, i, &sum), pair ? pair : pair_of(f, node, context), kind);
    }
}

static void emit_thread(Fox *f, const FoxThread *t) {
    build_tree(f, t);
    for (int sort = 0; sort < SORTS; sort++)
        emit_samples(f, t, (Sort)sort);
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

static void read_thread(Fox *f, int64_t shift_ns) {
    JsonPull *p = &f->json;
    FoxThread *t = thread_new();
    t->shift_ns = shift_ns;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "name"))
            read_name(f, &t->name);
        else if (JSON_IS(p, "processName") || JSON_IS(p, "processType"))
            read_name(f, &t->process);
        else if (JSON_IS(p, "pid"))
            t->pid = read_id(p);
        else if (JSON_IS(p, "tid"))
            t->tid = read_id(p);
        else if (JSON_IS(p, "samples"))
            firefox_samples_read(&t->taken[SAMPLED], p);
        else if (JSON_IS(p, "jsAllocations"))
            firefox_samples_read(&t->taken[JS_ALLOCATED], p);
        else if (JSON_IS(p, "nativeAllocations"))
            firefox_samples_read(&t->taken[ALLOCATED], p);
        else if (!firefox_tables_member(&t->own, p, &f->rows))
            json_pull_pass(p);
    }
    if (f->has_shared || (t->own.string.count && t->own.stack_frame.count)) {
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
    static const char *const path[] = {
        "meta.interval",      "profile.meta", "threads.samples",
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
