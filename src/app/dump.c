#include "app/dump.h"

#include "app/program.h"
#include "app/question.h"
#include "base/clock.h"
#include "base/json.h"
#include "query/hottest.h"

/* samples NULL: nobody counted them. */
static void range_json(JsonWriter *w, const char *key, const Range *r, const uint64_t *samples) {
    json_key(w, key);
    if (!r->on) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, "t0_ns");
    json_i64(w, r->t0_ns);
    json_key(w, "t1_ns");
    json_i64(w, r->t1_ns);
    if (samples) {
        json_key(w, "samples");
        json_u64(w, *samples);
    }
    json_object_end(w);
}

static void chip_json(JsonWriter *w, Str text, bool on, uint64_t samples) {
    json_object(w);
    json_key(w, "text");
    json_str(w, text);
    json_key(w, "on");
    json_bool(w, on);
    json_key(w, "samples");
    json_u64(w, samples);
    json_object_end(w);
}

static void chips_json(JsonWriter *w, const App *app, const Answer *a) {
    json_key(w, "chips");
    json_array(w);
    if (a && a->idle_in_profile)
        chip_json(w, STR("idle hidden"), app->state.idle != IDLE_KEEP, a->idle_in_profile);
    for (uint32_t i = 0; i < app->state.filter.count; i++) {
        FilterTerm term = app->state.filter.term[i];
        Buf text = {0};
        bool on = !term.off;
        term.off = false;
        filter_format_term(&term, &text);
        chip_json(w, buf_str(&text), on, a ? a->term_passes[i] : 0);
        buf_free(&text);
    }
    json_array_end(w);
}

static void zoom_json(JsonWriter *w, const State *s) {
    json_key(w, "zoom");
    json_array(w);
    for (Str rest = str_of(s->zoom); rest.n;) {
        Str line = str_cut(&rest, '\n');
        json_str(w, str_cut(&line, '\t'));
    }
    json_array_end(w);
}

static void hover_json(JsonWriter *w, const App *app) {
    const Answer *a;
    const FlameBox *b = app->flame.hover.on ? app_flame_box(app, &a) : NULL;
    json_key(w, "hover");
    if (!b) {
        json_null(w);
        return;
    }
    Buf path = {0};
    flame_stack_text(a, &app->session.dict, b->node, &path);
    json_object(w);
    json_key(w, "path");
    json_str(w, buf_str(&path));
    json_key(w, "self");
    json_u64(w, b->self);
    json_key(w, "total");
    json_u64(w, b->total);
    if (app->flame.layout.differential) {
        json_key(w, "self_b");
        json_u64(w, b->self_b);
        json_key(w, "total_b");
        json_u64(w, b->total_b);
    }
    json_object_end(w);
    buf_free(&path);
}

static void search_json(JsonWriter *w, const State *s, const Answer *a) {
    uint64_t whole = a ? prefix_total(&a->a, a->tree, 0) : 0;
    json_key(w, "search");
    json_object(w);
    json_key(w, "text");
    json_str(w, str_of(s->search));
    json_key(w, "matches");
    json_u64(w, a && s->search[0] ? a->search_nodes : 0);
    json_key(w, "samples");
    json_u64(w, a && s->search[0] ? a->search_total : 0);
    json_key(w, "share");
    json_double(w, whole && s->search[0] ? (double)a->search_total / (double)whole : 0, 6);
    json_object_end(w);
}

static void function_json(JsonWriter *w, const App *app, const Functions *f, const Function *r) {
    json_object(w);
    json_key(w, "symbol");
    json_str(w, functions_symbol(f, &app->session.dict, r->frame));
    json_key(w, "self");
    json_u64(w, r->self_a);
    json_key(w, "total");
    json_u64(w, r->total_a);
    if (f->has_b) {
        json_key(w, "self_b");
        json_u64(w, r->self_b);
        json_key(w, "total_b");
        json_u64(w, r->total_b);
    }
    json_object_end(w);
}

static Str event_name(const App *app) {
    EventId id = app_event(app);
    if (id == EVENT_ALL)
        return STR("all");
    return names_get(&app->session.dict.names,
                     contexts_get_event(&app->session.dict.contexts, id).name);
}

