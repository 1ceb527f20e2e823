/* Panels: the controls around the data: toolbar with chips and search, the flame graph's header,
 * the status line, and what lies over everything (keys, complaints, frame times).
 * Owner: the App. Thread: main. Each draws itself and wishes for commands. */
#pragma once

#include "app/browser.h"
#include "app/chart_pane.h"
#include "app/flame_pane.h"
#include "app/table_pane.h"
#include "app/view.h"

typedef struct Panels {
    char search[SEARCH_TEXT]; /* what the field holds; follows the state unless being typed */
    char filter[FILTER_VALUE];
    bool asking_filter;
    Error filter_error;
    float help_scroll, complaint_scroll;
    float search_w;
    uint32_t bar_lines;
    bool settings_button; /* there is room for it */
    Rect search_rect, status_rect;
} Panels;

/* What the status line tells of. */
typedef struct Told {
    const FlamePane *flame;
    const TablePane *table;
    const ChartPane *chart;
    const Answer *callers; /* of a sandwich, or NULL */
    const SessionSlot *second;
    const Browser *browser; /* NULL: it is not shown */
} Told;

enum { FRAME_TIMES = 240 };

/* Durations of the latest frames, for the overlay; all in ns. */
typedef struct FrameStats {
    int64_t frame_ns[FRAME_TIMES];
    uint32_t count, next;
    uint64_t frames;
    uint32_t commands;   /* of the draw list */
    uint32_t draw_calls; /* of the frame before; 0: software */
} FrameStats;

void frame_stats_add(FrameStats *stats, int64_t ns);
/* p in 0 … 1 of the kept frame times. */
int64_t frame_stats_quantile(const FrameStats *stats, double p);

/* One line of controls, or as many as they need. */
float toolbar_height(Panels *p, const View *v);
void toolbar_draw(Panels *p, const View *v, Rect area);
float flame_header_height(const View *v);
void flame_header_draw(const View *v, Rect area);
/* A word or two in a line from x on; returns where the next may begin. */
float panel_text(const View *v, float x, Rect area, Str s, uint32_t color, Face face);
void status_draw(Panels *p, const View *v, const Told *told, const char *notice, Rect area);
/* False when the user closed it. */
bool help_draw(Panels *p, const View *v);
bool complaints_draw(Panels *p, const View *v);
void stats_draw(const View *v, const FrameStats *stats, Rect area);
