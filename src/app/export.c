#include "app/export.h"

#include <stdio.h>
#include <string.h>

#include "app/program.h"
#include "app/question.h"
#include "base/codec.h"
#include "base/wake.h"
#include "picture/export_html.h"
#include "picture/export_profile.h"
#include "picture/export_text.h"
#include "query/answer_maker.h"
#include "query/slice.h"
#include "ui/raster.h"

static const char *const format_names[EXPORT_FORMATS] = {
    "png", "svg", "html", "folded", "heatmap-json", "speedscope", "pprof", "frames", "apng", "pdf"};

const char *export_format_name(ExportFormat format) {
    return format_names[format < EXPORT_FORMATS ? format : 0];
}

bool export_format_named(Str name, ExportFormat *out) {
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        if (str_eq_c(name, format_names[i])) {
            *out = (ExportFormat)i;
            return true;
        }
    }
    return false;
}

/* -- the window */

static size_t image_bytes(const Image *image) {
    return image->stride * image->h;
}

bool export_window_image(App *app, Image *image, Buf *state, Error *err) {
    uint32_t w = app->last_input.window[0].w, h = app->last_input.window[0].h;
    if (!w || !h)
        return error_set(err, ERROR_USAGE, "nothing was drawn yet");
    *image = (Image){.w = w, .h = h, .stride = (size_t)w * 4};
    image->rgba = mem_resize(NULL, 0, image_bytes(image));
    RasterTarget target = {.pixel = (uint32_t *)(void *)image->rgba, .w = w, .h = h, .stride = w};
    raster_draw(&target, &app->draw, app->fonts);
    State shown = app->state; /* without paths: a picture is passed on */
    memset(shown.file, 0, sizeof shown.file);
    buf_clear(state);
    state_format(&shown, state);
    return true;
}

static bool write_image(Image *image, const Buf *state, const char *path, Error *err) {
    const char *facts[] = {"Software", "FlameScope", "FlameScope state", state->s ? state->s : "",
                           NULL};
    bool ok = image_write_png(path, image, facts, err);
    mem_resize(image->rgba, image_bytes(image), 0);
    *image = (Image){0};
    return ok;
}

bool export_window_png(App *app, const char *path, Error *err) {
    Image image;
    Buf state = {0};
    bool ok =
        export_window_image(app, &image, &state, err) && write_image(&image, &state, path, err);
    buf_free(&state);
    return ok;
}

/* -- the flame graph */

static void note_merged(SvgFile *f, const FlameLayout *layout, uint64_t whole) {
    uint64_t blocks = 0, frames = 0, total = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        const FlameBox *b = &layout->box[i];
        if (!b->merged)
            continue;
        blocks++;
        frames += b->merged_count;
        total += b->total;
    }
    Buf text = {0};
    if (blocks && f->callers.count)
        buf_puts(&text, layout == &f->callers ? "Of the callers, " : "Of the callees, ");
    if (blocks) {
        buf_grouped(&text, frames);
        buf_puts(&text, frames == 1 ? " frame is" : " frames are");
        buf_puts(&text, " narrower than a tenth of a pixel, drawn with what they call as ");
        buf_grouped(&text, blocks);
        buf_printf(&text, " grey block%s: %.2f %% of ", blocks == 1 ? "" : "s",
                   whole ? 100.0 * (double)total / (double)whole : 0);
        buf_put(&text, f->page.whole);
    }
    page_note(&f->page, &f->arena, buf_str(&text));
    buf_free(&text);
}

static void note_rest(SvgFile *f) {
    Buf text = {0};
    if (f->layout.not_arranged) {
        buf_puts(&text, "Saved while the profile was being read: not yet arranged are ");
        buf_grouped(&text, f->layout.not_arranged);
        page_note(&f->page, &f->arena, buf_str(&text));
    }
    if (f->callers.count && f->layout.count == 1)
        page_note(&f->page, &f->arena, STR("No sample has this function"));
    buf_free(&text);
}

