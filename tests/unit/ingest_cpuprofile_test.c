#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "ingest/format.h"
#include "unit/ingest_helper.h"

static void expect_samples(Loaded *loaded, const char *const *text, const int64_t *time,
                           uint64_t n) {
    assert_int_equal(loaded->profile.building.samples, n);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(loaded, i);
        assert_string_equal(got.s, text[i]);
        buf_free(&got);
        if (time)
            assert_int_equal(COLUMN_AT(&loaded->profile.time_ns, int64_t, i), time[i]);
    }
}

/* The profile's parts in every order give the same. */
static void tables_may_come_last(void **state) {
    (void)state;
    static const char *const part[] = {
        "\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"(root)\"},\"children\":[2,7]},"
        "{\"id\":7,\"callFrame\":{\"functionName\":\"(idle)\",\"url\":\"\"}},"
        "{\"id\":2,\"callFrame\":{\"functionName\":\"\",\"url\":\"a.js\",\"lineNumber\":4,"
        "\"columnNumber\":0},\"hitCount\":3}]",
        "\"startTime\":1000000",
        "\"samples\":[2,7,2,9]",
        "\"timeDeltas\":[0,1.5,-1]",
    };
    static const char *const want[] = {"(root)||(anonymous):5:1@a.js_[j]", "(root)||(idle)",
                                       "(root)||(anonymous):5:1@a.js_[j]"};
    static const int64_t time[] = {1000000000, 1000001500, 1000000500};
    for (int first = 0; first < 4; first++) {
        for (int step = 1; step < 4; step += 2) {
            Buf text = {0};
            for (int i = 0; i < 4; i++)
                buf_printf(&text, "%c%s", i ? ',' : '{', part[(first + i * step) % 4]);
            buf_putc(&text, '}');
            Loaded loaded;
            load_text(&loaded, 0, 0, buf_str(&text));
            assert_string_equal(loaded.status.format, "cpuprofile");
            expect_samples(&loaded, want, time, 3);
            assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, 1);
            assert_int_equal(complaints_total(&loaded.profile.complaints), 1);
            loaded_free(&loaded);
            expect_same_any_way(buf_str(&text));
            buf_free(&text);
        }
    }
}

static void hits_stand_in_for_samples(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{\"head\":{\"functionName\":\"(root)\",\"hitCount\":0,\"children\":["
                  "{\"functionName\":\"f\",\"hitCount\":2,\"children\":["
                  "{\"functionName\":\"g\",\"hitCount\":1,\"children\":[],\"id\":5}],\"id\":2}],"
                  "\"id\":1}}"));
    static const char *const want[] = {"(root)||f;g", "(root)||f", "(root)||f"};
    expect_samples(&loaded, want, NULL, 3);
    assert_false(loaded.profile.building.has_time);
    loaded_free(&loaded);
}

/* Nodes that are their own parents, or have none, or come twice. */
static void circles_are_cut(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{\"nodes\":[{\"id\":1,\"parent\":2,\"callFrame\":{\"functionName\":\"a\"}},"
                  "{\"id\":2,\"parent\":1,\"callFrame\":{\"functionName\":\"b\"}},"
                  "{\"id\":3,\"parent\":9,\"callFrame\":{\"functionName\":\"c\"}},4],"
                  "\"samples\":[1,3],\"timeDeltas\":[1,1]}"));
    assert_int_equal(loaded.profile.building.samples, 2);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_DEEP].count, 1);
    Buf got = sample_text(&loaded, 1);
    assert_string_equal(got.s, "(root)||c");
    buf_free(&got);
    loaded_free(&loaded);
}

static void a_text_may_end_anywhere(void **state) {
    (void)state;
    Str text =
        STR("{\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"(root)\"},\"children\":"
            "[2]},{\"id\":2,\"callFrame\":{\"functionName\":\"\\u00fc\\\"\",\"url\":\"a.js\","
            "\"lineNumber\":4,\"columnNumber\":0},\"hitCount\":3}],\"startTime\":10,"
            "\"samples\":[1,2,2,1],\"timeDeltas\":[0,1.5,-1,3]}");
    expect_cut_anywhere("cpuprofile", text);
}

static void what_is_no_json_is_said(void **state) {
    (void)state;
    Loaded loaded;
    load_text(&loaded, 0, 0,
              STR("{\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"f\"}}],"
                  "\"samples\":[1,1],\"timeDeltas\":[1,1] oops}"));
    assert_int_equal(loaded.profile.building.samples, 2);
    const Complaint *damage = &loaded.profile.complaints.of[COMPLAINT_DAMAGED];
    assert_int_equal(damage->count, 1);
    assert_string_equal(damage->example[0].excerpt, "oops}");
    loaded_free(&loaded);
}

