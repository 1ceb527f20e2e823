#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ingest/format.h"
#include "unit/ingest_helper.h"

typedef struct Row {
    const char *text;
    int64_t time, weight;
} Row;

static void expect_rows(Str text, const Row *row, uint64_t n, uint64_t complaints) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_string_equal(loaded.status.format, "trace events");
    assert_int_equal(loaded.profile.building.samples, n);
    assert_int_equal(complaints_total(&loaded.profile.complaints), complaints);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, row[i].text);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), row[i].time);
        if (loaded.profile.building.has_weight)
            assert_int_equal(COLUMN_AT(&loaded.profile.weight, uint64_t, i), row[i].weight);
    }
    loaded_free(&loaded);
    expect_same_any_way(text);
}

#define EVENT(ph, name, ts, more)                                                                  \
    "{\"pid\":1,\"tid\":2,\"ph\":\"" ph "\",\"name\":\"" name "\",\"ts\":" #ts more "}"

static void calls_nest_in_any_order(void **state) {
    (void)state;
    static const Row want[] = {{"main|calls|a@c", 1000, 500},
                               {"main|calls|a@c;b", 1500, 1000000},
                               {"main|calls|a@c;b", 1001500, 500},
                               {"main|calls|a@c", 1002000, 8000}};
    expect_rows(STR("[" EVENT("B", "b", 1.5, "") "," EVENT("E", "b", 1002, "") "," EVENT(
                    "X", "a", 1,
                    ",\"cat\":\"c\",\"dur\":1009") "," EVENT("M", "thread_name", 0,
                                                             ",\"args\":{\"name\":\"main\"}") "]"),
                want, 4, 0);
}

/* Rounded apart, "c" and "d" would end 1 ns behind "p", and "n" begin before that ends. */
static void calls_end_where_the_sum_says(void **state) {
    (void)state;
    static const Row want[] = {
        {"thread 2|calls|p", 0, 2000},        {"thread 2|calls|p;c", 2000, 1001},
        {"thread 2|calls|n", 3001, 1000},     {"thread 2|calls|p", 100000000, 2000},
        {"thread 2|calls|p;d", 100002000, 1}, {"thread 2|calls|e", 200000000, 1001}};
    expect_rows(
        STR("[" EVENT("X", "p", 0.0004, ",\"dur\":3.0002") "," EVENT("X", "c", 1.9996, ",\"dur\":1.001") "," EVENT(
            "X", "n", 3.0006,
            ",\"dur\":1.0") "," EVENT("X", "p", 100000.00049999999,
                                      ",\"dur\":2.00062") "," EVENT("X", "d", "100002.000499",
                                                                    ",\"dur\":\"0.000611\"") "," EVENT("X",
                                                                                                       "e",
                                                                                                       2.0e5,
                                                                                                       ",\"dur\":1.0009e0") "]"),
        want, 6, 0);
}

static void ids_that_are_texts_are_names(void **state) {
    (void)state;
    static const Row want[] = {{"worker-1|calls|f", 0, 1000},
                               {"app|calls|f", 1000, 1000},
                               {"named|calls|f", 2000, 1000},
                               {"thread 4611686018427387000|calls|f", 3000, 1000}};
#define CALL(pid, tid, ts)                                                                         \
    "{\"ph\":\"X\",\"name\":\"f\",\"ts\":" #ts ",\"dur\":1,\"pid\":" pid ",\"tid\":" tid "}"
    expect_rows(
        STR("[" CALL("\"app\"", "\"worker-1\"", 0) "," CALL("\"app\"", "7", 1) "," CALL(
            "1", "\"worker-2\"", 2) ",{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":"
                                    "\"worker-2\",\"args\":{\"name\":\"named\"}}," CALL(
                                        "1", "4611686018427387000", 3) "]"),
        want, 4, 0);
}

static void overlapping_calls_last_as_long_as_they_say(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 0, 5000},
                               {"thread 2|calls|a;b", 5000, 2000},
                               {"thread 2|calls|a;b;c", 7000, 3000},
                               {"thread 2|calls|b;c", 10000, 1000},
                               {"thread 2|calls|b", 11000, 4000}};
    expect_rows(STR("[" EVENT("X", "a", 0, ",\"dur\":10") "," EVENT(
                    "X", "b", 5, ",\"dur\":10") "," EVENT("X", "c", 7, ",\"dur\":4") "]"),
                want, 5, 0);
}

