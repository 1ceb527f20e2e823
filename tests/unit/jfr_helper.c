#include "unit/jfr_helper.h"

#include <string.h>

#include "base/error.h"

enum { HEADER = 68, FIELDS = 8 };

typedef struct GenField {
    const char *name, *type;
    bool constant, array;
    const char *unit;
} GenField;

typedef struct GenType {
    const char *name;
    GenField field[FIELDS];
} GenType;

#define LONG(name)                                                                                 \
    { name, "long", false, false, NULL }
#define TICKS(name)                                                                                \
    { name, "long", false, false, "TICKS" }
#define TEXT(name)                                                                                 \
    { name, "java.lang.String", false, false, NULL }
#define KEY(name, type)                                                                            \
    { name, type, true, false, NULL }
#define START TICKS("startTime")
#define WHO KEY("eventThread", "java.lang.Thread"), KEY("stackTrace", "jdk.types.StackTrace")
#define SAMPLED                                                                                    \
    KEY("sampledThread", "java.lang.Thread"), KEY("stackTrace", "jdk.types.StackTrace"),           \
        KEY("state", "jdk.types.ThreadState")

/* Its place, plus 10, is a type's id. */
static const GenType types[] = {
    {"boolean", {{0}}},
    {"byte", {{0}}},
    {"char", {{0}}},
    {"short", {{0}}},
    {"int", {{0}}},
    {"long", {{0}}},
    {"float", {{0}}},
    {"double", {{0}}},
    {"java.lang.String", {{0}}},
    {"java.lang.Class", {LONG("modifiers"), KEY("name", "jdk.types.Symbol")}},
    {"java.lang.Thread",
     {TEXT("osName"),
      LONG("osThreadId"),
      TEXT("javaName"),
      LONG("javaThreadId"),
      {"virtual", "boolean", false, false, NULL}}},
    {"jdk.types.Symbol", {TEXT("string")}},
    {"jdk.types.FrameType", {TEXT("description")}},
    {"jdk.types.ThreadState", {TEXT("name")}},
    {"jdk.types.Method",
     {KEY("type", "java.lang.Class"),
      KEY("name", "jdk.types.Symbol"),
      KEY("descriptor", "jdk.types.Symbol"),
      {"hidden", "boolean", false, false, NULL}}},
    {"jdk.types.StackFrame",
     {KEY("method", "jdk.types.Method"),
      {"lineNumber", "int", false, false, NULL},
      KEY("type", "jdk.types.FrameType")}},
    {"jdk.types.StackTrace",
     {{"truncated", "boolean", false, false, NULL},
      {"frames", "jdk.types.StackFrame", false, true, NULL}}},
    {"test.Box",
     {{"f", "float", false, false, NULL},
      {"d", "double", false, false, NULL},
      {"s", "short", false, false, NULL},
      {"c", "char", false, false, NULL}}},
    {"test.Empty", {{0}}},
    {"test.Noise",
     {START,
      {"box", "test.Box", false, false, NULL},
      TEXT("words"),
      {"boxes", "test.Box", false, true, NULL},
      {"keys", "java.lang.Class", true, true, NULL},
      {"nothing", "test.Empty", false, false, NULL}}},
    {"jdk.ExecutionSample", {START, SAMPLED}},
    {"profiler.WallClockSample",
     {START, SAMPLED, {"samples", "int", false, false, NULL}, TICKS("timeSpan")}},
    {"jdk.NativeMethodSample", {START, SAMPLED}},
    {"jdk.ObjectAllocationInNewTLAB",
     {START, WHO, KEY("objectClass", "java.lang.Class"), LONG("allocationSize"), LONG("tlabSize")}},
    {"jdk.ObjectAllocationOutsideTLAB",
     {START, WHO, KEY("objectClass", "java.lang.Class"), LONG("allocationSize")}},
    {"jdk.ObjectAllocationSample",
     {START, WHO, KEY("objectClass", "java.lang.Class"), LONG("weight")}},
    {"jdk.JavaMonitorEnter",
     {START, TICKS("duration"), WHO, KEY("monitorClass", "java.lang.Class")}},
    {"jdk.ThreadPark", {START, TICKS("duration"), WHO, KEY("parkedClass", "java.lang.Class")}},
    {"profiler.LiveObject",
     {START, WHO, KEY("objectClass", "java.lang.Class"), LONG("allocationSize"),
      TICKS("allocationTime")}},
    {"profiler.Malloc", {START, WHO, LONG("address"), LONG("size")}},
    {"jdk.CPUTimeSample", {START, WHO, {"samplingPeriod", "long", false, false, "NANOSECONDS"}}},
    {"jdk.JVMInformation", {START, TEXT("jvmName"), LONG("pid")}},
    {"jdk.ActiveSetting", {START, LONG("id"), TEXT("name"), TEXT("value")}},
    {"jdk.DataLoss", {START, LONG("amount")}},
    {"test.Endless", {{"again", "test.Endless", false, false, NULL}}},
    {"test.Many",
     {{"many", "test.Many", false, true, NULL}, {"none", "test.Empty", false, true, NULL}}},
    {"datadog.MethodSample", {START, WHO, KEY("state", "jdk.types.ThreadState"), LONG("weight")}},
    {"datadog.ObjectSample",
     {START,
      WHO,
      KEY("objectClass", "java.lang.Class"),
      LONG("size"),
      {"weight", "float", false, false, NULL}}},
    {"test.Stacked", {START, WHO}},
    {"jdk.MethodTrace", {START, TICKS("duration"), WHO, KEY("method", "jdk.types.Method")}},
};
enum { TYPES = sizeof types / sizeof *types, FIRST_ID = 10 };
_Static_assert((int)TYPES <= (int)JFR_GEN_TYPES, "a pool for each");

