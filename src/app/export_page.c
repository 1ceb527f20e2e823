#include "app/export_page.h"

#include <string.h>

#include "app/question.h"
#include "base/file.h"
#include "picture/amount.h"
#include "ui/theme.h"

static void put_share(Buf *out, uint64_t part, uint64_t whole) {
    double share = whole ? 100.0 * (double)part / (double)whole : 0;
    buf_printf(out, share > 0 && share < 0.05 ? "< 0.1 %%" : "%.1f %%", share);
}

/* Seconds from the origin, with as many decimals as there are, two at least. */
static void put_offset(Buf *out, int64_t ns) {
    int decimals = 9;
    while (decimals > 2 && ns % 10 == 0 && (ns /= 10, true))
        decimals--;
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    buf_printf(out, "%s%llu.%0*llu", ns < 0 ? "-" : "", (unsigned long long)(left / (uint64_t)unit),
               decimals, (unsigned long long)(left % (uint64_t)unit));
}

static Str take(Buf *text, Arena *arena) {
    Str s = str_copy(arena, buf_str(text));
    buf_clear(text);
    return s;
}

Str page_name(const State *state, Arena *arena) {
    Str name = str_of(path_name(state->file[0]));
    return name.n && !str_eq_c(name, "-") ? str_copy(arena, name) : STR("standard input");
}

static void put_times(const ProfileView *view, const Range *r, Buf *out) {
    int64_t origin = profile_origin(view);
    put_offset(out, r->t0_ns - origin);
    buf_puts(out, " – ");
    put_offset(out, r->t1_ns - origin);
    buf_puts(out, " s");
}

static void put_title(const PageFacts *f, Arena *arena, Buf *out) {
    const State *s = f->state;
    buf_put(out, page_name(s, arena));
    buf_puts(out, " · ");
    if (!s->selection.on) {
        buf_puts(out, "whole profile");
        return;
    }
    put_times(&f->view, &s->selection, out);
}

static void put_base_name(const PageFacts *f, Buf *out) {
    const State *s = f->state;
    switch (s->baseline_kind) {
    case BASELINE_RANGE:
        put_times(&f->view, &s->baseline, out);
        break;
    case BASELINE_REST:
        buf_puts(out, "everything else");
        break;
    case BASELINE_WHOLE:
        buf_puts(out, "the whole profile");
        break;
    default:
        buf_puts(out, path_name(s->file[1]));
        if (s->baseline.on) {
            buf_puts(out, " · ");
            put_times(&f->view_b, &s->baseline, out);
        }
    }
}

Str page_baseline(const PageFacts *f, Arena *arena) {
    Buf text = {0};
    put_base_name(f, &text);
    Str name = str_copy(arena, buf_str(&text));
    buf_free(&text);
    return name;
}

/* What B is, and how the two meet in the picture. */
static void put_baseline(const PageFacts *f, Buf *out) {
    const State *s = f->state;
    if (!f->compared)
        return;
    buf_puts(out, "A is ");
    buf_puts(out, s->selection.on ? "the selection" : "the whole profile");
    buf_puts(out, ", B ");
    put_base_name(f, out);
    buf_puts(out, ": ");
    amount_put(out, f->total_b, count_kind(f->dict, &f->view, f->event, f->weighted));
    buf_puts(out, f->elided ? ". Drawn is only what B has beyond A"
                            : ". A frame is as wide as the mean of its shares of A and of B");
}

static void put_subtitle(const PageFacts *f, Buf *out) {
    const State *s = f->state;
    if (s->selection.on)
        amount_put_span(out, s->selection.t1_ns - s->selection.t0_ns);
    else if (f->view.has_time)
        amount_put_span(out, f->view.last_ns - f->view.first_ns);
    else
        buf_puts(out, "without times");
    buf_puts(out, " · ");
    amount_put(out, f->shown_in_selection, WEIGHT_SAMPLES);
    if (f->event != EVENT_ALL) {
        Str event =
            names_get(&f->dict->names, contexts_get_event(&f->dict->contexts, f->event).name);
        if (event.n) {
            buf_puts(out, " of ");
            buf_put(out, event);
        }
    }
    if (f->weighted) {
        buf_puts(out, ", by weight: ");
        amount_put(out, f->total, count_kind(f->dict, &f->view, f->event, true));
    }
    if (s->selection.on) {
        buf_puts(out, " · ");
        put_share(out, f->shown_in_selection, f->shown_in_profile);
        buf_puts(out, " of what the profile shows");
    }
    if (f->inverted)
        buf_puts(out, " · inverted: callers above the function that ran");
}

