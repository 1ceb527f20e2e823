#include "ingest/jfr_resolve.h"

#include <string.h>

/* Tids of virtual threads, which have none of the system's, begin behind this. */
enum { JFR_VIRTUAL = 0x40000000 };

void jfr_resolve_init(JfrResolve *r, const JfrPools *pools, Part *part, Complaints *complaints) {
    *r = (JfrResolve){.pools = pools, .part = part, .complaints = complaints, .pid = -1};
    column_init(&r->method_frame, sizeof(FrameId[JFR_FRAME_TYPES_MAX]), 8);
    column_init(&r->stack, sizeof(StackId), 8);
    column_init(&r->path, sizeof(FrameId), 10);
    column_init(&r->context, sizeof(ContextId[JFR_EVENTS_MAX]), 4);
    column_init(&r->class_frame, sizeof(FrameId), 8);
    column_init(&r->state, sizeof(uint8_t), 4);
    id_map_init(&r->pair);
}

void jfr_resolve_free(JfrResolve *r) {
    column_free(&r->method_frame);
    column_free(&r->stack);
    column_free(&r->path);
    column_free(&r->context);
    column_free(&r->class_frame);
    column_free(&r->state);
    id_map_free(&r->pair);
    buf_free(&r->name);
    buf_free(&r->other);
}

/* As many zeroed items as the pool has constants. */
static void fill(Column *column, const JfrPools *pools, JfrPool pool) {
    column_clear(column);
    if (pools->constant[pool].count) {
        column_reserve(column, pools->constant[pool].count - 1);
        column->count = pools->constant[pool].count;
    }
}

static const struct {
    const char *name;
    uint32_t kind;
} frame_kinds[] = {
    {"Interpreted", FRAME_INTERPRETED}, {"JIT compiled", FRAME_JIT}, {"C1 compiled", FRAME_JIT},
    {"Inlined", FRAME_INLINED},         {"Native", FRAME_USER},      {"C++", FRAME_CPP},
    {"Kernel", FRAME_KERNEL},
};

/* Item 0 stands for every type that is not known here. */
static void read_frame_types(JfrResolve *r) {
    const Column *pool = &r->pools->constant[JFR_FRAME_TYPES];
    JfrValue slot[JFR_SLOTS];
    r->async_profiler = false;
    r->frame_types = 1;
    r->frame_kind[0] = FRAME_USER;
    for (uint32_t i = 0; i < pool->count && r->frame_types < JFR_FRAME_TYPES_MAX; i++) {
        jfr_constant_read(r->pools, JFR_FRAME_TYPES, i + 1, slot);
        buf_clear(&r->name);
        jfr_text(r->pools, &slot[JFR_STRING], &r->name);
        for (size_t k = 0; k < sizeof frame_kinds / sizeof *frame_kinds; k++) {
            if (!str_eq_c(buf_str(&r->name), frame_kinds[k].name))
                continue;
            r->frame_type[r->frame_types] = COLUMN_AT(pool, JfrConstant, i).key;
            r->frame_kind[r->frame_types++] = frame_kinds[k].kind;
            r->async_profiler = r->async_profiler || frame_kinds[k].kind == FRAME_KERNEL;
            break;
        }
    }
}

/* "STATE_SLEEPING" of the JDK and async-profiler, "PARKED" of Datadog. */
static JfrState state_of(Str name) {
    static const char *const waits[] = {"CONTENDED", "PARKED", "WAITING", "SLEEPING"};
    if (str_eq_c(name, "STATE_DEFAULT"))
        return JFR_STATE_DEFAULT;
    if (str_eq_c(name, "STATE_RUNNABLE") || str_eq_c(name, "RUNNABLE"))
        return JFR_STATE_RUNNING;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        if (str_eq_c(name, waits[i]))
            return JFR_STATE_WAITING;
    return str_starts(name, STR("STATE_")) ? JFR_STATE_WAITING : JFR_STATE_NONE;
}

static void read_states(JfrResolve *r) {
    JfrValue slot[JFR_SLOTS];
    fill(&r->state, r->pools, JFR_STATES);
    r->has_default_state = false;
    for (uint32_t i = 0; i < r->state.count; i++) {
        jfr_constant_read(r->pools, JFR_STATES, i + 1, slot);
        buf_clear(&r->name);
        jfr_text(r->pools, &slot[JFR_STRING], &r->name);
        JfrState state = state_of(buf_str(&r->name));
        r->has_default_state = r->has_default_state || state == JFR_STATE_DEFAULT;
        COLUMN_AT(&r->state, uint8_t, i) = (uint8_t)state;
    }
}