static uint32_t type_named(const char *name) {
    for (uint32_t i = 0; i < TYPES; i++)
        if (strcmp(types[i].name, name) == 0)
            return i;
    panic("no type %s", name);
}

/* ---- numbers and strings ------------------------------------------------------------------
 */

static void put_fixed(Buf *out, uint64_t value, uint32_t bytes) {
    while (bytes-- > 0)
        buf_putc(out, (char)(value >> 8 * bytes));
}

static void put_number(const JfrGen *g, Buf *out, uint64_t value, uint32_t bytes) {
    if (g->ways.raw) {
        put_fixed(out, value, bytes);
        return;
    }
    for (int i = 0; i < 8 && value >= 0x80; i++, value >>= 7) {
        buf_putc(out, (char)(value | 0x80));
        if (i == 7) {
            buf_putc(out, (char)(value >> 7));
            return;
        }
    }
    buf_putc(out, (char)value);
}

static void put_utf8(const JfrGen *g, Buf *out, const char *text) {
    buf_putc(out, 3);
    put_number(g, out, strlen(text), 4);
    buf_puts(out, text);
}

static uint64_t key_of(const JfrGen *g, uint64_t key) {
    return g->ways.large_keys && key ? key | 0xfedcba9800000000u : key;
}

static bool is_ascii(const char *text) {
    while (*text > 0)
        text++;
    return *text == 0;
}

static void put_utf16(const JfrGen *g, Buf *out, const char *text) {
    Buf units = {0};
    uint32_t n = 0;
    Str s = str_of(text);
    buf_putc(out, 4);
    for (size_t i = 0; i < s.n; n++) {
        uint32_t c = utf8_next(s, &i);
        if (c >= 0x10000) {
            put_number(g, &units, 0xd800 + ((c - 0x10000) >> 10), 2);
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
            n++;
        }
        put_number(g, &units, c, 2);
    }
    put_number(g, out, n, 4);
    buf_put(out, buf_str(&units));
    buf_free(&units);
}