static void shape_json(JsonWriter *w, const State *s) {
    json_key(w, "rows");
    json_u64(w, s->rows);
    if (s->row_kind != HEAT_BY_OFFSET) {
        json_key(w, "rows_by");
        json_str(w, str_of(row_kind_name(s->row_kind)));
    }
    if (s->value_kind != HEAT_SAMPLES) {
        json_key(w, "cells");
        json_str(w, str_of(value_kind_name(s->value_kind)));
    }
    json_key(w, "column_ns");
    json_i64(w, s->column_ns);
    json_key(w, "scale");
    json_str(w, str_of(heat_scale_name((HeatScale)s->scale)));
    json_key(w, "palette");
    json_str(w, str_of(heat_palette_name((HeatPalette)s->heat_palette)));
    json_key(w, "flame_palette");
    json_str(w, str_of(flame_palette_name((FlamePalette)s->flame_palette)));
    json_key(w, "theme");
    json_str(w, str_of(theme_name((ThemeKind)s->theme)));
    json_key(w, "mode");
    json_str(w, s->mode == MODE_BROWSER ? STR("browser") : STR("normal"));
}

/* Scenes, stage, tour and playback, where there are any. */
static void talk_json(JsonWriter *w, const App *app) {
    if (app->scenes.count) {
        const Scene *now = scenes_now(&app->scenes);
        json_key(w, "scenes");
        json_u64(w, app->scenes.count);
        json_key(w, "scene");
        json_str(w, now ? str_of(now->title) : STR(""));
        json_key(w, "scene_shown");
        json_bool(w, now && scene_is_shown(now, &app->state));
    }
    if (app->present.on) {
        json_key(w, "stage");
        json_str(w, app->present.black ? STR("black") : STR("lit"));
    }
    if (app->tour.on) {
        json_key(w, "lesson");
        json_u64(w, app->tour.lesson + 1);
        json_key(w, "lesson_done");
        json_bool(w, app->tour.done);
    }
    if (app->playback.on) {
        json_key(w, "playing");
        json_bool(w, app->playback.playing);
        json_key(w, "speed_millionths");
        json_i64(w, app->playback.speed);
    }
}

/* What the selection is compared with: null, or its kind and both sides' sums in the tree. */
static void compare_json(JsonWriter *w, const App *app, const Answer *a) {
    json_key(w, "compare");
    if (!state_compares(&app->state) || !a || !(a->b.u32 || a->b.u64)) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, "with");
    json_str(w, str_of(baseline_kind_name(app->state.baseline_kind)));
    json_key(w, "a");
    json_u64(w, prefix_total(&a->a, a->tree, 0));
    json_key(w, "b");
    json_u64(w, prefix_total(&a->b, a->tree, 0));
    json_key(w, "elided");
    json_bool(w, app->state.elided);
    json_object_end(w);
}

static void tree_json(JsonWriter *w, const State *s) {
    json_key(w, "transforms");
    json_array(w);
    for (uint32_t i = 0; i < s->transforms.count; i++) {
        Buf text = {0};
        transform_describe(&s->transforms, i, &text);
        json_object(w);
        json_key(w, "text");
        json_str(w, buf_str(&text));
        json_key(w, "on");
        json_bool(w, !s->transforms.item[i].off);
        json_object_end(w);
        buf_free(&text);
    }
    json_array_end(w);
    json_key(w, "pin");
    json_str(w, str_trim(str_of(s->pin)));
    json_key(w, "function");
    json_str(w, str_trim(str_of(s->function)));
}

/* Only where a cell is pinned: what its tooltip says. */
static void cell_json(JsonWriter *w, const App *app) {
    const Hottest *h =
        app->session.slot[0].open ? engine_aside(app->session.engine, ASIDE_PINNED) : NULL;
    if (!app->state.cell.on)
        return;
    range_json(w, "pinned_cell", &app->state.cell, h ? &h->samples : NULL);
    json_key(w, "pinned_row");
    json_str(w, str_of(app->state.cell_row));
    json_key(w, "pinned_stacks");
    json_array(w);
    for (uint32_t i = 0; h && i < h->count; i++) {
        StackNode leaf = stacks_get(&app->session.dict.stacks, h->stack[i].stack);
        json_object(w);
        json_key(w, "leaf");
        json_str(w, dict_symbol(&app->session.dict, leaf.frame));
        json_key(w, "samples");
        json_u64(w, h->stack[i].samples);
        json_object_end(w);
    }
    json_array_end(w);
}

