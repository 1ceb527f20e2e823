/* The format "nflxprofile": FlameScope's own, made by Netflix's agents. A protobuf message:
 * start and end in seconds, for each sample a node and the seconds since the one before it,
 * maybe its cpu, pid, tid and a value; and nodes by id. A node has its whole stack, root first,
 * below its name, which is the process's; or it names its parent or its children, and then the
 * outermost node, "root", is no frame, and those below it are processes. Facts:
 * nflxprofile.proto in github.com/Netflix/nflxprofile. */
#include <math.h>

#include "ingest/call_tree.h"
#include "ingest/id_map.h"
#include "ingest/proto_pull.h"

/* Fields of Profile. */
enum {
    PROFILE_START = 1,
    PROFILE_END = 2,
    PROFILE_SAMPLES = 3,
    PROFILE_DELTAS = 4,
    PROFILE_NODES = 5,
    PROFILE_CPUS = 9,
    PROFILE_PIDS = 10,
    PROFILE_TIDS = 11,
    PROFILE_VALUES = 12,
    PROFILE_FIELDS = 13,
};

/* Fields of Node, and of StackFrame and File where they differ. */
enum {
    NODE_NAME = 1,
    NODE_CHILDREN = 3,
    NODE_LIBTYPE = 4,
    NODE_PARENT = 5,
    NODE_STACK = 10,
    NODE_FILE = 11,
    FRAME_LIBTYPE = 2,
    FRAME_FILE = 3,
    FILE_NAME = 1,
};

typedef struct NodeFacts {
    NameId name, module;
    uint32_t kind;
    bool set, stacked; /* stacked: it has its whole stack, and name is the process */
} NodeFacts;

typedef struct Nflx {
    Rows rows;
    CallTree tree;        /* frames are those of the Part */
    IdMap number_of;      /* (node id, 0): number + 1 */
    Column facts;         /* NodeFacts by number; of frames within stacks not set */
    Column comm;          /* NameId by number, once asked for; 0: not yet */
    Column sample;        /* uint32_t: node ids */
    Column delta;         /* uint64_t: doubles */
    Column cpu, pid, tid; /* int32_t; -1 where there is none */
    Column value;         /* uint64_t */
    double start_s;
} Nflx;

/* ---- nodes --------------------------------------------------------------------------------
 */

static uint32_t new_number(Nflx *x) {
    uint32_t number = (uint32_t)x->tree.node.count;
    call_tree_set(&x->tree, number, CALL_ROOT, CALL_NO_FRAME);
    COLUMN_PUSH(&x->facts, NodeFacts) = (NodeFacts){0};
    COLUMN_PUSH(&x->comm, NameId) = 0;
    return number;
}

static uint32_t number_of(Nflx *x, uint32_t id) {
    uint32_t known = id_map_find(&x->number_of, id, 0);
    if (known)
        return known - 1;
    uint32_t number = new_number(x);
    id_map_add(&x->number_of, id, 0, number + 1);
    return number;
}

static uint32_t kind_of(Str libtype) {
    return str_eq(libtype, STR("kernel"))    ? FRAME_KERNEL
           : str_eq(libtype, STR("jit"))     ? FRAME_JIT
           : str_eq(libtype, STR("inlined")) ? FRAME_INLINED
                                             : FRAME_USER;
}

static NameId read_file(Nflx *x, Str message) {
    ProtoField f;
    NameId name = 0;
    while (proto_field(&message, &f))
        if (f.number == FILE_NAME)
            name = rows_name(&x->rows, f.bytes);
    return name;
}