static void what_lacks_its_other_end_is_said(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 1000, 2000},
                               {"thread 2|calls|a;b", 3000, 6000},
                               {"thread 2|calls|d", 9000, 1000}};
    expect_rows(
        STR("[" EVENT("E", "x", 0, "") "," EVENT("B", "a", 1, "") "," EVENT(
            "B", "b", 3,
            "") "," EVENT("E", "a", 9,
                          "") "," EVENT("E", "b", 9,
                                        "") "," EVENT("B", "d", 9,
                                                      "") "," EVENT("E", "y", 10,
                                                                    "") ",{\"ph\":\"X\","
                                                                        "\"name\":\"no "
                                                                        "time\"},{\"a\":1}]"),
        want, 3, 4);
}

/* Rounded to whole microseconds, many are. */
static void calls_of_no_time_are_counted(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 0, 10000}};
    Loaded loaded;
    Str text =
        STR("[" EVENT("X", "a", 0, ",\"dur\":10") "," EVENT("X", "b", 2, ",\"dur\":0") "," EVENT(
            "B", "c", 3, "") "," EVENT("E", "c", 3, "") "," EVENT("X", "d", 4,
                                                                  ",\"dur\":-1") "," EVENT("B", "e",
                                                                                           10,
                                                                                           "") "]");
    expect_rows(text, want, 1, 4);
    load_text(&loaded, 0, 0, text);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_EMPTY].count, 4);
    assert_string_equal(loaded.profile.complaints.of[COMPLAINT_EMPTY].example[0].excerpt, "b");
    loaded_free(&loaded);
}

/* Some writers leave out a length of 0; what comes next is not within such a call. */
static void a_whole_call_without_a_length_lasts_no_time(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 0, 10000}, {"thread 2|calls|c", 20000, 3000}};
    expect_rows(STR("[" EVENT("X", "a", 0, ",\"dur\":10") "," EVENT("X", "b", 5, "") "," EVENT(
                    "X", "c", 20, ",\"tdur\":3") "]"),
                want, 2, 1);
}

/* Numbers as pthread_self gives them are no tids; those in range need no help. */
static void threads_of_one_name_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *pid, *tid, *name, *shown;
    } thread[] = {
        {"1", "139652187428608", "w", "w"},
        {"1", "139652187428609", "w", "w (2)"},
        {"1", "139652187428610", "w (2)", "w (2) (2)"},
        {"1", "\"x\"", "w", "w (3)"},
        {"2", "139652187428608", "w", "w"},
        {"1", "5", "w", "w"},
        {"1", "6", "w", "w"},
    };
    enum { THREADS = sizeof thread / sizeof *thread };
    Row want[THREADS];
    Buf text = {0}, rows[THREADS] = {0};
    for (size_t i = 0; i < THREADS; i++) {
        buf_printf(&text,
                   "%c{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%s,\"tid\":%s,\"args\":{"
                   "\"name\":\"%s\"}},{\"ph\":\"X\",\"name\":\"f\",\"ts\":0,\"dur\":1,\"pid\":%s,"
                   "\"tid\":%s}",
                   i ? ',' : '[', thread[i].pid, thread[i].tid, thread[i].name, thread[i].pid,
                   thread[i].tid);
        buf_printf(&rows[i], "%s|calls|f", thread[i].shown);
        want[i] = (Row){rows[i].s, 0, 1000};
    }
    buf_puts(&text, "]");
    expect_rows(buf_str(&text), want, THREADS, 0);
    for (size_t i = 0; i < THREADS; i++)
        buf_free(&rows[i]);
    buf_free(&text);
}

