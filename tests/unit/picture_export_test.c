/* Folded stacks: lines, order, characters; and FlameScope's own counts for real files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "ingest/loader.h"
#include "picture/export_text.h"
#include "query_helper.h"

static void folded_lines(void **state) {
    static const char *const ab[] = {"a", "b;c"}, *const a[] = {"a"}, *const z[] = {"z z", "b"};
    MakeOptions o = {.seed = 1};
    Maker m;
    Arena arena;
    Slice slice;
    Buf out = {0};
    (void)state;
    maker_init(&m, &o);
    arena_init(&arena, 0);
    maker_put(&m, 1, "p", 1, "e", 0, 10, ab, 2, FRAME_USER);
    maker_put(&m, 2, "p", 2, "e", 0, 20, ab, 2, FRAME_USER);
    maker_put(&m, 3, "p", 1, "e", 0, 40, a, 1, FRAME_USER);
    maker_put(&m, 4, "o", 1, "e", 0, 80, z, 2, FRAME_USER);
    maker_put(&m, 5, "p", 1, "e", 0, 160, a, 1, FRAME_KERNEL); /* reads the same */
    ProfileView view = profile_view(&m.profile);
    Query q = {.whole = true, .event = EVENT_ALL};
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    export_folded(&m.profile, &slice, &out);
    assert_string_equal(out.s, "o;z z;b 1\np;a 2\np;a;b:c 2\n");
    buf_clear(&out);
    q.weighted = true;
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    export_folded(&m.profile, &slice, &out);
    assert_string_equal(out.s, "o;z z;b 80\np;a 200\np;a;b:c 30\n");
    buf_clear(&out);
    q = (Query){.t0_ns = 2, .t1_ns = 4, .event = EVENT_ALL};
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    export_folded(&m.profile, &slice, &out);
    assert_string_equal(out.s, "p;a 1\np;a;b:c 1\n");
    buf_clear(&out);
    q.t1_ns = q.t0_ns;
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    export_folded(&m.profile, &slice, &out);
    assert_int_equal(out.n, 0);
    buf_free(&out);
    arena_free(&arena);
    maker_free(&m);
}

/* ---- FlameScope's counts ----------------------------------------------------------------- */

/* One entry of the oracle's "flame" list: a range and its folded counts. */
typedef struct Flame {
    double start, end;
    bool whole;
    uint64_t samples;
    const char *folded; /* at the `{` */
} Flame;

static bool next_flame(const char **at, Flame *out) {
    const char *s = strstr(*at, "{\"start\":");
    if (!s)
        return false;
    out->whole = strncmp(s + 9, "null", 4) == 0;
    out->start = out->whole ? 0 : strtod(s + 9, NULL);
    out->end = out->whole ? 0 : strtod(strstr(s, "\"end\":") + 6, NULL);
    out->samples = strtoull(strstr(s, "\"samples\":") + 10, NULL, 10);
    out->folded = strstr(s, "\"folded\":") + 9;
    *at = out->folded;
    return true;
}

typedef struct Line {
    Str text;
    uint64_t count;
} Line;

static int by_text(const void *a, const void *b) {
    return str_cmp(((const Line *)a)->text, ((const Line *)b)->text);
}

/* Sorted, equal lines summed up; how many are left. */
static uint32_t settle_lines(Line *line, uint32_t n) {
    uint32_t out = 0;
    if (n)
        qsort(line, n, sizeof(*line), by_text);
    for (uint32_t i = 0; i < n; i++) {
        if (out && str_eq(line[out - 1].text, line[i].text))
            line[out - 1].count += line[i].count;
        else
            line[out++] = line[i];
    }
    return out;
}

/* FlameScope leaves a `;` within a Java name as it is, where we write `:`; both are made alike.
 */
static Str without_semicolons(Arena *arena, Str text) {
    Str copy = str_copy(arena, text);
    for (size_t i = 0; i < copy.n; i++)
        if (copy.s[i] == ';')
            ((char *)(uintptr_t)copy.s)[i] = ':';
    return copy;
}

/* Our line as FlameScope would write it: it ends a process name at its first digit (a fault of
 * its own) and takes the leading L from the names of Java frames. */
