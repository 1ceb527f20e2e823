/* bench_gen_perf_data: writes a perf.data of any size to standard output, the same for the same
 * options.
 *
 *   bench_gen_perf_data SAMPLES [--file] [--plain] [--seed N] >perf.data      SAMPLES: K, M
 *
 *   --file   what `perf record -o FILE` writes; otherwise what it writes to a pipe, which needs no
 *            room anywhere: bench_gen_perf_data 100M | flamescope info -
 *   --plain  samples without a period, so that they have no weight
 *
 * 64 threads in 16 processes run code of 12 modules on 8 processors, sampled 4000 times a second
 * each. The modules are nowhere, so symbols cost nothing and frames are places in them. Chains
 * are the nodes of a tree, 12 deep in the mean, and some are met far more often than others. The
 * processors' samples come in rounds, as perf copies them. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROCESSES = 16,
    THREADS = 4, /* of each */
    MODULES = 12,
    CPUS = 8,
    CHAINS = 100000,
    FUNCTIONS = 20000,
    DEEP = 40,
    ROUND = 256, /* samples of a processor */
    GAP_NS = 250000,
    FIRST_PID = 1000,
};

enum { /* records, and bits of what they hold */
       RECORD_COMM = 3,
       RECORD_SAMPLE = 9,
       RECORD_MMAP2 = 10,
       RECORD_ATTR = 64,
       RECORD_ROUND = 68,
       MISC_USER = 2,
       WITH_IP = 1,
       WITH_THREAD = 2,
       WITH_TIME = 4,
       WITH_CHAIN = 32,
       WITH_CPU = 128,
       WITH_PERIOD = 256,
       ATTR_BYTES = 112,
       HEAD_BYTES = 104,
};

#define CONTEXT_USER ((uint64_t)-512)
#define MODULE_AT(m) (UINT64_C(0x7f0000000000) + ((uint64_t)(m) << 28))
#define MODULE_BYTES (UINT64_C(1) << 24)

typedef struct Node {
    uint32_t parent, depth;
    uint64_t address;
} Node;

static Node nodes[CHAINS];
static bool with_period = true;
static uint64_t random_state;

/* ---- output: standard output, or only counted ----------------------------------------------
 */

static bool counting;
static uint64_t counted;

static void put(const void *bytes, size_t n) {
    counted += n;
    if (!counting && fwrite(bytes, 1, n, stdout) != n)
        exit(1); /* whoever read has enough */
}

/* A record in the making. */
typedef struct Record {
    size_t n;
    uint8_t bytes[2048];
} Record;

static void add(Record *r, uint64_t v, size_t n) {
    memcpy(r->bytes + r->n, &v, n);
    r->n += n;
}

static void begin(Record *r, uint32_t type, uint16_t misc) {
    r->n = 0;
    add(r, type, 4);
    add(r, misc, 2);
    add(r, 0, 2);
}

static void end(Record *r) {
    uint16_t size = (uint16_t)r->n;
    memcpy(r->bytes + 6, &size, sizeof size);
    put(r->bytes, r->n);
}

/* What follows all records but samples. */
static void add_ids(Record *r, uint32_t pid) {
    add(r, pid, 4);
    add(r, pid, 4);
    add(r, 1, 8); /* time */
    add(r, 0, 8); /* processor */
}

static void add_text(Record *r, const char *text) {
    size_t n = strlen(text) + 1;
    memset(r->bytes + r->n, 0, n + 8);
    memcpy(r->bytes + r->n, text, n);
    r->n += (n + 7) / 8 * 8;
}

/* ---- chance --------------------------------------------------------------------------------
 */