/* A call of 30 years has fewer rows than milliseconds, and so has one of 10 minutes beside it. */
static void long_calls_have_long_samples(void **state) {
    (void)state;
    static const char *const text[] = {
        "[{\"tid\":1,\"ph\":\"X\",\"name\":\"a\",\"ts\":0,\"dur\":600000000},"
        "{\"tid\":2,\"ph\":\"X\",\"name\":\"b\",\"ts\":0,\"dur\":1000000000000000}]",
        "[{\"tid\":1,\"ph\":\"B\",\"name\":\"a\",\"ts\":0},{\"tid\":1,\"ph\":\"E\",\"ts\":600000000},"
        "{\"tid\":2,\"ph\":\"B\",\"name\":\"b\",\"ts\":0},"
        "{\"tid\":2,\"ph\":\"E\",\"ts\":1000000000000000}]",
        /* nothing is long but the time between */
        "[{\"tid\":1,\"ph\":\"X\",\"name\":\"a\",\"ts\":0,\"dur\":600000},"
        "{\"tid\":1,\"ph\":\"X\",\"name\":\"b\",\"ts\":1000000000000000,\"dur\":9000}]"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        Loaded loaded;
        uint64_t first = 0, sum = 0;
        load_text(&loaded, 0, 0, str_of(text[i]));
        for (uint64_t row = 0; row < loaded.profile.building.samples; row++) {
            uint64_t weight = COLUMN_AT(&loaded.profile.weight, uint64_t, row);
            first += sum < 600000000000;
            sum += weight;
        }
        assert_int_equal(sum, i < 2 ? 1000000600000000000 : 609000000);
        assert_int_equal(loaded.profile.complaints.of[COMPLAINT_LIMIT].count, i < 2);
        assert_int_equal(complaints_total(&loaded.profile.complaints), i < 2);
        assert_in_range(first, i < 2 ? 10 : 609, i < 2 ? 11 : 609);
        loaded_free(&loaded);
    }
}

/* An end that has no begin is not looked for among all that have begun: this took minutes. */
static void ends_without_begins_cost_little(void **state) {
    (void)state;
    enum { CALLS = 300000 };
    Buf text = {0};
    buf_puts(&text, "[");
    for (int i = 0; i < CALLS; i++)
        buf_printf(&text, "{\"ph\":\"B\",\"name\":\"b\",\"ts\":%d},\n", i);
    for (int i = 0; i < CALLS; i++)
        buf_printf(&text, "{\"ph\":\"E\",\"name\":\"e\",\"ts\":%d},\n", CALLS);
    Loaded loaded;
    int64_t start = clock_now_ns();
    load_text(&loaded, 0, 0, buf_str(&text));
    assert_true(clock_now_ns() - start < 60 * (int64_t)1000000000);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, CALLS);
    loaded_free(&loaded);
    buf_free(&text);
}

/* As DevTools writes it: what was told to be small once holds source maps. */
static Buf behind_metadata(size_t bytes, const char *key) {
    Buf text = {0};
    buf_puts(&text, "{\"metadata\": {\n  \"source\": \"DevTools\",\n  \"sourceMaps\": [\n");
    while (text.n < bytes)
        buf_puts(&text, "    {\"url\": \"x\", \"mappings\": \"AAAA;CAAC,EAAE;GAAG\"},\n");
    buf_printf(&text, "    0\n  ]\n},\n\"%s\": [\n%s\n]}\n", key,
               EVENT("X", "a", 0, ",\"dur\":10"));
    return text;
}

static const char *guess_of(Buf text) {
    Error err = {0};
    const char *guess = loader_guess(temp_file(buf_str(&text)), &err);
    temp_remove();
    buf_free(&text);
    return guess;
}

static void metadata_of_any_size_may_come_first(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 0, 10000}};
    Buf text = behind_metadata(3 * FORMAT_PROBE_BYTES, "traceEvents");
    expect_rows(buf_str(&text), want, 1, 0);
    assert_string_equal(guess_of(text), "trace events");
    assert_string_equal(guess_of(behind_metadata(FORMAT_PROBE_MOST + 1, "traceEvents")),
                        "trace events");
    assert_null(guess_of(behind_metadata(3 * FORMAT_PROBE_BYTES, "cells")));
}

/* The list's end may be missing, but not half of an event. */
static void a_list_may_lack_its_end(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|calls|a", 0, 10000}};
    expect_rows(STR("[" EVENT("X", "a", 0, ",\"dur\":10") ",\n"), want, 1, 0);
    expect_rows(STR("[" EVENT("X", "a", 0, ",\"dur\":10") "\n"), want, 1, 0);
    expect_rows(STR("[" EVENT("X", "a", 0, ",\"dur\":10") ",{\"ph\":"), want, 1, 1);
    expect_rows(STR("{\"traceEvents\":[" EVENT("X", "a", 0, ",\"dur\":10") ","), want, 1, 1);
}