static void notices_json(JsonWriter *w, const App *app) {
    json_key(w, "notices");
    json_array(w);
    if (app->notice[0])
        json_str(w, str_of(app->notice));
    if (app->load_error.kind)
        json_str(w, str_of(app->load_error.message));
    json_array_end(w);
}

/* Only while the table is shown: how it is sorted, and its first rows. */
static void table_json(JsonWriter *w, const App *app) {
    enum { FIRST = 8 };
    const TablePane *t = &app->table;
    uint64_t number;
    const Functions *f = table_functions(app->session.engine, &number);
    if (app->state.view_kind != VIEW_TABLE || !f)
        return;
    json_key(w, "table");
    json_object(w);
    json_key(w, "order");
    json_str(w, str_of(function_order_name(app->state.table_order)));
    json_key(w, "ascending");
    json_bool(w, app->state.table_ascending);
    json_key(w, "filter");
    json_str(w, str_of(app->state.table_filter));
    json_key(w, "functions");
    json_u64(w, f->count);
    json_key(w, "rows");
    json_u64(w, t->count);
    json_key(w, "first_row");
    json_u64(w, (uint64_t)t->scroll);
    json_key(w, "drawn");
    json_u64(w, t->drawn);
    json_key(w, "marked");
    json_str(w, t->cursor ? functions_symbol(f, &app->session.dict, t->cursor) : STR(""));
    json_key(w, "shown");
    json_array(w);
    for (uint32_t i = (uint32_t)t->scroll, n = 0; i < t->count && n < FIRST; i++, n++)
        function_json(w, app, f, &f->row[t->rows[i]]);
    json_array_end(w);
    json_object_end(w);
}

static void folder_item_json(JsonWriter *w, const FolderItem *item) {
    static const char *const kinds[] = {"profile", "large", "refused"};
    const FolderLook *look = item->look;
    json_object(w);
    json_key(w, "name");
    json_str(w, str_of(path_name(item->file.name)));
    json_key(w, "is");
    json_str(w, item->file.is_folder ? STR("folder")
                : look               ? str_of(kinds[look->kind])
                                     : STR("file"));
    if (look && look->kind == LOOK_REFUSED) {
        json_key(w, "why");
        json_str(w, str_of(look->why));
    }
    if (look && look->kind == LOOK_PROFILE) {
        json_key(w, "format");
        json_str(w, str_of(look->format));
        json_key(w, "samples");
        json_u64(w, look->samples);
        json_key(w, "duration_ns");
        json_i64(w, look->duration_ns);
        json_key(w, "events");
        json_u64(w, look->events);
        json_key(w, "columns");
        json_u64(w, look->columns);
    }
    json_object_end(w);
}

/* Only while the browser is shown: its first rows, without what differs between machines. */
static void browser_json(JsonWriter *w, const App *app) {
    enum { FIRST = 12 };
    const Browser *b = &app->browser;
    if (!app_shows_browser(app))
        return;
    json_key(w, "folder");
    json_object(w);
    if (b->recent) {
        json_key(w, "recent");
        json_bool(w, true);
    }
    json_key(w, "order");
    json_str(w, b->recent && b->order == FOLDER_AS_LISTED ? STR("opened")
                                                          : str_of(folder_order_name(b->order)));
    json_key(w, "ascending");
    json_bool(w, b->ascending);
    json_key(w, "filter");
    json_str(w, str_of(b->filter));
    json_key(w, "files");
    json_u64(w, b->files);
    json_key(w, "looked_at");
    json_u64(w, b->looked);
    json_key(w, "marked");
    json_str(w, b->listed ? str_of(path_name(b->item[b->selected].file.name)) : STR(""));
    json_key(w, "entries");
    json_array(w);
    for (size_t i = 0; i < b->listed && i < FIRST; i++)
        folder_item_json(w, &b->item[b->rows[i]]);
    json_array_end(w);
    json_object_end(w);
}