void svg_file_make(const App *app, const Answer *a, SvgSize size, SvgFile *out) {
    const State *s = &app->state;
    const Answer *callers = s->view_kind == VIEW_SANDWICH ? app_callers(app) : NULL;
    bool inverted = s->view_kind == VIEW_INVERTED;
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, 1 << 16);
    PageFacts facts = {.state = s,
                       .dict = a->profile->dict,
                       .view = app->session.slot[0].view,
                       .view_b = app->session.slot[1].view,
                       .event = a->query.event,
                       .weighted = a->query.weighted,
                       .inverted = inverted,
                       .in_profile = a->in_profile,
                       .shown_in_profile = a->shown_in_profile,
                       .idle_in_profile = a->idle_in_profile,
                       .shown_in_selection = a->shown_in_selection,
                       .total = prefix_total(&a->a, a->tree, 0),
                       .compared = a->elided || a->b.u32 || a->b.u64,
                       .elided = a->elided,
                       .callers = callers != NULL};
    if (facts.compared)
        facts.total_b = a->elided ? a->elided_of : prefix_total(&a->b, a->tree, 0);
    export_page(&facts, &out->arena, &out->page);
    uint32_t width = size.width ? size.width : 1200;
    uint32_t zoom = flame_zoom_node(s, a, a->profile->dict, &out->arena);
    flame_layout(a, zoom, svg_layout_width(width), s->heaviest_first,
                 filter_min_share(&a->query.filter), &out->arena, &out->layout);
    if (callers)
        flame_layout(callers, 0, svg_layout_width(width), s->heaviest_first,
                     filter_min_share(&a->query.filter), &out->arena, &out->callers);
    note_merged(out, &out->layout, facts.total);
    note_merged(out, &out->callers, facts.total);
    note_rest(out);
    out->flame = (SvgFlame){.page = &out->page,
                            .dict = a->profile->dict,
                            .tree = a->tree,
                            .whole = a->elided ? a->elided_of : 0,
                            .layout = &out->layout,
                            .callers_tree = callers ? callers->tree : NULL,
                            .callers = callers ? &out->callers : NULL,
                            .palette = (FlamePalette)s->flame_palette,
                            .diff_safe = s->diff_palette == DIFF_SAFE,
                            .icicle = inverted || s->view_kind == VIEW_ICICLE,
                            .width = width,
                            .least_height = size.least_height};
    tree_hold((Tree *)(uintptr_t)a->tree); /* counting holders changes nothing that is read */
    if (callers)
        tree_hold((Tree *)(uintptr_t)callers->tree);
}

void svg_file_free(SvgFile *file) {
    tree_drop((Tree *)(uintptr_t)file->flame.tree);
    tree_drop((Tree *)(uintptr_t)file->flame.callers_tree);
    arena_free(&file->arena);
    memset(file, 0, sizeof *file);
}

/* -- from samples */

/* What other programs count with: a sample is one, though a picture may weigh its time. */
static bool is_for_tools(ExportFormat format) {
    return format == EXPORT_FOLDED || format == EXPORT_HEATMAP_JSON ||
           format == EXPORT_SPEEDSCOPE || format == EXPORT_PPROF;
}

void export_source(const Profile *profile, const Profile *profile_b, const State *state,
                   ExportFormat format, ExportSource *out) {
    out->profile = profile;
    out->profile_b = profile_b;
    out->view = profile_view(profile);
    out->view_b = profile_b ? profile_view(profile_b) : (ProfileView){0};
    out->state = *state;
    EventId event = state_event(state, profile, &out->view);
    if (is_for_tools(format) && state->weighted == WEIGHING_USUAL &&
        query_weight_kind(profile->dict, &out->view, event) == WEIGHT_TIME_NS)
        out->state.weighted = WEIGHING_SAMPLES;
    state_query(&out->state, (ReadFile){profile, &out->view}, (ReadFile){profile_b, &out->view_b},
                &out->query);
    PinnedFrame pin = {0};
    state_heat_spec(&out->state, profile, &out->view, &pin, &out->heat);
    out->theme = theme_get((ThemeKind)state->theme)->dark ? "dark" : "light";
}

