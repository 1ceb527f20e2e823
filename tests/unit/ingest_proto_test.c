#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/proto_pull.h"
#include "picture/proto.h"
#include "query/slice.h"
#include "unit/ingest_helper.h"

static void expect_samples(Loaded *loaded, const char *const *text, const uint64_t *weight,
                           uint64_t n) {
    assert_int_equal(loaded->profile.building.samples, n);
    for (uint64_t i = 0; i < n; i++) {
        Buf got = sample_text(loaded, i);
        assert_string_equal(got.s, text[i]);
        buf_free(&got);
        if (weight)
            assert_int_equal(COLUMN_AT(&loaded->profile.weight, uint64_t, i), weight[i]);
    }
}

/* A message may end behind any field, so that a cut there cannot be seen. */
static void expect_cut(Str bytes, const char *format, uint64_t samples) {
    for (size_t n = 0; n < bytes.n; n++) {
        Loaded loaded;
        load(&loaded, 0,
             &(LoadOptions){.path = temp_file(str_slice(bytes, 0, n)), .format = format});
        temp_remove();
        assert_int_equal(loaded.status.state, LOAD_DONE);
        assert_true(loaded.profile.building.samples <= samples);
        loaded_free(&loaded);
    }
}

/* ---- the wire -----------------------------------------------------------------------------
 */

static void fields_come_one_by_one(void **state) {
    (void)state;
    Str message = {"\x08\x96\x01\x12\x02hi\x19\0\0\0\0\0\0\xf8\x3f\x25\x01\0\0\0", 21};
    ProtoField f;
    assert_true(proto_field(&message, &f));
    assert_true(f.number == 1 && f.wire == PROTO_VARINT && f.value == 150 && f.bytes.n == 0);
    assert_true(proto_field(&message, &f));
    assert_true(f.number == 2 && f.wire == PROTO_BYTES && str_eq(f.bytes, STR("hi")));
    assert_int_equal(f.value, 0); /* not what stood there before */
    assert_true(proto_field(&message, &f));
    assert_true(f.number == 3 && f.wire == PROTO_64 && proto_double(f.value) == 1.5);
    assert_true(proto_field(&message, &f));
    assert_true(f.number == 4 && f.wire == PROTO_32 && f.value == 1);
    assert_false(proto_field(&message, &f));
    assert_int_equal(message.n, 0);
}

static void what_is_no_field_is_left(void **state) {
    (void)state;
    static const char *const bad[] = {"\x08",
                                      "\x12\x05"
                                      "abc",
                                      "\x0b\x01",
                                      "\x01\x01",
                                      "\x19"
                                      "1234",
                                      "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Str message = str_of(bad[i]);
        ProtoField f;
        assert_false(proto_field(&message, &f));
        assert_int_equal(message.n, strlen(bad[i]));
    }
}

/* ---- pprof --------------------------------------------------------------------------------
 */

static void put_pair(Buf *out, uint32_t field, uint64_t a, uint64_t b) {
    Buf inner = {0};
    proto_u64(&inner, 1, a);
    proto_u64(&inner, 2, b);
    proto_bytes(out, field, buf_str(&inner));
    buf_free(&inner);
}

static void put_sample(Buf *out, Str locations, uint64_t count, uint64_t weight) {
    Buf inner = {0};
    proto_bytes(&inner, 1, locations);
    proto_varint(&inner, 2 << 3);
    proto_varint(&inner, count);
    proto_varint(&inner, 2 << 3);
    proto_varint(&inner, weight);
    proto_bytes(out, 2, buf_str(&inner));
    buf_free(&inner);
}

/* Samples first, then the tables: location 2 has an inlined function. */
static void put_pprof(Buf *out, const char *weight_type, const char *weight_unit) {
    put_pair(out, 1, 1, 2);
    put_pair(out, 1, 3, 4);
    put_sample(out, STR("\2\1"), 3, 31);
    put_sample(out, STR("\1"), 1, 0);
    put_sample(out, STR("\3"), 0, 5);
    Buf line = {0}, location = {0};
    for (uint64_t id = 1; id <= 3; id++) {
        buf_clear(&location);
        proto_u64(&location, 1, id);
        proto_u64(&location, 2, 1);
        proto_u64(&location, 3, 0xabc);
        for (uint64_t i = id; id < 3 && i < 2 * id; i++) { /* 1: main; 2: inner, outer */
            buf_clear(&line);
            proto_u64(&line, 1, i);
            proto_bytes(&location, 4, buf_str(&line));
        }
        proto_bytes(out, 4, buf_str(&location));
    }
    for (uint64_t id = 1; id <= 3; id++)
        put_pair(out, 5, id, 4 + id);
    Buf mapping = {0};
    proto_u64(&mapping, 1, 1);
    proto_u64(&mapping, 5, 8);
    proto_bytes(out, 3, buf_str(&mapping));
    const char *const string[] = {"",     "samples", "count", weight_type, weight_unit,
                                  "main", "inner",   "outer", "/bin/prog"};
    for (size_t i = 0; i < sizeof string / sizeof *string; i++)
        proto_bytes(out, 6, str_of(string[i]));
    buf_free(&line);
    buf_free(&location);
    buf_free(&mapping);
}

