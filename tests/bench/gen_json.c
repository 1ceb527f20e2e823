/* bench_gen_json: writes profiles of the JSON family, of any size, the same for the same options.
 *
 *   bench_gen_json SHAPE BYTES [SEED] >profile.json      BYTES: K, M, G
 *
 *   cpuprofile  as node --cpu-prof: nodes first, then samples, then timeDeltas
 *   trace       Chrome trace events: X with args, B and E, marks; 600 names, four threads
 *   chunks      Chrome trace events: V8's sampler in ProfileChunks
 *   sampled     speedscope: stacks as lists of frames, weights
 *   evented     speedscope: opens and closes
 *   firefox     a processed Firefox profile: tables, samples as columns, markers
 *
 * Stacks form a tree of 20 thousand nodes; a sample mostly repeats the one before it or goes on
 * nearby. Sizes are estimates: what has several lists of equal length is written list by list,
 * each from a random sequence of its own. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 20000, FUNCTIONS = 6000, DEEP = 40, THREADS = 4, TRACED = 600, TASKS = 200 };

typedef struct Node {
    uint32_t parent, function, depth, first, next; /* first child, next sibling; 0: none */
} Node;

static Node nodes[NODES];

static uint64_t chance(uint64_t *random) {
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(uint64_t *random, uint32_t n) {
    return (uint32_t)((chance(random) >> 32) * n >> 32);
}

/* Node 0 is the root. Later nodes rather hang below recent ones, so that stacks are deep. */
static void make_nodes(uint64_t random) {
    for (uint32_t i = 1; i < NODES; i++) {
        uint32_t span = i < 64 ? i : 64, parent;
        do
            parent = below(&random, 3) ? i - 1 - below(&random, span) : below(&random, i);
        while (nodes[parent].depth >= DEEP);
        nodes[i] = (Node){parent, below(&random, FUNCTIONS), nodes[parent].depth + 1, 0,
                          nodes[parent].first};
        nodes[parent].first = i;
    }
}

static uint32_t next_node(uint64_t *random, uint32_t node) {
    uint32_t die = below(random, 16);
    if (die < 9)
        return node;
    if (die < 11 && nodes[node].parent)
        return nodes[node].parent;
    if (die < 13 && nodes[node].first)
        return nodes[node].first;
    uint32_t a = below(random, NODES - 1), b = below(random, NODES - 1);
    return 1 + (uint32_t)((uint64_t)a * b / NODES);
}

static void name_of(uint32_t function, char *name, size_t n) {
    static const char *const verb[] = {"parse", "flush", "visit", "render", "resolve", "emit"};
    static const char *const noun[] = {"Token", "Node", "Request", "Buffer", "Layout"};
    snprintf(name, n, "%s%s%s%u", verb[function % 6], noun[function / 6 % 5],
             function % 11 ? "" : "Synchronously", function);
}

static void url_of(uint32_t function, char *url, size_t n) {
    snprintf(url, n, "file:///srv/app/node_modules/package-%u/lib/part%u.js", function % 97,
             function % 13);
}

/* ---- cpuprofile ------------------------------------------------------------------------ */

static void put_call_frame(uint32_t i) {
    char name[80] = "(root)", url[120] = "";
    if (i) {
        name_of(nodes[i].function, name, sizeof name);
        url_of(nodes[i].function, url, sizeof url);
    }
    printf("\"callFrame\":{\"functionName\":\"%s\",\"scriptId\":\"%u\",\"url\":\"%s\","
           "\"lineNumber\":%d,\"columnNumber\":%d}",
           name, nodes[i].function % 97, url, i ? (int)(nodes[i].function % 900) : -1,
           i ? (int)(nodes[i].function % 70) : -1);
}

static void put_node(uint32_t i) {
    printf("%s{\"id\":%u,", i ? "," : "", i + 1);
    put_call_frame(i);
    printf(",\"hitCount\":%u", i % 50);
    const char *before = ",\"children\":[";
    for (uint32_t child = nodes[i].first; child; child = nodes[child].next, before = ",")
        printf("%s%u", before, child + 1);
    printf("%s", nodes[i].first ? "]" : "");
    if (i % 3 == 0)
        printf(",\"positionTicks\":[{\"line\":%u,\"ticks\":%u}]", i % 900, i % 50);
    putchar('}');
}

static void cpuprofile(uint64_t bytes, uint64_t seed) {
    uint64_t n = bytes / 10, random = seed;
    printf("{\"nodes\":[");
    for (uint32_t i = 0; i < NODES; i++)
        put_node(i);
    printf("],\"startTime\":5172934512,\"endTime\":%" PRIu64 ",\"samples\":[",
           5172934512 + n * 1250);
    for (uint64_t i = 0, node = 1; i < n; i++) {
        node = next_node(&random, (uint32_t)node);
        printf("%s%" PRIu64, i ? "," : "", node + 1);
    }
    printf("],\"timeDeltas\":[");
    for (uint64_t i = 0; i < n; i++)
        printf("%s%u", i ? "," : "", 900 + below(&random, 700));
    printf("]}");
}

/* ---- trace events ---------------------------------------------------------------------- */

typedef struct Traced {
    uint64_t ts, written, random;
    uint32_t thread;
} Traced;

static void put_begin(Traced *t, const char *name, char phase) {
    t->written += (uint64_t)printf(
        ",\n{\"cat\":\"toplevel,loading\",\"name\":\"%s\",\"ph\":\"%c\",\"pid\":4711,\"tid\":%u,"
        "\"ts\":%" PRIu64 "}",
        name, phase, 4711 + t->thread, t->ts);
}

static void put_whole(Traced *t, uint32_t function, const char *name, uint64_t began) {
    char url[120];
    url_of(function, url, sizeof url);
    t->written += (uint64_t)printf(
        ",\n{\"args\":{\"data\":{\"frame\":\"A1B2C3D4E5F6\",\"lineNumber\":%u,\"url\":\"%s\","
        "\"stackTrace\":[{\"functionName\":\"%s\"}]}},\"cat\":\"devtools.timeline\",\"dur\":%" PRIu64
        ",\"name\":\"%s\",\"ph\":\"X\",\"pid\":4711,\"tid\":%u,\"ts\":%" PRIu64 ",\"tts\":%" PRIu64
        "}",
        function, url, name, t->ts - began, name, 4711 + t->thread, began, began / 3);
}

/* A call of a node's function and of some of those below it; told when it is over, or as a begin
 * and an end. */
static void put_call(Traced *t, uint32_t node) {
    char name[80];
    uint64_t began = t->ts;
    uint32_t function = nodes[node].function % TRACED, die = node % 8;
    name_of(function, name, sizeof name);
    if (die < 3)
        put_begin(t, name, 'B');
    t->ts += 1 + below(&t->random, 40);
    for (uint32_t child = nodes[node].first; child && below(&t->random, 3);
         child = nodes[child].next) {
        put_call(t, child);
        t->ts += below(&t->random, 20);
    }
    if (die < 3)
        put_begin(t, name, 'E');
    else
        put_whole(t, function, name, began);
    if (die == 7)
        t->written +=
            (uint64_t)printf(",\n{\"args\":{},\"cat\":\"v8\",\"name\":\"mark\",\"ph\":\"I\","
                             "\"pid\":4711,\"s\":\"t\",\"tid\":%u,\"ts\":%" PRIu64 "}",
                             4711 + t->thread, t->ts);
}

static void trace(uint64_t bytes, uint64_t seed) {
    static Traced traced[THREADS];
    uint64_t written = 0, random = seed;
    printf("{\"traceEvents\":[");
    for (uint32_t i = 0; i < THREADS; i++) {
        traced[i] = (Traced){.random = seed + i, .thread = i};
        printf("%s{\"args\":{\"name\":\"thread %u\"},\"cat\":\"__metadata\",\"name\":"
               "\"thread_name\",\"ph\":\"M\",\"pid\":4711,\"tid\":%u,\"ts\":0}",
               i ? ",\n" : "", i, 4711 + i);
    }
    while (written < bytes) {
        Traced *t = &traced[below(&random, THREADS)];
        put_call(t, 1 + below(&random, TASKS));
        t->ts += below(&random, 500);
        written += t->written;
        t->written = 0;
    }
    printf("],\"metadata\":{\"source\":\"bench\"}}");
}

/* Each chunk tells of the nodes that are new in it. */
static void chunks(uint64_t bytes, uint64_t seed) {
    uint64_t written = 0, random = seed;
    uint32_t told = 0, node = 1;
    printf(
        "[{\"args\":{\"name\":\"CrRendererMain\"},\"cat\":\"__metadata\",\"name\":\"thread_name\","
        "\"ph\":\"M\",\"pid\":4711,\"tid\":4711,\"ts\":0},\n");
    printf("{\"args\":{\"data\":{\"startTime\":5172934512}},\"cat\":\"v8\",\"id\":\"0x1\",\"name\":"
           "\"Profile\",\"ph\":\"P\",\"pid\":4711,\"tid\":4711,\"ts\":5172934512}");
    for (uint64_t chunk = 0; written < bytes; chunk++) {
        written += 200;
        printf(",\n{\"args\":{\"data\":{\"cpuProfile\":{\"nodes\":[");
        for (uint32_t first = told; told < NODES && told < first + 500; told++) {
            if (told > first)
                putchar(',');
            putchar('{');
            put_call_frame(told);
            printf(",\"id\":%u", told + 1);
            if (told)
                printf(",\"parent\":%u", nodes[told].parent + 1);
            putchar('}');
            written += 170;
        }
        printf("],\"samples\":[");
        for (int i = 0; i < 400; i++) {
            node = next_node(&random, node) % told;
            written += (uint64_t)printf("%s%u", i ? "," : "", node + 1);
        }
        printf("]},\"lines\":[0],\"timeDeltas\":[");
        for (int i = 0; i < 400; i++)
            written += (uint64_t)printf("%s%u", i ? "," : "", 100 + below(&random, 50));
        printf(
            "]}},\"cat\":\"v8\",\"id\":\"0x1\",\"name\":\"ProfileChunk\",\"ph\":\"P\",\"pid\":4711,"
            "\"tid\":4712,\"ts\":%" PRIu64 "}",
            5172934512 + chunk * 50000);
    }
    putchar(']');
}

/* ---- speedscope ------------------------------------------------------------------------ */

static void put_shared(void) {
    char name[80], url[120];
    printf("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"shared\":"
           "{\"frames\":[");
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        name_of(i, name, sizeof name);
        url_of(i, url, sizeof url);
        printf("%s{\"name\":\"%s\",\"file\":\"%s\",\"line\":%u}", i ? "," : "", name, url, i % 900);
    }
    printf("]},\"profiles\":[");
}