/* Root first in every view, as whoever reads this format expects. */
static void transformed_bytes(const ExportSource *s, Buf *out) {
    Query *query = mem_resize(NULL, 0, sizeof *query);
    AnswerCopy copy = {0};
    *query = s->query;
    query->tree.direction = TREE_FORWARD;
    query->tree.joint = false;
    query->baseline = BASELINE_NONE;
    answer_make_alone(s->profile, &s->view, query, &copy);
    export_folded_tree(&copy.answer, out);
    answer_copy_free(&copy);
    mem_resize(query, sizeof *query, 0);
}

static bool folded_bytes(const ExportSource *s, Arena *arena, Buf *out, Error *err) {
    Slice slice;
    if (transforms_hash(&s->query.tree.transforms)) {
        transformed_bytes(s, out);
        return true;
    }
    if (!slice_scan(s->profile, &s->view, &s->query, arena, &slice, err))
        return false;
    export_folded(s->profile, &slice, out);
    return true;
}

static bool heatmap_bytes(const ExportSource *s, Arena *arena, Buf *out, Error *err) {
    if (!s->view.has_time)
        return error_set(err, ERROR_FORMAT, "this profile carries no times, so it has no heat map");
    HeatSpec spec = s->heat;
    heat_spec_fit(&spec, &s->view);
    export_heatmap_json(heat_build(s->profile, &s->view, &spec, arena), s->profile->dict, out);
    return true;
}

static PageFacts facts_of(const ExportSource *s, const State *state) {
    return (PageFacts){.state = state,
                       .dict = s->profile->dict,
                       .view = s->view,
                       .view_b = s->view_b,
                       .event = s->query.event,
                       .weighted = s->query.weighted && s->view.has_weight};
}

static ExportSides sides_of(const ExportSource *s) {
    return (ExportSides){
        .profile = {s->profile, s->profile_b}, .view = {s->view, s->view_b}, .query = &s->query};
}

/* What a query counts; the counts of pairs are not kept. */
static bool count_shown(const Profile *profile, const ProfileView *view, const Query *query,
                        Arena *arena, Slice *out, Error *err) {
    ArenaMark mark = arena_mark(arena);
    bool ok = slice_scan(profile, view, query, arena, out, err);
    out->count = NULL;
    arena_pop(arena, mark);
    return ok;
}

static Str event_words(const Dict *dict, EventId event) {
    if (event == EVENT_ALL)
        return STR("any event");
    Str name = names_get(&dict->names, contexts_get_event(&dict->contexts, event).name);
    return name.n ? name : STR("samples without an event");
}

bool export_lacks_event(const Profile *profile, const ProfileView *view, EventId event,
                        const char *path, Error *err) {
    Str lacks = event_words(profile->dict, event), has = STR("none at all");
    if (view->samples)
        has = event_words(profile->dict, query_default_event(profile, view));
    return error_set(err, ERROR_FORMAT, "there are no samples of %.*s in %s, which has %.*s",
                     (int)lacks.n, lacks.s, path_name(path), (int)has.n, has.s);
}

/* How many samples there are of the query's event. */
static bool count_event(const Profile *profile, const ProfileView *view, const Query *query,
                        Arena *arena, uint64_t *samples, Error *err) {
    Query all = {.event = query->event, .whole = true, .idle = IDLE_KEEP};
    Slice slice;
    bool ok = count_shown(profile, view, &all, arena, &slice, err);
    *samples = slice.samples;
    return ok;
}