/* Many samples, in every order of the lists: what is made of them while they are read is what is
 * made of them at the end. */
static void the_order_of_the_lists_does_not_matter(void **state) {
    (void)state;
    enum { SAMPLES = 3000 };
    Buf part[4] = {{0}};
    Buf first = {0};
    buf_puts(&part[0], "\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"(root)\"}}");
    for (int i = 2; i < 40; i++)
        buf_printf(&part[0], ",{\"id\":%d,\"callFrame\":{\"functionName\":\"f%d\"},\"parent\":%d}",
                   i % 13 ? i : i * 100000, i, i / 2 % 13 ? i / 2 : 1);
    buf_puts(&part[0], "]");
    buf_puts(&part[1], "\"startTime\":5172934512.25");
    buf_puts(&part[2], "\"samples\":[");
    buf_puts(&part[3], "\"timeDeltas\":[");
    for (int i = 0; i < SAMPLES; i++) {
        uint32_t random = (uint32_t)hash_mix((uint64_t)i);
        int id = (int)(random % 41);
        buf_printf(&part[2], "%s%d", i ? "," : "", id % 13 ? id : id * 100000);
        if (i < SAMPLES - 5) /* the last ones have no time */
            buf_printf(&part[3],
                       random % 29 == 0    ? "%s-%u"
                       : random % 31 == 0  ? "%s%u.125"
                       : random % 997 == 0 ? "%s3%09u"
                                           : "%s%u",
                       i ? "," : "", random >> 8 & 1023);
    }
    buf_puts(&part[2], "]");
    buf_puts(&part[3], "]");
    for (int order = 0; order < 24; order++) {
        Buf text = {0};
        int left[] = {0, 1, 2, 3};
        for (int i = 4, rest = order; i > 0; rest /= i--) {
            int which = rest % i;
            buf_printf(&text, "%c%s", i == 4 ? '{' : ',', part[left[which]].s);
            left[which] = left[i - 1];
        }
        buf_putc(&text, '}');
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&text));
        Buf dump = loaded_dump(&loaded);
        assert_in_range(loaded.profile.building.samples, SAMPLES / 2, SAMPLES);
        if (order == 0)
            first = dump;
        else
            assert_string_equal(dump.s, first.s);
        if (order)
            buf_free(&dump);
        loaded_free(&loaded);
        buf_free(&text);
    }
    buf_free(&first);
    for (int i = 0; i < 4; i++)
        buf_free(&part[i]);
}

/* How far the source was read when the first rows came. */
typedef struct Watched {
    Source *source;
    int64_t first_at;
} Watched;

static bool watch(void *watched, Batch *batch) {
    Watched *w = (Watched *)watched;
    if (batch && batch_rows(batch) && !w->first_at)
        w->first_at = source_consumed(w->source);
    return true;
}

/* As V8 writes it: the heat map fills while the last list is read. */
static void rows_come_while_times_are_read(void **state) {
    (void)state;
    enum { SAMPLES = 400000 };
    Buf text = {0};
    Error err = {0};
    buf_puts(&text,
             "{\"nodes\":[{\"id\":1,\"callFrame\":{\"functionName\":\"f\"}}],\"startTime\":1,"
             "\"samples\":[1");
    for (int i = 1; i < SAMPLES; i++)
        buf_puts(&text, ",1");
    int64_t half = (int64_t)text.n;
    buf_puts(&text, "],\"timeDeltas\":[1000");
    for (int i = 1; i < SAMPLES; i++)
        buf_puts(&text, ",1000");
    buf_puts(&text, "]}");
    Watched w = {source_open(temp_file(buf_str(&text)), CODEC_AUTO, &err), 0};
    assert_true(format_named("cpuprofile")->run(w.source, watch, &w, &err));
    assert_in_range(w.first_at, half / 2, half + ((int64_t)text.n - half) / 2);
    source_close(w.source);
    temp_remove();
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_may_come_last),
        cmocka_unit_test(hits_stand_in_for_samples),
        cmocka_unit_test(circles_are_cut),
        cmocka_unit_test(a_text_may_end_anywhere),
        cmocka_unit_test(what_is_no_json_is_said),
        cmocka_unit_test(the_order_of_the_lists_does_not_matter),
        cmocka_unit_test(rows_come_while_times_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
