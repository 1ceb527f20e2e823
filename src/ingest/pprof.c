/* The format "pprof": profile.proto, as Go, gperftools, async-profiler, Parca, Pyroscope and
 * our own export write it. A sample has a stack, leaf first, and a value for each of the
 * profile's types; none has a time. Tables may come in any order, so samples wait for the end,
 * as places in a tree of locations.
 *  - "samples/count" before another type says how many samples the other's value is of: rows,
 * and a weight that is spread over them; so do other counts whose names say that they belong to
 * what follows, and the first of two types. A count alone is rows, another value alone one row
 * that weighs it. Each such group is an event, the one that the file says to show the first; a
 * file that says nothing means the last. Where that would be too many rows, each type is an event
 * whose values are weights.
 *  - Labels comm or thread, pid, tid name the context, and in our own export event; without, the
 *    first mapping's file does. That is the first frame; in our own export the first frame is a
 *    process already.
 * Facts: proto/profile.proto in github.com/google/pprof. */
#include <string.h>

#include "ingest/id_map.h"
#include "ingest/proto_pull.h"

/* Fields of Profile. */
enum {
    PROFILE_TYPE = 1,
    PROFILE_SAMPLE = 2,
    PROFILE_MAPPING = 3,
    PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5,
    PROFILE_STRING = 6,
    PROFILE_COMMENT = 13,
    PROFILE_DEFAULT_TYPE = 14,
};

enum { TYPES_MOST = 64, NONE = UINT32_MAX, TOO_DEEP = UINT32_MAX / 2 };

typedef struct ValueType {
    uint32_t type, unit; /* places in the string table */
} ValueType;

/* Places in the string table, which may come last. */
typedef struct Label {
    uint64_t key, text, number;
} Label;

typedef struct Sample {
    uint64_t label0, value0;
    uint32_t labels, values, node; /* node NONE: no stack */
} Sample;

typedef struct Node {
    uint32_t parent, location; /* numbers; parent NONE: outermost */
    uint32_t depth;            /* frames up to here, inlined ones too; known at the end */
} Node;

typedef struct Location {
    uint64_t mapping, address;
    uint64_t line0; /* its lines: innermost first */
    uint32_t lines;
    bool told; /* not only referred to */
} Location;

typedef struct Function {
    uint32_t name, system_name, file;
} Function;

typedef struct Pprof {
    Rows rows;
    ValueType type[TYPES_MOST];
    uint32_t types;
    uint64_t default_type; /* place in the string table; 0: unsaid */
    Column string;         /* NameId */
    Column comment;        /* uint32_t: places in the string table */
    Column sample;         /* Sample */
    Column value;          /* int64_t: those of each sample, as many as it has */
    Column node;           /* Node */
    Column label;          /* Label */
    IdMap child;           /* (parent + 1, location): number + 1 */
    IdMap stack;           /* (node, comm): its stack */
    Column location;       /* Location by number */
    IdMap location_of, function_of, mapping_of; /* ids, in two halves: number + 1 */
    Column line;                                /* uint64_t: function ids */
    Column function;                            /* Function */
    Column mapping;                             /* uint32_t: places in the string table */
    Column path;                                /* scratch: numbers of locations, leaf first */
    bool ours;
} Pprof;

/* ---- ids ----------------------------------------------------------------------------------
 */

static uint32_t known_number(const IdMap *map, uint64_t id) {
    return id_map_find(map, (uint32_t)id, (uint32_t)(id >> 32));
}

/* The number of a location, which may be told of later. */
static uint32_t location_number(Pprof *p, uint64_t id) {
    uint32_t known = known_number(&p->location_of, id);
    if (known)
        return known - 1;
    COLUMN_PUSH(&p->location, Location) = (Location){0};
    id_map_add(&p->location_of, (uint32_t)id, (uint32_t)(id >> 32), (uint32_t)p->location.count);
    return (uint32_t)p->location.count - 1;
}

static uint32_t node_of(Pprof *p, uint32_t parent, uint32_t location) {
    uint32_t known = id_map_find(&p->child, parent + 1, location);
    if (known)
        return known - 1;
    COLUMN_PUSH(&p->node, Node) = (Node){parent, location, 0};
    id_map_add(&p->child, parent + 1, location, (uint32_t)p->node.count);
    return (uint32_t)p->node.count - 1;
}

