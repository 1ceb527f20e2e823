#include "picture/export_html.h"

#include <stdio.h>

#include "base/codec.h"
#include "base/json.h"
#include "picture/assets_embedded.h"
#include "picture/export_frame.h"
#include "picture/page_data.h"
#include "picture/plain_text.h"
#include "query/slice.h"

typedef struct Writer {
    const HtmlPage *x;
    PageData data;
    Arena arena; /* of the grid */
    const HeatGrid *grid;
    Buf plain;
    char note[200]; /* what is not in the page */
} Writer;

/* ---- the head of the data, as JSON ------------------------------------------------------- */

static void put_plain(Writer *w, JsonWriter *j, Str text) {
    buf_clear(&w->plain);
    plain_put(&w->plain, text, 0);
    json_str(j, buf_str(&w->plain));
}

static void put_text(Writer *w, JsonWriter *j, const char *key, Str text) {
    json_key(j, key);
    put_plain(w, j, text);
}

static void put_number(JsonWriter *j, const char *key, int64_t value) {
    json_key(j, key);
    json_i64(j, value);
}

static void put_words(Writer *w, JsonWriter *j) {
    const HtmlPage *x = w->x;
    put_text(w, j, "title", x->page->title);
    put_text(w, j, "subtitle", x->page->subtitle);
    put_text(w, j, "unit", str_of(weight_unit(x->page->kind)));
    put_text(w, j, "search", x->page->search);
    put_text(w, j, "shape", str_of(x->shape));
    put_text(w, j, "theme", str_of(x->theme));
    json_key(j, "notes");
    json_array(j);
    for (Str rest = x->page->notes; rest.n;)
        put_plain(w, j, str_cut(&rest, '\n'));
    if (w->note[0])
        put_plain(w, j, str_of(w->note));
    json_array_end(j);
    json_key(j, "zoom");
    json_array(j);
    for (Str rest = x->zoom; rest.n;) {
        Str module = str_cut(&rest, '\n');
        Str symbol = str_cut(&module, '\t');
        json_array(j);
        put_plain(w, j, symbol);
        put_plain(w, j, module);
        json_array_end(j);
    }
    json_array_end(j);
    json_key(j, "heaviest");
    json_bool(j, x->heaviest_first);
}

static void put_colors(JsonWriter *j, const uint32_t *color, int n) {
    for (int i = 0; i < n; i++)
        json_u64(j, color[i] >> 8);
}

static void put_ramp(const HtmlPage *x, JsonWriter *j, const char *key, bool dark) {
    HeatRamp ramp;
    heat_ramp(x->heat_palette, dark, &ramp);
    json_key(j, key);
    json_array(j);
    put_colors(j, ramp.color, 256);
    put_colors(j, &ramp.outside, 1);
    put_colors(j, &ramp.filtered, 1);
    json_array_end(j);
}

/* Of its cells, which may be weights where the stacks are samples, or the other way round. */
static uint32_t heat_kind(const Writer *w) {
    const ExportSides *s = w->x->sides;
    return w->grid->unit == HEAT_UNIT_WEIGHT
               ? query_weight_kind(s->profile[0]->dict, &s->view[0], s->query->event)
               : (uint32_t)WEIGHT_SAMPLES;
}

static void put_heat(const Writer *w, JsonWriter *j) {
    const HtmlPage *x = w->x;
    const HeatGrid *g = w->grid;
    json_key(j, "heat");
    if (!g) {
        json_null(j);
        return;
    }
    HeatMapper mapper;
    heat_mapper(g, x->scale, &mapper);
    json_object(j);
    put_number(j, "columns", g->columns);
    put_number(j, "rows", g->rows);
    put_number(j, "column_ns", g->spec.column_ns);
    put_number(j, "max", g->max);
    put_number(j, "shift", g->unit_shift);
    json_key(j, "unit");
    json_str(j, str_of(weight_unit(heat_kind(w))));
    put_number(j, "first_ns", g->first_ns - g->origin_ns);
    put_number(j, "last_ns", g->last_ns - g->origin_ns);
    json_key(j, "down");
    json_bool(j, x->downwards);
    json_key(j, "scale");
    json_str(j, str_of(heat_scale_name(x->scale)));
    json_key(j, "steps");
    json_array(j);
    for (uint32_t i = 0; i < mapper.steps; i++)
        json_u64(j, mapper.threshold[i]);
    json_array_end(j);
    put_ramp(x, j, "dark", true);
    put_ramp(x, j, "light", false);
    json_object_end(j);
}

/* A range of the profile on the page's map, or null. */
static void put_times(const Writer *w, JsonWriter *j, const char *key, bool on, int64_t t0,
                      int64_t t1) {
    json_key(j, key);
    if (!on || !w->grid) {
        json_null(j);
        return;
    }
    json_array(j);
    json_i64(j, t0 - w->grid->origin_ns);
    json_i64(j, t1 - w->grid->origin_ns);
    json_array_end(j);
}

/* Colours of a differential: those of a legend, from gone over less and more to new. */
static void put_diff_colors(JsonWriter *j, const char *key, bool safe) {
    json_key(j, key);
    json_array(j);
    for (int dark = 1; dark >= 0; dark--) {
        DiffLegend legend;
        flame_diff_legend(safe, dark, &legend);
        json_array(j);
        put_colors(j, &legend.only_b, 1);
        put_colors(j, legend.ramp, DIFF_LEGEND_STEPS);
        put_colors(j, &legend.only_a, 1);
        json_array_end(j);
    }
    json_array_end(j);
}