/* A frame of a node's stack, on top of `parent`. */
static uint32_t read_stack_frame(Nflx *x, Str message, uint32_t parent) {
    ProtoField f;
    Frame frame = {.kind = FRAME_USER};
    while (proto_field(&message, &f)) {
        if (f.number == NODE_NAME)
            frame.symbol = rows_name(&x->rows, f.bytes);
        else if (f.number == FRAME_LIBTYPE)
            frame.kind = kind_of(f.bytes);
        else if (f.number == FRAME_FILE)
            frame.module = read_file(x, f.bytes);
    }
    if (!frame.symbol)
        frame.symbol = rows_name(&x->rows, STR("[unknown]"));
    uint32_t number = new_number(x);
    call_tree_set(&x->tree, number, parent, frames_intern(&x->rows.part.dict.frames, frame));
    return number;
}

static void read_children(Nflx *x, const ProtoField *f, uint32_t parent) {
    Str rest = f->bytes;
    uint64_t id = f->value;
    bool packed = f->wire == PROTO_BYTES;
    while (!packed || proto_number(&rest, &id)) {
        call_tree_set_parent(&x->tree, number_of(x, (uint32_t)id), parent);
        if (!packed)
            break;
    }
}

static FrameId process_frame(Nflx *x, NameId name) {
    if (!name)
        name = rows_name(&x->rows, STR("[unknown]"));
    return frames_intern(&x->rows.part.dict.frames, (Frame){name, 0, FRAME_PROCESS});
}

static void read_node(Nflx *x, uint32_t id, Str message) {
    ProtoField f;
    NodeFacts facts = {.set = true, .kind = FRAME_USER};
    uint32_t number = number_of(x, id), process = CALL_ROOT, top = CALL_ROOT;
    while (proto_field(&message, &f)) {
        if (f.number == NODE_NAME)
            facts.name = rows_name(&x->rows, f.bytes);
        else if (f.number == NODE_LIBTYPE)
            facts.kind = kind_of(f.bytes);
        else if (f.number == NODE_FILE)
            facts.module = read_file(x, f.bytes);
        else if (f.number == NODE_CHILDREN)
            read_children(x, &f, number);
        else if (f.number == NODE_PARENT && (uint32_t)f.value != id)
            call_tree_set_parent(&x->tree, number, number_of(x, (uint32_t)f.value));
        else if (f.number == NODE_STACK) {
            if (process == CALL_ROOT)
                process = top = new_number(x);
            top = read_stack_frame(x, f.bytes, top);
        }
    }
    if (message.n)
        rows_complain(&x->rows, COMPLAINT_FRAME, -1, message);
    if (process != CALL_ROOT) {
        facts.stacked = true;
        call_tree_set(&x->tree, process, CALL_ROOT, process_frame(x, facts.name));
        call_tree_set_parent(&x->tree, number, top);
    }
    COLUMN_AT(&x->facts, NodeFacts, number) = facts;
}

static bool is_root(const Nflx *x, uint32_t number) {
    const NodeFacts *facts = (const NodeFacts *)column_at(&x->facts, number);
    return COLUMN_AT(&x->tree.node, CallNode, number).parent == CALL_ROOT && !facts->stacked &&
           str_eq(names_get(&x->rows.part.dict.names, facts->name), STR("root"));
}

/* Frames of nodes that have no stack of their own, once it is known where they hang. */
static void place_nodes(Nflx *x) {
    for (uint32_t i = 0; i < x->tree.node.count; i++) {
        NodeFacts facts = COLUMN_AT(&x->facts, NodeFacts, i);
        CallNode *node = (CallNode *)column_at(&x->tree.node, i);
        if (!facts.set || facts.stacked || is_root(x, i))
            continue;
        if (!facts.name)
            facts.name = rows_name(&x->rows, STR("[unknown]"));
        bool process = node->parent >= x->tree.node.count || is_root(x, node->parent);
        node->frame = process ? process_frame(x, facts.name)
                              : frames_intern(&x->rows.part.dict.frames,
                                              (Frame){facts.name, facts.module, facts.kind});
    }
}