static void counts_and_weights_are_one_event(void **state) {
    (void)state;
    static const char *const want[] = {
        "prog|cpu|main@/bin/prog;outer@/bin/prog;inner@/bin/prog_[i]",
        "prog|cpu|main@/bin/prog;outer@/bin/prog;inner@/bin/prog_[i]",
        "prog|cpu|main@/bin/prog;outer@/bin/prog;inner@/bin/prog_[i]",
        "prog|cpu|main@/bin/prog",
        "prog|cpu|0xabc@/bin/prog",
    };
    static const uint64_t weight[] = {10334, 10333, 10333, 0, 5000};
    Buf bytes = {0};
    put_pprof(&bytes, "cpu", "microseconds");
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    assert_string_equal(loaded.status.format, "pprof");
    assert_false(loaded.profile.building.has_time);
    expect_samples(&loaded, want, weight, 5);
    assert_int_equal(contexts_get_event(&loaded.dict.contexts, 1).weight, WEIGHT_TIME_NS);
    loaded_free(&loaded);
    expect_same_any_way(buf_str(&bytes));
    expect_cut(buf_str(&bytes), "pprof", 5);
    buf_free(&bytes);
}

/* More than are worth a row each: two events that weigh. */
static void too_many_rows_become_weights(void **state) {
    (void)state;
    Buf bytes = {0};
    put_pair(&bytes, 1, 1, 2);
    put_pair(&bytes, 1, 3, 4);
    put_sample(&bytes, STR("\1"), 5000000000, 640);
    put_sample(&bytes, STR("\1"), UINT64_MAX, 640);
    static const char *const string[] = {"", "objects", "count", "space", "bytes"};
    for (size_t i = 0; i < sizeof string / sizeof *string; i++)
        proto_bytes(&bytes, 6, str_of(string[i]));
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    static const char *const want[] = {"[unknown]|space|0x0", "[unknown]|objects|0x0",
                                       "[unknown]|space|0x0"};
    static const uint64_t weight[] = {640, 5000000000, 640};
    expect_samples(&loaded, want, weight, 3);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_COUNT].count, 1);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_FRAME].count, 1);
    loaded_free(&loaded);
    buf_free(&bytes);
}

/* Fields may come in any order. */
static void types_may_come_behind_samples(void **state) {
    (void)state;
    static const char *const want[] = {"[unknown]|samples|0x0", "[unknown]|samples|0x0"};
    Buf bytes = {0};
    put_sample(&bytes, STR("\1"), 2, 7);
    put_pair(&bytes, 1, 1, 2);
    put_pair(&bytes, 4, 1, 0);
    static const char *const string[] = {"", "samples", "count"};
    for (size_t i = 0; i < sizeof string / sizeof *string; i++)
        proto_bytes(&bytes, 6, str_of(string[i]));
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    expect_samples(&loaded, want, NULL, 2);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    loaded_free(&loaded);
    buf_free(&bytes);
}

/* Of a file that names none, or one that is not there, it is the last. */
static void the_default_type_is_the_first_event(void **state) {
    (void)state;
    static const char *const with[] = {"[unknown]|space|0x0", "[unknown]|objects|0x0",
                                       "[unknown]|objects|0x0"};
    static const char *const without[] = {"[unknown]|objects|0x0", "[unknown]|objects|0x0",
                                          "[unknown]|space|0x0"};
    for (uint64_t type = 0; type < 4; type++) {
        Buf bytes = {0};
        put_pair(&bytes, 1, 1, 2);
        put_pair(&bytes, 1, 3, 2);
        proto_u64(&bytes, 14, type);
        put_pair(&bytes, 4, 1, 0);
        put_sample(&bytes, STR("\1"), 1, 0);
        put_sample(&bytes, STR("\1"), 1, 1);
        static const char *const string[] = {"", "objects", "count", "space"};
        for (size_t i = 0; i < sizeof string / sizeof *string; i++)
            proto_bytes(&bytes, 6, str_of(string[i]));
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&bytes));
        expect_samples(&loaded, type == 1 ? without : with, NULL, 3);
        loaded_free(&loaded);
        buf_free(&bytes);
    }
}