static void put_filters(const PageFacts *f, Buf *out) {
    const Filter *filter = &f->state->filter;
    bool any = false;
    for (uint32_t i = 0; i < filter->count; i++) {
        if (filter->term[i].off)
            continue;
        buf_puts(out, any ? " " : "Counted are only samples with ");
        filter_format_term(&filter->term[i], out);
        any = true;
    }
    if (any) {
        buf_puts(out, " (");
        amount_put(out, f->shown_in_profile, WEIGHT_SAMPLES);
        buf_puts(out, " of ");
        buf_grouped(out, f->in_profile);
        buf_puts(out, " in the profile)");
    }
}

static void put_transforms(const PageFacts *f, Buf *out) {
    const State *s = f->state;
    bool any = false;
    for (uint32_t i = 0; i < s->transforms.count; i++) {
        if (s->transforms.item[i].off)
            continue;
        buf_puts(out, any ? ", " : "Tree: ");
        transform_describe(&s->transforms, i, out);
        any = true;
    }
    if (s->view_kind != VIEW_SANDWICH)
        return;
    Str function = str_of(s->function);
    if (f->callers)
        buf_puts(out,
                 any ? ", callers above and callees below " : "Callers above and callees below ");
    else
        buf_puts(out, any ? ", callees of " : "Callees of ");
    buf_put(out, str_cut(&function, '\t'));
}

static void put_idle(const PageFacts *f, Buf *out) {
    if (f->state->idle == IDLE_KEEP || !f->idle_in_profile)
        return;
    buf_puts(out, "Idle samples are hidden: ");
    buf_grouped(out, f->idle_in_profile);
    buf_puts(out, " of the profile's ");
    buf_grouped(out, f->in_profile);
}

static void put_zoom(const PageFacts *f, Buf *out) {
    if (!f->state->zoom[0])
        return;
    buf_puts(out, "Zoomed into ");
    Str last = {0};
    for (Str rest = str_of(f->state->zoom); rest.n;)
        last = str_cut(&rest, '\n');
    buf_put(out, str_cut(&last, '\t'));
}

void page_note(ExportPage *page, Arena *arena, Str line) {
    if (!line.n)
        return;
    page->notes = page->notes.n ? str_format(arena, "%.*s\n%.*s", (int)page->notes.n, page->notes.s,
                                             (int)line.n, line.s)
                                : str_copy(arena, line);
}

void export_page(const PageFacts *f, Arena *arena, ExportPage *out) {
    static void (*const lines[])(const PageFacts *, Buf *) = {put_baseline, put_filters,
                                                              put_transforms, put_idle, put_zoom};
    const Theme *t = theme_get((ThemeKind)f->state->theme);
    Buf text = {0};
    *out = (ExportPage){.dark = t->dark,
                        .background = t->background,
                        .panel = t->panel,
                        .text = t->text,
                        .muted = t->muted,
                        .line = t->line,
                        .accent = t->accent,
                        .root_box = t->root_box};
    put_title(f, arena, &text);
    out->title = take(&text, arena);
    put_subtitle(f, &text);
    out->subtitle = take(&text, arena);
    out->kind = count_kind(f->dict, &f->view, f->event, f->weighted);
    out->whole = f->compared              ? STR("A")
                 : f->state->selection.on ? STR("the selection")
                                          : STR("what is shown");
    out->search = str_copy(arena, str_of(f->state->search));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        lines[i](f, &text);
        page_note(out, arena, take(&text, arena));
    }
    buf_free(&text);
}