static long put_stack(uint32_t node) {
    uint32_t path[DEEP + 1], depth = 0;
    long n = 2;
    for (; node; node = nodes[node].parent)
        path[depth++] = nodes[node].function;
    putchar('[');
    while (depth--)
        n += printf(depth ? "%u," : "%u", path[depth]);
    putchar(']');
    return n;
}

static void sampled(uint64_t bytes, uint64_t seed) {
    uint64_t written = 0, n = 0, random = seed;
    put_shared();
    printf("{\"type\":\"sampled\",\"name\":\"main\",\"unit\":\"microseconds\",\"startValue\":0,"
           "\"samples\":[");
    for (uint32_t node = 1; written < bytes; n++) {
        if (n)
            putchar(',');
        written += 6 + (uint64_t)put_stack(node = next_node(&random, node));
    }
    printf("],\"weights\":[");
    for (uint64_t i = 0; i < n; i++)
        printf("%s%u", i ? "," : "", 900 + below(&random, 700));
    printf("],\"endValue\":%" PRIu64 "}]}", n * 1250);
}

static uint64_t put_event(char type, uint32_t node, uint64_t at) {
    static bool later;
    long n = printf("%s{\"type\":\"%c\",\"frame\":%u,\"at\":%" PRIu64 ".%03u}", later ? "," : "",
                    type, nodes[node].function, at / 8, (unsigned)(at % 8 * 125));
    later = true;
    return (uint64_t)n;
}

