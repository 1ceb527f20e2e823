/* Flame pane: the flame graph of the newest answer, in motion, with hover, cursor and scrolling.
 * Owner: the App. It lays out again only when answer, zoom, width or order changed. Thread: main.
 */
#pragma once

#include "app/view.h"
#include "picture/flame_motion.h"

typedef struct FlameHover {
    bool on;
    bool caller; /* of the upper half of a sandwich: its node is of that half's answer */
    FlameBox box;
} FlameHover;

typedef struct FlamePane {
    FlameMotion motion;
    Arena layout_arena;
    FlameLayout layout;
    /* what the layout was made for */
    uint64_t answer_generation;
    uint64_t zoom_hash;
    float width;
    bool heaviest_first;
    /* colours by frame id, for one palette and theme */
    uint32_t *color;
    uint32_t color_cap;
    uint32_t color_key;
    bool hanging;     /* the root is on top: icicle; set before drawing */
    UiId id;          /* of its zone; set before drawing */
    uint32_t skip;    /* rows at the root that are not shown; set before drawing */
    float scroll;     /* px above (flame) or below (hanging) the root's usual place */
    float row;        /* px of the last frame */
    uint64_t cursor;  /* key of the marked frame, 0 none */
    bool show_cursor; /* scroll it into view */
    FlameHover hover;
    FlameHover menu; /* a box that was clicked with the right button in this frame */
    Rect body;
} FlamePane;

void flame_pane_init(FlamePane *pane);
void flame_pane_free(FlamePane *pane);
/* Another file: names, frames and colours of the one before mean nothing any more. */
void flame_pane_forget(FlamePane *pane);
/* Of v->answer, which may be another than the window's (the upper half of a sandwich). */
void flame_pane_draw(FlamePane *pane, const View *v, Rect area);
/* Moves the cursor: dy +1 towards the leaves, dx sideways. */
void flame_pane_move_cursor(FlamePane *pane, int dx, int dy);
/* Marks the next (+1) or previous match among the boxes; false when there is none. */
bool flame_pane_next_match(FlamePane *pane, int step);
void flame_pane_scroll(FlamePane *pane, float pages);
/* Whether its boxes are of this answer: nodes of another one's mean nothing. */
bool flame_pane_is_of(const FlamePane *pane, const Answer *answer);
/* The box with this key in the newest layout, or NULL. */
const FlameBox *flame_pane_box(const FlamePane *pane, uint64_t key);
/* Where a node's box is drawn by now, perhaps outside of the body; false when it has none. */
bool flame_pane_rect(const FlamePane *pane, uint32_t node, int64_t now_ns, Rect *out);
/* The node that state.zoom names, as far as it exists in the tree. */
uint32_t flame_zoom_node(const State *state, const Answer *answer, const Dict *dict, Arena *arena);
/* State.zoom's text for a node; false when it does not fit. */
bool flame_zoom_text(const Answer *answer, const Dict *dict, uint32_t node, char *out, size_t cap);
/* "comm;frame;frame" of a node, for the clipboard and dumps. */
void flame_stack_text(const Answer *answer, const Dict *dict, uint32_t node, Buf *out);
/* Words for a window without a single sample to draw. */
Str flame_why_empty(const View *v);
/* What a frame is called in the window: its symbol, or [module] where the symbol is unknown. */
Str flame_label(const Tree *tree, const Dict *dict, FrameId frame);