static void put_text(JfrGen *g, Buf *out, const char *text) {
    if (!text) {
        buf_putc(out, 0);
        return;
    }
    if (!*text) {
        buf_putc(out, 1);
        return;
    }
    switch (g->ways.other_strings ? g->strings++ % 4 : 0) {
    case 1:
        put_utf16(g, out, text);
        break;
    case 2: {
        uint64_t key = ++g->string_keys;
        jfr_gen_constant(g, "java.lang.String", key, (JfrGenValue[]){{"", 0, text, NULL, 0}});
        buf_putc(out, 2);
        put_number(g, out, key_of(g, key), 8);
        break;
    }
    case 3:
        if (is_ascii(text)) {
            buf_putc(out, 5);
            put_number(g, out, strlen(text), 4);
            buf_puts(out, text);
            break;
        } /* fall through */
    default:
        put_utf8(g, out, text);
    }
}

/* ---- values -------------------------------------------------------------------------------
 */

static void put_record(JfrGen *g, Buf *out, uint32_t type, const JfrGenValue *values);

static void put_simple(JfrGen *g, Buf *out, const char *type, JfrGenValue value) {
    static const struct {
        const char *name;
        uint32_t bytes;
        bool fixed;
    } simple[] = {{"boolean", 1, true}, {"byte", 1, true},  {"char", 2, false},
                  {"short", 2, false},  {"int", 4, false},  {"long", 8, false},
                  {"float", 4, true},   {"double", 8, true}};
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
        if (strcmp(type, simple[i].name) != 0)
            continue;
        if (simple[i].fixed)
            put_fixed(out, value.number, simple[i].bytes);
        else
            put_number(g, out, value.number, simple[i].bytes);
        return;
    }
    if (strcmp(type, "java.lang.String") == 0)
        put_text(g, out, value.text);
    else
        put_record(g, out, type_named(type), NULL);
}

static void put_frames(JfrGen *g, Buf *out, JfrGenValue value) {
    put_number(g, out, value.frames, 4);
    for (uint32_t i = 0; i < value.frames; i++)
        put_record(g, out, type_named("jdk.types.StackFrame"),
                   (JfrGenValue[]){{"method", value.frame[i].method, NULL, NULL, 0},
                                   {"type", value.frame[i].type, NULL, NULL, 0},
                                   {"lineNumber", UINT32_MAX - i, NULL, NULL, 0},
                                   {NULL, 0, NULL, NULL, 0}});
}

static void put_field(JfrGen *g, Buf *out, GenField f, const JfrGenValue *values) {
    JfrGenValue value = {0};
    for (uint32_t i = 0; values && values[i].field; i++)
        if (strcmp(values[i].field, f.name) == 0)
            value = values[i];
    if (f.array && value.frame) {
        put_frames(g, out, value);
    } else if (f.array) {
        put_number(g, out, 3, 4);
        for (uint64_t i = 0; i < 3; i++) {
            if (f.constant)
                put_number(g, out, key_of(g, i), 8);
            else
                put_simple(g, out, f.type, (JfrGenValue){0});
        }
    } else if (f.constant) {
        put_number(g, out, key_of(g, value.number), 8);
    } else {
        put_simple(g, out, f.type, value);
    }
}

static void put_record(JfrGen *g, Buf *out, uint32_t type, const JfrGenValue *values) {
    for (uint32_t i = 0; i < FIELDS; i++) {
        const GenField *f = &types[type].field[g->ways.reversed ? FIELDS - 1 - i : i];
        if (f->name)
            put_field(g, out, *f, values);
    }
}

/* ---- events -------------------------------------------------------------------------------
 */

/* The size counts itself, so it is tried until it fits. */
static void put_event(const JfrGen *g, Buf *out, uint64_t type, const Buf *payload) {
    Buf head = {0};
    for (size_t size = payload->n;;) {
        buf_clear(&head);
        put_number(g, &head, size, 4);
        put_number(g, &head, type, 8);
        if (head.n + payload->n == size)
            break;
        size = head.n + payload->n;
    }
    buf_put(out, buf_str(&head));
    buf_put(out, buf_str(payload));
    buf_free(&head);
}

