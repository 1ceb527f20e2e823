#include "picture/export_deck.h"

#include "picture/assets_embedded.h"
#include "picture/plain_text.h"

static void put_name(Buf *out, Str text) {
    plain_put(out, text, PLAIN_XML | PLAIN_ISOLATED);
}

/* The page's style keeps line ends. */
static void put_lines(Buf *out, Str text) {
    while (text.n) {
        put_name(out, str_cut(&text, '\n'));
        if (text.n)
            buf_putc(out, '\n');
    }
}

static void put_words(Buf *out, const DeckPage *page, uint32_t number, uint32_t count) {
    buf_puts(out, "<div class=\"words\">\n<h2>");
    put_name(out, page->title);
    buf_printf(out, "</h2>\n<span class=\"number\">%u / %u</span>\n", number, count);
    if (page->note.n) {
        buf_puts(out, "<p>");
        put_lines(out, page->note);
        buf_puts(out, "</p>\n");
    }
    buf_puts(out, "</div>\n");
}

static void put_scene(Buf *out, const DeckPage *page, uint32_t number, uint32_t count) {
    buf_printf(out, "<section id=\"scene-%u\">\n<figure><img width=\"%u\" height=\"%u\" alt=\"",
               number, page->w, page->h);
    put_name(out, page->title);
    buf_puts(out, "\" src=\"data:image/png;base64,");
    buf_base64(out, page->png);
    buf_puts(out, "\"></figure>\n");
    put_words(out, page, number, count);
    buf_puts(out, "</section>\n");
}

void export_deck(Str title, bool dark, const DeckPage *pages, uint32_t count, Buf *out) {
    buf_printf(out, "<!DOCTYPE html>\n<html lang=\"en\" data-theme=\"%s\">\n",
               dark ? "dark" : "light");
    buf_puts(
        out,
        "<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"generator\" content=\"FlameScope\">\n<title>");
    put_name(out, title);
    buf_puts(out, "</title>\n<style>\n");
    buf_put(out, (Str){asset_scenes_style, asset_scenes_style_size});
    buf_puts(out, "</style>\n</head>\n<body>\n");
    for (uint32_t i = 0; i < count; i++)
        put_scene(out, &pages[i], i + 1, count);
    buf_puts(
        out,
        "<nav><button id=\"back\" title=\"The scene before (PageUp)\" aria-label=\"The scene before\">‹</button>"
        "<button id=\"on\" title=\"The next scene (PageDown)\" aria-label=\"The next scene\">›</button></nav>\n<script>\n");
    buf_put(out, (Str){asset_scenes_script, asset_scenes_script_size});
    buf_puts(out, "</script>\n</body>\n</html>\n");
}