static Str string_at(const Pprof *p, uint64_t place) {
    if (place >= p->string.count)
        return (Str){0};
    return names_get(&p->rows.part.dict.names, COLUMN_AT(&p->string, NameId, place));
}

/* ---- samples ------------------------------------------------------------------------------
 */

static void read_label(Pprof *p, Str message) {
    ProtoField f;
    Label label = {0};
    while (proto_field(&message, &f)) {
        if (f.number == 1)
            label.key = f.value;
        else if (f.number == 2)
            label.text = f.value;
        else if (f.number == 3)
            label.number = f.value;
    }
    COLUMN_PUSH(&p->label, Label) = label;
}

/* Packed numbers, or one alone. */
static bool next_number(const ProtoField *f, Str *rest, bool *first, uint64_t *value) {
    if (f->wire == PROTO_BYTES)
        return proto_number(rest, value);
    *value = f->value;
    bool had = !*first;
    *first = false;
    return !had;
}

static void read_sample(Pprof *p, Str message) {
    Sample s = {.label0 = p->label.count, .value0 = p->value.count, .node = NONE};
    ProtoField f;
    Str whole = message;
    p->path.count = 0;
    while (proto_field(&message, &f)) {
        Str rest = f.bytes;
        bool first = true;
        uint64_t value;
        if (f.number == 3 && f.wire == PROTO_BYTES) {
            read_label(p, f.bytes);
            s.labels++;
        }
        while ((f.number == 1 || f.number == 2) && next_number(&f, &rest, &first, &value)) {
            if (f.number == 1) {
                COLUMN_PUSH(&p->path, uint32_t) = location_number(p, value);
            } else if (s.values < TYPES_MOST) {
                COLUMN_PUSH(&p->value, int64_t) = (int64_t)value;
                s.values++;
            }
        }
    }
    if (message.n)
        rows_complain(&p->rows, COMPLAINT_FRAME, -1, whole);
    for (uint64_t i = p->path.count; i-- > 0;)
        s.node = node_of(p, s.node, COLUMN_AT(&p->path, uint32_t, i));
    COLUMN_PUSH(&p->sample, Sample) = s;
}

/* ---- tables -------------------------------------------------------------------------------
 */

static void read_type(Pprof *p, Str message) {
    ProtoField f;
    ValueType type = {0};
    while (proto_field(&message, &f)) {
        if (f.number == 1)
            type.type = (uint32_t)f.value;
        else if (f.number == 2)
            type.unit = (uint32_t)f.value;
    }
    if (p->types < TYPES_MOST)
        p->type[p->types++] = type;
}

static void read_location(Pprof *p, Str message) {
    ProtoField f, g;
    uint64_t id = 0;
    Location l = {.line0 = p->line.count, .told = true};
    while (proto_field(&message, &f)) {
        if (f.number == 1) {
            id = f.value;
        } else if (f.number == 2) {
            l.mapping = f.value;
        } else if (f.number == 3) {
            l.address = f.value;
        } else if (f.number == 4 && f.wire == PROTO_BYTES) {
            uint64_t function = 0;
            while (proto_field(&f.bytes, &g))
                if (g.number == 1)
                    function = g.value;
            COLUMN_PUSH(&p->line, uint64_t) = function;
            l.lines++;
        }
    }
    uint32_t number = location_number(p, id);
    COLUMN_AT(&p->location, Location, number) = l;
}

static void read_function(Pprof *p, Str message) {
    ProtoField f;
    uint64_t id = 0;
    Function function = {0};
    while (proto_field(&message, &f)) {
        if (f.number == 1)
            id = f.value;
        else if (f.number == 2)
            function.name = (uint32_t)f.value;
        else if (f.number == 3)
            function.system_name = (uint32_t)f.value;
        else if (f.number == 4)
            function.file = (uint32_t)f.value;
    }
    COLUMN_PUSH(&p->function, Function) = function;
    if (!known_number(&p->function_of, id))
        id_map_add(&p->function_of, (uint32_t)id, (uint32_t)(id >> 32),
                   (uint32_t)p->function.count);
}