static bool comparable(const ExportSource *s, Arena *arena, Error *err) {
    uint64_t in_a = 0, in_b = 0;
    if (s->query.baseline == BASELINE_FILE && !s->profile_b)
        return error_set(err, ERROR_USAGE,
                         "the second file is not open, so there is nothing "
                         "to compare with");
    if (s->query.baseline == BASELINE_RANGE && !s->view.has_time)
        return error_set(err, ERROR_USAGE, "a range needs times, and this profile has none");
    if (s->query.baseline != BASELINE_FILE)
        return true;
    if (!count_event(s->profile, &s->view, &s->query, arena, &in_a, err) ||
        !count_event(s->profile_b, &s->view_b, &s->query, arena, &in_b, err))
        return false;
    return in_b || !in_a ||
           export_lacks_event(s->profile_b, &s->view_b, s->query.event, s->state.file[1], err);
}

/* For another tool. Each side is named by one line that says what it is of. */
static bool tool_bytes(const ExportSource *s,
                       bool write(const ProfileExport *what, Buf *out, Error *err), Arena *arena,
                       Buf *out, Error *err) {
    ExportPage page;
    ExportSides sides = sides_of(s);
    PageFacts facts = facts_of(s, &s->state);
    if (!comparable(s, arena, err))
        return false;
    export_page(&facts, arena, &page);
    ProfileExport what = {.sides = &sides, .name = page.title};
    if (sides_compared(&sides)) {
        Str base = page_baseline(&facts, arena);
        what.name_b =
            str_format(arena, "%s: %.*s", s->query.elided ? "only in the baseline" : "baseline",
                       (int)base.n, base.s);
    }
    return write(&what, out, err);
}

static bool speedscope_bytes(const ExportSource *s, Arena *arena, Buf *out, Error *err) {
    return tool_bytes(s, export_speedscope, arena, out, err);
}

static bool pprof_bytes(const ExportSource *s, Arena *arena, Buf *out, Error *err) {
    Buf message = {0};
    bool ok = tool_bytes(s, export_pprof, arena, &message, err);
    if (ok)
        codec_gzip(buf_str(&message), out);
    buf_free(&message);
    return ok;
}

/* The words of a page are about the whole profile: what is selected may change in it. */
static bool page_of(const ExportSource *s, Arena *arena, ExportPage *page, Error *err) {
    State *whole = ARENA_NEW(arena, State);
    *whole = s->state;
    whole->selection.on = false;
    memset(whole->zoom, 0, sizeof whole->zoom);
    Query all = s->query, idle;
    all.whole = true;
    idle = all;
    memset(&idle.filter, 0, sizeof idle.filter);
    PageFacts facts = facts_of(s, whole);
    Slice shown = {0}, busy = {0};
    bool ok = count_shown(s->profile, &s->view, &all, arena, &shown, err) &&
              count_shown(s->profile, &s->view, &idle, arena, &busy, err);
    facts.in_profile = busy.samples;
    if (s->query.idle != IDLE_KEEP)
        facts.idle_in_profile = busy.samples - busy.shown;
    facts.shown_in_profile = facts.shown_in_selection = shown.shown;
    facts.total = shown.total;
    export_page(&facts, arena, page);
    page->title = page_name(whole, arena);
    return ok;
}

static void note_baseline(Str base, Arena *arena, ExportPage *page) {
    page_note(page, arena,
              str_format(arena,
                         "A is what is selected above, B %.*s. A frame is as wide as the "
                         "mean of its shares of A and of B",
                         (int)base.n, base.s));
}