static uint64_t chance(void) {
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(uint32_t n) {
    return (uint32_t)((chance() >> 32) * n >> 32);
}

/* The first few are met about as often as all others together. */
static uint32_t popular(uint32_t n) {
    double x = (double)(chance() >> 11) * 0x1p-53;
    return (uint32_t)(x * x * x * x * n);
}

static void make_nodes(void) {
    for (uint32_t i = 1; i < CHAINS; i++) {
        uint32_t parent, f = popular(FUNCTIONS);
        do
            parent = below(4) ? i - 1 - below(i < 16 ? i : 16) : below(i);
        while (nodes[parent].depth >= DEEP || (nodes[parent].depth > 10 && below(3)));
        nodes[i] = (Node){parent, nodes[parent].depth + 1,
                          MODULE_AT(f % MODULES) + 0x1000 + (uint64_t)f * 64 + below(4) * 8};
    }
}

/* ---- records -------------------------------------------------------------------------------
 */

static uint64_t sample_type(void) {
    return WITH_IP | WITH_THREAD | WITH_TIME | WITH_CHAIN | WITH_CPU |
           (with_period ? WITH_PERIOD : 0);
}

/* The event cpu-clock, 4000 times a second. */
static void add_attr(Record *r) {
    enum { MMAP = 8, COMM = 9, FREQUENCY = 10, ALL_IDS = 18, MMAP2 = 23 };
    size_t before = r->n;
    add(r, 1, 4);
    add(r, ATTR_BYTES, 4);
    add(r, 0, 8);
    add(r, with_period ? 4000 : 0, 8);
    add(r, sample_type(), 8);
    add(r, 0, 8);
    add(r,
        1u << MMAP | 1u << COMM | (with_period ? 1u << FREQUENCY : 0) | 1u << ALL_IDS | 1u << MMAP2,
        8);
    memset(r->bytes + r->n, 0, before + ATTR_BYTES - r->n);
    r->n = before + ATTR_BYTES;
}

static void put_process(uint32_t pid) {
    Record r;
    char name[64];
    for (uint32_t t = 0; t < THREADS; t++) {
        begin(&r, RECORD_COMM, 0);
        add(&r, pid, 4);
        add(&r, pid + t, 4);
        snprintf(name, sizeof name, "worker-%u", (unsigned)(pid - FIRST_PID) / THREADS);
        add_text(&r, name);
        add_ids(&r, pid);
        end(&r);
    }
    for (uint32_t m = 0; m < MODULES; m++) {
        begin(&r, RECORD_MMAP2, MISC_USER);
        add(&r, pid, 4);
        add(&r, pid, 4);
        add(&r, MODULE_AT(m), 8);
        add(&r, MODULE_BYTES, 8);
        add(&r, 0, 8);                                                     /* offset */
        add(&r, 8, 4), add(&r, 1, 4), add(&r, 1000 + m, 8), add(&r, 0, 8); /* device, file */
        add(&r, 5, 4);                                                     /* may be read and run */
        add(&r, 2, 4);                                                     /* private */
        snprintf(name, sizeof name, "/nowhere/libbench%02u.so", (unsigned)m);
        add_text(&r, name);
        add_ids(&r, pid);
        end(&r);
    }
}

static void put_sample(uint32_t cpu, uint64_t time) {
    Record r;
    uint32_t chain = 1 + popular(CHAINS - 1);
    uint32_t pid = FIRST_PID + chain % PROCESSES * THREADS;
    begin(&r, RECORD_SAMPLE, MISC_USER);
    add(&r, nodes[chain].address, 8);
    add(&r, pid, 4);
    add(&r, pid + below(THREADS), 4);
    add(&r, time, 8);
    add(&r, cpu, 8);
    if (with_period)
        add(&r, GAP_NS - 50 + below(100), 8);
    add(&r, nodes[chain].depth + 1, 8);
    add(&r, CONTEXT_USER, 8);
    for (uint32_t at = chain; at; at = nodes[at].parent)
        add(&r, nodes[at].address, 8);
    end(&r);
}

static void put_records(uint64_t samples, uint64_t seed) {
    Record r;
    uint64_t time = UINT64_C(1000000000);
    random_state = seed;
    for (uint32_t p = 0; p < PROCESSES; p++)
        put_process(FIRST_PID + p * THREADS);
    for (uint64_t done = 0; done < samples; time += (uint64_t)ROUND * GAP_NS) {
        for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
            for (uint32_t i = 0; i < ROUND && done < samples; i++, done++)
                put_sample(cpu, time + (uint64_t)i * GAP_NS + cpu * 1000 + below(900));
        }
        begin(&r, RECORD_ROUND, 0);
        end(&r);
    }
}

/* ---- the whole -----------------------------------------------------------------------------
 */

static void put_pipe(uint64_t samples, uint64_t seed) {
    Record r = {0};
    put("PERFILE2", 8);
    add(&r, 16, 8);
    put(r.bytes, r.n);
    begin(&r, RECORD_ATTR, 0);
    add_attr(&r);
    add(&r, 1, 8); /* the id of its counter */
    end(&r);
    put_records(samples, seed);
}

/* Its head says how long the records are, so they are made twice. */
static void put_file(uint64_t samples, uint64_t seed) {
    Record r = {0};
    counting = true;
    put_records(samples, seed);
    counting = false;
    uint64_t bytes = counted;
    put("PERFILE2", 8);
    add(&r, HEAD_BYTES, 8);
    add(&r, ATTR_BYTES + 16, 8); /* of an event, */
    add(&r, HEAD_BYTES, 8);      /* where they are */
    add(&r, ATTR_BYTES + 16, 8); /* and how many bytes of them */
    add(&r, HEAD_BYTES + ATTR_BYTES + 16, 8);
    add(&r, bytes, 8);
    while (r.n < HEAD_BYTES - 8)
        add(&r, 0, 8); /* no event types, no features */
    add_attr(&r);
    add(&r, 0, 8), add(&r, 0, 8); /* no list of counters */
    put(r.bytes, r.n);
    put_records(samples, seed);
}

static uint64_t number(const char *text) {
    char *end;
    uint64_t n = strtoull(text, &end, 10);
    return *end == 'K' ? n * 1000 : *end == 'M' ? n * 1000000 : n;
}

int main(int argc, char **argv) {
    uint64_t samples = 0, seed = 1;
    bool file = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--file"))
            file = true;
        else if (!strcmp(argv[i], "--plain"))
            with_period = false;
        else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
            seed = number(argv[++i]);
        else
            samples = number(argv[i]);
    }
    if (!samples) {
        fprintf(stderr, "usage: bench_gen_perf_data SAMPLES [--file] [--plain] [--seed N]\n");
        return 2;
    }
    random_state = seed;
    make_nodes();
    if (file)
        put_file(samples, seed);
    else
        put_pipe(samples, seed);
    return fflush(stdout) ? 1 : 0;
}