/* The process that a node's stack stands on. */
static NameId comm_of(Nflx *x, uint32_t number) {
    NameId comm = 0;
    uint32_t at = number;
    for (uint32_t steps = 0; at < x->tree.node.count && steps < STACKS_MAX_DEPTH; steps++) {
        comm = COLUMN_AT(&x->comm, NameId, at);
        if (comm)
            break;
        CallNode node = COLUMN_AT(&x->tree.node, CallNode, at);
        Frame frame = {0};
        if (node.frame != CALL_NO_FRAME)
            frame = frames_get(&x->rows.part.dict.frames, node.frame);
        if (frame.kind == FRAME_PROCESS) {
            comm = frame.symbol;
            break;
        }
        at = node.parent;
    }
    if (!comm)
        comm = rows_name(&x->rows, STR("[unknown]"));
    COLUMN_AT(&x->comm, NameId, number) = comm;
    return comm;
}

/* ---- samples ------------------------------------------------------------------------------
 */

static void push_number(Column *to, uint64_t value, bool id) {
    if (to->item == sizeof(uint64_t))
        COLUMN_PUSH(to, uint64_t) = value;
    else
        COLUMN_PUSH(to, uint32_t) = id && value > INT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* id: of a processor, process or thread. */
static void read_numbers(Column *to, const ProtoField *f, bool id) {
    Str rest = f->bytes;
    uint64_t value = f->value;
    bool packed = f->wire == PROTO_BYTES;
    while (!packed || proto_number(&rest, &value)) {
        push_number(to, value, id);
        if (!packed)
            break;
    }
}

static void read_doubles(Nflx *x, const ProtoField *f) {
    if (f->wire != PROTO_BYTES)
        COLUMN_PUSH(&x->delta, uint64_t) = f->value;
    for (size_t i = 0; f->wire == PROTO_BYTES && i + 8 <= f->bytes.n; i += 8) {
        uint64_t value = 0;
        for (size_t k = 0; k < 8; k++)
            value |= (uint64_t)(unsigned char)f->bytes.s[i + k] << (8 * k);
        COLUMN_PUSH(&x->delta, uint64_t) = value;
    }
}

static void read_map_entry(Nflx *x, Str message) {
    ProtoField f;
    uint32_t id = 0;
    Str node = {0};
    while (proto_field(&message, &f)) {
        if (f.number == 1)
            id = (uint32_t)f.value;
        else if (f.number == 2)
            node = f.bytes;
    }
    read_node(x, id, node);
}

static void read_field(Nflx *x, const ProtoField *f) {
    switch (f->number) {
    case PROFILE_START:
        x->start_s = proto_double(f->value);
        break;
    case PROFILE_SAMPLES:
        read_numbers(&x->sample, f, false);
        break;
    case PROFILE_DELTAS:
        read_doubles(x, f);
        break;
    case PROFILE_NODES:
        read_map_entry(x, f->bytes);
        break;
    case PROFILE_CPUS:
        read_numbers(&x->cpu, f, true);
        break;
    case PROFILE_PIDS:
        read_numbers(&x->pid, f, true);
        break;
    case PROFILE_TIDS:
        read_numbers(&x->tid, f, true);
        break;
    case PROFILE_VALUES:
        read_numbers(&x->value, f, false);
        break;
    default:
        break;
    }
}

/* Rounded; false: it is no number of that size. */
static bool whole_of(double value, int64_t *out) {
    if (!(fabs(value) < 4e18))
        return false;
    *out = llround(value);
    return true;
}

/* Steps are added as ps, so that their faults stay far below a ns. */
static int64_t next_time(const Nflx *x, uint64_t i, int64_t start_ns, int64_t *sum_ps) {
    int64_t step;
    if (i >= x->delta.count || start_ns == TIME_NONE ||
        !whole_of(proto_double(COLUMN_AT(&x->delta, uint64_t, i)) * 1e12, &step) ||
        __builtin_add_overflow(*sum_ps, step, sum_ps))
        return TIME_NONE;
    int64_t ns = *sum_ps / 1000 + (*sum_ps % 1000 >= 500) - (*sum_ps % 1000 <= -500);
    return __builtin_add_overflow(start_ns, ns, &ns) ? TIME_NONE : ns;
}

static int32_t id_at(const Column *c, uint64_t i) {
    return i < c->count ? COLUMN_AT(c, int32_t, i) : -1;
}

static FrameId frame_itself(void *context, uint32_t frame) {
    (void)context;
    return frame;
}

static void emit_all(Nflx *x) {
    int64_t start_ns, sum_ps = 0;
    EventId event = contexts_event_weighed(&x->rows.part.dict.contexts, 0,
                                           x->value.count ? WEIGHT_COUNT : WEIGHT_SAMPLES);
    if (!whole_of(x->start_s * 1e9, &start_ns))
        start_ns = TIME_NONE;
    place_nodes(x);
    call_tree_base(&x->tree, 0);
    for (uint64_t i = 0; i < x->sample.count && !x->rows.stopped; i++) {
        int64_t time = next_time(x, i, start_ns, &sum_ps);
        uint32_t known = id_map_find(&x->number_of, COLUMN_AT(&x->sample, uint32_t, i), 0);
        bool cut = false;
        if (!known) {
            rows_complain(&x->rows, COMPLAINT_FRAME, -1, STR("a sample of no known node"));
            continue;
        }
        StackId stack = call_tree_stack(&x->tree, &x->rows, known - 1, &cut);
        if (cut)
            rows_complain(&x->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        Context context = {comm_of(x, known - 1), id_at(&x->pid, i), id_at(&x->tid, i), event};
        int32_t cpu = id_at(&x->cpu, i);
        uint64_t value = i < x->value.count ? COLUMN_AT(&x->value, uint64_t, i) : 0;
        rows_add_on(&x->rows, time, rows_pair(&x->rows, stack, context),
                    cpu >= 0 && cpu < CPU_NONE ? (uint16_t)cpu : CPU_NONE, value);
    }
}

/* ---- the whole ----------------------------------------------------------------------------
 */

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Nflx x = {0};
    ProtoPull pull;
    ProtoField field;
    Column *small[] = {&x.comm, &x.sample, &x.cpu, &x.pid, &x.tid};
    Column *large[] = {&x.delta, &x.value};
    rows_begin(&x.rows, emit, loader);
    proto_pull_open(&pull, source, &x.rows, err);
    call_tree_init(&x.tree, frame_itself, NULL);
    id_map_init(&x.number_of);
    column_init(&x.facts, sizeof(NodeFacts), 8);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        column_init(small[i], sizeof(uint32_t), 8);
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        column_init(large[i], sizeof(uint64_t), 8);
    while (proto_pull_next(&pull, &field))
        read_field(&x, &field);
    bool ok = proto_pull_finish(&pull, &x.rows);
    emit_all(&x);
    rows_end(&x.rows);
    proto_pull_close(&pull);
    call_tree_free(&x.tree);
    id_map_free(&x.number_of);
    column_free(&x.facts);
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        column_free(small[i]);
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        column_free(large[i]);
    return ok;
}

/* It begins with two doubles, start and end, of which the second is not the smaller. */
static FormatGuess probe(Str head, bool whole) {
    ProtoField f;
    double start;
    (void)whole;
    if (!proto_field(&head, &f) || f.number != PROFILE_START || f.wire != PROTO_64)
        return GUESS_NO;
    start = proto_double(f.value);
    if (!proto_field(&head, &f) || f.number != PROFILE_END || f.wire != PROTO_64 ||
        !(proto_double(f.value) >= start))
        return GUESS_NO;
    while (proto_field(&head, &f))
        if (f.number > PROFILE_FIELDS)
            return GUESS_NO;
    return GUESS_YES;
}

const Format format_nflxprofile = {
    .name = "nflxprofile",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