static bool html_bytes(const ExportSource *s, Arena *arena, Buf *out, Error *err) {
    ExportPage page;
    ExportSides sides = sides_of(s);
    PageFacts facts = facts_of(s, &s->state);
    /* what the page has no view for is drawn as a flame graph; a sandwich has its callees' tree
     */
    uint32_t shape = s->state.view_kind <= VIEW_INVERTED ? s->state.view_kind : VIEW_FLAME;
    HeatSpec heat = s->heat; /* the page's map knows offsets, and samples or weight */
    heat.row_kind = HEAT_BY_OFFSET;
    heat.value_kind = heat.value_kind == HEAT_WEIGHT ? HEAT_WEIGHT : HEAT_SAMPLES;
    HtmlPage what = {.page = &page,
                     .sides = &sides,
                     .heat = &heat,
                     .scale = (HeatScale)s->state.scale,
                     .heat_palette = (HeatPalette)s->state.heat_palette,
                     .flame_palette = (FlamePalette)s->state.flame_palette,
                     .diff_palette = (DiffPalette)s->state.diff_palette,
                     .downwards = s->state.downwards,
                     .heaviest_first = s->state.heaviest_first,
                     .shape = view_kind_name(shape),
                     .theme = s->theme,
                     .zoom = str_of(s->state.zoom)};
    if (!comparable(s, arena, err) || !page_of(s, arena, &page, err))
        return false;
    if (sides_compared(&sides)) {
        what.base_name = page_baseline(&facts, arena);
        note_baseline(what.base_name, arena, &page);
    }
    return export_html(&what, HTML_PAGE_LIMIT, out, err);
}

typedef bool MakeBytes(const ExportSource *source, Arena *arena, Buf *out, Error *err);

static MakeBytes *const makers[EXPORT_FORMATS] = {
    [EXPORT_HTML] = html_bytes,
    [EXPORT_FOLDED] = folded_bytes,
    [EXPORT_HEATMAP_JSON] = heatmap_bytes,
    [EXPORT_SPEEDSCOPE] = speedscope_bytes,
    [EXPORT_PPROF] = pprof_bytes,
};

bool export_bytes(ExportFormat format, const ExportSource *source, Buf *out, Error *err) {
    Arena arena;
    arena_init(&arena, 1 << 20);
    bool ok = makers[format](source, &arena, out, err);
    arena_free(&arena);
    return ok;
}

/* -- saving from the window */

static void save_job(void *context, uint32_t worker) {
    Saver *s = context;
    Buf bytes = {0};
    (void)worker;
    if (s->format == EXPORT_PNG) {
        write_image(&s->image, &s->state, s->path, &s->error);
    } else if (s->format == EXPORT_SVG) {
        export_svg(&s->svg.flame, &bytes);
        file_write_all(s->path, buf_str(&bytes), &s->error);
        svg_file_free(&s->svg);
    } else if (export_bytes(s->format, &s->source, &bytes, &s->error)) {
        file_write_all(s->path, buf_str(&bytes), &s->error);
    }
    buf_free(&bytes);
    wake();
}

static bool save_begin(App *app, ExportFormat format, Error *err) {
    Saver *s = &app->saver;
    const Answer *a = app_answer(app);
    if (format == EXPORT_PNG)
        return export_window_image(app, &s->image, &s->state, err);
    const SessionSlot *slot = app->session.slot;
    bool second = slot[1].open && !slot[1].waiting;
    if (format != EXPORT_SVG)
        export_source(&slot[0].profile, second ? &slot[1].profile : NULL, &app->state, format,
                      &s->source);
    else if (!a)
        return error_set(err, ERROR_USAGE, "nothing was drawn yet");
    else
        svg_file_make(app, a, (SvgSize){0}, &s->svg);
    return true;
}

bool save_as(App *app, ExportFormat format, const char *path, Error *err) {
    Saver *s = &app->saver;
    if (s->busy)
        return error_set(err, ERROR_USAGE, "%s is still being saved", s->path);
    if (!save_begin(app, format, err))
        return false;
    snprintf(s->path, sizeof s->path, "%s", path);
    s->error = (Error){0};
    s->format = format;
    s->busy = true;
    bool quick = format == EXPORT_PNG || format == EXPORT_SVG;
    jobs_submit(app->session.jobs, quick ? JOB_QUERY : JOB_BACKGROUND, save_job, s, &s->ticket);
    return true;
}

bool save_poll(Saver *s) {
    if (!s->busy || !jobs_done(&s->ticket))
        return false;
    s->busy = false;
    return true;
}

void save_wait(Saver *s, Jobs *jobs) {
    if (s->busy)
        jobs_wait(jobs, &s->ticket);
}

void save_free(Saver *s) {
    buf_free(&s->state);
}
