/* Names made safe, the elements of an SVG, the numbers inside an HTML page and what happens
 * when they do not fit, samples visited one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "picture/export_html.h"
#include "picture/export_svg.h"
#include "picture/plain_text.h"
#include "query_helper.h"

/* ---- names ------------------------------------------------------------------------------- */

static void names_become_plain(void **state) {
    (void)state;
    static const struct {
        const char *name, *plain, *xml;
    } rows[] = {
        {"main", "main", "main"},
        {"", "", ""},
        {"a<b>&\"'", "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
        {"]]>", "]]>", "]]&gt;"},
        {"<script>alert(1)</script>", "<script>alert(1)</script>",
         "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"a\x01\x02\x1b\x7f", "a\ufffd\ufffd\ufffd\ufffd", "a\ufffd\ufffd\ufffd\ufffd"},
        {"a\tb\nc\r", "a b c ", "a b c "},
        {"\xc2\x85", "\ufffd", "\ufffd"},                             /* a C1 control */
        {"\xff\xfe!", "\ufffd\ufffd!", "\ufffd\ufffd!"},              /* no UTF-8 */
        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd"}, /* a surrogate */
        {"\xef\xbf\xbe\xef\xbf\xbf", "\ufffd\ufffd", "\ufffd\ufffd"}, /* U+FFFE, U+FFFF */
        {"\xc0\xbc", "\ufffd\ufffd", "\ufffd\ufffd"},                 /* an overlong < */
        {"\u202eevil\u202c\u2066x\u2069", "\ufffdevil\ufffd\ufffdx\ufffd",
         "\ufffdevil\ufffd\ufffdx\ufffd"},
        {"\u05e9\u05dc", "\u05e9\u05dc", "\u2068\u05e9\u05dc\u2069"},
        {"x\u0645<", "x\u0645<", "\u2068x\u0645&lt;\u2069"},
        {"\u00e9 \u4e2d \U0001f525", "\u00e9 \u4e2d \U0001f525", "\u00e9 \u4e2d \U0001f525"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Buf plain = {0}, xml = {0};
        buf_puts(&plain, "");
        buf_puts(&xml, "");
        plain_put(&plain, str_of(rows[i].name), 0);
        plain_put(&xml, str_of(rows[i].name), PLAIN_XML | PLAIN_ISOLATED);
        assert_string_equal(plain.s, rows[i].plain);
        assert_string_equal(xml.s, rows[i].xml);
        buf_free(&plain);
        buf_free(&xml);
    }
}

/* Whatever the bytes: UTF-8, no markup, no control characters, and once plain it stays so. */
static void any_bytes_become_plain(void **state) {
    uint64_t random = 5;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        char name[40];
        size_t n = random_below(&random, sizeof name);
        for (size_t i = 0; i < n; i++)
            name[i] = (char)random_next(&random);
        Buf xml = {0}, plain = {0}, again = {0};
        plain_put(&xml, (Str){name, n}, PLAIN_XML | PLAIN_ISOLATED);
        plain_put(&plain, (Str){name, n}, 0);
        plain_put(&again, buf_str(&plain), 0);
        assert_true(str_eq(buf_str(&plain), buf_str(&again)));
        for (size_t i = 0; i < xml.n;) {
            uint32_t c = utf8_next(buf_str(&xml), &i);
            assert_true(c >= ' ' && c != '<' && c != '>' && c != '"' && c != '\'');
            assert_false(c >= 0x7f && c < 0xa0);
            assert_false((c & 0xfffe) == 0xfffe);
        }
        buf_free(&xml);
        buf_free(&plain);
        buf_free(&again);
    }
}

static void long_names_are_cut(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t chars;
        const char *cut;
    } rows[] = {
        {"function", 8, "function"}, {"function", 7, "funct.."},
        {"function", 3, "f.."},      {"\u00e9\u00e9\u00e9\u00e9", 3, "\u00e9.."},
        {"<<<<", 3, "&lt;.."},       {"\u05e9\u05e9\u05e9\u05e9", 3, "\u2068\u05e9\u2069.."}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Buf out = {0};
        plain_cut(&out, str_of(rows[i].name), rows[i].chars, PLAIN_XML | PLAIN_ISOLATED);
        assert_string_equal(out.s, rows[i].cut);
        buf_free(&out);
    }
}

/* ---- SVG --------------------------------------------------------------------------------- */

static const ExportPage PAGE = {.title = {"t<1>", 4},
                                .subtitle = {"s & s", 5},
                                .notes = {"first\nsecond", 12},
                                .whole = {"the selection", 13},
                                .search = {"a\"b", 3},
                                .background = 0xf4f5f7ff,
                                .text = 0x1d222bff,
                                .muted = 0x5c6577ff,
                                .root_box = 0xe2e5ecff};

static FrameId frame_of(Maker *m, const char *symbol) {
    for (FrameId id = 1; id < profile_view(&m->profile).frames; id++)
        if (str_eq_c(dict_symbol(&m->dict, id), symbol))
            return id;
    fail();
    return 0;
}

/* The elements of the frames, without colours, one a line. */
static void frames_of(const Buf *svg, Buf *out) {
    const char *at = strstr(svg->s, "<g id=\"frames\">\n"), *end;
    assert_non_null(at);
    at += 16;
    end = strstr(at, "</g>\n</g>\n");
    assert_non_null(end);
    while (at < end + 5) {
        const char *fill = strstr(at, " fill=\"#"), *line = strchr(at, '\n') + 1;
        if (fill && fill < line) {
            buf_put(out, (Str){at, (size_t)(fill - at)});
            at = fill + 15;
        } else {
            buf_put(out, (Str){at, (size_t)(line - at)});
            at = line;
        }
    }
}

static void svg_elements(void **state) {
    static const char *const hostile[] = {"</g><script>", "b\x01"}, *const other[] = {"c"};
    MakeOptions o = {.seed = 1};
    Maker m;
    (void)state;
    maker_init(&m, &o);
    maker_put(&m, 1, "p", 1, "e", 0, 0, hostile, 2, FRAME_USER);
    maker_put(&m, 2, "p", 1, "e", 0, 0, other, 1, FRAME_USER);
    FlameBox box[] = {
        {.x0 = 0, .x1 = 1, .total = 1000},
        {.x0 = 0, .x1 = 1, .total = 1000, .depth = 1, .frame = frame_of(&m, "p")},
        {.x0 = 0,
         .x1 = 0.5f,
         .total = 500,
         .parent = 1,
         .depth = 2,
         .frame = frame_of(&m, "</g><script>")},
        {.x0 = 0.5f,
         .x1 = 0.53125f,
         .total = 31,
         .parent = 1,
         .depth = 2,
         .frame = frame_of(&m, "c")},
        {.x0 = 0.75f,
         .x1 = 1,
         .total = 250,
         .parent = 1,
         .depth = 2,
         .merged = 1,
         .merged_count = 1234},
        {.x0 = 0,
         .x1 = 0.001f,
         .total = 1,
         .parent = 2,
         .depth = 3,
         .frame = frame_of(&m, "b\x01")},
    };
    FlameLayout layout = {.box = box, .count = 6, .max_depth = 3, .total = 1000};
    ProfileView view = profile_view(&m.profile);
    Tree *tree = tree_build(&m.profile, &view);
    SvgFlame flame = {
        .page = &PAGE, .dict = &m.dict, .tree = tree, .layout = &layout, .width = 1024};
    Buf svg = {0}, frames = {0};
    export_svg(&flame, &svg);
    frames_of(&svg, &frames);
    assert_string_equal(
        frames.s,
        "<g data-f=\"0 1000 0 1\"><title>all (1\u2009000 samples, 100.00% of the "
        "selection)</title>"
        "<rect x=\"12.00\" y=\"124\" width=\"999.00\" height=\"17\"/><text x=\"16.00\" "
        "y=\"136.5\">all</text></g>\n"
        "<g data-f=\"0 1000 0 1\"><title>p (1\u2009000 samples, 100.00% of the "
        "selection)</title>"
        "<rect x=\"12.00\" y=\"106\" width=\"999.00\" height=\"17\"/><text x=\"16.00\" "
        "y=\"118.5\">p</text></g>\n"
        "<g data-f=\"1 500 0 0.5\"><title>&lt;/g&gt;&lt;script&gt; (500 samples, 50.00% of the "
        "selection)\nm</title>"
        "<rect x=\"12.00\" y=\"88\" width=\"499.00\" height=\"17\"/>"
        "<text x=\"16.00\" y=\"100.5\">&lt;/g&gt;&lt;script&gt;</text></g>\n"
        "<g data-f=\"1 31 0.5 0.03125\"><title>c (31 samples, 3.10% of the "
        "selection)\nm</title>"
        "<rect x=\"512.00\" y=\"88\" width=\"30.25\" height=\"17\"/><text x=\"516.00\" "
        "y=\"100.5\">c</text></g>\n"
        "<g class=\"merged\" data-f=\"1 250 0.75 0.25\"><title>1\u2009234 frames narrower than "
        "a tenth of a pixel "
        "(250 samples, 25.00% of the selection)</title>"
        "<rect x=\"762.00\" y=\"88\" width=\"249.00\" height=\"17\"/>"
        "<text x=\"766.00\" y=\"100.5\">1\u2009234 frames narrower than a tent..</text></g>\n"
        "<g data-f=\"2 1 0 0.001\"><title>b\ufffd (1 sample, 0.10% of the selection)\nm</title>"
        "<rect x=\"12.00\" y=\"70\" width=\"0.75\" height=\"17\"/></g>\n");
    assert_non_null(strstr(svg.s, "<title>t&lt;1&gt;</title>"));
    assert_non_null(strstr(svg.s, "data-search=\"a&quot;b\""));
    assert_non_null(strstr(svg.s, "data-whole=\"1000\""));
    assert_non_null(strstr(svg.s, ">first</text>"));
    assert_non_null(strstr(svg.s, ">second</text>"));
    assert_null(strstr(svg.s, "data-whole-b"));
    buf_clear(&svg);
    layout.differential = true;
    layout.all_a = 1000;
    layout.all_b = 400;
    box[2].total_b = 100;
    box[3].total = 0;
    box[3].total_b = 40;
    export_svg(&flame, &svg);
    assert_non_null(strstr(
        svg.s, "(A 500 samples, 50.00%; B 100 samples, 25.00%; +25.00 percentage points)\nm<"));
    assert_non_null(strstr(
        svg.s, "c (A 0 samples, 0.00%; B 40 samples, 10.00%; -10.00 percentage points; gone)"));
    assert_non_null(strstr(svg.s, "<g class=\"gone\" fill"));
    assert_non_null(strstr(svg.s, "<g class=\"new\" fill"));
    assert_non_null(strstr(svg.s, "data-whole-b=\"400\""));
    buf_free(&svg);
    buf_free(&frames);
    tree_drop(tree);
    maker_free(&m);
}

/* ---- HTML -------------------------------------------------------------------------------- */

static uint8_t base64_value(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    assert_true(at && c);
    return (uint8_t)(at - digits);
}

/* The block of a page, unpacked. */
static void block_of(const Buf *page, Buf *out) {
    const char *at = strstr(page->s, "id=\"data\">"), *end;
    assert_non_null(at);
    at += 10;
    end = strchr(at, '<');
    Buf packed = {0};
    for (; at < end; at += 4) {
        uint32_t three = 0;
        for (int i = 0; i < 4; i++)
            three = three << 6 | (at[i] == '=' ? 0 : base64_value(at[i]));
        for (int i = 2; i >= 0; i--)
            buf_putc(&packed, (char)(three >> 8 * i));
        if (at[2] == '=')
            packed.n--;
        if (at[3] == '=')
            packed.n--;
    }
    Codec *codec = codec_new(CODEC_GZIP, CODEC_ZLIB, NULL);
    CodecIo io = {.in = (const uint8_t *)packed.s, .in_n = packed.n};
    while (io.in_n) {
        io.out = (uint8_t *)buf_reserve(out, 1 << 16);
        io.out_n = 1 << 16;
        assert_true(codec_run(codec, &io, NULL));
        out->n += (1 << 16) - io.out_n;
    }
    assert_true(codec_complete(codec));
    codec_free(codec);
    buf_free(&packed);
}

static uint64_t number_at(const Buf *data, size_t *at) {
    uint64_t value = 0;
    for (uint32_t shift = 0;; shift += 7) {
        assert_true(*at < data->n);
        uint8_t byte = (uint8_t)data->s[(*at)++];
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
}

typedef struct PageSums {
    uint64_t nodes, range, heat, cells;
    bool complete, note;
} PageSums;

static PageSums sums_of(const Buf *page, size_t cells) {
    PageSums s = {0};
    Buf data = {0};
    size_t at = 0;
    block_of(page, &data);
    uint64_t head = number_at(&data, &at);
    const char *note = strstr(data.s + at, "Only the exported range");
    s.note = note && note < data.s + at + head;
    at += head;
    s.nodes = number_at(&data, &at);
    for (uint64_t i = 1; i <= s.nodes; i++) {
        uint64_t step = number_at(&data, &at);
        assert_true(step >= 1 && step <= i); /* its parent comes before it */
        number_at(&data, &at);
    }
    for (uint64_t n = number_at(&data, &at), number = 0; n > 0; n--) {
        number += number_at(&data, &at);
        assert_true(number <= s.nodes);
        s.range += number_at(&data, &at);
    }
    for (size_t i = 0; i < cells; i++)
        s.heat += number_at(&data, &at) >> 1;
    s.complete = number_at(&data, &at) != 0;
    for (uint64_t n = s.complete ? number_at(&data, &at) : 0; n > 0; n--) {
        number_at(&data, &at);
        for (uint64_t k = number_at(&data, &at); k > 0; k--) {
            number_at(&data, &at);
            s.cells += number_at(&data, &at);
        }
    }
    assert_int_equal(at, data.n);
    buf_free(&data);
    return s;
}

static void page_holds_what_fits(void **state) {
    MakeOptions o = {
        .seed = 3, .symbols = 40, .depth = 12, .contexts = 5, .step_ns = 3000000, .disorder = 5};
    Maker m;
    Arena arena;
    Slice slice;
    Buf page = {0};
    (void)state;
    maker_init(&m, &o);
    maker_add(&m, 5000);
    arena_init(&arena, 0);
    ProfileView view = profile_view(&m.profile);
    Query q = {.t0_ns = view.first_ns + 1000000000,
               .t1_ns = view.first_ns + 4000000000,
               .event = EVENT_ALL};
    HeatSpec spec = {.rows = 20, .column_ns = 1000000000, .event = EVENT_ALL};
    ExportSides sides = {.profile = {&m.profile}, .view = {view}, .query = &q};
    HtmlPage what = {
        .page = &PAGE, .sides = &sides, .heat = &spec, .shape = "flame", .theme = "auto"};
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    uint64_t in_range = slice.total;
    q.whole = true;
    assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
    uint64_t in_all = slice.total;
    q.whole = false;
    size_t cells = (size_t)heat_columns(&view, spec.column_ns) * spec.rows;
    assert_true(in_range > 100 && in_range < in_all);

    assert_true(export_html(&what, HTML_PAGE_LIMIT, &page, NULL));
    PageSums all = sums_of(&page, cells);
    assert_true(all.complete && !all.note);
    assert_int_equal(all.range, in_range);
    assert_int_equal(all.cells, in_all);
    assert_int_equal(all.heat, in_all);

    size_t whole = page.n;
    buf_clear(&page);
    assert_true(export_html(&what, whole - 4000, &page, NULL));
    PageSums range = sums_of(&page, cells);
    assert_true(!range.complete && range.note && page.n <= whole - 4000);
    assert_true(range.nodes < all.nodes);
    assert_int_equal(range.range, in_range);
    assert_int_equal(range.heat, in_all);

    /* narrow frames are counted in their callers: fewer nodes, the same sum */
    buf_clear(&page);
    assert_true(export_html(&what, 1, &page, NULL));
    PageSums least = sums_of(&page, cells);
    assert_true(least.nodes < range.nodes && least.nodes > 0);
    assert_int_equal(least.range, in_range);
    buf_free(&page);
    arena_free(&arena);
    maker_free(&m);
}

/* ---- samples one by one ------------------------------------------------------------------ */

typedef struct Visited {
    const Query *query;
    uint64_t *count;
    uint64_t samples;
} Visited;

static void visit(void *context, const SliceSample *s) {
    Visited *v = context;
    v->samples++;
    v->count[s->pair] += v->query->weighted ? s->weight : 1;
    assert_true(v->query->whole || (s->time_ns >= v->query->t0_ns && s->time_ns < v->query->t1_ns));
}

static void visits_what_is_counted(void **state) {
    uint64_t random = 77;
    (void)state;
    for (int round = 0; round < 60; round++) {
        MakeOptions o = {.seed = (uint64_t)round,
                         .symbols = 20,
                         .depth = 6,
                         .contexts = 9,
                         .events = 3,
                         .cpus = 4,
                         .step_ns = 2000000,
                         .disorder = round % 3 ? 10 : 0,
                         .weights = round % 2};
        Maker m;
        Arena arena;
        Slice slice;
        maker_init(&m, &o);
        maker_add(&m, 800);
        arena_init(&arena, 0);
        ProfileView view = profile_view(&m.profile);
        Query q = random_query(&random, &view);
        if (!view.has_weight)
            q.weighted = false;
        assert_true(slice_scan(&m.profile, &view, &q, &arena, &slice, NULL));
        Visited v = {.query = &q, .count = ARENA_ARRAY(&arena, uint64_t, view.pairs)};
        assert_true(slice_visit(&m.profile, &view, &q, visit, &v, NULL));
        assert_int_equal(v.samples, slice.shown);
        assert_memory_equal(v.count, slice.count, view.pairs * sizeof(uint64_t));
        arena_free(&arena);
        maker_free(&m);
    }
}

/* A baseline's samples are those of a query for the same times; the rest is what is left. */
static void visits_what_a_baseline_counts(void **state) {
    uint64_t random = 78;
    (void)state;
    for (int round = 0; round < 60; round++) {
        MakeOptions o = {.seed = (uint64_t)round + 100,
                         .symbols = 20,
                         .depth = 6,
                         .contexts = 9,
                         .events = 3,
                         .cpus = 4,
                         .step_ns = 2000000,
                         .disorder = round % 3 ? 10 : 0,
                         .weights = round % 2};
        Maker m;
        Arena arena;
        Slice selected, all, range;
        maker_init(&m, &o);
        maker_add(&m, 800);
        arena_init(&arena, 0);
        ProfileView view = profile_view(&m.profile);
        Query q = random_query(&random, &view), whole = q, b = q;
        q.weighted = whole.weighted = b.weighted = q.weighted && view.has_weight;
        whole.whole = true;
        b.whole = false;
        q.b0_ns = b.t0_ns = view.first_ns + 300000000;
        q.b1_ns = b.t1_ns = view.first_ns + 900000000;
        assert_true(slice_scan(&m.profile, &view, &q, &arena, &selected, NULL));
        assert_true(slice_scan(&m.profile, &view, &whole, &arena, &all, NULL));
        assert_true(slice_scan(&m.profile, &view, &b, &arena, &range, NULL));
        for (uint8_t kind = BASELINE_NONE; kind <= BASELINE_FILE; kind++) {
            Query asked = whole; /* the visitor checks no times */
            Visited v = {.query = &asked, .count = ARENA_ARRAY(&arena, uint64_t, view.pairs)};
            q.baseline = kind;
            q.baseline_whole_file = kind == BASELINE_FILE && round % 2;
            assert_true(slice_visit_baseline(&m.profile, &view, &q, visit, &v, NULL));
            for (PairId p = 0; p < view.pairs; p++) {
                bool part =
                    kind == BASELINE_RANGE || (kind == BASELINE_FILE && !q.baseline_whole_file);
                uint64_t want = kind == BASELINE_NONE   ? 0
                                : kind == BASELINE_REST ? all.count[p] - selected.count[p]
                                : part                  ? range.count[p]
                                                        : all.count[p];
                assert_int_equal(v.count[p], want);
            }
        }
        arena_free(&arena);
        maker_free(&m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_plain),
        cmocka_unit_test(any_bytes_become_plain),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(svg_elements),
        cmocka_unit_test(page_holds_what_fits),
        cmocka_unit_test(visits_what_is_counted),
        cmocka_unit_test(visits_what_a_baseline_counts),
    };
    return cmocka_run_group_tests_name("picture/page", tests, NULL, NULL);
}