static void put_base(Writer *w, JsonWriter *j) {
    const Query *q = w->x->sides->query;
    json_key(j, "base");
    if (!w->data.base) {
        json_null(j);
        return;
    }
    json_object(j);
    put_text(w, j, "name", w->x->base_name);
    json_key(j, "rest"); /* of whatever is selected on the page */
    json_bool(j, q->baseline == BASELINE_REST);
    put_times(w, j, "range", q->baseline == BASELINE_RANGE, q->b0_ns, q->b1_ns);
    json_key(j, "elided");
    json_bool(j, q->elided);
    json_key(j, "safe");
    json_bool(j, w->x->diff_palette == DIFF_SAFE);
    put_diff_colors(j, "plain_colors", false);
    put_diff_colors(j, "safe_colors", true);
    json_object_end(j);
}

/* Each frame: symbol, place of its module, kind, colours on dark and on light, and whether it
 * groups: such frames stay on top when stacks are turned over. */
static void put_frames(Writer *w, JsonWriter *j) {
    Names module;
    names_init(&module);
    json_key(j, "frames");
    json_array(j);
    for (uint32_t i = 0; i < w->data.frames; i++) {
        FrameText t = export_frame(&w->data.places, w->data.frame[i]);
        json_array(j);
        put_plain(w, j, t.symbol);
        json_u64(j, names_intern(&module, t.module));
        json_str(j, str_of(frame_kind_name(t.frame.kind)));
        for (int dark = 1; dark >= 0; dark--)
            json_u64(j, flame_color(w->x->flame_palette, dark, t.frame, t.symbol, t.module) >> 8);
        json_u64(j, places_is_group(&w->data.places, w->data.frame[i]));
        json_array_end(j);
    }
    json_array_end(j);
    json_key(j, "modules");
    json_array(j);
    for (uint32_t i = 0; i < module.entry.count; i++)
        put_plain(w, j, names_get(&module, i));
    json_array_end(j);
    names_free(&module);
}

static void put_head(Writer *w, Buf *out) {
    JsonWriter j;
    json_begin(&j, out, false);
    json_object(&j);
    put_words(w, &j);
    put_heat(w, &j);
    const Query *q = w->x->sides->query;
    put_times(w, &j, "selection", !q->whole, q->t0_ns, q->t1_ns);
    put_base(w, &j);
    json_key(&j, "dropped");
    json_bool(&j, w->data.dropped);
    put_frames(w, &j);
    json_object_end(&j);
}

/* ---- the page ---------------------------------------------------------------------------- */

static void put_asset(Buf *out, const char *asset, unsigned size) {
    buf_put(out, (Str){asset, size});
}

static void put_page(const Writer *w, Str block, Buf *out) {
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; "
                  "form-action 'none'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    plain_put(out, w->x->page->title, PLAIN_XML | PLAIN_ISOLATED);
    buf_puts(out, "</title>\n<style>\n");
    put_asset(out, asset_page_style, asset_page_style_size);
    buf_puts(out, "</style>\n</head>\n");
    put_asset(out, asset_page_body, asset_page_body_size);
    buf_puts(out, "<script type=\"application/octet-stream\" id=\"data\">");
    buf_base64(out, block);
    buf_puts(out, "</script>\n<script>\n");
    put_asset(out, asset_page_script, asset_page_script_size);
    buf_puts(out, "</script>\n</html>\n");
}

static void make_block(Writer *w, uint64_t parts, Buf *block) {
    Buf head = {0}, data = {0};
    page_data_number(&w->data, parts);
    put_head(w, &head);
    page_data_put(&w->data, buf_str(&head), &data);
    buf_clear(block);
    codec_gzip(buf_str(&data), block);
    buf_free(&head);
    buf_free(&data);
}

static bool fits(const Buf *block, size_t limit) {
    return block->n / 3 * 4 + 4 + asset_page_script_size + asset_page_style_size +
               asset_page_body_size + 2048 <=
           limit;
}

/* Everything; else the range alone; else that without what is narrow in it. */
static void make_fit(Writer *w, size_t limit, Buf *block) {
    static const uint64_t parts[] = {0, 20000, 4000, 1000, 200};
    bool all = w->data.complete;
    if (all) {
        make_block(w, 0, block);
        if (fits(block, limit))
            return;
        page_data_drop_cells(&w->data);
    }
    double megabytes = (double)limit / (1 << 20);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int n = w->grid ? snprintf(w->note, sizeof w->note,
                                   "Only the exported range is in this page: with every moment "
                                   "it would be larger than %.3g MB",
                                   megabytes)
                        : 0;
        if (parts[i])
            snprintf(w->note + n, sizeof w->note - (size_t)n,
                     "%sframes with less than %.3g %% of %s are counted in their callers",
                     n ? "; " : "", 100.0 / (double)parts[i], w->data.base ? "either side" : "it");
        make_block(w, parts[i], block);
        if (fits(block, limit))
            return;
    }
}

bool export_html(const HtmlPage *what, size_t limit, Buf *out, Error *err) {
    Writer w = {.x = what};
    Buf block = {0};
    arena_init(&w.arena, 1 << 16);
    const ProfileView *view = &what->sides->view[0];
    if (view->has_time) {
        HeatSpec spec = *what->heat;
        heat_spec_fit(&spec, view);
        w.grid = heat_build(what->sides->profile[0], view, &spec, &w.arena);
    }
    bool ok = page_data_count(&w.data, what->sides, w.grid, err);
    if (ok) {
        make_fit(&w, limit, &block);
        put_page(&w, buf_str(&block), out);
    }
    page_data_free(&w.data);
    arena_free(&w.arena);
    buf_free(&block);
    buf_free(&w.plain);
    return ok;
}