static void read_mapping(Pprof *p, Str message) {
    ProtoField f;
    uint64_t id = 0;
    uint32_t file = 0;
    while (proto_field(&message, &f)) {
        if (f.number == 1)
            id = f.value;
        else if (f.number == 5)
            file = (uint32_t)f.value;
    }
    COLUMN_PUSH(&p->mapping, uint32_t) = file;
    if (!known_number(&p->mapping_of, id))
        id_map_add(&p->mapping_of, (uint32_t)id, (uint32_t)(id >> 32), (uint32_t)p->mapping.count);
}

static void read_field(Pprof *p, const ProtoField *f) {
    if (f->number == PROFILE_COMMENT) {
        Str rest = f->bytes;
        bool first = true;
        uint64_t value;
        while (next_number(f, &rest, &first, &value))
            COLUMN_PUSH(&p->comment, uint32_t) = (uint32_t)value;
    }
    if (f->number == PROFILE_DEFAULT_TYPE && f->wire == PROTO_VARINT)
        p->default_type = f->value;
    if (f->wire != PROTO_BYTES)
        return;
    switch (f->number) {
    case PROFILE_TYPE:
        read_type(p, f->bytes);
        break;
    case PROFILE_SAMPLE:
        read_sample(p, f->bytes);
        break;
    case PROFILE_MAPPING:
        read_mapping(p, f->bytes);
        break;
    case PROFILE_LOCATION:
        read_location(p, f->bytes);
        break;
    case PROFILE_FUNCTION:
        read_function(p, f->bytes);
        break;
    case PROFILE_STRING:
        COLUMN_PUSH(&p->string, NameId) = rows_name(&p->rows, f->bytes);
        break;
    default:
        break;
    }
}

/* ---- frames -------------------------------------------------------------------------------
 */

static Str module_of(const Pprof *p, const Location *l) {
    uint32_t mapping = known_number(&p->mapping_of, l->mapping);
    return mapping ? string_at(p, COLUMN_AT(&p->mapping, uint32_t, mapping - 1)) : (Str){0};
}

/* Pushes the frames of a location: the outermost line first. */
static StackId push_location(Pprof *p, StackId stack, const Location *l, bool process) {
    Stacks *stacks = &p->rows.part.dict.stacks;
    Str module = module_of(p, l);
    uint32_t kind = str_find(module, STR("[kernel")) < module.n ? FRAME_KERNEL : FRAME_USER;
    if (l->lines == 0) {
        Buf text = {0};
        buf_printf(&text, "0x%llx", (unsigned long long)l->address);
        stack = stacks_push(stacks, stack, rows_frame(&p->rows, buf_str(&text), module, kind));
        buf_free(&text);
    }
    for (uint32_t i = l->lines; i-- > 0;) {
        uint64_t id = COLUMN_AT(&p->line, uint64_t, l->line0 + i);
        uint32_t number = known_number(&p->function_of, id);
        Function f = number ? COLUMN_AT(&p->function, Function, number - 1) : (Function){0};
        Str name = string_at(p, f.name);
        if (!name.n)
            name = string_at(p, f.system_name);
        Str file = module.n ? module : string_at(p, f.file);
        bool inlined = i + 1 < l->lines && kind != FRAME_KERNEL;
        FrameId frame =
            rows_frame(&p->rows, name.n ? name : STR("[unknown]"), process ? (Str){0} : file,
                       process   ? FRAME_PROCESS
                       : inlined ? FRAME_INLINED
                                 : kind);
        stack = stacks_push(stacks, stack, frame);
    }
    return stack;
}

static uint32_t frames_of(const Pprof *p, const Node *node) {
    uint32_t lines = COLUMN_AT(&p->location, Location, node->location).lines;
    return lines ? lines : 1;
}

/* Parents have smaller numbers. The process's frame is the first one. */
static void measure_depths(Pprof *p) {
    for (uint64_t i = 0; i < p->node.count; i++) {
        Node *node = (Node *)column_at(&p->node, i);
        uint64_t depth = frames_of(p, node);
        depth += node->parent == NONE ? !p->ours : COLUMN_AT(&p->node, Node, node->parent).depth;
        node->depth = depth <= STACKS_MAX_DEPTH ? (uint32_t)depth : TOO_DEEP;
    }
}