static Str as_flamescope(Arena *arena, Str line) {
    Buf out = {0};
    Str comm = str_cut(&line, ';');
    size_t digit = 0;
    while (digit < comm.n && (comm.s[digit] < '0' || comm.s[digit] > '9'))
        digit++;
    buf_put(&out, str_slice(comm, 0, digit));
    while (line.n) {
        Str frame = str_cut(&line, ';');
        buf_putc(&out, ';');
        buf_put(&out, str_slice(frame, str_eq_c(comm, "java") && frame.s[0] == 'L', frame.n));
    }
    Str result = without_semicolons(arena, buf_str(&out));
    buf_free(&out);
    return result;
}

static uint32_t our_lines(const Buf *folded, Arena *arena, Line *line) {
    Str rest = buf_str(folded);
    uint32_t n = 0;
    while (rest.n) {
        Str text = str_cut(&rest, '\n');
        size_t space = str_rfind_char(text, ' ');
        int64_t count = 0;
        assert_true(str_to_i64(str_slice(text, space + 1, text.n), &count));
        line[n++] = (Line){as_flamescope(arena, str_slice(text, 0, space)), (uint64_t)count};
    }
    return settle_lines(line, n);
}

static uint32_t their_lines(const Flame *f, Arena *arena, Line *line) {
    uint32_t n = 0;
    const char *s = f->folded;
    while (*++s == '"' || *s == ',') {
        if (*s == ',')
            continue;
        const char *end = strchr(s + 1, '"');
        Str text = {s + 1, (size_t)(end - s - 1)};
        assert_true(str_find_char(text, '\\') == text.n); /* nothing to unescape */
        line[n++] = (Line){without_semicolons(arena, text), strtoull(end + 2, NULL, 10)};
        s = end + 2;
        while (s[1] >= '0' && s[1] <= '9')
            s++;
    }
    return settle_lines(line, n);
}

static void check_range(const Profile *profile, const Flame *f) {
    enum { LINES = 4096 };
    Arena arena;
    Slice slice;
    Buf out = {0};
    ProfileView view = profile_view(profile);
    int64_t origin = profile_origin(&view);
    Query q = {.whole = f->whole,
               .event = EVENT_ALL,
               .idle = IDLE_FLAMESCOPE,
               .t0_ns = origin + (int64_t)(f->start * 1e9 + 0.5),
               .t1_ns = origin + (int64_t)(f->end * 1e9 + 0.5)};
    arena_init(&arena, 0);
    assert_true(slice_scan(profile, &view, &q, &arena, &slice, NULL));
    export_folded(profile, &slice, &out);
    assert_int_equal(slice.total, f->samples);
    Line *ours = ARENA_ARRAY(&arena, Line, LINES), *theirs = ARENA_ARRAY(&arena, Line, LINES);
    uint32_t n = our_lines(&out, &arena, ours);
    assert_int_equal(n, their_lines(f, &arena, theirs));
    for (uint32_t i = 0; i < n; i++) {
        assert_true(str_eq(ours[i].text, theirs[i].text));
        assert_int_equal(ours[i].count, theirs[i].count);
    }
    buf_free(&out);
    arena_free(&arena);
}

static void flamescope_counts(void **state) {
    const char *data = getenv("FLAMESCOPE_DATA");
    char path[1024];
    Dict dict;
    Profile profile;
    Buf json = {0};
    Flame flame;
    Error err = {0};
    (void)state;
    if (!data || !file_is_folder(data)) {
        print_message("no reference data: set FLAMESCOPE_DATA\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/perf-script/flamegraph/example-perf-stacks.txt.gz", data);
    dict_init(&dict);
    profile_init(&profile, &dict);
    Jobs *jobs = jobs_new(0);
    LoadOptions options = {.path = path};
    Loader *loader = loader_start(jobs, &profile, &options, &err);
    assert_non_null(loader);
    while (loader_step(loader))
        ;
    loader_free(loader);
    jobs_free(jobs);
    snprintf(path, sizeof(path), "%s/oracles/flamescope/example-perf-stacks.txt.gz.json", data);
    assert_true(file_read_all(path, &json, 1 << 24, &err));
    const char *at = json.s;
    int ranges = 0;
    for (; next_flame(&at, &flame); ranges++)
        check_range(&profile, &flame);
    assert_true(ranges >= 3);
    buf_free(&json);
    profile_free(&profile);
    dict_free(&dict);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded_lines),
        cmocka_unit_test(flamescope_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
