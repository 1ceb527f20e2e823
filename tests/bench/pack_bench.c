/* pack_bench: what it takes to open a pack.
 *
 *   pack_bench FILE.fscope [RUNS]
 *
 * Prints, as medians in ms of wall time since the open began: the open itself (header, names
 * and stacks checked), the first published samples, a whole heat map at 50 rows (from the
 * pack's own bins) and at 64 (scanned), all samples checked, and the first answer about the
 * whole profile. The page cache is as it is: run it twice. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "ingest/loader.h"
#include "query/engine.h"
#include "query/slice.h"

enum { RUNS_MAX = 99 };

typedef enum Mark { OPENED, FIRST, HEAT, CHECKED, ANSWER, MARKS } Mark;

static const char *const mark_name[MARKS] = {"opened", "first samples", "heat map", "all checked",
                                             "answer"};

typedef struct Bench {
    Jobs *jobs;
    Dict dict;
    Profile profile;
    Engine *engine;
    Loader *loader;
    int64_t start_ns, at_ns[MARKS];
} Bench;

static void note(Bench *b, Mark mark, bool reached) {
    if (reached && !b->at_ns[mark])
        b->at_ns[mark] = clock_now_ns() - b->start_ns;
}

static bool poll_once(Bench *b, uint32_t rows) {
    LoadStatus status;
    loader_status(b->loader, &status);
    if (status.state == LOAD_FAILED) {
        fprintf(stderr, "pack_bench: %s\n", status.error.message);
        exit(1);
    }
    ProfileView view = profile_view(&b->profile);
    note(b, FIRST, view.samples > 0);
    note(b, CHECKED, status.state == LOAD_DONE);
    HeatSpec spec = {.rows = rows, .column_ns = 1000000000, .idle = IDLE_HIDE};
    Query query = {.whole = true, .idle = IDLE_HIDE};
    spec.event = query.event = query_default_event(&b->profile, &view);
    engine_ask_heat(b->engine, &spec);
    engine_ask(b->engine, ANSWER_MAIN, &query);
    engine_poll(b->engine, clock_now_ns(), status.state == LOAD_RUNNING);
    const HeatGrid *grid = engine_heat(b->engine, 0);
    bool done = status.state == LOAD_DONE;
    note(b, HEAT,
         grid && grid->samples > 0 && grid->exact && (done || grid->samples > view.samples));
    note(b, ANSWER, done && engine_settled(b->engine));
    return b->at_ns[HEAT] && b->at_ns[ANSWER];
}

static void run(const char *path, uint32_t rows, int64_t *at_ns) {
    Bench b = {.start_ns = clock_now_ns()};
    Error err = {0};
    b.jobs = jobs_new(thread_cpu_count());
    dict_init(&b.dict);
    profile_init(&b.profile, &b.dict);
    b.engine = engine_new(b.jobs);
    b.loader = loader_start(b.jobs, &b.profile, &(LoadOptions){.path = path}, &err);
    if (!b.loader) {
        fprintf(stderr, "pack_bench: %s\n", err.message);
        exit(1);
    }
    note(&b, OPENED, true);
    engine_set_profile(b.engine, 0, &b.profile);
    while (!poll_once(&b, rows))
        poll(NULL, 0, 1); /* as a window that was woken would come by */
    memcpy(at_ns, b.at_ns, sizeof b.at_ns);
    loader_free(b.loader);
    engine_free(b.engine);
    profile_free(&b.profile);
    dict_free(&b.dict);
    jobs_free(b.jobs);
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    static int64_t at[MARKS][RUNS_MAX];
    int runs = argc > 2 ? atoi(argv[2]) : 5;
    if (argc < 2 || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: pack_bench FILE.fscope [RUNS]\n");
        return 2;
    }
    static const uint32_t rows[] = {50, 64};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        for (int i = 0; i < runs; i++) {
            int64_t once[MARKS];
            run(argv[1], rows[r], once);
            for (int m = 0; m < MARKS; m++)
                at[m][i] = once[m];
        }
        printf("%u rows:", rows[r]);
        for (int m = 0; m < MARKS; m++) {
            qsort(at[m], (size_t)runs, sizeof at[m][0], compare);
            printf("  %s %.1f", mark_name[m], (double)at[m][runs / 2] / 1e6);
        }
        printf(" ms\n");
    }
    return 0;
}