static void chart_json(JsonWriter *w, const App *app) {
    uint64_t number;
    const Chart *c = chart_newest(app->session.engine, &number);
    const ChartPane *pane = &app->chart;
    if (app->state.view_kind != VIEW_CHART || !c)
        return;
    json_key(w, "chart");
    json_object(w);
    json_key(w, "pid");
    json_i64(w, c->thread.pid);
    json_key(w, "tid");
    json_i64(w, c->thread.tid);
    json_key(w, "comm");
    json_str(w, names_get(&app->session.dict.names, c->thread.comm));
    json_key(w, "threads");
    json_u64(w, c->threads);
    json_key(w, "samples");
    json_u64(w, c->thread.samples);
    json_key(w, "cut");
    json_bool(w, c->cut);
    json_key(w, "dropped");
    json_u64(w, c->dropped);
    json_key(w, "without_frames");
    json_u64(w, c->bare);
    json_key(w, "not_arranged");
    json_u64(w, c->not_arranged);
    json_key(w, "interval_ns");
    json_i64(w, c->interval_ns);
    json_key(w, "t0_ns");
    json_i64(w, pane->v0_ns);
    json_key(w, "t1_ns");
    json_i64(w, pane->v1_ns);
    json_key(w, "boxes");
    json_u64(w, pane->layout.count);
    json_key(w, "depths");
    json_u64(w, pane->layout.depths);
    json_key(w, "hover");
    const Chart *shown = chart_pane_shown(pane, app->session.engine);
    if (pane->hover.on && !pane->hover.box.merged && shown)
        json_str(w, tree_symbol(shown->tree, &app->session.dict, pane->hover.box.frame));
    else
        json_null(w);
    json_object_end(w);
}

void dump_state(App *app, Buf *out) {
    const State *s = &app->state;
    const SessionSlot *slot = &app->session.slot[0];
    const Answer *a = app_answer(app);
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    json_key(&w, "file");
    json_str(&w, str_of(path_name(s->file[0])));
    json_key(&w, "format");
    json_str(&w, slot->open && slot->load.format ? str_of(slot->load.format) : STR(""));
    json_key(&w, "loaded");
    json_double(&w, !slot->open ? 0 : slot->settled ? 1 : slot->load.progress, 4);
    json_key(&w, "origin_ns");
    json_i64(&w, slot->open ? app_origin(app) : 0);
    uint64_t in_a = a ? a->shown_in_selection : 0,
             in_b = a && (a->b.u32 || a->b.u64) ? prefix_total(&a->b, a->tree, 0) : 0;
    range_json(&w, "selection", &s->selection, &in_a);
    range_json(&w, "baseline", &s->baseline,
               s->baseline_kind == BASELINE_RANGE && !app_weighted(app) ? &in_b : NULL);
    range_json(&w, "time_view", &s->view, NULL);
    json_key(&w, "event");
    json_str(&w, slot->open ? event_name(app) : STR(""));
    json_key(&w, "weight");
    json_str(&w, str_of(weight_name(count_kind(&app->session.dict, &slot->view, app_event(app),
                                               app_weighted(app)))));
    json_key(&w, "samples_total");
    json_u64(&w, a ? a->in_profile : 0);
    json_key(&w, "samples_shown");
    json_u64(&w, a ? a->shown_in_profile : 0);
    chips_json(&w, app, a);
    json_key(&w, "view");
    json_str(&w, str_of(view_kind_name(s->view_kind)));
    zoom_json(&w, s);
    talk_json(&w, app);
    compare_json(&w, app, a);
    tree_json(&w, s);
    cell_json(&w, app);
    json_key(&w, "frames_visible");
    json_u64(&w, a ? app->flame.layout.count : 0);
    hover_json(&w, app);
    search_json(&w, s, a);
    shape_json(&w, s);
    table_json(&w, app);
    chart_json(&w, app);
    browser_json(&w, app);
    notices_json(&w, app);
    json_object_end(&w);
    buf_putc(out, '\n');
}

/* -- layout */

static void rect_json(JsonWriter *w, const char *key, Rect r) {
    json_key(w, key);
    json_array(w);
    json_double(w, (double)r.x, 2);
    json_double(w, (double)r.y, 2);
    json_double(w, (double)r.w, 2);
    json_double(w, (double)r.h, 2);
    json_array_end(w);
}