/* From one stack to another: closes up to what they share, then opens. */
static uint64_t put_change(uint32_t from, uint32_t to, uint64_t at) {
    uint32_t path[DEEP + 1], depth = 0;
    uint64_t written = 0;
    while (from != to) {
        if (nodes[from].depth >= nodes[to].depth) {
            written += put_event('C', from, at);
            from = nodes[from].parent;
        } else {
            path[depth++] = to;
            to = nodes[to].parent;
        }
    }
    while (depth--)
        written += put_event('O', path[depth], at);
    return written;
}

static void evented(uint64_t bytes, uint64_t seed) {
    uint64_t written = 0, at = 0, random = seed;
    uint32_t node = 0;
    put_shared();
    printf("{\"type\":\"evented\",\"name\":\"main\",\"unit\":\"microseconds\",\"startValue\":0,"
           "\"events\":[");
    while (written < bytes) {
        at += below(&random, 900);
        uint32_t next = next_node(&random, node ? node : 1);
        written += put_change(node, next, at);
        node = next;
    }
    put_change(node, 0, at);
    printf("],\"endValue\":%" PRIu64 "}]}", at / 8 + 1);
}

/* ---- Firefox --------------------------------------------------------------------------- */

static void put_numbers(const char *name, uint32_t n, uint32_t (*value)(uint32_t)) {
    printf("\"%s\":[", name);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = value(i);
        if (v == UINT32_MAX)
            printf("%snull", i ? "," : "");
        else
            printf("%s%u", i ? "," : "", v);
    }
    putchar(']');
}