static void sampler_comes_in_pieces(void **state) {
    (void)state;
    static const Row want[] = {{"js|samples|f@u_[j]", 101000, 0},
                               {"js|samples|f@u_[j];g@u_[j]", 103000, 0}};
#define PIECE(tid, name, data)                                                                     \
    "{\"args\":{\"data\":{" data "}},\"id\":\"0x1\",\"name\":\"" name                              \
    "\",\"ph\":\"P\",\"pid\":1,\"tid\":" #tid ",\"ts\":7}"
    expect_rows(STR("{\"traceEvents\":[" PIECE(2, "Profile", "\"startTime\":100") "," PIECE(
                    9, "ProfileChunk",
                    "\"cpuProfile\":{\"nodes\":[{\"id\":1,\"callFrame\":"
                    "{\"functionName\":"
                    "\"(root)\"}},{\"id\":2,\"parent\":1,\"callFrame\":{"
                    "\"functionName\":\"f\","
                    "\"url\":\"u\"}}],\"samples\":[2]},\"timeDeltas\":["
                    "1]") "," PIECE(9, "ProfileChunk",
                                    "\"timeDeltas\":[2],\"cpuProfile\":{"
                                    "\"nodes\":[{\"id\":3,\"parent\":2,"
                                    "\"callFrame\":{\"functionName\":"
                                    "\"g\",\"url\":\"u\"}}],\"samples\":"
                                    "[3]}") "," EVENT("M", "thread_name", 0,
                                                      ",\"args\":{"
                                                      "\"name\":\"js\"}") "]}"),
                want, 2, 0);
}

/* "stack" is root first; "sf" and "stackFrames" come in any order. */
static void sample_events_name_their_stacks(void **state) {
    (void)state;
    static const Row want[] = {{"thread 2|cpu|0x1;0x2", 5000000, 0},
                               {"thread 2|cpu|main;f@c", 6000000, 0},
                               {"thread 2|cpu|0x1;0x2;3", 7000000, 0}};
    expect_rows(
        STR("{\"traceEvents\":[" EVENT("P", "cpu", 5000, ",\"stack\":[\"0x1\",\"0x2\"]") "," EVENT(
            "P", "cpu", 6000,
            ",\"sf\":\"2\"") "," EVENT("P", "cpu", 7000,
                                       ",\"stack\":[\"0x1\",\"0x2\",3]") "],"
                                                                         "\"stackFrames\":{\"2\":{\"name\":\"f\",\"category\":\"c\",\"parent\":1},"
                                                                         "\"1\":{\"name\":\"main\"}}}"),
        want, 3, 0);
    expect_rows(STR("[" EVENT("P", "cpu", 1, "") "," EVENT("P", "cpu", 2, ",\"stack\":7") "]"),
                NULL, 0, 0);
}

static void put_chunk(Buf *text, int chunk, bool times_first) {
    Buf nodes = {0}, times = {0};
    buf_puts(&nodes, "\"cpuProfile\":{\"nodes\":[");
    for (int id = chunk * 5 + 1; id <= chunk * 5 + 5; id++)
        buf_printf(&nodes, "%s{\"id\":%d,\"parent\":%d,\"callFrame\":{\"functionName\":\"f%d\"}}",
                   id % 5 == 1 ? "" : ",", id, id / 2, id);
    buf_puts(&nodes, "],\"samples\":[");
    buf_puts(&times, "\"timeDeltas\":[");
    for (int i = 0; i < 150; i++) {
        buf_printf(&nodes, "%s%d", i ? "," : "", 1 + i * 7 % (chunk * 5 + 5));
        buf_printf(&times, "%s%d", i ? "," : "", i * 13 % 1000 - 100);
    }
    buf_puts(&nodes, "]}");
    buf_puts(&times, "]");
    buf_printf(text,
               ",{\"args\":{\"data\":{%s,%s}},\"id\":\"0x1\",\"name\":\"ProfileChunk\",\"ph\":"
               "\"P\",\"pid\":1,\"tid\":9,\"ts\":7}",
               times_first ? times.s : nodes.s, times_first ? nodes.s : times.s);
    buf_free(&nodes);
    buf_free(&times);
}

