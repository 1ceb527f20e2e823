/* Any bytes as a file that somebody opens: the compression and the format are recognised and it
 * is loaded as the window loads it; either it is refused in words or all of it can be told. */
#include "fuzz/run_format.h"
#include "ingest/loader.h"

enum { CHUNK_BYTES = 300, RECORD_MOST = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    char path[64];
    Error err = {.offset = -1};
    LoadStatus status = {.state = LOAD_FAILED};
    Dict dict;
    Profile profile;
    Buf dump = {0};
    static Jobs *jobs;
    if (!jobs)
        jobs = jobs_new(0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file(data, n));
    dict_init(&dict);
    profile_init(&profile, &dict);
    Loader *loader = loader_start(
        jobs, &profile,
        &(LoadOptions){.path = path, .chunk_bytes = CHUNK_BYTES, .record_limit = RECORD_MOST},
        &err);
    if (loader) {
        while (profile.building.samples < FUZZ_ROWS_MOST && loader_step(loader))
            ;
        loader_status(loader, &status);
        err = status.error;
        loader_free(loader);
    }
    if (status.state == LOAD_FAILED && !err.message[0])
        panic("it is refused without a word");
    if (status.state == LOAD_DONE && profile.building.samples < FUZZ_ROWS_MOST)
        profile_dump(&profile, &dump);
    buf_free(&dump);
    profile_free(&profile);
    dict_free(&dict);
    return 0;
}