typedef struct Type {
    const char *name, *unit;
} Type;

static uint64_t put_text(Buf *out, Names *strings, const char *text) {
    uint64_t known = strings->entry.count;
    NameId id = names_intern(strings, str_of(text));
    if (id >= known)
        proto_bytes(out, 6, str_of(text));
    return id;
}

/* Types, and samples of one location that have all values alike: those of `value`, one a sample,
 * each but for the last type, which has it in the first sample only. Label: NULL, or key and text.
 */
static Buf types_pprof(const Type *type, uint32_t types, const char *default_type,
                       const uint64_t *value, uint32_t samples, const char *const *label) {
    Buf out = {0};
    Names strings;
    names_init(&strings);
    proto_bytes(&out, 6, STR(""));
    for (uint32_t t = 0; t < types; t++) {
        uint64_t name = put_text(&out, &strings, type[t].name);
        put_pair(&out, 1, name, put_text(&out, &strings, type[t].unit));
    }
    if (default_type)
        proto_u64(&out, 14, put_text(&out, &strings, default_type));
    put_pair(&out, 4, 1, 0);
    for (uint32_t i = 0; i < samples; i++) {
        Buf inner = {0}, values = {0}, pair = {0};
        for (uint32_t t = 0; t < types; t++)
            proto_varint(&values, t + 1 == types && i ? 0 : value[i]);
        proto_bytes(&inner, 1, STR("\1"));
        proto_bytes(&inner, 2, buf_str(&values));
        for (uint32_t k = 0; label && label[k]; k += 2) {
            buf_clear(&pair);
            proto_u64(&pair, 1, put_text(&out, &strings, label[k]));
            proto_u64(&pair, 2, put_text(&out, &strings, label[k + 1]));
            proto_bytes(&inner, 3, buf_str(&pair));
        }
        proto_bytes(&out, 2, buf_str(&inner));
        buf_free(&inner);
        buf_free(&values);
        buf_free(&pair);
    }
    names_free(&strings);
    return out;
}

static void expect_default(const Loaded *l, const char *name) {
    ProfileView view = profile_view(&l->profile);
    EventId event = query_default_event(&l->profile, &view);
    NameId id = contexts_get_event(&l->dict.contexts, event).name;
    assert_true(str_eq_c(names_get(&l->dict.names, id), name));
}

static const Type go_heap[] = {{"alloc_objects", "count"},
                               {"alloc_space", "bytes"},
                               {"inuse_objects", "count"},
                               {"inuse_space", "bytes"}};

/* What a file chooses is shown however few samples are of it: what is in use may be little of what
 * was allocated. */
static void what_a_file_chooses_may_be_rare(void **state) {
    static const uint64_t value[] = {1, 9000};
    static const char *const chosen[] = {NULL, "alloc_space", "inuse_space", "nonsense"};
    (void)state;
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) {
        Buf bytes = types_pprof(go_heap, 4, chosen[i], value, 2, NULL);
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&bytes));
        expect_default(&loaded, i == 1 ? "alloc_space" : "inuse_space");
        loaded_free(&loaded);
        buf_free(&bytes);
    }
}

/* Only a heap's last type is shown though it is rare: that of others may be a few exceptions. */
static void the_last_type_may_be_too_rare(void **state) {
    static const Type php[] = {{"sample", "count"},
                               {"wall-time", "nanoseconds"},
                               {"cpu-time", "nanoseconds"},
                               {"exception-samples", "count"}};
    static const uint64_t value[] = {100, 1};
    (void)state;
    Buf bytes = types_pprof(php, 4, NULL, value, 2, NULL);
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    assert_int_equal(profile_view(&loaded.profile).chosen, 0);
    loaded_free(&loaded);
    buf_free(&bytes);
}