/* Where the thread's name is known first the pieces become rows as they come, else at the end. */
static void pieces_are_the_same_whenever_the_name_comes(void **state) {
    (void)state;
    Buf first = {0};
    for (int last = 0; last < 2; last++) {
        const char *name = EVENT("M", "thread_name", 0, ",\"args\":{\"name\":\"js\"}");
        Buf text = {0};
        Loaded loaded;
        buf_printf(&text,
                   "[%s%s{\"args\":{\"data\":{\"startTime\":100}},\"id\":\"0x1\",\"name\":"
                   "\"Profile\",\"ph\":\"P\",\"pid\":1,\"tid\":2,\"ts\":7}",
                   last ? "" : name, last ? "" : ",");
        for (int chunk = 0; chunk < 30; chunk++)
            put_chunk(&text, chunk, chunk % 3 == 1);
        buf_printf(&text, "%s%s]", last ? "," : "", last ? name : "");
        load_text(&loaded, 0, 0, buf_str(&text));
        assert_int_equal(loaded.profile.building.samples, 30 * 150);
        assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
        Buf dump = loaded_dump(&loaded);
        if (!last)
            first = dump;
        else
            assert_string_equal(dump.s, first.s);
        if (last)
            buf_free(&dump);
        loaded_free(&loaded);
        expect_same_any_way(buf_str(&text));
        buf_free(&text);
    }
    buf_free(&first);
}

/* Many calls that all overlap, in times that many share: the sum is exact. */
static void sums_are_exact(void **state) {
    (void)state;
    Loaded loaded;
    Buf text = {0};
    buf_puts(&text, "[");
    uint64_t seed = 1;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        buf_printf(&text,
                   "%s{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"name\":\"n%d\",\"ts\":%d,"
                   "\"dur\":%d}",
                   i ? "," : "", i % 3, i % 7, (int)(seed >> 50), (int)(seed >> 30 & 31));
    }
    buf_puts(&text, "]");
    load_text(&loaded, 0, 0, buf_str(&text));
    /* every microsecond of a thread in which some call runs weighs once */
    static uint8_t busy[3][1 << 15];
    memset(busy, 0, sizeof busy);
    uint64_t want = 0, sum = 0;
    seed = 1;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        memset(&busy[i % 3][seed >> 50], 1, seed >> 30 & 31);
    }
    for (int t = 0; t < 3; t++)
        for (int i = 0; i < 1 << 15; i++)
            want += busy[t][i] * 1000u;
    for (uint64_t i = 0; i < loaded.profile.building.samples; i++)
        sum += COLUMN_AT(&loaded.profile.weight, uint64_t, i);
    assert_int_equal(sum, want);
    loaded_free(&loaded);
    buf_free(&text);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    Str text = STR("{\"traceEvents\":[" EVENT("X", "a", 0, ",\"dur\":10") "," EVENT(
        "B", "b", 2,
        ",\"args\":{\"]\":\"\\\"\"}") "," EVENT("E", "b", 4,
                                                "") "],\"samples\":[{\"pid\":1,\"tid\":2,"
                                                    "\"ts\":\"12\",\"sf\":3}],"
                                                    "\"stackFrames\":{\"3\":{\"name\":\"s\"}}"
                                                    "}");
    for (size_t n = 0; n < text.n; n++) {
        Loaded loaded;
        load(&loaded, 0,
             &(LoadOptions){.path = temp_file(str_slice(text, 0, n)), .format = "trace events"});
        temp_remove();
        assert_int_equal(loaded.status.state, LOAD_DONE);
        assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TRUNCATED].count, 1);
        loaded_free(&loaded);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_nest_in_any_order),
        cmocka_unit_test(calls_end_where_the_sum_says),
        cmocka_unit_test(ids_that_are_texts_are_names),
        cmocka_unit_test(overlapping_calls_last_as_long_as_they_say),
        cmocka_unit_test(what_lacks_its_other_end_is_said),
        cmocka_unit_test(calls_of_no_time_are_counted),
        cmocka_unit_test(a_whole_call_without_a_length_lasts_no_time),
        cmocka_unit_test(threads_of_one_name_are_told_apart),
        cmocka_unit_test(long_calls_have_long_samples),
        cmocka_unit_test(ends_without_begins_cost_little),
        cmocka_unit_test(metadata_of_any_size_may_come_first),
        cmocka_unit_test(a_list_may_lack_its_end),
        cmocka_unit_test(sampler_comes_in_pieces),
        cmocka_unit_test(sample_events_name_their_stacks),
        cmocka_unit_test(pieces_are_the_same_whenever_the_name_comes),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(a_text_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
