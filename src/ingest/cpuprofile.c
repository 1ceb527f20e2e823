/* The format "cpuprofile": what V8 writes (Chrome DevTools, node --cpu-prof, Deno);
 * v8_profile.h tells what is in it. A process's name is not: V8's own root stands in its place.
 */
#include "ingest/v8_profile.h"

static void read_profile(V8Profile *v, JsonPull *p, Rows *rows) {
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p))
        v8_profile_member(v, p, rows);
    json_pull_next(p); /* nothing may follow */
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Rows rows;
    JsonPull json;
    V8Profile profile;
    rows_begin(&rows, emit, loader);
    json_pull_open(&json, source, &rows, err);
    v8_profile_init(&profile);
    v8_profile_context(&profile, &rows, (Context){rows_name(&rows, STR("(root)")), -1, -1, 0});
    read_profile(&profile, &json, &rows);
    bool ok = json_pull_finish(&json, &rows);
    v8_profile_emit(&profile, &rows, profile.context);
    rows_end(&rows);
    json_pull_close(&json);
    v8_profile_free(&profile);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    static const char *const path[] = {"nodes.callFrame", "head.functionName", "nodes", "samples",
                                       "timeDeltas"};
    bool array;
    uint32_t has = json_pull_paths(head, path, 5, &array);
    (void)whole;
    if (!array && has & 3)
        return GUESS_YES;
    return !array && (has & 24) == 24 ? GUESS_MAYBE : GUESS_NO;
}

const Format format_cpuprofile = {
    .name = "cpuprofile",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .probe = probe,
    .run = run,
};
