/* JsonSlabs: what the text becomes, however it is asked for, and what of it may be damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/json_slabs.h"
#include "unit/ingest_helper.h"

enum { JSON = 10 };

typedef struct Made {
    uint32_t kind;
    Str data;
} Made;

#define TEXT(s)                                                                                    \
    {                                                                                              \
        JSON, {                                                                                    \
            (s), sizeof(s) - 1                                                                     \
        }                                                                                          \
    }
#define CELLS(kind, array)                                                                         \
    {                                                                                              \
        (kind), {                                                                                  \
            (const char *)(array), sizeof(array)                                                   \
        }                                                                                          \
    }

static void put_u32(Buf *out, uint32_t value) {
    for (int i = 0; i < 4; i++, value >>= 8)
        buf_putc(out, (char)value);
}

/* The last one is the root, wherever it lies. */
static void make(Buf *out, const Made *made, uint32_t n, bool root_first) {
    uint32_t at = 20 + 12 * n, root = (uint32_t)made[n - 1].data.n;
    uint32_t others = at + (root_first ? root : 0);
    buf_put(out, (Str){"\xdc\xdfJSLB\1\0", 8});
    put_u32(out, 1);
    put_u32(out, n);
    put_u32(out, n - 1);
    for (uint32_t i = 0; i < n; i++) {
        bool first = root_first && i == n - 1;
        put_u32(out, made[i].kind);
        put_u32(out, first ? at : others);
        put_u32(out, (uint32_t)made[i].data.n);
        others += first ? 0 : (uint32_t)made[i].data.n;
    }
    if (root_first)
        buf_put(out, made[n - 1].data);
    for (uint32_t i = 0; i < n - root_first; i++)
        buf_put(out, made[i].data);
}

/* Its text, asked for `step` bytes at a time. */
static void read_all(JsonSlabs *j, size_t step, Buf *out) {
    for (size_t got = 1; got;) {
        got = json_slabs_read(j, buf_reserve(out, step), step);
        assert_true(got <= step);
        out->n += got;
    }
    buf_puts(out, "");
}

static void expect(const Made *made, uint32_t n, const char *want, uint64_t refused) {
    static const size_t steps[] = {1, 3, 7, 4096};
    Buf file = {0};
    make(&file, made, n, false);
    assert_true(json_slabs_is(buf_str(&file)));
    assert_int_equal(json_slabs_length(buf_str(&file)), file.n);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        JsonSlabs j;
        Buf got = {0};
        assert_true(json_slabs_open(&j, buf_str(&file), NULL));
        read_all(&j, steps[i], &got);
        assert_string_equal(got.s, want);
        assert_int_equal(j.refused, refused);
        assert_int_equal(j.cut, 0);
        json_slabs_close(&j);
        buf_free(&got);
    }
    buf_free(&file);
}

static void lists_of_each_kind(void **state) {
    static const int8_t i8[] = {0, -1, -128, 127};
    static const uint8_t u8[] = {0, 255};
    static const int16_t i16[] = {-32768, 32767};
    static const uint16_t u16[] = {65535};
    static const int32_t i32[] = {INT32_MIN, INT32_MAX};
    static const uint32_t u32[] = {UINT32_MAX};
    static const float f32[] = {0.5f, -1.25f};
    static const double f64[] = {
        0,   -0.0,   1,        -2.5, 1e-9, 4e-10, 0.1, 12345.678901234, 1700000000000.25,
        9e9, -9.1e9, 1.0 / 0.0};
    static const int64_t i64[] = {INT64_MIN, INT64_MAX};
    static const uint64_t u64[] = {UINT64_MAX};
    const Made made[] = {
        CELLS(0, i8),
        CELLS(1, u8),
        CELLS(2, i16),
        CELLS(3, u16),
        CELLS(4, i32),
        CELLS(5, u32),
        CELLS(6, f32),
        CELLS(7, f64),
        CELLS(8, i64),
        CELLS(9, u64),
        {5, {"", 0}},
        TEXT("[{\"$s\":0},{\"$s\":1},{\"$s\":2},{\"$s\":3},{\"$s\":4},{\"$s\":5},{\"$s\":6},"
             "{\"$s\":7},{\"$s\":8},{\"$s\":9},{\"$s\":10}]"),
    };
    (void)state;
    expect(
        made, sizeof made / sizeof *made,
        "[[0,-1,-128,127],[0,255],[-32768,32767],[65535],[-2147483648,2147483647],[4294967295],"
        "[0.5,-1.25],[0,0,1,-2.5,0.000000001,0,0.1,12345.678901234,1700000000000.25,9000000000,"
        "-9100000000,null],[-9223372036854775808,9223372036854775807],[18446744073709551615],[]]",
        0);
}