static void put_checkpoint(JfrGen *g, Buf *out) {
    Buf payload = {0};
    uint32_t pools = 0;
    for (uint32_t i = 0; i < TYPES; i++)
        pools += g->pool[i].count > 0;
    if (!pools)
        return;
    put_number(g, &payload, 1, 8);
    put_number(g, &payload, 0, 8);
    put_number(g, &payload, 0, 8);
    buf_putc(&payload, 0);
    put_number(g, &payload, pools, 4);
    for (uint32_t i = 0; i < TYPES; i++) {
        JfrGenPool *pool = &g->pool[i];
        if (!pool->count)
            continue;
        put_number(g, &payload, FIRST_ID + i, 8);
        put_number(g, &payload, pool->count, 4);
        buf_put(&payload, buf_str(&pool->bytes));
        buf_clear(&pool->bytes);
        pool->count = 0;
    }
    put_event(g, out, 1, &payload);
    buf_free(&payload);
}

void jfr_gen_constant(JfrGen *g, const char *type, uint64_t key, const JfrGenValue *values) {
    uint32_t t = type_named(type);
    Buf record = {0};
    if (strcmp(type, "java.lang.String") == 0)
        put_utf8(g, &record, values[0].text);
    else
        put_record(g, &record, t, values);
    put_number(g, &g->pool[t].bytes, key_of(g, key), 8);
    buf_put(&g->pool[t].bytes, buf_str(&record));
    g->pool[t].count++;
    buf_free(&record);
    if (g->ways.scattered)
        put_checkpoint(g, &g->events);
}

void jfr_gen_event(JfrGen *g, const char *type, const JfrGenValue *values) {
    Buf payload = {0};
    uint32_t t = type_named(type);
    put_record(g, &payload, t, values);
    put_event(g, &g->events, FIRST_ID + t, &payload);
    buf_free(&payload);
    if (g->ways.noise && strcmp(type, "test.Noise") != 0)
        jfr_gen_event(
            g, "test.Noise",
            (JfrGenValue[]){{"words", 0, "h\xc3\xa9", NULL, 0}, {NULL, 0, NULL, NULL, 0}});
}

/* ---- metadata -----------------------------------------------------------------------------
 */

typedef struct Words {
    Buf text; /* each with a zero behind it */
    uint32_t count;
} Words;

static uint32_t word(Words *w, const char *text) {
    uint32_t i = 0;
    for (size_t at = 0; at < w->text.n; at += strlen(w->text.s + at) + 1, i++)
        if (strcmp(w->text.s + at, text) == 0)
            return i;
    buf_put(&w->text, (Str){text, strlen(text) + 1});
    return w->count++;
}

static void put_word(const JfrGen *g, Buf *out, Words *w, const char *text) {
    put_number(g, out, word(w, text), 4);
}

static void put_element(const JfrGen *g, Buf *out, Words *w, const char *name,
                        const char *const *attribute, uint32_t children) {
    uint32_t n = 0;
    while (attribute[2 * n])
        n++;
    put_word(g, out, w, name);
    put_number(g, out, n, 4);
    for (uint32_t i = 0; i < 2 * n; i++)
        put_word(g, out, w, attribute[i]);
    put_number(g, out, children, 4);
}

static void put_type_field(const JfrGen *g, Buf *out, Words *w, const GenField *f) {
    char id[16];
    Str number;
    Buf text = {0};
    buf_printf(&text, "%u", FIRST_ID + type_named(f->type));
    number = buf_str(&text);
    memcpy(id, number.s, number.n + 1);
    buf_free(&text);
    const char *attribute[] = {"name", f->name, "class", id, NULL, NULL, NULL, NULL, NULL};
    uint32_t n = 4;
    if (f->constant) {
        attribute[n++] = "constantPool";
        attribute[n++] = "true";
    }
    if (f->array) {
        attribute[n++] = "dimension";
        attribute[n++] = "1";
    }
    put_element(g, out, w, "field", attribute, f->unit ? 2 : 1);
    put_element(g, out, w, "annotation",
                (const char *[]){"class", "7", "value", "Some Label", NULL}, 0);
    if (f->unit)
        put_element(g, out, w, "annotation", (const char *[]){"class", "8", "value", f->unit, NULL},
                    0);
}

