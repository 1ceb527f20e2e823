/* bench_gen: writes `perf script` text of any size, the same for the same options.
 *
 *   bench_gen --size 1G --shape deep --patterns >profile.txt
 *
 *   --size BYTES      stop after the record that reaches this size (K, M, G); default 16M
 *   --samples N       stop after N samples instead
 *   --seed N          another profile of the same kind
 *   --shape NAME      deep:    as runtimes under load, long names among short ones
 *                     dwarf:   as unwound compilers: half as many stacks as samples
 *                     shallow: as frame pointers system-wide give
 *                     unique:  as dwarf, but every address occurs once
 *   --rate N          samples a second over all processors; default 5000
 *   --cpus N          processors; default 8
 *   --threads N       threads, four to a process
 *   --depth MEAN      frames of a stack: half to one and a half times this, some far more
 *   --stacks N        no more distinct stacks than this
 *   --addresses WHICH few: as in real programs; half: every second line has a fresh one;
 *                     unique: every line has
 *   --idle PERCENT    samples of the idle task
 *   --patterns        plants what a heat map should show, in each minute: a burst of 300 ms in
 *                     one thread every 10 s (periodic_task), pauses of 80 ms in all threads about
 *                     every 7 s (collect_garbage), seconds 36 to 44 on one thread only
 *                     (single_thread), 5 s without any sample from second 50, and seconds 20 to
 *                     22 with other work than usual (perturbation)
 *   --late PERMILLE   samples that come up to 300 ms after their time
 *   --events N        events in turn: cycles, then instructions, then cache-misses; default 1
 *   --fields LIST     what the first line of a sample has beside comm, tid, time and event, of
 *                     pid,cpu,period,nanoseconds; default pid,cpu,period
 *   --header          begin with # lines
 *   --truth FILE      the numbers a reader of this profile must find, as JSON; "planted" has the
 *                     ranges of each pattern, from first to last sample, and its period
 *
 * Stacks form a tree: a new one is the beginning of one that occurred, continued with other calls,
 * and belongs to a process, now and then to a second. Mostly a sample repeats an earlier one,
 * rather a recent one, and then rather in the same instruction; so popular stacks and lines are
 * far more frequent than rare ones, what is popular changes, and new stacks never end. Lines are
 * rendered once for each function; of a fresh address only the digits are written anew.
 *
 * The shapes resemble recordings, real figures in brackets (a build with frame pointers, one with
 * dwarf unwinding, four runtimes under load), at the same number of samples:
 *                                      deep          dwarf         shallow
 *   samples                            316,762       88,000        469,000
 *   bytes a sample                     1706 (1664)   1805 (1742)   475 (470)
 *   frames a sample                    17.1 (17.4)   18.6 (18.7)   6.7 (7.4)
 *   distinct lines, in thousands       96 (88)       63 (55)       265 (307)
 *   distinct frames, in thousands      8.8 (8.4)     8.5 (8.6)     13.8 (14)
 *   distinct stacks, in thousands      27.0 (30.6)   27.6 (28.6)   31.5 (30.8)
 *   distinct texts of stacks           109 (133)     54 (53)       291 (239)
 *   stack and process name                                         40 (37)
 *   stack and thread                                               61 (59)
 * Lines miss a cache of 64 k slots more often than recorded (shallow 18 % against 7 %, deep 6 %
 * against 6 %), so results err to the slow side. --patterns thin stacks out: bench without. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 248,
    OUT_BYTES = 1 << 20,
    OUT_SLACK = 1 << 17, /* more than any one sample takes */
    DEPTH_LIMIT = 400,
    HISTORY = 1 << 22, /* samples that are remembered */
    START_S = 86400,
    OFFSET_LEAST = 0x10000, /* offsets have five digits, none of them a leading zero */
    OFFSET_SPAN = 0xf0000
};

#define SECOND INT64_C(1000000000)
#define MS INT64_C(1000000)

typedef enum Addresses { FEW, HALF, UNIQUE } Addresses;
typedef enum Special { PERIODIC, PAUSE, SINGLE, PERTURBED, SPECIALS } Special;

