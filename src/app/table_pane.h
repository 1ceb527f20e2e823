/* Table pane: the functions of the newest answer as rows that can be sorted, filtered, marked and
 * scrolled; only rows in view are laid out, so 100 k of them cost what a window full does.
 * What it is sorted and filtered by is in the State; the mark, the hover and the scroll are its
 * own. Owner: the App. Thread: main. Failure: none. */
#pragma once

#include "app/view.h"
#include "query/functions.h"

typedef struct TableHover {
    bool on;
    Function row; /* row.frame is what the pointer is on */
} TableHover;

typedef struct TablePane {
    Arena arena;
    FunctionFilter filter;
    const uint32_t *rows; /* of the functions, sorted; count of them */
    uint32_t count;
    /* what the rows were made for */
    uint64_t made_of;
    uint8_t made_order;
    bool made_ascending;
    char field[SEARCH_TEXT]; /* what the filter's field holds; follows the state */
    double scroll;           /* rows above the first one in view */
    float row;               /* px of the last frame */
    uint32_t drawn;          /* rows laid out in the last frame */
    FrameId cursor;          /* the marked function, 0 none */
    bool show_cursor;        /* scroll it into view */
    TableHover hover;
    Rect body; /* of the rows */
} TablePane;

void table_pane_init(TablePane *pane);
void table_pane_free(TablePane *pane);
/* Another file: frames of the one before mean nothing any more. */
void table_pane_forget(TablePane *pane);
void table_pane_draw(TablePane *pane, const View *v, Rect area);
/* The newest functions, or NULL; *number grows with each. */
const Functions *table_functions(const Engine *engine, uint64_t *number);
void table_pane_move(TablePane *pane, const Functions *f, int64_t rows);
void table_pane_move_page(TablePane *pane, const Functions *f, int pages);
/* What the status line says: of the row under the pointer, else of the marked one while the
 * table has the keyboard. False: nothing. */
bool table_pane_told(const TablePane *pane, const View *v, Str *name, Str *facts);
/* The function under the pointer, else the marked one; 0: none that is among these. */
FrameId table_pane_pointed(const TablePane *pane, const Functions *f);
/* A regular expression that matches this symbol and no other. */
void table_exact(Str symbol, Buf *out);
