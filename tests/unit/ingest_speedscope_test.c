#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/ingest_helper.h"

#define FRAMES                                                                                     \
    "\"shared\":{\"frames\":[{\"name\":\"a\"},{\"name\":\"b\",\"file\":\"b.c\"},{\"name\":"        \
    "\"c\"}]}"

typedef struct Row {
    const char *text;
    int64_t time;
    uint64_t weight; /* 0: the profile has none */
} Row;

static void expect_rows(Str text, const Row *row, uint64_t n, uint64_t complaints) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    assert_string_equal(loaded.status.format, "speedscope");
    const Profile *p = &loaded.profile;
    assert_int_equal(p->building.samples, n);
    assert_int_equal(complaints_total(&p->complaints), complaints);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, row[i].text);
        buf_free(&got);
        if (p->building.has_time)
            assert_int_equal(COLUMN_AT(&p->time_ns, int64_t, i), row[i].time);
        assert_int_equal(p->building.has_weight, row[i].weight != 0);
        if (row[i].weight)
            assert_int_equal(COLUMN_AT(&p->weight, uint64_t, i), row[i].weight);
    }
    loaded_free(&loaded);
    expect_same_any_way(text);
}

static void weights_are_lengths(void **state) {
    (void)state;
    static const Row want[] = {
        {"main||a;b@b.c", 2000, 1500}, {"main||a", 3500, 2000}, {"main||", 5500, 1}};
    Str first = STR("{" FRAMES ",\"profiles\":[{\"type\":\"sampled\",\"name\":\"main\",\"unit\":"
                    "\"microseconds\",\"startValue\":2,\"samples\":[[0,1],[0],[]],\"weights\":"
                    "[1.5,2,0.001]}]}");
    Str last = STR("{\"profiles\":[{\"weights\":[1.5,2,0.001],\"samples\":[[0,1],[0],[]],"
                   "\"startValue\":2,\"unit\":\"microseconds\",\"name\":\"main\",\"type\":"
                   "\"sampled\"}]," FRAMES "}");
    expect_rows(first, want, 3, 0);
    expect_rows(last, want, 3, 0);
}

static void events_are_cut_into_milliseconds(void **state) {
    (void)state;
    static const Row want[] = {{"t||a", 1000000, 500000},        {"t||a;b@b.c", 1500000, 1000000},
                               {"t||a;b@b.c", 2500000, 1000000}, {"t||a;b@b.c", 3500000, 250000},
                               {"t||a", 3750000, 250000},        {"t||c", 5000000, 1000000}};
    expect_rows(
        STR("{" FRAMES ",\"profiles\":[{\"type\":\"evented\",\"name\":\"t\",\"unit\":"
            "\"milliseconds\",\"startValue\":0,\"endValue\":6,\"events\":["
            "{\"type\":\"O\",\"frame\":0,\"at\":1},{\"type\":\"O\",\"frame\":1,\"at\":1.5},"
            "{\"type\":\"C\",\"frame\":1,\"at\":3.75},{\"type\":\"C\",\"frame\":0,\"at\":4},"
            "{\"type\":\"O\",\"frame\":2,\"at\":5}]}]}"),
        want, 6, 0);
}

static void counts_are_samples(void **state) {
    (void)state;
    static const Row want[] = {{"n||a;b@b.c", 0, 0}, {"n||a;b@b.c", 0, 0}, {"n||c", 0, 0}};
    expect_rows(STR("{" FRAMES ",\"profiles\":[{\"type\":\"sampled\",\"name\":\"n\",\"unit\":"
                    "\"none\",\"startValue\":0,\"samples\":[[0,1],[0],[2]],\"weights\":[2,0,1]}]}"),
                want, 3, 0);
}

static void what_is_amiss_is_said(void **state) {
    (void)state;
    static const Row want[] = {{"t||a;[unknown]", 0, 10}, {"t||a", 10, 10}, {"t||c", 30, 5}};
    /* an unknown frame; an end that was never begun; one that is not the innermost's; back in
     * time; an event without a frame */
    expect_rows(STR("{\"profiles\":[{\"type\":\"evented\",\"name\":\"t\",\"unit\":"
                    "\"nanoseconds\",\"startValue\":0,\"endValue\":35,\"events\":["
                    "{\"type\":\"O\",\"frame\":0,\"at\":0},{\"type\":\"O\",\"frame\":9,\"at\":0},"
                    "{\"type\":\"C\",\"frame\":9,\"at\":10},{\"type\":\"C\",\"frame\":2,\"at\":20},"
                    "{\"type\":\"O\",\"frame\":1,\"at\":20},{\"type\":\"C\",\"frame\":0,\"at\":20},"
                    "{\"type\":\"O\",\"frame\":2,\"at\":30},{\"type\":\"O\",\"at\":31},"
                    "{\"type\":\"O\",\"frame\":2,\"at\":35},{\"type\":\"C\",\"frame\":2,\"at\":34}]"
                    "}]," FRAMES "}"),
                want, 3, 4);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    expect_cut_anywhere(
        "speedscope",
        STR("{" FRAMES ",\"profiles\":[{\"type\":\"sampled\",\"name\":\"m\",\"unit\":\"seconds\","
            "\"samples\":[[0,1],[2]],\"weights\":[1,0.5]},{\"type\":\"evented\",\"unit\":"
            "\"milliseconds\",\"endValue\":7,\"events\":[{\"type\":\"O\",\"frame\":1,\"at\":1."
            "5},"
            "{\"type\":\"C\",\"frame\":1,\"at\":3}]}]}"));
}