static void only_references_are_replaced(void **state) {
    static const uint8_t one[] = {1};
    const Made made[] = {
        CELLS(1, one),
        TEXT("{\"a\":{ \"$s\" :\n0 },\"b\":\"{\\\"$s\\\":0}\",\"c\\\\\":{\"$s\":0,\"x\":1},"
             "\"{\\\\\":{\"$s\":\"0\"},\"d\":{\"$t\":0},\"e\":{}}"),
        TEXT("{\"root\":{\"$s\":1}}"),
    };
    (void)state;
    expect(made, 3,
           "{\"root\":{\"a\":[1],\"b\":\"{\\\"$s\\\":0}\",\"c\\\\\":{\"$s\":0,\"x\":1},"
           "\"{\\\\\":{\"$s\":\"0\"},\"d\":{\"$t\":0},\"e\":{}}}",
           0);
}

/* One list under many numbers is put in no more often than under one. */
static void slabs_that_lie_over_each_other(void **state) {
    enum { LISTS = 40 };
    (void)state;
    Buf file = {0}, root = {0}, got = {0};
    static const uint8_t cells[1000];
    JsonSlabs j;
    buf_puts(&root, "[");
    for (int i = 0; i < LISTS; i++)
        buf_printf(&root, "%s{\"$s\":%d}", i ? "," : "", i);
    buf_puts(&root, "]");
    Made made[LISTS + 1] = {CELLS(1, cells)};
    for (int i = 1; i < LISTS; i++)
        made[i].kind = 1;
    made[LISTS] = (Made){JSON, buf_str(&root)};
    make(&file, made, LISTS + 1, false);
    for (int i = 1; i < LISTS; i++) /* where the first one lies */
        memcpy(file.s + 24 + 12 * i, file.s + 24, 8);
    assert_true(json_slabs_open(&j, buf_str(&file), NULL));
    read_all(&j, 4096, &got);
    assert_true(got.n < JSON_SLABS_USES * file.n * 2);
    assert_int_equal(j.refused, LISTS - JSON_SLABS_USES * file.n / sizeof cells);
    json_slabs_close(&j);
    buf_free(&got);
    buf_free(&root);
    buf_free(&file);
}

/* Nothing grows without end, and no slab is read that is not there. */
static void what_cannot_be_referred_to(void **state) {
    static const uint8_t one[] = {1};
    const Made circle[] = {TEXT("{\"$s\":1}"), TEXT("[{\"$s\":0},{\"$s\":0},{\"$s\":1}]")};
    const Made odd[] = {CELLS(1, one),
                        {11, {"abcd", 4}},
                        TEXT("[{\"$s\":1},{\"$s\":7},{\"$s\":9999999999},{\"$s\":0},{\"$s\":0},"
                             "{\"$s\":0},{\"$s\":0},{\"$s\":0}]")};
    (void)state;
    expect(circle, 2, "[null,null,null]", 3);
    expect(odd, 3, "[null,null,null,[1],[1],[1],[1],null]", 4);
    Made deep[JSON_SLABS_DEEP + 2];
    char text[JSON_SLABS_DEEP + 2][32];
    for (int i = 0; i < JSON_SLABS_DEEP + 2; i++) {
        snprintf(text[i], sizeof text[i], i ? "{\"$s\":%d}" : "0", i - 1);
        deep[i] = (Made){JSON, str_of(text[i])};
    }
    expect(deep, JSON_SLABS_DEEP + 2, "null", 1);
}

static void heads_that_are_refused(void **state) {
    static const struct {
        size_t at;
        char byte;
        const char *words;
    } change[] = {
        {8, 2, "version 2"}, {15, 1, "16777218 slabs"}, {16, 0, "slab 0"}, {16, 9, "slab 9"}};
    static const uint8_t one[] = {1};
    const Made made[] = {CELLS(1, one), TEXT("{\"$s\":0}")};
    (void)state;
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        Buf file = {0};
        JsonSlabs j;
        Error err = {0};
        make(&file, made, 2, false);
        file.s[change[i].at] = change[i].byte;
        assert_false(json_slabs_open(&j, buf_str(&file), &err));
        assert_non_null(strstr(err.message, change[i].words));
        json_slabs_close(&j);
        buf_free(&file);
    }
}