static void read_frame_layout(JfrResolve *r) {
    const JfrTypes *types = r->pools->types;
    uint32_t stacks = r->pools->layout[JFR_STACKS], n;
    r->frame_layout = JFR_LAYOUT_NONE;
    r->frame_numbers = 0;
    if (stacks != JFR_LAYOUT_NONE)
        r->frame_layout = jfr_element(types, stacks, JFR_STACK_FRAME_LIST);
    if (r->frame_layout != JFR_LAYOUT_NONE &&
        jfr_numbers(types, r->frame_layout, JFR_FRAME_METHOD, &r->method_place, &n) &&
        jfr_numbers(types, r->frame_layout, JFR_FRAME_TYPE, &r->type_place, &n))
        r->frame_numbers = n;
}

void jfr_resolve_begin(JfrResolve *r) {
    fill(&r->method_frame, r->pools, JFR_METHODS);
    fill(&r->stack, r->pools, JFR_STACKS);
    fill(&r->class_frame, r->pools, JFR_CLASSES);
    column_clear(&r->context);
    uint64_t threads = r->pools->constant[JFR_THREADS].count;
    column_reserve(&r->context, threads); /* and one for all that are not there */
    r->context.count = threads + 1;
    read_frame_layout(r);
    read_frame_types(r);
    read_states(r);
}

void jfr_resolve_reset(JfrResolve *r) {
    id_map_clear(&r->pair);
}

JfrState jfr_resolve_state(JfrResolve *r, uint64_t key) {
    uint32_t at = jfr_constant(r->pools, JFR_STATES, key);
    return at ? (JfrState)COLUMN_AT(&r->state, uint8_t, at - 1) : JFR_STATE_NONE;
}

/* ---- frames -------------------------------------------------------------------------------
 */

static FrameId frame_named(JfrResolve *r, Str name, uint32_t kind) {
    NameId symbol = names_intern(&r->part->dict.names, name);
    return frames_intern(&r->part->dict.frames, (Frame){symbol, 0, kind});
}

static void unknown(JfrResolve *r, Str what) {
    complain(r->complaints, COMPLAINT_FRAME, 1, r->offset, what);
}

/* Appends the class's name as the JVM has it: java/lang/String, [I. */
static bool put_class(JfrResolve *r, uint64_t key, Buf *out) {
    JfrValue slot[JFR_SLOTS];
    uint32_t at = jfr_constant(r->pools, JFR_CLASSES, key);
    if (!at)
        return false;
    jfr_constant_read(r->pools, JFR_CLASSES, at, slot);
    return jfr_text(r->pools, &slot[JFR_STRING], out);
}

/* With async-profiler, Native is C code, which has no class; with the JDK, a Java method that
 * is native. */
static bool classless(const JfrResolve *r, uint32_t kind) {
    return kind == FRAME_CPP || kind == FRAME_KERNEL || (kind == FRAME_USER && r->async_profiler);
}

static FrameId make_frame(JfrResolve *r, uint32_t method, uint32_t kind) {
    JfrValue slot[JFR_SLOTS];
    jfr_constant_read(r->pools, JFR_METHODS, method, slot);
    buf_clear(&r->name);
    buf_clear(&r->other);
    bool whole = jfr_text(r->pools, &slot[JFR_METHOD_NAME], &r->other);
    if (!classless(r, kind))
        whole = put_class(r, slot[JFR_METHOD_CLASS].number, &r->name) && whole;
    if (!whole)
        unknown(r, STR("a method without its class or its name"));
    if (r->name.n && r->other.n)
        buf_putc(&r->name, '.');
    buf_put(&r->name, buf_str(&r->other));
    return frame_named(r, r->name.n ? buf_str(&r->name) : STR("[unknown]"), kind);
}

static FrameId frame_of(JfrResolve *r, uint64_t method_key, uint64_t type_key) {
    uint32_t method = jfr_constant(r->pools, JFR_METHODS, method_key), type = r->frame_types;
    while (--type > 0 && r->frame_type[type] != type_key)
        ;
    if (!method) {
        unknown(r, STR("a method that no checkpoint has"));
        return frame_named(r, STR("[unknown]"), FRAME_USER);
    }
    FrameId *known = (FrameId *)column_at(&r->method_frame, method - 1) + type;
    if (!*known)
        *known = make_frame(r, method, r->frame_kind[type]);
    return *known;
}