/* Counts go with weights whose names say so, or where there is nothing else. */
static void types_are_one_event_where_they_belong_together(void **state) {
    static const struct {
        Type type[12];
        const char *events; /* of the one sample */
    } cases[] = {
        {{{"samples", "count"}, {"cpu", "nanoseconds"}}, "cpu"},
        {{{"sample", "count"}, {"wall", "microseconds"}, {"cpu", "nanoseconds"}}, "cpu wall"},
        {{{"sample", "count"}, {"wall-time", "nanoseconds"}, {"cpu-time", "nanoseconds"}},
         "cpu-time wall-time"},
        {{{"lock-acquire", "count"},
          {"lock-acquire-wait", "nanoseconds"},
          {"lock-release", "count"},
          {"lock-release-hold", "nanoseconds"}},
         "lock-release-hold lock-acquire-wait"},
        {{{"samples", "count"}, {"cycles", "count"}}, "cycles"},
        {{{"events", "count"}, {"cycles", "count"}}, "cycles events"},
        {{{"contentions", "count"}, {"delay", "nanoseconds"}}, "delay"},
        {{{"ticks", "count"}, {"burnt", "joules"}}, "burnt"},
        {{{"alloc_objects", "count"},
          {"alloc_space", "bytes"},
          {"inuse_objects", "count"},
          {"inuse_space", "bytes"}},
         "inuse_space alloc_space"},
        {{{"alloc_objects", "count"}, {"inuse_space", "bytes"}, {"x", "bytes"}},
         "x alloc_objects inuse_space"},
        {{{"cpu-time", "nanoseconds"},
          {"cpu-samples", "count"},
          {"wall-time", "nanoseconds"},
          {"wall-samples", "count"},
          {"exception-samples", "count"},
          {"lock-acquire-wait", "nanoseconds"},
          {"lock-acquire", "count"},
          {"alloc-space", "bytes"},
          {"alloc-samples", "count"},
          {"heap-space", "bytes"}},
         "heap-space cpu-time cpu-samples wall-time wall-samples exception-samples "
         "lock-acquire-wait lock-acquire alloc-space alloc-samples"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const uint64_t one[] = {1};
        uint32_t types = 0;
        while (cases[i].type[types].name)
            types++;
        Buf bytes = types_pprof(cases[i].type, types, NULL, one, 1, NULL), got = {0};
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&bytes));
        for (uint64_t row = 0; row < loaded.profile.building.samples; row++) {
            Buf text = sample_text(&loaded, row);
            Str rest = buf_str(&text);
            str_cut(&rest, '|');
            buf_puts(&got, row ? " " : "");
            buf_put(&got, str_cut(&rest, '|'));
            buf_free(&text);
        }
        assert_string_equal(got.s, cases[i].events);
        loaded_free(&loaded);
        buf_free(&bytes);
        buf_free(&got);
    }
}

/* "event" is a word that anybody may use. */
static void labels_name_threads(void **state) {
    static const struct {
        const char *label[7], *text;
        int32_t tid;
    } cases[] = {
        {{"thread", "w", "tid", "7"}, "w|samples|0x0", 7},
        {{"thread_name", "w", "thread_id", "8"}, "w|samples|0x0", 8},
        {{"thread name", "w", "thread id", "9"}, "w|samples|0x0", 9},
        {{"thread id", "139652187428608", "thread native id", "10"}, "[unknown]|samples|0x0", 10},
        {{"thread native id", "10", "thread id", "11"}, "[unknown]|samples|0x0", 10},
        {{"event", "click"}, "[unknown]|samples|0x0", -1},
    };
    static const Type samples[] = {{"samples", "count"}};
    static const uint64_t one[] = {1};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Buf bytes = types_pprof(samples, 1, NULL, one, 1, cases[i].label);
        Loaded loaded;
        load_text(&loaded, 0, 0, buf_str(&bytes));
        expect_samples(&loaded, &cases[i].text, NULL, 1);
        Pair pair = pairs_get(&loaded.profile.pairs, COLUMN_AT(&loaded.profile.pair, PairId, 0));
        assert_int_equal(contexts_get(&loaded.dict.contexts, pair.context).tid, cases[i].tid);
        loaded_free(&loaded);
        buf_free(&bytes);
    }
}

static void put_locations(Buf *out, uint64_t n) {
    Buf locations = {0}, inner = {0};
    for (uint64_t i = n; i > 0; i--)
        proto_varint(&locations, i);
    proto_bytes(&inner, 1, buf_str(&locations));
    proto_u64(&inner, 2, 1);
    proto_bytes(out, 2, buf_str(&inner));
    buf_free(&locations);
    buf_free(&inner);
}

/* Location n lies n bytes into the program. Whole stacks are as deep as any; others lose what is
 * next to the root. */
