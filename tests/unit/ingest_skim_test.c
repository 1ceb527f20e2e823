/* What is read the way of the many must come to what the slow way says: texts as programs write
 * them against the same with blanks in places where the quick way gives up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "ingest/json_walk.h"
#include "unit/ingest_helper.h"

static uint64_t seed;

static uint32_t any(uint32_t n) {
    return (uint32_t)(hash_mix(++seed) >> 20) % n;
}

/* The brackets and strings of a text, from any block on, by either variant. */
static void walks_agree(void **state) {
    (void)state;
    static const char letters[] = "{}[]\"\"\\\\ax:,1 {}";
    char text[640 + 64];
    for (uint32_t turn = 0; turn < 4000; turn++) {
        uint32_t kinds = 3 + any(sizeof letters - 4), n = any(641);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = any(4) ? 'b' : letters[any(kinds)];
        JsonWalk a = {.level = 1 + any(3)}, b = a;
        for (size_t at = 0;;) {
            size_t took = json_walk(&a, text + at, n - at);
            assert_int_equal(took, json_walk_portable(&b, text + at, n - at));
            assert_int_equal(a.level, b.level);
            if (!a.level)
                break;
            assert_int_equal(a.string, b.string);
            assert_int_equal(a.escaped, b.escaped);
            at += took;
            if (n - at < JSON_WALK_BLOCK)
                break;
        }
    }
}

static void put_member(Buf *out, const char *slow, const char *key, const char *value) {
    buf_printf(out, "%s\"%s\":%s%s", out->s[out->n - 1] == '{' ? "" : ",", key, slow, value);
}

static void put_number(Buf *out, const char *slow, const char *key, int64_t eighths) {
    char number[48];
    if (eighths % 8)
        snprintf(number, sizeof number, "%lld.%03d", (long long)(eighths / 8),
                 (int)(eighths % 8) * 125);
    else
        snprintf(number, sizeof number, "%lld", (long long)(eighths / 8));
    put_member(out, slow, key, number);
}

static void put_trace_event(Buf *out, const char *slow, int64_t ts) {
    static const char *const phase[] = {"\"B\"", "\"E\"", "\"X\"", "\"X\"",
                                        "\"b\"", "\"M\"", "\"P\""};
    static const char *const args[] = {
        "{}",
        ("{\"data\":{\"a\":[1,{\"b\":\"}]\\\"\"}],\"url\":\"file:///a/long/"
         "name/that/is/longer/than/one/block/of/sixty-four/bytes\"}}"),
        "{\"name\":\"worker\"}", "null", "true"};
    static const char *const category[] = {"\"v8\"", "\"v8\"", "\"toplevel,loading\"", "\"\"",
                                           "\"a\\\\b\""};
    static const char *const name[] = {
        "\"f\"",           "\"g\"",    "\"a longer name, of more than thirty-two letters\"",
        "\"thread_name\"", "\"h\\n\"", "\"ProfileChunk\""};
    static const char *const thread[] = {"1", "1", "1", "22", "\"main\"", "123456789"};
    bool whole = any(2);
    buf_puts(out, out->n > 1 ? ",\n{" : "{");
    if (any(2))
        put_member(out, slow, "args", args[any(5)]);
    put_member(out, slow, "cat", category[any(5)]);
    if (any(2))
        put_number(out, slow, any(4) ? "dur" : "tdur", any(9000));
    if (any(6) == 0)
        put_member(out, slow, "id", any(2) ? "\"0x1f\"" : "7");
    put_member(out, slow, "name", name[any(6)]);
    put_member(out, slow, "ph", whole ? "\"X\"" : phase[any(7)]);
    put_member(out, slow, "pid", any(5) ? "4711" : "4712");
    if (any(3) == 0)
        put_member(out, slow, any(2) ? "a_key_that_is_long" : "s", any(2) ? "\"t\"" : "-1.5e3");
    put_member(out, slow, "tid", thread[any(6)]);
    put_number(out, slow, "ts", ts);
    buf_puts(out, "}");
}

static void expect_same_dump(Str quick, Str slow, const char *format) {
    Loaded a, b;
    load_text(&a, 0, 0, quick);
    load_text(&b, 0, 0, slow);
    assert_string_equal(a.status.format, format);
    Buf one = loaded_dump(&a), other = loaded_dump(&b);
    assert_string_equal(one.s, other.s);
    assert_in_range(a.profile.building.samples, 300, UINT64_MAX);
    buf_free(&one);
    buf_free(&other);
    loaded_free(&a);
    loaded_free(&b);
}

static void put_trace(Buf *out, const char *slow) {
    int64_t ts = 0;
    seed = 7;
    buf_puts(out, "[");
    for (int i = 0; i < 3000; i++)
        put_trace_event(out, slow, ts += any(2000));
    buf_puts(out, "]");
}

/* No complaint here names a place, which is another with blanks. */
static void traces_are_skimmed_as_they_are_read(void **state) {
    (void)state;
    Buf quick = {0}, slow = {0};
    put_trace(&quick, "");
    put_trace(&slow, "\t");
    Loaded a;
    load_text(&a, 0, 0, buf_str(&quick));
    assert_in_range(complaints_total(&a.profile.complaints), 1,
                    UINT64_MAX); /* ends without a begin */
    loaded_free(&a);
    expect_same_dump(buf_str(&quick), buf_str(&slow), "trace events");
    expect_same_any_way(buf_str(&quick));
    buf_free(&quick);
    buf_free(&slow);
}