/* ---- stacks -------------------------------------------------------------------------------
 */

/* A frame's values within the bytes of a stack, which were walked through before. */
static FrameId next_frame(JfrResolve *r, JfrBytes *b) {
    uint64_t method = 0, type = 0;
    if (!r->frame_numbers) {
        JfrValue slot[JFR_SLOTS] = {0};
        jfr_read(r->pools->types, r->frame_layout, b, slot);
        return frame_of(r, slot[JFR_FRAME_METHOD].number, slot[JFR_FRAME_TYPE].number);
    }
    for (uint32_t i = 0; i < r->frame_numbers; i++) {
        uint64_t number = jfr_varint(b);
        method = i == r->method_place ? number : method;
        type = i == r->type_place ? number : type;
    }
    return frame_of(r, method, type);
}

/* The stack of no frames but the process. */
static StackId process_of(JfrResolve *r) {
    FrameId process = frame_named(r, STR("java"), FRAME_PROCESS);
    return stacks_push(&r->part->dict.stacks, 0, process);
}

/* Frames lie leaf first, and stacks want them root first. */
static StackId push_path(Stacks *stacks, StackId to, const Column *path) {
    for (uint64_t i = path->count; i-- > 0;)
        to = stacks_push(stacks, to, COLUMN_AT(path, FrameId, i));
    return to;
}

static StackId make_stack(JfrResolve *r, uint32_t at) {
    JfrValue slot[JFR_SLOTS];
    jfr_constant_read(r->pools, JFR_STACKS, at, slot);
    JfrValue list = slot[JFR_STACK_FRAME_LIST];
    if (!list.bytes || r->frame_layout == JFR_LAYOUT_NONE)
        return process_of(r); /* frames as a recorder of another kind might write them */
    JfrBytes b = {list.bytes, list.bytes + list.n, r->pools->types->compressed, false};
    column_clear(&r->path);
    for (uint64_t i = 0; i < list.number && b.at < b.end; i++) {
        if (i == STACKS_MAX_DEPTH - 2) { /* the process and a class are to fit as well */
            complain(r->complaints, COMPLAINT_TOO_DEEP, 1, r->offset, STR(""));
            break;
        }
        COLUMN_PUSH(&r->path, FrameId) = next_frame(r, &b);
    }
    return push_path(&r->part->dict.stacks, process_of(r), &r->path);
}

/* A leaf in which the thread waited is a frame of its own kind. */
static StackId with_waiting_leaf(JfrResolve *r, StackId stack) {
    Stacks *stacks = &r->part->dict.stacks;
    StackNode leaf = stacks_get(stacks, stack);
    if (!leaf.parent)
        return stack; /* the process alone */
    Frame frame = frames_get(&r->part->dict.frames, leaf.frame);
    frame.kind = FRAME_WAITING;
    return stacks_push(stacks, leaf.parent, frames_intern(&r->part->dict.frames, frame));
}

/* The method that was traced is the leaf, unless it was already: the JDK's stack is that of the
 * caller, async-profiler's of the method. Nobody says how it ran. */
static StackId with_method(JfrResolve *r, StackId stack, uint64_t key) {
    Stacks *stacks = &r->part->dict.stacks;
    uint32_t method = jfr_constant(r->pools, JFR_METHODS, key);
    if (!method)
        return stack;
    FrameId frame = make_frame(r, method, FRAME_JIT);
    FrameId leaf = stacks_get(stacks, stack).frame;
    NameId name = frames_get(&r->part->dict.frames, frame).symbol;
    return frames_get(&r->part->dict.frames, leaf).symbol == name
               ? stack
               : stacks_push(stacks, stack, frame);
}

static StackId stack_of(JfrResolve *r, const JfrSample *s) {
    uint32_t at = s->stack ? jfr_constant(r->pools, JFR_STACKS, s->stack) : 0;
    if (!at && s->stack) { /* said each time, so that every such sample is counted */
        unknown(r, STR("a stack that no checkpoint has"));
        return stacks_push(&r->part->dict.stacks, process_of(r),
                           frame_named(r, STR("[unknown]"), FRAME_USER));
    }
    if (!at)
        return process_of(r);
    StackId *known = (StackId *)column_at(&r->stack, at - 1);
    if (!*known)
        *known = make_stack(r, at) + 1;
    return s->waiting ? with_waiting_leaf(r, *known - 1) : *known - 1;
}

/* ---- classes ------------------------------------------------------------------------------
 */