static void box_json(JsonWriter *w, const App *app, const FlameBox *b) {
    json_object(w);
    json_key(w, "key");
    json_u64(w, b->key);
    json_key(w, "symbol");
    json_str(w, b->merged  ? STR("")
                : b->depth ? tree_symbol(app_answer(app)->tree, &app->session.dict, b->frame)
                           : STR("all"));
    json_key(w, "depth");
    json_u64(w, b->depth);
    json_key(w, "x0");
    json_double(w, (double)(app->flame.body.x + b->x0 * app->flame.body.w), 2);
    json_key(w, "x1");
    json_double(w, (double)(app->flame.body.x + b->x1 * app->flame.body.w), 2);
    json_key(w, "total");
    json_u64(w, b->total);
    json_key(w, "self");
    json_u64(w, b->self);
    json_key(w, "merged");
    json_u64(w, b->merged ? b->merged_count : 0);
    json_key(w, "match");
    json_bool(w, b->match);
    json_object_end(w);
}

void dump_layout(App *app, Buf *out) {
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    rect_json(&w, "window", app->ui.window);
    rect_json(&w, "heat", app->heat.plot);
    rect_json(&w, "overview", app->heat.overview);
    rect_json(&w, "flame", app->flame.body);
    rect_json(&w, "table", app->table.body);
    rect_json(&w, "chart", app->chart.body);
    rect_json(&w, "search", app->panels.search_rect);
    rect_json(&w, "status", app->panels.status_rect);
    json_key(&w, "row");
    json_double(&w, (double)app->flame.row, 2);
    json_key(&w, "boxes");
    json_array(&w);
    for (uint32_t i = 0; app_answer(app) && i < app->flame.layout.count; i++)
        box_json(&w, app, &app->flame.layout.box[i]);
    json_array_end(&w);
    json_object_end(&w);
    buf_putc(out, '\n');
}

void dump_draw_list(App *app, Buf *out) {
    draw_dump(&app->draw, out);
}

bool dump_cell_center(App *app, uint32_t column, uint32_t row, float *x, float *y) {
    return heat_pane_cell_center(&app->heat, app_grid(app), app->state.downwards, column, row, x,
                                 y);
}

/* -- stats */

static void times_json(JsonWriter *w, const char *key, const FrameStats *stats) {
    json_key(w, key);
    json_object(w);
    json_key(w, "count");
    json_u64(w, stats->frames);
    json_key(w, "p50_ms");
    json_double(w, (double)frame_stats_quantile(stats, 0.5) / 1e6, 3);
    json_key(w, "p99_ms");
    json_double(w, (double)frame_stats_quantile(stats, 0.99) / 1e6, 3);
    json_key(w, "max_ms");
    json_double(w, (double)frame_stats_quantile(stats, 1) / 1e6, 3);
    json_object_end(w);
}

/* How long after the start; null: not yet. */
static void moment_json(JsonWriter *w, const char *key, int64_t start_ns, int64_t ns) {
    json_key(w, key);
    if (ns && start_ns)
        json_double(w, (double)(ns - start_ns) / 1e6, 1);
    else
        json_null(w);
}

void dump_stats(App *app, int64_t start_ns, Buf *out) {
    EngineStats e;
    engine_stats(app->session.engine, &e);
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    moment_json(&w, "first_pixels_ms", start_ns, app->first_pixels_ns);
    moment_json(&w, "whole_pixels_ms", start_ns, app->whole_pixels_ns);
    json_key(&w, "load_seconds");
    json_double(&w, (double)app->session.slot[0].load.elapsed_ns / 1e9, 3);
    json_key(&w, "index_seconds");
    json_double(&w, (double)e.index_ns / 1e9, 3);
    times_json(&w, "frames", &app->stats);
    times_json(&w, "answers", &app->answer_stats);
    json_key(&w, "samples");
    json_u64(&w, app->session.slot[0].view.samples);
    json_key(&w, "peak_rss_bytes");
    json_u64(&w, clock_peak_rss_bytes());
    json_object_end(&w);
    buf_putc(out, '\n');
}