#define META "\"meta\":{\"interval\":1,\"startTime\":1000}"

static void profile(Buf *out, bool root_first) {
    static const int32_t frame[] = {0, 1}, offset[] = {0, 1}, stack[] = {1, 0};
    static const double time[] = {1.5, 2.25};
    const Made made[] = {
        CELLS(4, frame),
        CELLS(4, offset),
        CELLS(4, stack),
        CELLS(7, time),
        TEXT("[{\"name\":\"t\",\"pid\":\"7\",\"tid\":8,\"samples\":{\"stack\":{\"$s\":2},\"time\":"
             "{\"$s\":3}}}]"),
        TEXT("{" META
             ",\"shared\":{\"stackTable\":{\"frame\":{\"$s\":0},\"prefixOffset\":{\"$s\":1}},"
             "\"frameTable\":{\"func\":[0,1]},\"funcTable\":{\"name\":[0,1]},\"resourceTable\":"
             "{\"name\":[]},\"stringArray\":[\"main\",\"f\"]},\"threads\":{\"$s\":4}}"),
    };
    make(out, made, sizeof made / sizeof *made, root_first);
}

static void a_profile_is_read(void **state) {
    (void)state;
    Buf file = {0};
    Loaded loaded;
    profile(&file, false);
    load_text(&loaded, 0, 0, buf_str(&file));
    assert_string_equal(loaded.status.format, "Firefox profile, JsonSlabs");
    assert_int_equal(loaded.profile.building.samples, 2);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    static const char *const want[] = {"t|samples|main;f", "t|samples|main"};
    for (uint64_t i = 0; i < 2; i++) {
        Buf got = sample_text(&loaded, i);
        assert_string_equal(got.s, want[i]);
        buf_free(&got);
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), i ? 2250000 : 1500000);
    }
    loaded_free(&loaded);
    expect_same_any_way(buf_str(&file));
    buf_free(&file);
}

/* Where the root comes last, what is cut has nothing to begin with, and says so. */
static void a_file_may_be_cut_anywhere(void **state) {
    (void)state;
    uint64_t samples[2] = {0};
    for (int first = 0; first < 2; first++) {
        Buf file = {0};
        profile(&file, first);
        for (size_t n = 0; n < file.n; n++) {
            Loaded loaded;
            load(&loaded, 0,
                 &(LoadOptions){.path = temp_file(str_slice(buf_str(&file), 0, n)),
                                .format = "Firefox profile, JsonSlabs"});
            temp_remove();
            assert_true(loaded.status.state == LOAD_FAILED ||
                        complaints_total(&loaded.profile.complaints));
            assert_true(loaded.status.state != LOAD_FAILED || loaded.error.message[0]);
            samples[first] += loaded.profile.building.samples;
            loaded_free(&loaded);
        }
        buf_free(&file);
    }
    assert_true(samples[1] > samples[0]);
}

/* A slab that is wholly cut off is null, and what stands behind it is read. */
static void a_slab_may_be_cut_off(void **state) {
    const Made made[] = {TEXT("0"), TEXT("[{\"$s\":0},{\"$s\":1},7]")};
    (void)state;
    Buf file = {0}, got = {0};
    JsonSlabs j;
    make(&file, made, 2, false);
    memset(file.s + 24, 0xff, 4); /* where the first lies */
    assert_true(json_slabs_open(&j, buf_str(&file), NULL));
    read_all(&j, 64, &got);
    assert_string_equal(got.s, "[null,null,7]");
    assert_int_equal(j.cut, 1);
    json_slabs_close(&j);
    buf_free(&got);
    buf_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_each_kind),
        cmocka_unit_test(only_references_are_replaced),
        cmocka_unit_test(slabs_that_lie_over_each_other),
        cmocka_unit_test(a_slab_may_be_cut_off),
        cmocka_unit_test(what_cannot_be_referred_to),
        cmocka_unit_test(heads_that_are_refused),
        cmocka_unit_test(a_profile_is_read),
        cmocka_unit_test(a_file_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
