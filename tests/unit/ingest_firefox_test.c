#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

#define META "\"meta\":{\"interval\":1,\"startTime\":1000,\"version\":9}"
#define TABLES                                                                                     \
    "\"stackTable\":{\"frame\":[0,1,2],\"prefix\":[null,0,1]},"                                    \
    "\"frameTable\":{\"func\":[0,1,2],\"inlineDepth\":[0,1,0]},"                                   \
    "\"funcTable\":{\"name\":[0,1,2],\"isJS\":[false,false,true],\"resource\":[0,-1,-1],"          \
    "\"fileName\":[null,null,3]},\"resourceTable\":{\"name\":[4]},"                                \
    "\"stringArray\":[\"main\",\"inner\",\"run\",\"a.js\",\"[kernel.kallsyms]\"]"
#define SAMPLES                                                                                    \
    "\"samples\":{\"stack\":[2,null,0],\"time\":[1.5,2,3.25],\"weight\":[1,2,1],"                  \
    "\"weightType\":\"samples\"}"
#define THREAD "\"name\":\"t\",\"pid\":\"7.1\",\"tid\":8"

static const char *const texts[] = {"t|samples|main@[kernel.kallsyms]_[k];inner_[i];run@a.js_[j]",
                                    "t|samples|", "t|samples|main@[kernel.kallsyms]_[k]"};
static const int64_t times[] = {1500000, 2000000, 3250000};

static void expect_three(Str text) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_string_equal(loaded.status.format, "Firefox profile");
    assert_int_equal(loaded.profile.building.samples, 3);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    for (uint64_t i = 0; i < 3; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, texts[i]);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), times[i]);
        assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, i), i == 1 ? 2 : 1);
    }
    Context context = contexts_get(
        &loaded.dict.contexts,
        pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 0)).context);
    assert_int_equal(context.pid, 7);
    assert_int_equal(context.tid, 8);
    loaded_free(&loaded);
    expect_same_any_way(text);
}

static void tables_may_lie_anywhere(void **state) {
    (void)state;
    expect_three(STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES "}]}"));
    expect_three(STR("{" META ",\"threads\":[{" TABLES "," SAMPLES "," THREAD "}]}"));
    expect_three(STR("{" META ",\"shared\":{" TABLES "},\"threads\":[{" THREAD "," SAMPLES "}]}"));
    expect_three(STR("{\"threads\":[{" THREAD "," SAMPLES "}],\"shared\":{" TABLES "}," META "}"));
}

/* As version 75 writes the same three stacks: cells that flags do not vouch for mean nothing. */
static void newest_tables(void **state) {
    (void)state;
    expect_three(
        STR("{" META ",\"shared\":{"
            "\"stackTable\":{\"frame\":[0,1,2],\"prefixOffset\":[0,1,1]},"
            "\"frameTable\":{\"func\":[0,1,2],\"flags\":[2,3,0]},"
            "\"funcTable\":{\"name\":[0,1,2],\"flags\":[4,0,9],\"resource\":[0,0,0],"
            "\"source\":[0,0,0]},\"resourceTable\":{\"name\":[4]},\"sources\":{\"filename\":[3]},"
            "\"stringArray\":[\"main\",\"inner\",\"run\",\"a.js\",\"[kernel.kallsyms]\"]},"
            "\"threads\":[{" THREAD "," SAMPLES "}]}"));
}

static void no_prefix_is_said(void **state) {
    static const char *const tables[] = {
        "\"stackTable\":{\"frame\":[0,1],\"prefixOffset\":[0,2]}",
        "\"stackTable\":{\"frame\":[0,1],\"parent\":[null,0]}",
    };
    (void)state;
    for (int i = 0; i < 2; i++) {
        Loaded loaded;
        Buf text = {0};
        buf_printf(&text,
                   "{" META ",\"threads\":[{" THREAD ",%s,\"frameTable\":{\"func\":[0,1]},"
                   "\"funcTable\":{\"name\":[0,1]},\"stringArray\":[\"a\",\"b\"],"
                   "\"samples\":{\"stack\":[1],\"time\":[1]}}]}",
                   tables[i]);
        load_text(&loaded, 0, 0, (Str){text.s, text.n});
        assert_int_equal(loaded.profile.building.samples, 1);
        assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, i ? 2 : 1);
        loaded_free(&loaded);
        buf_free(&text);
    }
}

