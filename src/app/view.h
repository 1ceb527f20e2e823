/* View: what a part of the window may know while it draws itself: read-only facts, the toolkit,
 * and a queue of wishes. Views never write State: they wish for commands, applied afterwards.
 * Lives for one frame. Thread: main. */
#pragma once

#include "app/commands.h"
#include "app/session.h"
#include "app/state.h"
#include "query/link.h"
#include "ui/ui.h"

/* Which of two files a view is about; of one alone it is A. */
typedef enum Side { SIDE_A, SIDE_B } Side;

typedef struct View {
    Ui *ui;
    const State *state; /* of side B a copy, in which selection and view are B's */
    Side side;
    CommandId select, frame_time; /* commands that set the selection and the time in view */
    const Dict *dict;
    const SessionSlot *slot; /* of its side; slot->open is false without a file */
    const Engine *engine;
    const Answer *answer; /* newest of slot A, or NULL */
    const HeatGrid *heat; /* newest, or NULL */
    const LinkGrid *link; /* what is lit on it, or NULL */
    EventId event;        /* resolved; EVENT_ALL for all */
    bool paused;          /* more samples may have come than are shown */
    bool weighted;        /* weights are summed, not samples */
    int64_t origin_ns;
    Arena *arena; /* of this frame */
    Wishes *wishes;
    int64_t now_ns;
    bool staged;           /* on the stage: data without controls */
    bool still;            /* nothing may move by itself */
    bool zoom_off;         /* a flame graph here shows all of its answer */
    int64_t *next_wake_ns; /* a view that moves lowers it */
} View;

/* Text in the frame's arena. */
Str view_text(const View *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
Str view_grouped(const View *v, uint64_t n);                 /* "8 213" with thin spaces */
Str view_count(const View *v, uint64_t n, const char *unit); /* "8 213 samples" */
/* Of what is counted: "8 213 samples", "1.597 s", "12.3 MB"; without the unit where another amount
 * beside it names one: "8 213", but "1.597 s"; and short, for a column. */
Str view_amount(const View *v, uint64_t n);
Str view_number(const View *v, uint64_t n);
Str view_amount_short(const View *v, uint64_t n, uint32_t kind);
Str view_short(const View *v, uint64_t n); /* "8 213", from ten million on "12.3 M" */
Str view_percent(const View *v, uint64_t part, uint64_t whole); /* "6.2 %" */
/* Offset from the origin: "34.20 s", precise enough for `step_ns`. */
Str view_offset(const View *v, int64_t t_ns, int64_t step_ns);
Str view_span(const View *v, int64_t ns); /* a duration, with three digits and its unit */
void view_wake(const View *v, int64_t at_ns);
/* What is counted, a WeightKind, and its name as a heading: "samples", "periods", "time". */
uint32_t view_kind(const View *v);
const char *view_unit(const View *v);
bool view_has_time(const View *v);
/* Of a profile of no samples at all, and what may be the reason; empty: it has some, or may get
 * them. */
Str view_why_no_samples(const View *v);
/* What shares of the flame graph are of, and its name: "A", "B", "what is shown". */
uint64_t view_whole(const View *v);
const char *view_whole_name(const View *v);
