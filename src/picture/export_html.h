/* export_html: heat map and flame graph as one page that a browser opens without a network. The
 * page holds the stacks of the exported range exactly, as the query's transforms leave them, and,
 * where they fit, the stacks of every cell, so that a drag on its heat map counts anew; where they
 * do not, it says so. With a baseline it is the differential of both, over the union of their
 * stacks; a drag is compared with the same baseline, or with the rest where that was asked for.
 * What it draws stands in one gzipped block, base64 in the page (picture/page_data.h); the
 * script (assets/export_page.js) reads that and no markup ever holds a name.
 * Pure; output goes into the caller's Buf; any thread that may read the profile. Failure: a
 * filter that does not compile. */
#pragma once

#include "picture/export_sides.h"
#include "picture/export_svg.h"
#include "picture/heat_pixels.h"

/* With what is compressed a page stays below this; the note says when something was left out. */
enum { HTML_PAGE_LIMIT = 8 << 20 };

typedef struct HtmlPage {
    const ExportPage *page;   /* title and subtitle of the profile; colours are the page's own */
    const ExportSides *sides; /* whose query is of the exported range */
    const HeatSpec *heat;
    HeatScale scale;
    HeatPalette heat_palette;
    FlamePalette flame_palette;
    DiffPalette diff_palette;
    Str base_name; /* what the baseline is, for people: "60.00 – 70.00 s" */
    bool downwards, heaviest_first;
    const char *shape; /* "flame", "icicle", "inverted" */
    const char *theme; /* "dark", "light", or "auto": the reader's */
    Str zoom;          /* as in the state: "symbol\tmodule\n" a frame */
} HtmlPage;

/* limit: HTML_PAGE_LIMIT, or less in tests. */
bool export_html(const HtmlPage *what, size_t limit, Buf *out, Error *err);