enum { GAP = SPECIALS, PLANTED }; /* a gap is planted too, without samples of its own */

/* When a planted pattern was there: from its first to its last sample (or tick, in a gap). */
typedef struct Ranges {
    int64_t (*at)[2];
    uint32_t count, cap;
} Ranges;

/* What the shapes differ in; all found by trying, against the figures above. */
typedef struct Shape {
    const char *name;
    uint32_t depth, idle, threads, functions;
    uint32_t fresh;      /* stacks: the larger, the more of the first samples have a new one */
    double novelty;      /* 0 to 1: how slowly new stacks become rare */
    uint32_t recent;     /* percent of samples that repeat one not long ago, */
    uint32_t hot;        /* and percent of these that were in the same instruction */
    uint32_t tail;       /* frames that are new in a new stack, on average */
    uint32_t callees;    /* functions that one function calls */
    uint32_t places;     /* instructions of a function that samples find */
    uint32_t sites;      /* percent of calls from another place than usual */
    uint32_t user_share; /* of eight functions; the others are the kernel's */
    uint32_t long_names; /* percent */
    Addresses addresses;
} Shape;

typedef struct Options {
    uint64_t size, samples, seed;
    uint32_t rate, cpus, threads, depth, stacks, idle, late, events;
    Shape shape;
    Addresses addresses;
    bool patterns, header, pid, cpu, period, nanoseconds;
    const char *truth;
} Options;

/* One function's line, "\t<16 columns of address> symbol+0x<5 digits> (module)\n". */
typedef struct Line {
    uint64_t base; /* a megabyte's boundary, so that the last five digits are the offset */
    uint16_t n, offset_at;
    char text[LINE_MAX_BYTES];
} Line;

typedef struct Node {
    uint32_t parent, function; /* node 0 is above the outermost frame */
} Node;

typedef struct Stack {
    uint32_t leaf, depth, process;
    uint64_t first; /* sample */
} Stack;

typedef struct Thread {
    char comm[16];
    uint32_t pid, tid;
} Thread;

typedef struct Truth {
    uint64_t samples, idle, late, special[SPECIALS], bytes;
    int64_t first_ns, last_ns;
    Ranges planted[PLANTED];
} Truth;

typedef struct Gen {
    Options o;
    uint64_t random;
    Line *lines; /* functions, then one for each special, then the idle routine's two */
    Node *nodes;
    uint32_t nodes_n, nodes_cap, stacks_n, stacks_cap;
    Stack *stacks;
    uint32_t *history; /* stacks of the samples so far */
    uint16_t *places;  /* and where in its leaf each was */
    uint32_t place;
    uint64_t usual; /* how many samples of usual stacks there were */
    Thread *threads;
    uint32_t special_leaf[SPECIALS], idle_leaf;
    uint64_t fresh; /* for addresses that occur once */
    char *out, *at;
    Truth truth;
} Gen;

static uint64_t chance(Gen *g) {
    uint64_t z = g->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(Gen *g, uint32_t n) {
    return (uint32_t)((chance(g) >> 32) * n >> 32);
}

/* Among [0, n), low numbers far more often than high ones. */
static uint32_t low(Gen *g, uint32_t n) {
    uint64_t a = below(g, 1u << 16), b = below(g, 1u << 16), c = below(g, 1u << 16);
    return (uint32_t)((a * b >> 16) * c * (uint64_t)n >> 32);
}

static uint32_t mixed(uint32_t a, uint32_t b) {
    uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t)(h >> 32);
}

