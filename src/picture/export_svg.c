#include "picture/export_svg.h"

#include "picture/assets_embedded.h"
#include "picture/export_frame.h"
#include "picture/plain_text.h"

enum { PAD = 12, HEAD = 70, ROW = 18, FONT = 12, FOOT = 34, NOTE = 16, INSET = 4 };

/* A character of the page's fonts at FONT pixels, on average: how much of a name is written
 * before the script, which can measure, has run. */
static const double CHAR_WIDTH = 6.9, TITLE_WIDTH = 10.3;
static const double BUTTONS = 330; /* at the title's right */

typedef struct Writer {
    const SvgFlame *flame;
    const ExportPage *page;
    Buf *out;
    Buf plain; /* the name at hand */
    uint64_t whole;
    double inner;       /* pixels that 1 of the layout is */
    double height, top; /* of the page; of the picture in it */
    uint32_t match, match_text;
} Writer;

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

static double row_y(const Writer *w, uint32_t depth) {
    uint32_t deepest = w->flame->layout->max_depth;
    return w->top + ROW * (double)(w->flame->icicle ? depth : deepest - depth);
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
               "{ font: %dpx Inter, Verdana, \"DejaVu Sans\", sans-serif;"
               " unicode-bidi: isolate; white-space: pre }\n"
               "#frames text { pointer-events: none }\n"
               "#frames g { cursor: pointer }\n#frames g.merged { cursor: default }\n"
               "#frames g:hover rect { stroke: #%06x; stroke-width: 1 }\n"
               "#frames g.away { display: none }\n"
               "#frames g.above rect, #frames.found g.other rect { opacity: 0.45 }\n"
               "#frames g.above text, #frames.found g.other text { fill: #%06x }\n"
               "#frames g.match rect { fill: #%06x }\n#frames g.match text { fill: #%06x }\n"
               ".title { font-size: 18px; font-weight: 600 }\n.title, .info { fill: #%06x }\n"
               ".muted { fill: #%06x }\n"
               ".button { cursor: pointer }\n.button rect { fill: #%06x; stroke: #%06x }\n"
               ".button text { fill: #%06x; text-anchor: middle }\n"
               ".button:hover rect { stroke: #%06x }\n"
               ".button:focus { outline: none }\n.button:focus rect { stroke: #%06x; "
               "stroke-width: 2 }\n"
               "input { box-sizing: border-box; width: 100%%; height: 100%%; padding: 0 8px; "
               "border: 1px solid #%06x; border-radius: 5px; background: #%06x; color: #%06x; "
               "font: %dpx Inter, Verdana, sans-serif }\n</style>\n",
               p->background >> 8, FONT, p->text >> 8, p->text >> 8, w->match >> 8,
               w->match_text >> 8, p->text >> 8, p->muted >> 8, p->panel >> 8, p->line >> 8,
               p->text >> 8, p->accent >> 8, p->accent >> 8, p->accent >> 8, p->panel >> 8,
               p->text >> 8, FONT);
}

static void put_text_line(const Writer *w, const char *class, double y, Str text,
                          double chars) {
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
               width, w->height, width, w->height, PAD, w->flame->icicle ? "icicle" : "flame");
    buf_u64(w->out, w->whole);
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

/* The script keeps this in sight, so it lies on a ground of its own, over the frames. */
static void put_title(const Writer *w) {
    const ExportPage *p = w->page;
    buf_puts(w->out, "<g id=\"head\">");
    put_ground(w, HEAD - 8);
    put_text_line(w, "title", 30, p->title, (w->flame->width - BUTTONS) / TITLE_WIDTH);
    put_text_line(w, "muted", 52, p->subtitle, w->inner / CHAR_WIDTH);
    buf_puts(w->out, "</g>\n");
}

static void put_notes(const Writer *w) {
    double y = w->height - 10 - NOTE * (double)lines_of(w->page->notes);
    for (Str rest = w->page->notes; rest.n;)
        put_text_line(w, "muted", y += NOTE, str_cut(&rest, '\n'), w->inner / CHAR_WIDTH);
}

/* -- frames */

static uint32_t box_color(const Writer *w, const FlameBox *b) {
    const ExportPage *p = w->page;
    if (b->merged)
        return p->muted;
    if (!b->depth)
        return p->root_box;
    FrameText t = export_frame(w->flame->dict, b->frame);
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
        FrameText t = export_frame(w->flame->dict, b->frame);
        plain_put(&w->plain, t.symbol, 0);
        module = t.module;
    }
    return module;
}

