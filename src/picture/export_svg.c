#include "picture/export_svg.h"

#include "picture/amount.h"
#include "picture/assets_embedded.h"
#include "picture/plain_text.h"

enum { PAD = 12, HEAD = 70, ROW = 18, FONT = 12, FOOT = 34, NOTE = 16, INSET = 4 };

/* A character of the page's fonts at FONT pixels, on average: how much of a name is written
 * before the script, which can measure, has run. */
static const double CHAR_WIDTH = 6.9, TITLE_WIDTH = 10.3;
static const double BUTTONS = 330; /* at the title's right */

/* The picture, or one half of a sandwich. */
typedef struct Half {
    const Tree *tree;
    const FlameLayout *layout;
    uint32_t skip;  /* rows that are there for the script alone, and not seen */
    uint32_t first; /* number of its first box in the file */
    bool hanging;   /* the root on top */
    double edge;    /* y of the edge that the root is at */
} Half;

typedef struct Writer {
    const SvgFlame *flame;
    const ExportPage *page;
    Buf *out;
    Buf plain; /* the name at hand */
    uint64_t whole;
    double inner;       /* pixels that 1 of the layout is */
    double height;      /* of the page */
    Half main, callers; /* callers: without a layout unless it is a sandwich */
    const Half *half;   /* that is being written */
    uint32_t match, match_text;
} Writer;

typedef struct FrameText {
    Frame frame; /* its kind alone */
    Str symbol, module;
} FrameText;

static FrameText text_of(const Writer *w, FrameId id) {
    const Tree *tree = w->half->tree;
    const Dict *dict = w->flame->dict;
    return (FrameText){{.kind = tree_frame_kind(tree, dict, id)},
                       tree_symbol(tree, dict, id),
                       tree_module(tree, dict, id)};
}

float svg_layout_width(uint32_t width) {
    return (float)(width - 2 * PAD) * 5;
}

static void put_color(Buf *out, uint32_t color) {
    buf_printf(out, "#%06x", color >> 8);
}

static void put_fill(Buf *out, uint32_t color) {
    buf_puts(out, " fill=\"");
    put_color(out, color);
    buf_putc(out, '"');
}

static double share_of(uint64_t part, uint64_t whole) {
    return whole ? (double)part / (double)whole : 0;
}

static double rows_height(const Half *h) {
    uint32_t rows = h->layout ? h->layout->max_depth + 1 : 0;
    return ROW * (double)(rows > h->skip ? rows - h->skip : 0);
}

static double row_y(const Half *h, uint32_t depth) {
    double row = (double)depth - (double)h->skip;
    return h->hanging ? h->edge + ROW * row : h->edge - ROW * (row + 1);
}

static uint32_t lines_of(Str text) {
    uint32_t n = 0;
    while (text.n) {
        str_cut(&text, '\n');
        n++;
    }
    return n;
}

/* -- the page around the picture */

static void put_style(const Writer *w) {
    const ExportPage *p = w->page;
    Buf *out = w->out;
    buf_printf(out,
               "<style>\nsvg:root { max-width: 100%%; height: auto; background: #%06x }\ntext "
               "{ font: %dpx Verdana, \"DejaVu Sans\", sans-serif;"
               " unicode-bidi: isolate; white-space: pre }\n"
               "#frames text { pointer-events: none }\n"
               "#frames g { cursor: pointer }\n#frames g.merged { cursor: default }\n"
               "#frames g:hover rect { stroke: #%06x; stroke-width: 1 }\n"
               "#frames g.away, #frames g.skip { display: none }\n"
               "#frames g.above rect, #frames.found g:not(.match):not(:first-child) rect { "
               "opacity: 0.45 }\n"
               "#frames g.above text, #frames.found g:not(.match):not(:first-child) text { "
               "fill: #%06x }\n"
               "#frames g.match rect:first-of-type { fill: #%06x }\n#frames g.match text { "
               "fill: #%06x }\n"
               ".title { font-size: 18px; font-weight: 600 }\n.title, .info { fill: #%06x }\n"
               ".muted { fill: #%06x }\n"
               ".button { cursor: pointer }\n.button rect { fill: #%06x; stroke: #%06x }\n"
               ".button text { fill: #%06x; text-anchor: middle }\n"
               ".button:hover rect { stroke: #%06x }\n"
               ".button:focus { outline: none }\n.button:focus rect { stroke: #%06x; "
               "stroke-width: 2 }\n"
               "input { box-sizing: border-box; width: 100%%; height: 100%%; padding: 0 8px; "
               "border: 1px solid #%06x; border-radius: 5px; background: #%06x; color: #%06x; "
               "font: %dpx Verdana, sans-serif }\n</style>\n",
               p->background >> 8, FONT, p->text >> 8, p->text >> 8, w->match >> 8,
               w->match_text >> 8, p->text >> 8, p->muted >> 8, p->panel >> 8, p->line >> 8,
               p->text >> 8, p->accent >> 8, p->accent >> 8, p->accent >> 8, p->panel >> 8,
               p->text >> 8, FONT);
}