static uint32_t prefix_of(uint32_t i) {
    return nodes[i].parent ? nodes[i].parent : i ? 0 : UINT32_MAX;
}
static uint32_t frame_of(uint32_t i) {
    return nodes[i].function;
}
static uint32_t itself(uint32_t i) {
    return i;
}
static uint32_t line_of(uint32_t i) {
    return i % 900;
}
static uint32_t nothing(uint32_t i) {
    (void)i;
    return UINT32_MAX;
}

static void put_tables(void) {
    char name[80];
    printf("\"stackTable\":{\"length\":%u,", NODES);
    put_numbers("prefix", NODES, prefix_of);
    putchar(',');
    put_numbers("frame", NODES, frame_of);
    printf("},\"frameTable\":{\"length\":%u,", FUNCTIONS);
    put_numbers("address", FUNCTIONS, nothing);
    putchar(',');
    put_numbers("func", FUNCTIONS, itself);
    putchar(',');
    put_numbers("line", FUNCTIONS, line_of);
    printf("},\"funcTable\":{\"length\":%u,", FUNCTIONS);
    put_numbers("name", FUNCTIONS, itself);
    putchar(',');
    put_numbers("resource", FUNCTIONS, nothing);
    printf("},\"stringArray\":[");
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        name_of(i, name, sizeof name);
        printf("%s\"%s\"", i ? "," : "", name);
    }
    putchar(']');
}

/* A marker takes about 90 bytes, a sample 21 in its three columns. */
static void put_markers(uint64_t n, uint64_t *random) {
    printf("\"markers\":{\"length\":%" PRIu64 ",\"data\":[", n);
    for (uint64_t i = 0; i < n; i++)
        printf(
            "%s{\"type\":\"tracing\",\"category\":\"Paint\",\"interval\":\"start\",\"phase\":%u}",
            i ? "," : "", below(random, 100000));
    printf("],\"startTime\":[");
    for (uint64_t i = 0; i < n; i++)
        printf("%s%" PRIu64 ".%06u", i ? "," : "", i * 3, below(random, 1000000));
    printf("]}");
}

static void firefox(uint64_t bytes, uint64_t seed) {
    uint64_t n = bytes / THREADS / 32, random = seed;
    printf("{\"meta\":{\"interval\":1,\"startTime\":1700000000000.5,\"processType\":0,\"product\":"
           "\"Firefox\",\"version\":28,\"preprocessedProfileVersion\":48},\"threads\":[");
    for (uint32_t t = 0; t < THREADS; t++) {
        printf("%s{\"name\":\"thread %u\",\"pid\":\"4711\",\"tid\":%u,", t ? "," : "", t, 4711 + t);
        put_tables();
        printf(",\"samples\":{\"length\":%" PRIu64
               ",\"weightType\":\"samples\",\"weight\":null,\"stack\":[",
               n);
        for (uint64_t i = 0, node = 1; i < n; i++) {
            node = next_node(&random, (uint32_t)node);
            printf("%s%" PRIu64, i ? "," : "", node);
        }
        printf("],\"time\":[");
        for (uint64_t i = 0; i < n; i++)
            printf("%s%" PRIu64 ".%06u", i ? "," : "", i, below(&random, 1000000));
        printf("],\"threadCPUDelta\":[");
        for (uint64_t i = 0; i < n; i++)
            printf("%s%u", i ? "," : "", below(&random, 1000));
        printf("]},");
        put_markers(n / 12, &random);
        putchar('}');
    }
    printf("]}");
}

/* ---- the whole ------------------------------------------------------------------------- */

static uint64_t size_of(const char *text) {
    char *end;
    uint64_t n = strtoull(text, &end, 10);
    const char *unit = *end ? strchr("KMG", *end) : NULL;
    return unit ? n << (10 * (unit - "KMG" + 1)) : n;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*write)(uint64_t bytes, uint64_t seed);
    } shapes[] = {{"cpuprofile", cpuprofile}, {"trace", trace},     {"chunks", chunks},
                  {"sampled", sampled},       {"evented", evented}, {"firefox", firefox}};
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    for (size_t i = 0; argc > 2 && i < sizeof shapes / sizeof *shapes; i++) {
        if (strcmp(argv[1], shapes[i].name) != 0)
            continue;
        make_nodes(seed);
        shapes[i].write(size_of(argv[2]), seed);
        return fflush(stdout) != 0;
    }
    fputs("usage: bench_gen_json cpuprofile|trace|chunks|sampled|evented|firefox BYTES [SEED]\n",
          stderr);
    return 2;
}