/* What Gecko's places look like, one frame each. */
static void places_are_modules(void **state) {
    static const char *const at[][2] = {
        {"f (https://x/a.js:1:2)", "f@https://x/a.js"},
        {"f (https://x/a.js:1:2)[5]", "f@https://x/a.js"},
        {"a[1] (https://x/a.js:1)", "a[1]@https://x/a.js"},
        {"https://x/a.js:1:2", "https://x/a.js:1:2@https://x/a.js"},
        {"https://x/a.js:1:2[7]", "https://x/a.js:1:2@https://x/a.js"},
        {"self-hosted:12:3", "self-hosted:12:3@self-hosted"},
        {"see https://x/", "see https://x/"},
        {"Document::LoadURI http://localhost:8080", "Document::LoadURI http://localhost:8080"},
        {"g (in XUL) + 1234", "g@XUL"},
        {"g (in XUL) and more", "g (in XUL) and more"},
        {"0x7f00", "0x7f00"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        Loaded loaded;
        Buf text = {0}, want = {0};
        buf_printf(&text,
                   "{" META ",\"threads\":[{\"name\":\"t\",\"samples\":{\"schema\":{\"stack\":0,"
                   "\"time\":1},\"data\":[[0,1]]},\"stackTable\":{\"schema\":{\"prefix\":0,"
                   "\"frame\":1},\"data\":[[null,0]]},\"frameTable\":{\"schema\":{\"location\":0},"
                   "\"data\":[[0]]},\"stringTable\":[\"%s\"]}]}",
                   at[i][0]);
        buf_printf(&want, "t|samples|%s", at[i][1]);
        load_text(&loaded, 0, 0, (Str){text.s, text.n});
        Buf got = sample_text(&loaded, 0);
        assert_string_equal(got.s, want.s);
        buf_free(&got);
        buf_free(&want);
        buf_free(&text);
        loaded_free(&loaded);
    }
}

/* Times of a process count from its own start; what lacks a cell has none. */
static void raw_processes_share_a_clock(void **state) {
    (void)state;
#define RAW(pid)                                                                                   \
    "\"threads\":[{\"name\":\"G\",\"pid\":" #pid ",\"samples\":{\"schema\":{\"time\":0,"           \
    "\"stack\":1},\"data\":[[0.5,1],[0.75]]},\"stackTable\":{\"schema\":{\"prefix\":0,"            \
    "\"frame\":1},\"data\":[[null,0],[0,1]]},\"frameTable\":{\"schema\":{\"location\":0,"          \
    "\"implementation\":1},\"data\":[[0],[1,2]]},\"stringTable\":[\"(root)\","                     \
    "\"f (https://x/a.js:1:2)\",\"ion\"]}]"
    Str text =
        STR("{" META "," RAW(1) ",\"processes\":[{\"meta\":{\"startTime\":1002.5}," RAW(2) "}]}");
    static const char *const want[] = {"G|samples|f@https://x/a.js_[j]", "G|samples|"};
    static const int64_t time[] = {500000, 750000, 3000000, 3250000};
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.building.samples, 4);
    for (uint64_t i = 0; i < 4; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i % 2]);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), time[i]);
    }
    assert_int_equal(loaded.dict.contexts.entry.count, 3); /* and the empty one */
    loaded_free(&loaded);
    expect_same_any_way(text);
}

/* Here the tables come between them, so that samples wait but allocations need not. */
static void samples_go_before_allocations(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES
                  ",\"nativeAllocations\":{\"time\":[1],\"weight\":[512],\"weightType\":\"bytes\","
                  "\"stack\":[0]}}]}"));
    assert_int_equal(loaded.profile.building.samples, 4);
    for (uint64_t i = 0; i < 3; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, texts[i]);
        buf_free(&got);
    }
    loaded_free(&loaded);
}

static void allocations_are_events(void **state) {
    (void)state;
    Str text = STR("{" META ",\"threads\":[{" THREAD "," SAMPLES ",\"nativeAllocations\":{"
                   "\"time\":[1,2],\"stack\":[0,0],\"weight\":[512,-512],\"weightType\":"
                   "\"bytes\"}," TABLES "}]}");
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.building.samples, 4);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0); /* the second is a free */
    Buf got = sample_text(&loaded, 3);
    assert_string_equal(got.s, "t|native allocations|main@[kernel.kallsyms]_[k]");
    assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, 3), 512);
    buf_free(&got);
    loaded_free(&loaded);
    load_text(&loaded, 0, 0,
              STR("{" META ",\"threads\":[{" THREAD "," TABLES ",\"jsAllocations\":{\"time\":[1,2],"
                  "\"stack\":[0,0],\"weight\":[512,-512],\"weightType\":\"bytes\"}}]}"));
    assert_int_equal(loaded.profile.building.samples, 1);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_COUNT].count, 1);
    loaded_free(&loaded);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    expect_cut_anywhere("Firefox profile",
                        STR("{" META ",\"threads\":[{" THREAD "," SAMPLES "," TABLES "}]}"));
    expect_cut_anywhere("Firefox profile", STR("{" META "," RAW(1) "}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_may_lie_anywhere),
        cmocka_unit_test(newest_tables),
        cmocka_unit_test(no_prefix_is_said),
        cmocka_unit_test(places_are_modules),
        cmocka_unit_test(raw_processes_share_a_clock),
        cmocka_unit_test(samples_go_before_allocations),
        cmocka_unit_test(allocations_are_events),
        cmocka_unit_test(a_text_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