static void put_shared(Buf *out) {
    buf_puts(out, "{\"$schema\":\"x\",\"shared\":{\"frames\":[");
    for (int i = 0; i < 20; i++)
        buf_printf(out, "%s{\"name\":\"f%d\"}", i ? "," : "", i);
    buf_puts(out, "]},\"profiles\":[{\"name\":\"p\",\"unit\":\"microseconds\",\"startValue\":0,");
}

static void put_speedscope_events(Buf *out, const char *slow) {
    uint32_t stack[64], depth = 0;
    int64_t at = 0;
    char frame[16];
    seed = 11;
    put_shared(out);
    buf_puts(out, "\"type\":\"evented\",\"events\":[");
    for (int i = 0; i < 4000; i++) {
        bool open = depth < 2 || (depth < 60 && any(2));
        uint32_t of = open ? any(20) : stack[--depth];
        if (open)
            stack[depth++] = of;
        buf_puts(out, i ? ",{" : "{");
        put_member(out, slow, "type", open ? "\"O\"" : "\"C\"");
        snprintf(frame, sizeof frame, "%u", of);
        put_member(out, slow, "frame", frame);
        put_number(out, slow, "at", at += any(900));
        if (any(9) == 0)
            put_member(out, slow, "note", any(2) ? "[\"]\",{}]" : "false");
        buf_puts(out, "}");
    }
    buf_printf(out, "],\"endValue\":%lld}]}", (long long)at);
}

static void put_speedscope_samples(Buf *out, const char *slow) {
    seed = 13;
    put_shared(out);
    buf_puts(out, "\"type\":\"sampled\",\"samples\":[");
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t kind = any(30);
        buf_printf(out, "%s%s[", i ? "," : "", i ? slow : "");
        for (uint32_t k = 0; k < kind; k++)
            buf_printf(out, "%s%u", k ? "," : "", kind == 7 && i % 2 ? 1 : (kind * k + 3) % 20);
        buf_puts(out, "]");
    }
    buf_puts(out, "],\"weights\":[");
    for (int i = 0; i < 3000; i++)
        buf_printf(out, "%s%s%u%s", i ? "," : "", i ? slow : "", any(3000), any(3) ? "" : ".125");
    buf_puts(out, "]}]}");
}

static void speedscope_is_skimmed_as_it_is_read(void **state) {
    (void)state;
    void (*const put[])(Buf *, const char *) = {put_speedscope_events, put_speedscope_samples};
    for (int i = 0; i < 2; i++) {
        Buf quick = {0}, slow = {0};
        put[i](&quick, "");
        put[i](&slow, "\t ");
        expect_same_dump(buf_str(&quick), buf_str(&slow), "speedscope");
        expect_same_any_way(buf_str(&quick));
        buf_free(&quick);
        buf_free(&slow);
    }
}

static void put_column(Buf *out, const char *name, uint32_t n, bool fraction, uint32_t most) {
    buf_printf(out, ",\"%s\":[", name);
    for (uint32_t i = 0; i < n; i++) {
        buf_puts(out, i ? "," : "");
        if (any(40) == 0)
            buf_puts(out, "null");
        else
            fraction ? buf_printf(out, "%u.%06u", i, any(1000000))
                     : buf_printf(out, "%u", any(most));
    }
    buf_puts(out, "]");
}

/* tables_first: then samples are rows while they are read. */
static void put_firefox(Buf *out, bool tables_first) {
    Buf tables = {0}, samples = {0};
    seed = 17;
    buf_puts(&tables, ",\"stackTable\":{\"length\":50,\"prefix\":[null");
    for (uint32_t i = 1; i < 50; i++)
        buf_printf(&tables, ",%u", any(i));
    buf_puts(&tables, "]");
    put_column(&tables, "frame", 50, false, 20);
    buf_puts(&tables,
             "},\"frameTable\":{\"func\":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]},"
             "\"funcTable\":{\"name\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9],\"resource\":[0,"
             "null]},\"resourceTable\":{\"name\":[3]},\"stringArray\":[\"a\",\"b\",\"c\",\"d\","
             "\"e\",\"f\",\"g\",\"h\",\"i\",\"j\"]");
    buf_puts(&samples, ",\"samples\":{\"weightType\":\"samples\",\"weight\":null");
    put_column(&samples, "stack", 2000, false, 52);
    put_column(&samples, "time", 1990, true, 1);
    buf_puts(&samples, "}");
    buf_puts(
        out,
        "{\"meta\":{\"interval\":1,\"startTime\":5},\"threads\":[{\"name\":\"t\",\"pid\":7,\"tid\":8");
    buf_put(out, buf_str(tables_first ? &tables : &samples));
    buf_put(out, buf_str(tables_first ? &samples : &tables));
    buf_puts(out, "}]}");
    buf_free(&tables);
    buf_free(&samples);
}

static void samples_of_firefox_flow_as_they_wait(void **state) {
    (void)state;
    Buf flowing = {0}, waiting = {0};
    put_firefox(&flowing, true);
    put_firefox(&waiting, false);
    expect_same_dump(buf_str(&flowing), buf_str(&waiting), "Firefox profile");
    expect_same_any_way(buf_str(&flowing));
    buf_free(&flowing);
    buf_free(&waiting);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_agree),
        cmocka_unit_test(traces_are_skimmed_as_they_are_read),
        cmocka_unit_test(speedscope_is_skimmed_as_it_is_read),
        cmocka_unit_test(samples_of_firefox_flow_as_they_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
