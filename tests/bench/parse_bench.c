/* parse_bench FILE [--threads N] [--rounds N] [--chunk BYTES] [--engine zlib|isal] [--once]
 * How fast a file is loaded, as a ratio to `wc -l` on the same file in the same run: both are
 * run in turn, the file is read once before each so that it lies in the page cache, and medians
 * are compared. --threads 1 (the default) reads, parses and absorbs on one thread. Of a .gz, wc
 * counts the packed bytes: look at gb_per_second there, not at the ratio.
 * Rounds that were disturbed (quiet.h) are repeated, up to three times as many in all; "quiet" says
 * how many of those that count were not. Of several threads only the ends are looked at: they
 * disturb one another.
 * --once loads the file once in this process and without wc, for a profiler.
 * Prints one JSON object; times are in seconds, ratio is wc's wall time by ours. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "ingest/loader.h"
#include "quiet.h"

enum { ROUNDS_MAX = 101, PROBE_EVERY = 16 };

typedef struct Times {
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX];
    bool quiet[ROUNDS_MAX];
} Times;

static Quiet quiet;

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int n) {
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void warm(const char *path) {
    static char buffer[1 << 20];
    int fd = open(path, O_RDONLY);
    while (fd >= 0 && read(fd, buffer, sizeof buffer) > 0)
        ;
    close(fd);
}

static double cpu_of(const struct rusage *u) {
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1e-6;
}

static void time_wc(const char *path, Times *times, int round) {
    struct rusage usage;
    int status;
    quiet_begin(&quiet);
    int64_t start = clock_now_ns();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execlp("wc", "wc", "-l", path, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
        fprintf(stderr, "wc -l failed\n");
        exit(1);
    }
    times->wall[round] = (double)(clock_now_ns() - start) * 1e-9;
    times->cpu[round] = cpu_of(&usage);
    times->quiet[round] = quiet_since(&quiet);
}

/* In a child, so that each load starts with fresh memory, as a real one does. */
typedef struct LoadFacts {
    double wall, cpu;
    uint64_t samples, pairs, stacks, complaints, text_bytes, store_bytes, column_bytes;
    long peak_kb;
    bool failed, quiet;
    char message[320];
} LoadFacts;

/* To the end, looking now and then whether it is disturbed; what looking takes is returned. */
static int64_t load_all(Loader *loader, uint32_t threads, bool *was) {
    Quiet q = {.best = quiet.best};
    int64_t looked = 0;
    quiet_begin(&q);
    if (threads == 1)
        for (uint32_t k = 1; loader_step(loader); k++)
            if (k % PROBE_EVERY == 0) {
                int64_t began = clock_now_ns();
                quiet_since(&q);
                looked += clock_now_ns() - began;
            }
    loader_wait(loader);
    quiet_since(&q);
    *was = q.were * 5 >= q.asked * 4;
    return looked;
}

static LoadFacts load_once(const LoadOptions *options, uint32_t threads) {
    LoadFacts facts = {0};
    Dict dict;
    Profile profile;
    LoadStatus status = {0};
    Error err = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(threads > 1 ? threads : 0);
    int64_t start = clock_now_ns(), cpu = clock_process_cpu_ns();
    int64_t looked = 0;
    Loader *loader = loader_start(jobs, &profile, options, &err);
    if (loader) {
        looked = load_all(loader, threads, &facts.quiet);
        loader_status(loader, &status);
        err = status.error;
    }
    facts.wall = (double)(clock_now_ns() - start - looked) * 1e-9;
    facts.cpu = (double)(clock_process_cpu_ns() - cpu - looked) * 1e-9;
    facts.failed = !loader || status.state != LOAD_DONE;
    memcpy(facts.message, err.message, sizeof facts.message);
    ProfileView view = profile_view(&profile);
    facts.samples = view.samples;
    facts.pairs = view.pairs;
    facts.stacks = view.stacks;
    facts.complaints = view.complaints;
    facts.text_bytes = (uint64_t)status.bytes_text;
    facts.store_bytes = profile_bytes(&profile) + dict_bytes(&dict);
    facts.column_bytes = column_bytes(&profile.time_ns) + column_bytes(&profile.pair) +
                         column_bytes(&profile.cpu) + column_bytes(&profile.weight);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    facts.peak_kb = usage.ru_maxrss;
    return facts; /* the process ends: nothing is freed */
}