static const Location *location_at(const Pprof *p, uint32_t number) {
    return (const Location *)column_at(&p->location, number);
}

/* The process, and as many of the locations next to the leaf as there is room for above it. */
static StackId deep_stack(Pprof *p, uint32_t number, StackId base) {
    StackId stack = base;
    uint32_t room = STACKS_MAX_DEPTH - 1, outermost = number;
    p->path.count = 0;
    for (uint32_t at = number; at != NONE;) {
        const Node *node = (const Node *)column_at(&p->node, at);
        uint32_t frames = frames_of(p, node);
        if (frames <= room)
            COLUMN_PUSH(&p->path, uint32_t) = node->location;
        room = frames <= room ? room - frames : 0;
        outermost = at;
        at = node->parent;
    }
    if (p->ours)
        stack = push_location(p, stack,
                              location_at(p, COLUMN_AT(&p->node, Node, outermost).location), true);
    for (uint64_t i = p->path.count; i-- > 0;)
        stack = push_location(p, stack, location_at(p, COLUMN_AT(&p->path, uint32_t, i)), false);
    return stack;
}

static StackId stack_of(Pprof *p, uint32_t number, NameId comm, StackId base) {
    StackId stack = base;
    if (number != NONE && COLUMN_AT(&p->node, Node, number).depth == TOO_DEEP) {
        rows_complain(&p->rows, COMPLAINT_TOO_DEEP, -1, (Str){0});
        return deep_stack(p, number, base);
    }
    p->path.count = 0;
    for (uint32_t at = number; at != NONE; at = COLUMN_AT(&p->node, Node, at).parent) {
        uint32_t known = id_map_find(&p->stack, at, comm);
        if (known) {
            stack = known;
            break;
        }
        COLUMN_PUSH(&p->path, uint32_t) = at;
    }
    for (uint64_t i = p->path.count; i-- > 0;) {
        uint32_t at = COLUMN_AT(&p->path, uint32_t, i);
        Node node = COLUMN_AT(&p->node, Node, at);
        stack =
            push_location(p, stack, location_at(p, node.location), p->ours && node.parent == NONE);
        if (stack)
            id_map_add(&p->stack, at, comm, stack);
    }
    return stack;
}

/* ---- what the values are ------------------------------------------------------------------
 */

/* An event: rows by one type, or weights by another, or both. */
typedef struct Group {
    uint32_t count, weight; /* types, or NONE */
    NameId name;
    WeightKind kind;
    int64_t unit; /* of the weight, in ns, bytes or what there is */
} Group;

static WeightKind kind_of(const Pprof *p, uint32_t type, int64_t *unit) {
    static const struct {
        const char *name;
        WeightKind kind;
        int64_t unit;
    } units[] = {{"nanoseconds", WEIGHT_TIME_NS, 1},
                 {"microseconds", WEIGHT_TIME_NS, 1000},
                 {"milliseconds", WEIGHT_TIME_NS, 1000000},
                 {"seconds", WEIGHT_TIME_NS, 1000000000},
                 {"bytes", WEIGHT_BYTES, 1},
                 {"kilobytes", WEIGHT_BYTES, 1024}};
    Str name = string_at(p, p->type[type].unit);
    *unit = 1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_eq_c(name, units[i].name)) {
            *unit = units[i].unit;
            return units[i].kind;
        }
    }
    return WEIGHT_COUNT;
}

static bool counts(const Pprof *p, uint32_t type) {
    return str_eq(string_at(p, p->type[type].unit), STR("count"));
}

/* "alloc_objects" and "alloc_space", but not "alloc_objects" and "inuse_space". */
static bool belong(Str count, Str weight) {
    static const struct {
        const char *count, *weight;
    } ends[] = {{"samples", "cpu"},       {"samples", "wall"},         {"samples", "time"},
                {"samples", "space"},     {"samples", "size"},         {"samples", "bytes"},
                {"sample", "cpu"},        {"sample", "wall"},          {"sample", "wall-time"},
                {"sample", "cpu-time"},   {"acquire", "acquire-wait"}, {"release", "release-hold"},
                {"contentions", "delay"}, {"objects", "space"},        {"objects", "size"},
                {"objects", "bytes"},     {"allocations", "size"},     {"allocations", "bytes"}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        Str c = str_of(ends[i].count), w = str_of(ends[i].weight);
        if (str_ends(count, c) && str_ends(weight, w) &&
            str_eq(str_slice(count, 0, count.n - c.n), str_slice(weight, 0, weight.n - w.n)))
            return true;
    }
    return false;
}