static void put_type(const JfrGen *g, Buf *out, Words *w, uint32_t type) {
    Buf id = {0};
    uint32_t fields = 0;
    for (uint32_t i = 0; i < FIELDS; i++)
        fields += types[type].field[i].name != NULL;
    buf_printf(&id, "%u", FIRST_ID + type);
    put_element(
        g, out, w, "class",
        (const char *[]){"id", id.s, "name", types[type].name, "superType", "jdk.jfr.Event", NULL},
        fields);
    for (uint32_t i = 0; i < FIELDS; i++) {
        const GenField *f = &types[type].field[g->ways.reversed ? FIELDS - 1 - i : i];
        if (f->name)
            put_type_field(g, out, w, f);
    }
    buf_free(&id);
}

static void put_metadata(const JfrGen *g, Buf *out) {
    Words words = {0};
    Buf tree = {0}, payload = {0};
    static const char *const none[] = {NULL};
    put_element(g, &tree, &words, "root", none, 2);
    put_element(g, &tree, &words, "metadata", none, TYPES);
    for (uint32_t i = 0; i < TYPES; i++)
        put_type(g, &tree, &words, g->ways.reversed ? TYPES - 1 - i : i);
    put_element(g, &tree, &words, "region", (const char *[]){"locale", "en_US", NULL}, 0);
    put_number(g, &payload, 1, 8);
    put_number(g, &payload, 0, 8);
    put_number(g, &payload, 1, 8);
    put_number(g, &payload, words.count, 4);
    for (size_t at = 0; at < words.text.n; at += strlen(words.text.s + at) + 1)
        put_utf8(g, &payload, words.text.s + at);
    buf_put(&payload, buf_str(&tree));
    put_event(g, out, 0, &payload);
    buf_free(&words.text);
    buf_free(&tree);
    buf_free(&payload);
}

/* ---- chunks -------------------------------------------------------------------------------
 */

void jfr_gen_begin(JfrGen *g, JfrGenWays ways, int64_t start_ns, int64_t start_ticks,
                   int64_t ticks_per_s) {
    g->ways = ways;
    g->start_ns = start_ns;
    g->start_ticks = start_ticks;
    g->ticks_per_s = ticks_per_s;
    g->chunk = g->out.n;
    g->strings = 0;
    g->string_keys = 0;
    buf_clear(&g->events);
}

void jfr_gen_end(JfrGen *g) {
    Buf body = {0};
    buf_clear(&g->checkpoints);
    put_checkpoint(g, &g->checkpoints);
    if (!g->ways.metadata_last)
        put_metadata(g, &body);
    if (g->ways.checkpoints_first)
        buf_put(&body, buf_str(&g->checkpoints));
    buf_put(&body, buf_str(&g->events));
    if (!g->ways.checkpoints_first)
        buf_put(&body, buf_str(&g->checkpoints));
    if (g->ways.metadata_last)
        put_metadata(g, &body);
    buf_put(&g->out, (Str){"FLR\0\0\2\0\1", 8});
    put_fixed(&g->out, g->ways.unsized ? 0 : HEADER + body.n, 8);
    put_fixed(&g->out, 0, 8);
    put_fixed(&g->out, HEADER, 8);
    put_fixed(&g->out, (uint64_t)g->start_ns, 8);
    put_fixed(&g->out, 1000000000, 8);
    put_fixed(&g->out, (uint64_t)g->start_ticks, 8);
    put_fixed(&g->out, (uint64_t)g->ticks_per_s, 8);
    put_fixed(&g->out, !g->ways.raw, 4);
    buf_put(&g->out, buf_str(&body));
    buf_free(&body);
}

void jfr_gen_free(JfrGen *g) {
    buf_free(&g->out);
    buf_free(&g->events);
    buf_free(&g->checkpoints);
    for (uint32_t i = 0; i < JFR_GEN_TYPES; i++)
        buf_free(&g->pool[i].bytes);
}

JfrGenWays jfr_gen_ways(uint32_t i) {
    return (JfrGenWays){.raw = i & 1,
                        .reversed = i & 2,
                        .metadata_last = i & 4,
                        .checkpoints_first = i & 8,
                        .scattered = i & 16,
                        .large_keys = i & 32,
                        .other_strings = i & 64,
                        .noise = i & 128,
                        .unsized = i & 256};
}