static const char *primitive(char c) {
    static const char letters[] = "BCDFIJSZ";
    static const char *const names[] = {"byte", "char", "double", "float",
                                        "int",  "long", "short",  "boolean"};
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? names[at - letters] : NULL;
}

/* [Ljava/lang/String; is java.lang.String[]. */
static void put_dotted(Buf *out, Str name) {
    size_t arrays = 0;
    while (arrays < name.n && name.s[arrays] == '[')
        arrays++;
    name = str_slice(name, arrays, name.n);
    const char *simple = arrays && name.n == 1 ? primitive(name.s[0]) : NULL;
    if (arrays && name.n > 2 && name.s[0] == 'L' && name.s[name.n - 1] == ';')
        name = str_slice(name, 1, name.n - 1);
    if (simple)
        buf_puts(out, simple);
    for (size_t i = 0; i < name.n && !simple; i++)
        buf_putc(out, name.s[i] == '/' ? '.' : name.s[i]);
    for (size_t i = 0; i < arrays; i++)
        buf_puts(out, "[]");
}

/* 0: none. */
static FrameId class_frame(JfrResolve *r, uint64_t key) {
    uint32_t at = key ? jfr_constant(r->pools, JFR_CLASSES, key) : 0;
    if (!at)
        return 0;
    FrameId *known = &COLUMN_AT(&r->class_frame, FrameId, at - 1);
    if (!*known) {
        buf_clear(&r->name);
        buf_clear(&r->other);
        put_class(r, key, &r->other);
        put_dotted(&r->name, buf_str(&r->other));
        *known = frame_named(r, r->name.n ? buf_str(&r->name) : STR("[unknown]"), FRAME_CLASS);
    }
    return *known;
}

/* ---- threads, and all together ------------------------------------------------------------
 */

/* Ids of Java's own begin with 1, as those of a container's threads do. */
static int32_t tid_of(const JfrValue slot[JFR_SLOTS]) {
    uint64_t id = slot[JFR_THREAD_OS_ID].number, java = slot[JFR_THREAD_ID].number;
    if (!id && java)
        id = java <= INT32_MAX ? JFR_VIRTUAL + java : UINT64_MAX;
    return id <= INT32_MAX ? (int32_t)id : -1;
}

static void name_thread(JfrResolve *r, const JfrValue slot[JFR_SLOTS]) {
    uint64_t java = slot[JFR_THREAD_ID].number;
    jfr_text(r->pools, &slot[JFR_THREAD_NAME], &r->name);
    if (!r->name.n)
        jfr_text(r->pools, &slot[JFR_THREAD_OS_NAME], &r->name);
    if (!r->name.n && java && !slot[JFR_THREAD_OS_ID].number)
        buf_printf(&r->name, "[virtual %llu]", (unsigned long long)java);
    if (!r->name.n)
        buf_puts(&r->name, "[unnamed]");
}

static ContextId context_of(JfrResolve *r, const JfrSample *s) {
    uint32_t at = s->thread ? jfr_constant(r->pools, JFR_THREADS, s->thread) : 0;
    ContextId *known = (ContextId *)column_at(&r->context, at) + s->event_place;
    if (at && *known)
        return *known;
    int32_t tid = s->thread && s->thread <= INT32_MAX ? (int32_t)s->thread : -1;
    buf_clear(&r->name);
    if (at) {
        JfrValue slot[JFR_SLOTS];
        jfr_constant_read(r->pools, JFR_THREADS, at, slot);
        name_thread(r, slot);
        tid = tid_of(slot);
    } else if (s->thread) {
        buf_printf(&r->name, "[tid=%llu]", (unsigned long long)s->thread);
    } else {
        buf_puts(&r->name, "[no thread]");
    }
    NameId comm = names_intern(&r->part->dict.names, buf_str(&r->name));
    return *known =
               contexts_intern(&r->part->dict.contexts, (Context){comm, r->pid, tid, s->event});
}

PairId jfr_resolve_pair(JfrResolve *r, const JfrSample *s) {
    ContextId context = context_of(r, s);
    StackId stack = stack_of(r, s);
    FrameId class_of = class_frame(r, s->class_key);
    if (class_of)
        stack = stacks_push(&r->part->dict.stacks, stack, class_of);
    if (s->method)
        stack = with_method(r, stack, s->method);
    PairId pair = id_map_find(&r->pair, context, stack);
    if (!pair) {
        pair = pairs_intern(&r->part->pairs, (Pair){stack, context});
        id_map_add(&r->pair, context, stack, pair);
    }
    return pair;
}