/* Whether a type counts the samples that the next one's values are of. */
static bool counts_next(const Pprof *p, uint32_t type) {
    if (type + 1 >= p->types || !counts(p, type))
        return false;
    Str name = string_at(p, p->type[type].type);
    if (counts(p, type + 1))
        return p->types == 2 && str_eq(name, STR("samples"));
    return p->types == 2 || belong(name, string_at(p, p->type[type + 1].type));
}

/* Of sample number i; type NONE, or none written: 0. */
static int64_t value_of(const Pprof *p, uint64_t i, uint32_t type) {
    const Sample *s = (const Sample *)column_at(&p->sample, i);
    return type < s->values ? COLUMN_AT(&p->value, int64_t, s->value0 + type) : 0;
}

static uint64_t rows_of(const Pprof *p, uint32_t type) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < p->sample.count; i++) {
        int64_t value = value_of(p, i, type);
        if (value > 0 && __builtin_add_overflow(sum, (uint64_t)value, &sum))
            return UINT64_MAX;
    }
    return sum;
}

static uint32_t make_groups(Pprof *p, Group *group) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->types; i++) {
        Group *g = &group[n++];
        bool few = counts(p, i) && rows_of(p, i) <= ROWS_COUNTED_MOST;
        bool pair = few && counts_next(p, i);
        *g = (Group){few ? i : NONE, pair ? i + 1 : few ? NONE : i, 0, WEIGHT_SAMPLES, 1};
        i += pair;
        if (g->weight != NONE)
            g->kind = kind_of(p, g->weight, &g->unit);
        if (pair && g->kind == WEIGHT_COUNT)
            g->kind = WEIGHT_PERIOD;
        g->name = rows_name(&p->rows, string_at(p, p->type[i].type));
    }
    return n;
}

/* ---- rows ---------------------------------------------------------------------------------
 */

typedef struct Named {
    Context context;
    uint32_t event; /* place in the string table; 0: by the type */
} Named;

static int32_t id_of(const Pprof *p, const Label *label) {
    int64_t id = (int64_t)label->number;
    if (label->text && !str_to_i64(string_at(p, label->text), &id))
        return -1;
    return id >= 0 && id <= INT32_MAX ? (int32_t)id : -1;
}

static bool is_one_of(Str key, const char *const *names) {
    while (*names && !str_eq_c(key, *names))
        names++;
    return *names != NULL;
}

/* Python's own number of a thread is an address, mostly; the system's is better. */
static Named read_labels(Pprof *p, const Sample *s) {
    static const char *const thread_names[] = {"thread", "thread_name", "thread name", NULL};
    static const char *const thread_ids[] = {"tid", "thread native id", NULL};
    static const char *const idents[] = {"thread_id", "thread id", NULL};
    Named named = {.context = {0, -1, -1, 0}};
    for (uint32_t i = 0; i < s->labels; i++) {
        const Label *label = (const Label *)column_at(&p->label, s->label0 + i);
        Str key = string_at(p, label->key), text = string_at(p, label->text);
        bool thread = is_one_of(key, thread_names);
        if (str_eq(key, STR("comm")) || (thread && !named.context.comm))
            named.context.comm = rows_name(&p->rows, text);
        else if (p->ours && str_eq(key, STR("event")) && text.n)
            named.event = (uint32_t)label->text;
        else if (str_eq(key, STR("pid")))
            named.context.pid = id_of(p, label);
        else if (is_one_of(key, thread_ids) || (named.context.tid < 0 && is_one_of(key, idents)))
            named.context.tid = id_of(p, label);
    }
    return named;
}

/* The program: the first mapping's file without its folder. */
static NameId program_of(Pprof *p) {
    Str file = p->mapping.count ? string_at(p, COLUMN_AT(&p->mapping, uint32_t, 0)) : (Str){0};
    size_t slash = str_rfind_char(file, '/');
    if (slash < file.n)
        file = str_slice(file, slash + 1, file.n);
    return rows_name(&p->rows, file.n ? file : STR("[unknown]"));
}