static void put_text_line(const Writer *w, const char *class, double y, Str text, double chars) {
    buf_printf(w->out, "<text class=\"%s\" x=\"%d\" y=\"%.0f\">", class, PAD, y);
    plain_cut(w->out, text, chars > 8 ? (size_t)chars : 8, PLAIN_XML | PLAIN_ISOLATED);
    buf_puts(w->out, "</text>\n");
}

static void put_ground(const Writer *w, double height) {
    buf_printf(w->out, "<rect width=\"%u\" height=\"%.0f\"", w->flame->width, height);
    put_fill(w->out, w->page->background);
    buf_puts(w->out, "/>\n");
}

static void put_head(const Writer *w) {
    const ExportPage *p = w->page;
    uint32_t width = w->flame->width;
    buf_puts(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n");
    buf_printf(w->out,
               "<svg version=\"1.1\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
               "height=\"%.0f\" viewBox=\"0 0 %u %.0f\" data-pad=\"%d\" data-shape=\"%s\" "
               "data-whole=\"",
               width, w->height, width, w->height, PAD,
               w->callers.layout  ? "sandwich"
               : w->flame->icicle ? "icicle"
                                  : "flame");
    buf_u64(w->out, w->whole);
    if (w->flame->layout->differential)
        buf_printf(w->out, "\" data-whole-b=\"%llu", (unsigned long long)w->flame->layout->all_b);
    if (w->callers.layout)
        buf_printf(w->out, "\" data-middle=\"%.0f", w->main.edge);
    buf_printf(w->out, "\" data-notes=\"%u\" data-of=\"", lines_of(p->notes));
    plain_put(w->out, p->whole, PLAIN_XML);
    buf_puts(w->out, "\" data-search=\"");
    plain_put(w->out, p->search, PLAIN_XML);
    buf_puts(w->out, "\">\n<title>");
    plain_put(w->out, p->title, PLAIN_XML | PLAIN_ISOLATED);
    buf_puts(w->out, "</title>\n");
    put_style(w);
    put_ground(w, w->height);
}

static void put_rect(const Writer *w, double x, double y, double width, int height, uint32_t fill) {
    double gap = width > 2 ? 1 : width * 0.25;
    buf_printf(w->out, "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\"", x, y,
               width - gap, height);
    put_fill(w->out, fill);
    buf_puts(w->out, "/>");
}

/* gone, less in A … more in A, new: right of the subtitle. */
static void put_legend(const Writer *w) {
    enum { SIDE = 12, STEP = 3, Y = 47, GAP = 5, ALL = 2 * (SIDE + GAP) + 188 };
    static const struct {
        const char *words;
        int width; /* with the room behind it */
    } part[] = {{"gone", 44}, {"less in A", 56}, {"more in A", 66}, {"new", 22}};
    DiffLegend legend;
    flame_diff_legend(w->flame->diff_safe, w->page->dark, &legend);
    double x = w->flame->width - PAD - ALL - STEP * DIFF_LEGEND_STEPS - GAP;
    for (int i = 0; i < 4; i++) {
        if (i == 0 || i == 3) {
            put_rect(w, x, Y, SIDE + 1, SIDE, i ? legend.only_a : legend.only_b);
            x += SIDE + GAP;
        }
        buf_printf(w->out, "<text class=\"muted\" x=\"%.0f\" y=\"%d\">%s</text>\n", x, Y + SIDE - 2,
                   part[i].words);
        x += part[i].width;
        for (int k = 0; i == 1 && k < DIFF_LEGEND_STEPS; k++, x += STEP)
            put_rect(w, x, Y, STEP + 1, SIDE, legend.ramp[k]);
        x += i == 1 ? GAP : 0;
    }
}

/* The script keeps this in sight, so it lies on a ground of its own, over the frames. */
static void put_title(const Writer *w) {
    const ExportPage *p = w->page;
    buf_puts(w->out, "<g id=\"head\">");
    put_ground(w, HEAD - 8);
    put_text_line(w, "title", 30, p->title, (w->flame->width - BUTTONS) / TITLE_WIDTH);
    put_text_line(w, "muted", 52, p->subtitle, w->inner / CHAR_WIDTH);
    if (w->flame->layout->differential)
        put_legend(w);
    buf_puts(w->out, "</g>\n");
}

static void put_notes(const Writer *w) {
    double y = w->height - 10 - NOTE * (double)lines_of(w->page->notes);
    for (Str rest = w->page->notes; rest.n;)
        put_text_line(w, "muted", y += NOTE, str_cut(&rest, '\n'), w->inner / CHAR_WIDTH);
}

/* -- frames */

/* Of a differential: what one side lacks. */
static bool only_one(const Writer *w, const FlameBox *b) {
    return w->half->layout->differential && b->depth && !b->merged && (!b->total || !b->total_b);
}

static uint32_t box_color(const Writer *w, const FlameBox *b) {
    const ExportPage *p = w->page;
    if (b->merged)
        return p->muted;
    if (!b->depth)
        return p->root_box;
    const FlameLayout *l = w->half->layout;
    if (l->differential)
        return flame_diff_color(flame_share_a(l, b), flame_share_b(l, b), w->flame->diff_safe,
                                p->dark);
    FrameText t = text_of(w, b->frame);
    return flame_color(w->flame->palette, p->dark, t.frame, t.symbol, t.module);
}

/* The name of a box into w->plain; returns its module. */
static Str name_box(Writer *w, const FlameBox *b) {
    buf_clear(&w->plain);
    Str module = {0};
    if (b->merged) {
        buf_grouped(&w->plain, b->merged_count);
        buf_puts(&w->plain, b->merged_count == 1 ? " frame narrower than a tenth of a pixel"
                                                 : " frames narrower than a tenth of a pixel");
    } else if (!b->depth) {
        buf_puts(&w->plain, "all");
    } else {
        FrameText t = text_of(w, b->frame);
        plain_put(&w->plain, t.symbol, 0);
        module = t.module;
    }
    return module;
}

/* Behind a name; holds no other opening bracket, by which the script finds it. */
static void put_counts(const Writer *w, const FlameBox *b) {
    const FlameLayout *l = w->half->layout;
    buf_puts(w->out, l->differential ? " (A " : " (");
    amount_put(w->out, b->total, w->page->kind);
    if (l->differential) {
        double share_a = 100 * flame_share_a(l, b), share_b = 100 * flame_share_b(l, b);
        buf_printf(w->out, ", %.2f%%; B ", share_a);
        amount_put(w->out, b->total_b, w->page->kind);
        buf_printf(w->out, ", %.2f%%; %+.2f percentage points%s", share_b, share_a - share_b,
                   only_one(w, b) ? (b->total ? "; new" : "; gone") : "");
    } else {
        buf_printf(w->out, ", %.2f%% of ", 100 * share_of(b->total, w->whole));
        plain_put(w->out, w->page->whole, PLAIN_XML);
    }
    buf_putc(w->out, ')');
}

static void put_label(const Writer *w, const FlameBox *b, double x, double y, double width) {
    const char *mark = only_one(w, b) ? (b->total ? "new " : "gone ") : "";
    double chars = (width - 2 * INSET) / CHAR_WIDTH - (double)str_of(mark).n;
    if (chars < 3)
        return;
    buf_printf(w->out, "<text x=\"%.2f\" y=\"%.1f\">%s", x + INSET, y + ROW - 5.5, mark);
    plain_cut(w->out, buf_str(&w->plain), (size_t)chars, PLAIN_XML | PLAIN_ISOLATED);
    buf_puts(w->out, "</text>");
}

/* What the script reads: the box below, the count, left edge and width as shares. */
static void put_facts(const Writer *w, const FlameBox *b) {
    buf_puts(w->out, " data-f=\"");
    buf_u64(w->out, w->half->first + b->parent);
    buf_putc(w->out, ' ');
    buf_u64(w->out, b->total);
    buf_printf(w->out, " %.7g %.7g", (double)b->x0, (double)b->x1 - (double)b->x0);
    if (w->half->layout->differential) {
        buf_putc(w->out, ' ');
        buf_u64(w->out, b->total_b);
    }
    buf_putc(w->out, '"');
}

static void put_class(const Writer *w, const FlameBox *b) {
    const char *class = b->depth < w->half->skip  ? "skip"
                        : b->merged               ? "merged"
                        : b->ancestor && b->depth ? "above"
                        : !only_one(w, b)         ? NULL
                        : b->total                ? "new"
                                                  : "gone";
    if (class)
        buf_printf(w->out, " class=\"%s\"", class);
}

static void put_box(Writer *w, const FlameBox *b) {
    double x = PAD + (double)b->x0 * w->inner, y = row_y(w->half, b->depth);
    double width = ((double)b->x1 - (double)b->x0) * w->inner;
    uint32_t fill = box_color(w, b);
    Str module = name_box(w, b);
    buf_puts(w->out, "<g");
    put_class(w, b);
    put_fill(w->out, text_on(fill));
    put_facts(w, b);
    buf_puts(w->out, "><title>");
    plain_put(w->out, buf_str(&w->plain), PLAIN_XML | PLAIN_ISOLATED);
    put_counts(w, b);
    if (module.n) { /* no name has a line end left in it, so the script can tell them apart */
        buf_putc(w->out, '\n');
        plain_put(w->out, module, PLAIN_XML | PLAIN_ISOLATED);
    }
    buf_puts(w->out, "</title>");
    put_rect(w, x, y, width, ROW - 1, fill);
    if (only_one(w, b)) /* a bar over what is new, under what is gone */
        put_rect(w, x, b->total ? y : y + ROW - 3, width, 2, w->page->text);
    put_label(w, b, x, y, width);
    buf_puts(w->out, "</g>\n");
}

static void put_half(Writer *w, const Half *half) {
    w->half = half;
    for (uint32_t i = 0; half->layout && i < half->layout->count; i++)
        put_box(w, &half->layout->box[i]);
}

/* Where all of it goes, from the top: title, callers, callees or the only graph, notes. */
static void place(Writer *w) {
    const SvgFlame *f = w->flame;
    bool sandwich = f->callers != NULL;
    w->main = (Half){.tree = f->tree,
                     .layout = f->layout,
                     .skip = sandwich, /* "all"; the function's row is the middle */
                     .hanging = sandwich || f->icicle};
    w->callers = (Half){.tree = f->callers_tree,
                        .layout = f->callers,
                        .skip = 2, /* "all", and the function, which the other half has */
                        .first = f->layout->count};
    double rows = rows_height(&w->main), above = rows_height(&w->callers);
    double foot = FOOT + NOTE * (double)lines_of(f->page->notes);
    w->height = HEAD + above + rows + foot;
    if (w->height < f->least_height)
        w->height = f->least_height;
    w->callers.edge = w->main.edge = w->main.hanging ? HEAD + above : w->height - foot;
}

void export_svg(const SvgFlame *flame, Buf *out) {
    const FlameLayout *l = flame->layout;
    uint32_t dark_match = flame_match_color(true), light_match = flame_match_color(false);
    Writer w = {.flame = flame, .page = flame->page, .out = out};
    if (flame->whole)
        w.whole = flame->whole;
    else if (l->count)
        w.whole = l->differential ? l->all_a : l->box[0].total + l->not_arranged;
    w.inner = (double)(flame->width - 2 * PAD);
    w.match = flame->page->dark ? dark_match : light_match;
    w.match_text = text_on(w.match);
    place(&w);
    put_head(&w);
    buf_puts(out, "<g id=\"frames\">\n");
    put_half(&w, &w.main);
    put_half(&w, &w.callers);
    buf_puts(out, "</g>\n");
    put_notes(&w);
    put_title(&w);
    buf_puts(out, "<script><![CDATA[\n");
    buf_put(out, (Str){asset_svg_script, asset_svg_script_size});
    buf_puts(out, "]]></script>\n</svg>\n");
    buf_free(&w.plain);
}