/* The dump of profiles with these members, in this order, with their frames before or behind them.
 */
static Buf dump_of(const char *const *part, int n, int order, bool frames_first) {
    Buf text = {0}, profile = {0};
    int left[8];
    for (int i = 0; i < n; i++)
        left[i] = i;
    for (int i = n; i > 0; order /= i--) {
        buf_printf(&profile, "%s%s", i == n ? "{" : ",", part[left[order % i]]);
        left[order % i] = left[i - 1];
    }
    buf_puts(&profile, "}");
    if (frames_first)
        buf_printf(&text, "{%s,\"profiles\":[%s,%s]}", FRAMES, profile.s, profile.s);
    else
        buf_printf(&text, "{\"profiles\":[%s,%s],%s}", profile.s, profile.s, FRAMES);
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&text));
    assert_string_equal(loaded.status.format, "speedscope");
    Buf dump = loaded_dump(&loaded);
    loaded_free(&loaded);
    buf_free(&text);
    buf_free(&profile);
    return dump;
}

/* Says where two long texts begin to differ. */
static void expect_same_text(const char *got, const char *want) {
    size_t line = 0, i = 0;
    for (; got[i] && got[i] == want[i]; i++)
        line = got[i] == '\n' ? i + 1 : line;
    if (got[i] != want[i])
        fail_msg("got %.200s, not %.200s", got + line, want + line);
}

/* Rows that are made while they are read are those that are held to the end. */
static void the_order_of_members_does_not_matter(void **state) {
    (void)state;
    enum { EACH = 700 };
    static const char *const unit[] = {"\"unit\":\"milliseconds\"", "\"unit\":\"bytes\"",
                                       "\"unit\":\"none\""};
    Buf samples = {0}, weights = {0}, events = {0};
    for (int i = 0; i < EACH; i++) {
        buf_printf(&samples, i % 5 ? ",[%d,%d]" : ",[%d,%d,7,1,2]", i % 3, i / 3 % 3);
        if (i < EACH - 2)
            buf_printf(&weights, i % 3 ? ",%d" : ",%d.25", i % 11);
        buf_printf(&events, ",{\"type\":\"%c\",\"frame\":%d,\"at\":%d.%d}", i & 1 ? 'C' : 'O',
                   i / 2 % 3, i / 2 * 3 + (i & 1) * (i % 7), i % 10);
    }
    samples.s[0] = weights.s[0] = events.s[0] = '[';
    buf_puts(&samples, "]");
    buf_puts(&weights, "]");
    buf_puts(&events, "]");
    for (int kind = 0; kind < 6; kind++) {
        Buf list[2] = {{0}};
        buf_printf(&list[0], kind < 3 ? "\"samples\":%s" : "\"events\":%s",
                   kind < 3 ? samples.s : events.s);
        buf_printf(&list[1], kind < 3 ? "\"weights\":%s" : "\"endValue\":3000%.0s", weights.s);
        const char *part[] = {"\"name\":\"main\"", unit[kind % 3], "\"startValue\":5", list[0].s,
                              list[1].s};
        Buf held = dump_of(part, 5, 0, false);
        for (int order = 0; order < 120; order += 7) {
            Buf made = dump_of(part, 5, order, true);
            expect_same_text(made.s, held.s);
            buf_free(&made);
        }
        buf_free(&held);
        buf_free(&list[0]);
        buf_free(&list[1]);
    }
    buf_free(&samples);
    buf_free(&weights);
    buf_free(&events);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_lengths),
        cmocka_unit_test(events_are_cut_into_milliseconds),
        cmocka_unit_test(counts_are_samples),
        cmocka_unit_test(what_is_amiss_is_said),
        cmocka_unit_test(a_text_may_end_anywhere),
        cmocka_unit_test(the_order_of_members_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