/* `count` rows that weigh `weight` together; whatever weighs something has one at least. */
static void add_rows(Pprof *p, PairId pair, const Group *g, int64_t count, int64_t weight) {
    if (g->weight == NONE) {
        for (int64_t i = 0; i < count && !p->rows.stopped; i++)
            rows_add(&p->rows, TIME_NONE, pair, 0);
        return;
    }
    if (count == 0 && weight > 0)
        count = 1;
    int64_t each = count ? weight / count : 0, more = count ? weight % count : 0;
    for (int64_t i = 0; i < count && !p->rows.stopped; i++)
        rows_add_weighed(&p->rows, TIME_NONE, pair, (uint64_t)(each + (i < more)));
}

/* Of sample number i; false: they are none that can be. */
static bool values_of(const Pprof *p, uint64_t i, const Group *g, int64_t *count, int64_t *weight) {
    *count = value_of(p, i, g->count);
    *weight = value_of(p, i, g->weight);
    return *count >= 0 && *weight >= 0 && !__builtin_mul_overflow(*weight, g->unit, weight);
}

static void emit_sample(Pprof *p, uint64_t i, const Group *g, NameId program) {
    const Sample *s = (const Sample *)column_at(&p->sample, i);
    int64_t count, weight;
    if (!values_of(p, i, g, &count, &weight)) {
        rows_complain(&p->rows, COMPLAINT_COUNT, -1, STR("a value below 0, as differences have"));
        return;
    }
    if (count == 0 && weight == 0)
        return;
    Named named = read_labels(p, s);
    if (!named.context.comm && !p->ours)
        named.context.comm = program;
    NameId event = g->name;
    if (named.event)
        event = rows_name(&p->rows, string_at(p, named.event));
    named.context.event = contexts_event_weighed(&p->rows.part.dict.contexts, event, g->kind);
    StackId base = p->ours ? 0 : rows_process(&p->rows, named.context.comm);
    StackId stack = stack_of(p, s->node, p->ours ? 0 : named.context.comm, base);
    add_rows(p, rows_pair(&p->rows, stack, named.context), g, count, weight);
}

static bool is_default(const Pprof *p, uint32_t type) {
    return type != NONE && str_eq(string_at(p, p->type[type].type), string_at(p, p->default_type));
}

/* Whether some sample has a value of it, and which is the first. */
static bool has_values(const Pprof *p, const Group *g, uint64_t *first) {
    int64_t count, weight;
    for (*first = 0; *first < p->sample.count; ++*first)
        if (values_of(p, *first, g, &count, &weight) && (count || weight))
            return true;
    return false;
}

/* The first event of a profile is the one that is shown, unless somebody asks: the type that the
 * file says to show, else the last one, whose first sample goes before all others. NULL: none has
 * samples. */
static const Group *default_group(const Pprof *p, const Group *group, uint32_t groups,
                                  uint64_t *first) {
    for (uint32_t k = 0; k < groups && p->default_type; k++)
        if ((is_default(p, group[k].count) || is_default(p, group[k].weight)) &&
            has_values(p, &group[k], first))
            return &group[k];
    for (uint32_t k = groups; k-- > 0;)
        if (has_values(p, &group[k], first))
            return &group[k];
    return NULL;
}

/* What the file names is shown however rare it is, and so is the last of what a heap has: little of
 * what was allocated may be left. Our own files' labels name events. */
static void choose(Pprof *p, const Group *g) {
    bool named = is_default(p, g->count) || is_default(p, g->weight);
    if (!p->ours && (named || g->kind == WEIGHT_BYTES))
        p->rows.batch.chosen =
            contexts_event_weighed(&p->rows.part.dict.contexts, g->name, g->kind);
}