static LoadFacts time_load(const LoadOptions *options, uint32_t threads, Times *times, int round) {
    int end[2];
    LoadFacts facts = {.failed = true};
    if (pipe(end) != 0)
        return facts;
    pid_t child = fork();
    if (child == 0) {
        facts = load_once(options, threads);
        _exit(write(end[1], &facts, sizeof facts) == sizeof facts ? 0 : 1);
    }
    close(end[1]);
    if (child < 0 || read(end[0], &facts, sizeof facts) != sizeof facts)
        facts.failed = true;
    close(end[0]);
    waitpid(child, NULL, 0);
    times->wall[round] = facts.wall;
    times->cpu[round] = facts.cpu;
    times->quiet[round] = facts.quiet;
    return facts;
}

int main(int argc, char **argv) {
    LoadOptions options = {0};
    uint32_t threads = 1;
    int rounds = 5;
    bool once = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            threads = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--once") == 0)
            once = true;
        else if (strcmp(argv[i], "--chunk") == 0 && i + 1 < argc)
            options.chunk_bytes = (uint32_t)atoi(argv[++i]);
        else if (strcmp(argv[i], "--engine") == 0 && i + 1 < argc)
            options.engine = strcmp(argv[++i], "zlib") == 0 ? CODEC_ZLIB : CODEC_ISAL;
        else
            options.path = argv[i];
    }
    if (!options.path || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: parse_bench FILE [--threads N] [--rounds N] "
                        "[--chunk BYTES] [--engine zlib|isal] [--once]\n");
        return 2;
    }
    Times wc = {0}, ours = {0};
    LoadFacts facts = {0};
    if (once) {
        facts = load_once(&options, threads);
        printf("{\"samples\": %llu, \"text_bytes\": %llu, \"seconds\": %.4f, \"cpu\": %.4f}\n",
               (unsigned long long)facts.samples, (unsigned long long)facts.text_bytes, facts.wall,
               facts.cpu);
        return facts.failed;
    }
    int were = 0;
    for (int i = 0, tried = 0; i < rounds; tried++) {
        warm(options.path);
        time_wc(options.path, &wc, i);
        warm(options.path);
        facts = time_load(&options, threads, &ours, i);
        if (facts.failed) {
            fprintf(stderr, "parse_bench: %s\n", facts.message);
            return 1;
        }
        bool was = wc.quiet[i] && ours.quiet[i];
        were += was;
        i += was || 3 * rounds - tried <= rounds - i; /* else once more in its place */
    }
    double wall = median(ours.wall, rounds), wc_wall = median(wc.wall, rounds);
    printf("{\"file\": \"%s\", \"threads\": %u, \"rounds\": %d, \"text_bytes\": %llu,\n",
           path_name(options.path), threads, rounds, (unsigned long long)facts.text_bytes);
    printf(" \"samples\": %llu, \"pairs\": %llu, \"stacks\": %llu, \"complaints\": %llu,\n",
           (unsigned long long)facts.samples, (unsigned long long)facts.pairs,
           (unsigned long long)facts.stacks, (unsigned long long)facts.complaints);
    printf(" \"wc_seconds\": %.4f, \"seconds\": %.4f, \"ratio\": %.3f, \"cpu_ratio\": %.3f,\n",
           wc_wall, wall, wc_wall / wall, median(wc.cpu, rounds) / median(ours.cpu, rounds));
    printf(" \"quiet\": %d, \"column_bytes_per_sample\": %.2f,\n", were,
           facts.samples ? (double)facts.column_bytes / (double)facts.samples : 0);
    printf(" \"gb_per_second\": %.3f, \"store_bytes\": %llu, \"peak_rss_bytes\": %ld}\n",
           (double)facts.text_bytes / wall * 1e-9, (unsigned long long)facts.store_bytes,
           facts.peak_kb * 1024);
    return 0;
}