static void stacks_too_deep_are_cut_at_their_root(void **state) {
    (void)state;
    enum { WHOLE = STACKS_MAX_DEPTH - 1, MORE = WHOLE + 10 };
    Buf bytes = {0};
    static const char *const string[] = {"", "samples", "count"};
    put_pair(&bytes, 1, 1, 2);
    for (size_t i = 0; i < sizeof string / sizeof *string; i++)
        proto_bytes(&bytes, 6, str_of(string[i]));
    put_locations(&bytes, WHOLE);
    put_locations(&bytes, MORE);
    for (uint64_t id = 1; id <= MORE; id++) {
        Buf location = {0};
        proto_u64(&location, 1, id);
        proto_u64(&location, 3, id);
        proto_bytes(&bytes, 4, buf_str(&location));
        buf_free(&location);
    }
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    assert_int_equal(loaded.profile.building.samples, 2);
    assert_int_equal(loaded.profile.complaints.of[COMPLAINT_TOO_DEEP].count, 1);
    for (uint64_t i = 0; i < 2; i++) {
        static const char *const root[] = {"[unknown]|samples|0x1;", "[unknown]|samples|0xb;"};
        static const char *const leaf[] = {";0xffff", ";0x10009"};
        Buf text = sample_text(&loaded, i);
        assert_true(str_starts(buf_str(&text), str_of(root[i])));
        assert_true(str_ends(buf_str(&text), str_of(leaf[i])));
        buf_free(&text);
    }
    loaded_free(&loaded);
    buf_free(&bytes);
}

/* ---- nflxprofile --------------------------------------------------------------------------
 */

static void put_double(Buf *out, double d) {
    buf_put(out, (Str){(const char *)&d, sizeof d});
}

static void put_node(Buf *out, uint64_t id, const char *name, uint64_t parent, Str more) {
    Buf node = {0}, entry = {0};
    proto_bytes(&node, 1, str_of(name));
    proto_u64(&node, 5, parent);
    buf_put(&node, more);
    proto_u64(&entry, 1, id);
    proto_bytes(&entry, 2, buf_str(&node));
    proto_bytes(out, 5, buf_str(&entry));
    buf_free(&node);
    buf_free(&entry);
}

static void nodes_have_stacks_or_parents(void **state) {
    (void)state;
    Buf bytes = {0}, deltas = {0};
    proto_varint(&bytes, 1 << 3 | PROTO_64);
    put_double(&bytes, 10.5);
    proto_varint(&bytes, 2 << 3 | PROTO_64);
    put_double(&bytes, 20);
    proto_bytes(&bytes, 3, STR("\3\4\1\3"));
    put_double(&deltas, 0.000001);
    put_double(&deltas, 0.25);
    put_double(&deltas, -0.125);
    put_double(&deltas, 1);
    proto_bytes(&bytes, 4, buf_str(&deltas));
    proto_bytes(&bytes, 9, STR("\0\1\2\3"));
    proto_bytes(&bytes, 10, STR("\7\7\7\7"));
    put_node(&bytes, 3, "f", 1, STR("\x22\x06kernel")); /* before those it hangs on */
    put_node(&bytes, 1, "java", 9, STR(""));
    put_node(&bytes, 9, "root", 0, STR(""));
    put_node(&bytes, 4, "node", 0, STR("\x52\x06\x0a\x04main\x52\x08\x0a\x01g\x12\x03jit"));
    static const char *const want[] = {"java||f_[k]", "node||main;g_[j]", "java||", "java||f_[k]"};
    static const int64_t time[] = {10500001000, 10750001000, 10625001000, 11625001000};
    Loaded loaded;
    load_text(&loaded, 0, 0, buf_str(&bytes));
    assert_string_equal(loaded.status.format, "nflxprofile");
    expect_samples(&loaded, want, NULL, 4);
    assert_int_equal(complaints_total(&loaded.profile.complaints), 0);
    for (uint64_t i = 0; i < 4; i++) {
        assert_int_equal(COLUMN_AT(&loaded.profile.time_ns, int64_t, i), time[i]);
        assert_int_equal(COLUMN_AT(&loaded.profile.cpu, uint16_t, i), i);
    }
    loaded_free(&loaded);
    expect_same_any_way(buf_str(&bytes));
    expect_cut(buf_str(&bytes), "nflxprofile", 4);
    buf_free(&bytes);
    buf_free(&deltas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_one_by_one),
        cmocka_unit_test(what_is_no_field_is_left),
        cmocka_unit_test(counts_and_weights_are_one_event),
        cmocka_unit_test(too_many_rows_become_weights),
        cmocka_unit_test(types_may_come_behind_samples),
        cmocka_unit_test(the_default_type_is_the_first_event),
        cmocka_unit_test(what_a_file_chooses_may_be_rare),
        cmocka_unit_test(the_last_type_may_be_too_rare),
        cmocka_unit_test(types_are_one_event_where_they_belong_together),
        cmocka_unit_test(labels_name_threads),
        cmocka_unit_test(stacks_too_deep_are_cut_at_their_root),
        cmocka_unit_test(nodes_have_stacks_or_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