static void emit_all(Pprof *p) {
    Group group[TYPES_MOST];
    for (uint64_t i = 0; i < p->location.count; i++)
        if (!COLUMN_AT(&p->location, Location, i).told)
            rows_complain(&p->rows, COMPLAINT_FRAME, -1, STR("a location that is not in the file"));
    for (uint64_t i = 0; i < p->comment.count; i++)
        p->ours = p->ours ||
                  str_starts(string_at(p, COLUMN_AT(&p->comment, uint32_t, i)), STR("flamescope "));
    measure_depths(p);
    uint32_t groups = make_groups(p, group);
    NameId program = program_of(p);
    uint64_t first = 0;
    const Group *shown = default_group(p, group, groups, &first);
    if (shown) {
        choose(p, shown);
        emit_sample(p, first, shown, program);
    }
    for (uint64_t i = 0; i < p->sample.count && !p->rows.stopped; i++)
        for (uint32_t k = 0; k < groups; k++)
            if (i != first || &group[k] != shown)
                emit_sample(p, i, &group[k], program);
}

/* ---- the whole ----------------------------------------------------------------------------
 */

static void pprof_init(Pprof *p) {
    Column *small[] = {&p->string, &p->comment, &p->mapping, &p->path};
    IdMap *map[] = {&p->child, &p->stack, &p->location_of, &p->function_of, &p->mapping_of};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        column_init(small[i], sizeof(uint32_t), 8);
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        id_map_init(map[i]);
    column_init(&p->sample, sizeof(Sample), 8);
    column_init(&p->value, sizeof(int64_t), 8);
    column_init(&p->node, sizeof(Node), 8);
    column_init(&p->label, sizeof(Label), 8);
    column_init(&p->location, sizeof(Location), 8);
    column_init(&p->line, sizeof(uint64_t), 8);
    column_init(&p->function, sizeof(Function), 8);
}

static void pprof_free(Pprof *p) {
    Column *column[] = {&p->string, &p->comment, &p->mapping,  &p->path, &p->sample,  &p->value,
                        &p->node,   &p->label,   &p->location, &p->line, &p->function};
    IdMap *map[] = {&p->child, &p->stack, &p->location_of, &p->function_of, &p->mapping_of};
    for (size_t i = 0; i < sizeof column / sizeof *column; i++)
        column_free(column[i]);
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        id_map_free(map[i]);
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Pprof p = {0};
    ProtoPull pull;
    ProtoField field;
    rows_begin(&p.rows, emit, loader);
    proto_pull_open(&pull, source, &p.rows, err);
    pprof_init(&p);
    while (proto_pull_next(&pull, &field))
        read_field(&p, &field);
    bool ok = proto_pull_finish(&pull, &p.rows);
    emit_all(&p);
    rows_end(&p.rows);
    proto_pull_close(&pull);
    pprof_free(&p);
    return ok;
}

/* Every field of a message is one of `numbers`, and nothing is left over. */
static bool is_message(Str message, uint32_t most) {
    ProtoField f;
    while (proto_field(&message, &f))
        if (f.number > most)
            return false;
    return message.n == 0;
}

/* By its fields: all of them are profile.proto's, of the right kind. */
static FormatGuess probe(Str head, bool whole) {
    static const uint8_t most[] = {
        [PROFILE_TYPE] = 2,     [PROFILE_SAMPLE] = 3,   [PROFILE_MAPPING] = 10,
        [PROFILE_LOCATION] = 5, [PROFILE_FUNCTION] = 5, [11] = 2};
    ProtoField f;
    uint32_t messages = 0, fields = 0;
    while (proto_field(&head, &f)) {
        bool text = f.number == PROFILE_STRING;
        bool number = f.number >= 7 && f.number <= 15 && f.number != 11;
        bool message = f.number < sizeof most && most[f.number];
        if (!text && !number && !message)
            return GUESS_NO;
        if (number ? f.wire != PROTO_VARINT && f.number != PROFILE_COMMENT : f.wire != PROTO_BYTES)
            return GUESS_NO;
        if (message && !is_message(f.bytes, most[f.number]))
            return GUESS_NO;
        messages += message;
        fields++;
    }
    /* a field may be cut off at the end of the head; two letters may be a field by chance */
    return messages >= 1 && fields >= 3 && (!whole || head.n == 0 || fields > 8) ? GUESS_YES
                                                                                 : GUESS_NO;
}

const Format format_pprof = {
    .name = "pprof",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = false,
    .probe = probe,
    .run = run,
};