static void *need(size_t n, size_t size) {
    void *p = calloc(n ? n : 1, size);
    if (!p) {
        fputs("bench_gen: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

/* ---- names ----------------------------------------------------------------------------- */

static const char *const VERBS[] = {"parse",  "write", "find",  "copy",    "hash",  "sort",
                                    "decode", "flush", "merge", "compare", "visit", "update",
                                    "read",   "send",  "alloc", "release"};
static const char *const NOUNS[] = {"page",   "row",   "token", "header", "index",  "buffer",
                                    "socket", "tree",  "node",  "string", "packet", "cache",
                                    "lock",   "queue", "user",  "price"};
static const char *const SPACES[] = {"net", "storage", "query", "util", "render", "auth"};
static const char *const MODULES[] = {"/usr/bin/server", "/usr/lib/x86_64-linux-gnu/libc.so.6",
                                      "/opt/app/lib/libengine.so", "/usr/lib/libstorage.so.3",
                                      "[kernel.kallsyms]"};
static const char *const COMMS[] = {"server",          "java",     "postgres",    "node", "nginx",
                                    "C2 CompilerThre", "worker 7", "redis-server"};
static const char *const EVENTS[] = {"cycles", "instructions", "cache-misses"};

#define PICK(g, array) ((array)[below(g, sizeof(array) / sizeof *(array))])

static void name_function(Gen *g, uint32_t id, char *name, size_t n) {
    const char *verb = PICK(g, VERBS), *noun = PICK(g, NOUNS), *space = PICK(g, SPACES);
    if (below(g, 100) >= g->o.shape.long_names)
        snprintf(name, n, "%s_%x", noun, id);
    else if (id % 3 == 0)
        snprintf(name, n,
                 "app::%s::%s_%s%u<%s, %s>(std::vector<%s, std::allocator<%s> > const&, int)",
                 space, verb, noun, id, space, noun, noun, noun);
    else if (id % 3 == 1)
        snprintf(name, n, "app::(anonymous namespace)::%s<%s::%s%u>::operator()", verb, space, noun,
                 id);
    else
        snprintf(name, n, "app::%s::%s%u::%s", space, noun, id, verb);
}

static void make_line(Line *line, const char *name, const char *module, uint64_t base) {
    line->base = base;
    int n = snprintf(line->text, LINE_MAX_BYTES, "\t%16" PRIx64 " %s+0x", base, name);
    line->offset_at = (uint16_t)n;
    n += snprintf(line->text + n, LINE_MAX_BYTES - (size_t)n, "00000 (%s)\n", module);
    line->n = (uint16_t)n;
}

static void make_lines(Gen *g) {
    static const char *const special[SPECIALS] = {"periodic_task", "collect_garbage",
                                                  "single_thread", "perturbation"};
    char name[160];
    uint32_t n = g->o.shape.functions;
    g->lines = need(n + SPECIALS + 2, sizeof *g->lines);
    for (uint32_t i = 0; i < n; i++) {
        bool kernel = i % 8 >= g->o.shape.user_share;
        uint64_t base = kernel ? UINT64_C(0xffffffff82000000) + ((uint64_t)i << 20)
                               : UINT64_C(0x7f0000000000) + ((uint64_t)i << 20);
        name_function(g, i, name, sizeof name);
        make_line(&g->lines[i], name, MODULES[kernel ? 4 : i % 4], base);
    }
    for (uint32_t i = 0; i < SPECIALS; i++)
        make_line(&g->lines[n + i], special[i], MODULES[0], UINT64_C(0x550000000000) + (i << 20));
    make_line(&g->lines[n + SPECIALS], "default_idle", MODULES[4], UINT64_C(0xffffffff81e00000));
    make_line(&g->lines[n + SPECIALS + 1], "do_idle", MODULES[4], UINT64_C(0xffffffff81100000));
}

/* ---- stacks ---------------------------------------------------------------------------- */

static void *more(void *items, uint32_t *cap, size_t size) {
    *cap = *cap ? *cap * 2 : 1024;
    items = realloc(items, *cap * size);
    if (!items)
        need(SIZE_MAX / size, size);
    return items;
}

static uint64_t remembered(const Gen *g) {
    return g->usual < HISTORY ? g->usual : HISTORY;
}

static uint32_t add_node(Gen *g, uint32_t parent, uint32_t function) {
    if (g->nodes_n == g->nodes_cap)
        g->nodes = more(g->nodes, &g->nodes_cap, sizeof *g->nodes);
    g->nodes[g->nodes_n] = (Node){parent, function};
    return g->nodes_n++;
}

/* One of the few functions that this one calls. */
static uint32_t callee(Gen *g, uint32_t function) {
    return mixed(function, low(g, g->o.shape.callees)) % g->o.shape.functions;
}

/* A stack that did not occur yet (or seldom did): the beginning of one that did, as popular ones
 * have more variants, continued with other calls. One in 64 has nothing in common with any. */
static uint32_t new_stack(Gen *g) {
    const Options *o = &g->o;
    uint32_t depth = o->depth / 2 + below(g, o->depth + 1), at = 0, have = 0;
    uint32_t process = low(g, o->threads / 4 ? o->threads / 4 : 1);
    if (below(g, 32) == 0)
        depth = depth * 2 < DEPTH_LIMIT ? depth * 2 : DEPTH_LIMIT;
    depth = depth < 1 ? 1 : depth;
    if (g->stacks_n && below(g, 64)) {
        const Stack *base = &g->stacks[g->history[below(g, (uint32_t)remembered(g))]];
        uint32_t tail = 1;
        while (tail < depth && below(g, o->shape.tail))
            tail++;
        process = base->process;
        at = base->leaf;
        have = base->depth;
        for (; have > 0 && have > depth - tail; have--)
            at = g->nodes[at].parent;
    }
    uint32_t function = at ? g->nodes[at].function : process;
    for (; have < depth; have++) {
        function = callee(g, function);
        at = add_node(g, at, function);
    }
    if (g->stacks_n == g->stacks_cap)
        g->stacks = more(g->stacks, &g->stacks_cap, sizeof *g->stacks);
    g->stacks[g->stacks_n] = (Stack){at, depth, process, g->usual};
    return g->stacks_n++;
}

static void make_specials(Gen *g) {
    uint32_t first = g->o.shape.functions;
    g->nodes_n = 1;
    g->nodes = more(g->nodes, &g->nodes_cap, sizeof *g->nodes);
    g->history = need(HISTORY, sizeof *g->history);
    g->places = need(HISTORY, sizeof *g->places);
    for (uint32_t i = 0; i < SPECIALS; i++)
        g->special_leaf[i] = add_node(g, add_node(g, 0, i), first + i);
    g->idle_leaf = add_node(g, add_node(g, 0, first + SPECIALS + 1), first + SPECIALS);
}

static void make_threads(Gen *g) {
    g->threads = need(g->o.threads, sizeof *g->threads);
    for (uint32_t i = 0; i < g->o.threads; i++) {
        Thread *t = &g->threads[i];
        snprintf(t->comm, sizeof t->comm, "%s", COMMS[i / 4 % 8]);
        t->pid = 1000 + i / 4 * 100;
        t->tid = t->pid + i % 4;
    }
}

/* ---- text ------------------------------------------------------------------------------ */

static void flush_out(Gen *g) {
    const char *p = g->out;
    while (p < g->at) {
        ssize_t n = write(STDOUT_FILENO, p, (size_t)(g->at - p));
        if (n <= 0) {
            perror("bench_gen: write");
            exit(1);
        }
        p += n;
    }
    g->truth.bytes += (uint64_t)(g->at - g->out);
    g->at = g->out;
}

static void put_decimal(Gen *g, uint64_t value, int least) {
    char digits[24];
    int n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || n < least);
    while (n > 0)
        *g->at++ = digits[--n];
}

static void put_text(Gen *g, const char *text) {
    size_t n = strlen(text);
    memcpy(g->at, text, n);
    g->at += n;
}

static void put_time(Gen *g, int64_t ns) {
    put_decimal(g, (uint64_t)(ns / SECOND), 1);
    *g->at++ = '.';
    int64_t part = ns % SECOND;
    put_decimal(g, (uint64_t)(g->o.nanoseconds ? part : part / 1000), g->o.nanoseconds ? 9 : 6);
    *g->at++ = ':';
    *g->at++ = ' ';
}

static void put_first_line(Gen *g, const Thread *t, uint32_t cpu, int64_t ns) {
    put_text(g, t->comm);
    *g->at++ = ' ';
    *g->at++ = ' ';
    if (g->o.pid) {
        put_decimal(g, t->pid, 1);
        *g->at++ = '/';
    }
    put_decimal(g, t->tid, 1);
    *g->at++ = ' ';
    if (g->o.cpu) {
        *g->at++ = '[';
        put_decimal(g, cpu, 3);
        *g->at++ = ']';
        *g->at++ = ' ';
    }
    put_time(g, ns);
    if (g->o.period) {
        put_text(g, "  ");
        put_decimal(g, 10101010 + below(g, 1000), 1);
        *g->at++ = ' ';
    }
    put_text(g, EVENTS[g->truth.samples % g->o.events]);
    put_text(g, ": \n");
}

static void put_hex(char *at, uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value >>= 4)
        at[i] = "0123456789abcdef"[value & 15];
}

/* Writes a line with the digits of its address and offset: both end in the same five. */
static void put_frame(Gen *g, const Line *line, bool fresh, uint32_t variant) {
    memcpy(g->at, line->text, line->n);
    uint64_t place = fresh ? g->fresh++ * 16 : variant * UINT64_C(13);
    uint64_t offset = OFFSET_LEAST + place % OFFSET_SPAN;
    uint64_t base = line->base ^ (place / OFFSET_SPAN & 0xfff) << 32;
    if (base != line->base) /* this megabyte is used up: loaded elsewhere */
        put_hex(g->at + (base >> 60 ? 1 : 5), base, base >> 60 ? 16 : 12);
    put_hex(g->at + 12, offset, 5);
    put_hex(g->at + line->offset_at, offset, 5);
    g->at += line->n;
}

static void put_sample(Gen *g, const Thread *t, uint32_t cpu, int64_t ns, uint32_t leaf) {
    uint32_t place = g->place, nth = 0;
    put_first_line(g, t, cpu, ns);
    for (uint32_t at = leaf; at; at = g->nodes[at].parent, nth++) {
        uint32_t function = g->nodes[at].function;
        bool fresh = g->o.addresses == UNIQUE || (g->o.addresses == HALF && (nth & 1));
        put_frame(g, &g->lines[function], fresh, place);
        place = mixed(function, 1) % 4096; /* where the caller is depends on whom it called */
        if (below(g, 100) < g->o.shape.sites)
            place += below(g, 4);
    }
    *g->at++ = '\n';
    if (g->truth.samples == 0 || ns < g->truth.first_ns)
        g->truth.first_ns = ns;
    if (g->truth.samples == 0 || ns > g->truth.last_ns)
        g->truth.last_ns = ns;
    g->truth.samples++;
}

/* ---- time ------------------------------------------------------------------------------ */

/* Pauses: one in each 7 s, at a place that the seed decides, 80 ms long. */
static bool in_pause(const Gen *g, int64_t since_ns) {
    int64_t span = 7 * SECOND;
    uint64_t nth = (uint64_t)(since_ns / span);
    uint64_t at = (g->o.seed * 7919 + nth * UINT64_C(2654435761)) % 6800;
    int64_t within = since_ns % span - (int64_t)at * MS;
    return nth > 0 && within >= 0 && within < 80 * MS;
}

/* Which pattern holds at this moment on this processor; SPECIALS when none does. */
static Special pattern_at(const Gen *g, int64_t since_ns, uint32_t cpu) {
    if (!g->o.patterns)
        return SPECIALS;
    int64_t in_minute = since_ns % (60 * SECOND), in_ten = since_ns % (10 * SECOND);
    if (in_minute >= 36 * SECOND && in_minute < 44 * SECOND)
        return SINGLE;
    if (in_pause(g, since_ns))
        return PAUSE;
    if (cpu == 0 && since_ns >= 10 * SECOND && in_ten < 300 * MS)
        return PERIODIC;
    if (in_minute >= 20 * SECOND && in_minute < 22 * SECOND)
        return PERTURBED;
    return SPECIALS;
}

/* Mostly the stack of an earlier sample, so that what was popular stays so; more rarely a new
 * one, the more of those there were the more often. (Drawing from a Pitman-Yor process: with
 * n samples and k stacks so far, a new one comes at (fresh + novelty k) / (fresh + n).) */
static uint32_t usual_stack(Gen *g) {
    const Shape *shape = &g->o.shape;
    uint64_t n = remembered(g);
    uint32_t stack = 0;
    g->place = low(g, shape->places);
    if (below(g, 100) < shape->recent && n > 1) {
        double age = pow((double)n, (double)below(g, 1u << 24) / (1 << 24));
        uint64_t at = (g->usual - (uint64_t)age) % HISTORY;
        stack = g->history[at];
        if (below(g, 100) < shape->hot)
            g->place = g->places[at];
    } else {
        uint64_t at = (chance(g) >> 16) % (n + shape->fresh);
        bool fresh = at >= n;
        if (!fresh) {
            stack = g->history[at];
            fresh = g->stacks[stack].first == at && below(g, 1000) < shape->novelty * 1000;
        }
        if (fresh && (g->stacks_n < g->o.stacks || n == 0))
            stack = new_stack(g);
        else if (at >= n)
            stack = g->history[below(g, (uint32_t)n)];
    }
    g->places[g->usual % HISTORY] = (uint16_t)g->place;
    g->history[g->usual++ % HISTORY] = stack;
    return stack;
}

/* A thread of the process that the stack belongs to, now and then of one other. */
static const Thread *thread_of(Gen *g, const Stack *stack) {
    uint32_t processes = g->o.threads / 4, process = stack->process;
    if (processes < 2)
        return &g->threads[below(g, g->o.threads)];
    if (below(g, 16) == 0)
        process = (process + 1 + stack->leaf % 3) % processes;
    return &g->threads[process * 4 + low(g, 4)];
}

/* A pattern is there at this moment; after half a second without, this is its next range. */
static void note_planted(Gen *g, uint32_t which, int64_t ns) {
    Ranges *r = &g->truth.planted[which];
    if (r->count && ns - r->at[r->count - 1][1] < 500 * MS) {
        r->at[r->count - 1][1] = ns;
        return;
    }
    if (r->count == r->cap)
        r->at = more(r->at, &r->cap, sizeof *r->at);
    r->at[r->count][0] = r->at[r->count][1] = ns;
    r->count++;
}

static void one_tick(Gen *g, int64_t since_ns, uint32_t cpu) {
    static const Thread idle = {"swapper", 0, 0};
    int64_t ns = START_S * SECOND + since_ns;
    Special special = pattern_at(g, since_ns, cpu);
    const Thread *t = NULL;
    bool alone = special == SINGLE;
    bool sleeps = (alone && cpu != 0) ||
                  (special != PAUSE && special != PERIODIC && !alone && below(g, 100) < g->o.idle);
    if (sleeps) {
        g->truth.idle++;
        put_sample(g, &idle, cpu, ns, g->idle_leaf);
        return;
    }
    if (special == SINGLE || special == PERIODIC)
        t = &g->threads[special == SINGLE ? 0 : g->o.threads - 1];
    else if (special != SPECIALS)
        t = &g->threads[below(g, g->o.threads)];
    if (g->o.late && below(g, 1000) < g->o.late && since_ns > 301 * MS) {
        g->truth.late++;
        ns -= below(g, 300000) * INT64_C(1000);
        special = SPECIALS;
    }
    if (special != SPECIALS) {
        g->truth.special[special]++;
        note_planted(g, special, ns);
    }
    if (special == SPECIALS) {
        uint32_t id = usual_stack(g);
        const Stack *stack = &g->stacks[id];
        put_sample(g, t ? t : thread_of(g, stack), cpu, ns, stack->leaf);
    } else {
        put_sample(g, t, cpu, ns, g->special_leaf[special]);
    }
}

static bool done(const Gen *g) {
    return g->o.samples ? g->truth.samples >= g->o.samples
                        : g->truth.bytes + (uint64_t)(g->at - g->out) >= g->o.size;
}

static void generate(Gen *g) {
    g->out = g->at = need(OUT_BYTES + OUT_SLACK, 1);
    if (g->o.header)
        put_text(g, "# ========\n# captured on    : by bench_gen\n# arch : x86_64\n"
                    "# cmdline : perf record -g -a\n# ========\n#\n");
    int64_t step = SECOND / g->o.rate;
    for (uint64_t tick = 0; !done(g); tick++) {
        int64_t since_ns = (int64_t)tick * step + below(g, (uint32_t)(step / 2 + 1));
        if (g->o.patterns && since_ns % (60 * SECOND) >= 50 * SECOND &&
            since_ns % (60 * SECOND) < 55 * SECOND) {
            note_planted(g, GAP, START_S * SECOND + since_ns);
            continue;
        }
        one_tick(g, since_ns, (uint32_t)(tick % g->o.cpus));
        if (g->at - g->out >= OUT_BYTES)
            flush_out(g);
    }
    flush_out(g);
}

static void write_planted(const Gen *g, FILE *f) {
    static const char *const name[PLANTED] = {"periodic_task", "collect_garbage", "single_thread",
                                              "perturbation", "gap"};
    static const char *const kind[PLANTED] = {"periodic", "pause", "single-threaded", "phase",
                                              "gap"};
    static const int64_t period_s[PLANTED] = {10, 0, 60, 60, 60}; /* 0: irregular */
    const char *comma = "";
    fputs(" \"planted\": [", f);
    for (uint32_t i = 0; i < PLANTED; i++) {
        const Ranges *r = &g->truth.planted[i];
        if (r->count == 0)
            continue;
        fprintf(f,
                "%s\n  {\"name\": \"%s\", \"kind\": \"%s\", \"period_ns\": %" PRId64
                ", \"ranges\": [",
                comma, name[i], kind[i], period_s[i] * SECOND);
        for (uint32_t k = 0; k < r->count; k++)
            fprintf(f, "%s[%" PRId64 ", %" PRId64 "]", k ? ", " : "", r->at[k][0], r->at[k][1]);
        fputs("]}", f);
        comma = ",";
    }
    fputs("]}\n", f);
}

static void write_truth(const Gen *g) {
    const Truth *t = &g->truth;
    FILE *f = fopen(g->o.truth, "w");
    if (!f) {
        perror(g->o.truth);
        exit(1);
    }
    fprintf(f,
            "{\"bytes\": %" PRIu64 ", \"samples\": %" PRIu64 ", \"idle_samples\": %" PRIu64
            ", \"late\": %" PRIu64 ",\n \"first_ns\": %" PRId64 ", \"last_ns\": %" PRId64
            ",\n \"periodic_task\": %" PRIu64 ", \"collect_garbage\": %" PRIu64
            ", \"single_thread\": %" PRIu64 ", \"perturbation\": %" PRIu64 ",\n",
            t->bytes, t->samples, t->idle, t->late, t->first_ns, t->last_ns, t->special[PERIODIC],
            t->special[PAUSE], t->special[SINGLE], t->special[PERTURBED]);
    write_planted(g, f);
    fclose(f);
}

/* ---- options --------------------------------------------------------------------------- */

static void usage(const char *what) {
    fprintf(stderr, "bench_gen: %s; the options are at the head of tests/bench/gen.c\n", what);
    exit(2);
}

static uint64_t number(const char *text) {
    char *end;
    uint64_t n = strtoull(text, &end, 10);
    for (const char *unit = "KMG"; *unit && end != text; unit++)
        if (*end == *unit) {
            n <<= 10 * (unit - "KMG" + 1);
            end++;
            break;
        }
    if (end == text || *end)
        usage(text);
    return n;
}

static void set_shape(Options *o, const char *name) {
    static const Shape shapes[] = {
        /* depth idle threads functions fresh novelty recent hot tail callees places sites user
           long */
        {"deep", 17, 0, 64, 9000, 200000, 0.30, 80, 60, 3, 9, 40, 1, 6, 66, FEW},
        {"dwarf", 18, 0, 128, 9000, 120000, 0.45, 50, 60, 4, 7, 30, 1, 6, 62, FEW},
        {"shallow", 7, 0, 128, 14000, 70000, 0.40, 75, 70, 2, 60, 500, 10, 5, 0, FEW},
        {"unique", 18, 0, 128, 9000, 120000, 0.45, 50, 60, 4, 7, 30, 1, 6, 62, UNIQUE},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (!strcmp(name, shapes[i].name)) {
            o->shape = shapes[i];
            o->depth = o->shape.depth;
            o->idle = o->shape.idle;
            o->threads = o->shape.threads;
            o->addresses = o->shape.addresses;
            return;
        }
    usage(name);
}

static Addresses addresses_of(const char *name) {
    static const char *const names[] = {"few", "half", "unique"};
    for (uint32_t i = 0; i < 3; i++)
        if (!strcmp(name, names[i]))
            return (Addresses)i;
    usage(name);
    return FEW;
}

static void set_fields(Options *o, char *list) {
    o->pid = o->cpu = o->period = o->nanoseconds = false;
    for (char *field = strtok(list, ","); field; field = strtok(NULL, ",")) {
        bool *flag = !strcmp(field, "pid")           ? &o->pid
                     : !strcmp(field, "cpu")         ? &o->cpu
                     : !strcmp(field, "period")      ? &o->period
                     : !strcmp(field, "nanoseconds") ? &o->nanoseconds
                                                     : NULL;
        if (!flag)
            usage(field);
        else
            *flag = true;
    }
}

/* True when the option had a value, which was used. */
static bool set_option(Options *o, const char *name, char *value) {
    struct {
        const char *name;
        uint32_t *to, least, most;
    } numbers[] = {{"--rate", &o->rate, 1, 100000000},   {"--cpus", &o->cpus, 1, 4096},
                   {"--threads", &o->threads, 1, 4096},  {"--depth", &o->depth, 1, 200},
                   {"--stacks", &o->stacks, 1, 1 << 24}, {"--idle", &o->idle, 0, 100},
                   {"--late", &o->late, 0, 1000},        {"--events", &o->events, 1, 3}};
    if (!strcmp(name, "--patterns") || !strcmp(name, "--header")) {
        *(name[2] == 'p' ? &o->patterns : &o->header) = true;
        return false;
    }
    if (!value)
        usage(name);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(name, numbers[i].name)) {
            uint64_t n = number(value);
            if (n < numbers[i].least || n > numbers[i].most)
                usage(value);
            *numbers[i].to = (uint32_t)n;
            return true;
        }
    if (!strcmp(name, "--size"))
        o->size = number(value);
    else if (!strcmp(name, "--samples"))
        o->samples = number(value);
    else if (!strcmp(name, "--seed"))
        o->seed = number(value);
    else if (!strcmp(name, "--shape"))
        set_shape(o, value);
    else if (!strcmp(name, "--addresses"))
        o->addresses = addresses_of(value);
    else if (!strcmp(name, "--fields"))
        set_fields(o, value);
    else if (!strcmp(name, "--truth"))
        o->truth = value;
    else
        usage(name);
    return true;
}

int main(int argc, char **argv) {
    static Gen g;
    g.o = (Options){.size = 16 << 20,
                    .seed = 1,
                    .rate = 5000,
                    .cpus = 8,
                    .stacks = UINT32_MAX,
                    .events = 1,
                    .pid = true,
                    .cpu = true,
                    .period = true};
    set_shape(&g.o, "deep");
    for (int i = 1; i < argc; i++)
        if (set_option(&g.o, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
            i++;
    g.random = g.o.seed * UINT64_C(0xd1342543de82ef95);
    make_lines(&g);
    make_specials(&g);
    make_threads(&g);
    generate(&g);
    if (g.o.truth)
        write_truth(&g);
    return 0;
}