static void put_counts(const Writer *w, uint64_t total) {
    buf_puts(w->out, " (");
    buf_grouped(w->out, total);
    buf_putc(w->out, ' ');
    Str unit = w->page->unit;
    bool singular = total == 1 && str_eq_c(unit, "samples");
    plain_put(w->out, str_slice(unit, 0, unit.n - singular), PLAIN_XML);
    buf_printf(w->out, ", %.2f%% of ", 100 * share_of(total, w->whole));
    plain_put(w->out, w->page->whole, PLAIN_XML);
    buf_putc(w->out, ')');
}

static void put_label(const Writer *w, double x, double y, double width) {
    double chars = (width - 2 * INSET) / CHAR_WIDTH;
    if (chars < 3)
        return;
    buf_printf(w->out, "<text x=\"%.2f\" y=\"%.1f\">", x + INSET, y + ROW - 5.5);
    plain_cut(w->out, buf_str(&w->plain), (size_t)chars, PLAIN_XML | PLAIN_ISOLATED);
    buf_puts(w->out, "</text>");
}

/* What the script reads: the box below, the count, left edge and width as shares. */
static void put_facts(const Writer *w, const FlameBox *b) {
    buf_puts(w->out, " data-f=\"");
    buf_u64(w->out, b->parent);
    buf_putc(w->out, ' ');
    buf_u64(w->out, b->total);
    buf_printf(w->out, " %.7g %.7g\"", (double)b->x0, (double)b->x1 - (double)b->x0);
}

static void put_box(Writer *w, const FlameBox *b) {
    double x = PAD + (double)b->x0 * w->inner, y = row_y(w, b->depth);
    double width = ((double)b->x1 - (double)b->x0) * w->inner;
    uint32_t fill = box_color(w, b);
    Str module = name_box(w, b);
    buf_puts(w->out, "<g");
    if (b->merged || (b->ancestor && b->depth))
        buf_puts(w->out, b->merged ? " class=\"merged\"" : " class=\"above\"");
    put_fill(w->out, text_on(fill));
    put_facts(w, b);
    buf_puts(w->out, "><title>");
    plain_put(w->out, buf_str(&w->plain), PLAIN_XML | PLAIN_ISOLATED);
    put_counts(w, b->total);
    if (module.n) { /* no name has a line end left in it, so the script can tell them apart */
        buf_putc(w->out, '\n');
        plain_put(w->out, module, PLAIN_XML | PLAIN_ISOLATED);
    }
    double gap = width > 2 ? 1 : width * 0.25;
    buf_printf(w->out, "</title><rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\"", x, y,
               width - gap, ROW - 1);
    put_fill(w->out, fill);
    buf_puts(w->out, "/>");
    put_label(w, x, y, width);
    buf_puts(w->out, "</g>\n");
}

void export_svg(const SvgFlame *flame, Buf *out) {
    const FlameLayout *l = flame->layout;
    uint32_t dark_match = 0xf03cf0ff, light_match = 0xe600e6ff;
    Writer w = {.flame = flame, .page = flame->page, .out = out};
    w.whole = l->count ? l->box[0].total + l->not_arranged : 0;
    w.inner = (double)(flame->width - 2 * PAD);
    w.match = flame->page->dark ? dark_match : light_match;
    w.match_text = text_on(w.match);
    double rows = ROW * (double)(l->max_depth + 1);
    w.height = HEAD + rows + FOOT + NOTE * (double)lines_of(flame->page->notes);
    if (w.height < flame->least_height)
        w.height = flame->least_height;
    double foot = FOOT + NOTE * (double)lines_of(flame->page->notes);
    w.top = flame->icicle ? HEAD : w.height - foot - rows;
    put_head(&w);
    buf_puts(out, "<g id=\"frames\">\n");
    for (uint32_t i = 0; i < l->count; i++)
        put_box(&w, &l->box[i]);
    buf_puts(out, "</g>\n");
    put_notes(&w);
    put_title(&w);
    buf_puts(out, "<script><![CDATA[\n");
    buf_put(out, (Str){asset_svg_script, asset_svg_script_size});
    buf_puts(out, "]]></script>\n</svg>\n");
    buf_free(&w.plain);
}
