/* State: everything that a saved scene, a history step or a shared link holds, as one plain value.
 * Frames are named by their (symbol, module) path, files by slot; ids are looked up, never saved.
 * Owner: the App; copied freely. Thread: main. All times are ns of the profile's own clock. */
#pragma once

#include "picture/palette.h"
#include "query/functions.h"
#include "query/query.h"
#include "query/transforms.h"
#include "ui/theme.h"

/* Instants lie within ± this, so that no difference or sum of two of them overflows. */
#define RANGE_LIMIT_NS INT64_C(4000000000000000000)

enum {
    STATE_PATH = 1024,
    STATE_ZOOM = 8192,
    STATE_EVENT = 128,
    STATE_FRAME = 2048,
    STATE_ROW = 48, /* chips that name one thread, process or cpu */
    STATE_SLOTS = 2,
    STATE_COLUMN_NS = 1000000000, /* of a column, unless somebody chooses another */
    STATE_RANGES = 8
};

typedef enum ViewKind {
    VIEW_FLAME,
    VIEW_ICICLE,
    VIEW_INVERTED, /* callers by leaf, growing downwards */
    VIEW_SANDWICH, /* callers of one function above, its callees below */
    VIEW_TABLE,    /* functions */
    VIEW_CHART,    /* one thread in time order */
    VIEW_COUNT
} ViewKind;
typedef enum ModeKind { MODE_NORMAL, MODE_BROWSER } ModeKind;

typedef struct Range {
    bool on;
    int64_t t0_ns, t1_ns; /* half-open */
} Range;

bool range_same(const Range *a, const Range *b);

typedef struct State {
    char file[STATE_SLOTS][STATE_PATH]; /* slot A and B; empty: none */
    Range selection;
    Range baseline;            /* B, when baseline_kind is BASELINE_RANGE */
    uint8_t baseline_kind;     /* BaselineKind: what the flame graph is compared with */
    bool elided;               /* … and of that, only what the selection lacks */
    uint8_t diff_palette;      /* DiffPalette */
    Range saved[STATE_RANGES]; /* ranges remembered, to compare with; those in use first */
    Range view;                /* what the heat map shows; off: the whole recording */
    Range view_b;              /* likewise, that of the second file */
    char event[STATE_EVENT];   /* name; empty: query_default_event; "all" */
    uint8_t weighted;          /* Weighing */
    uint8_t idle;              /* IdleMode */
    Filter filter;
    char search[SEARCH_TEXT];
    Transforms transforms; /* of the tree, in order */
    /* Frames as "symbol\tmodule\n"; empty: none. */
    char pin[STATE_FRAME];      /* its moments stay lit on the heat map: one frame, a function */
    Range cell;                 /* of the heat map: its hottest stacks stay named */
    char cell_row[STATE_ROW];   /* … where rows are threads and the like: "pid=7 tid=9" */
    char function[STATE_FRAME]; /* whose callers and callees a sandwich shows */
    uint8_t view_kind;          /* ViewKind */
    uint8_t mode;               /* ModeKind */
    bool heaviest_first;
    uint8_t table_order; /* FunctionOrder */
    bool table_ascending;
    char table_filter[SEARCH_TEXT];
    bool chart_chosen; /* the thread whose flame chart is shown; else the one with most samples */
    int32_t chart_pid, chart_tid;
    /* Path below the root: "symbol\tmodule\n" a frame; empty: all. */
    char zoom[STATE_ZOOM];
    uint8_t row_kind;   /* HeatRowKind */
    uint8_t value_kind; /* HeatValueKind; HEAT_SAMPLES: what is counted, samples or weight */
    uint32_t rows;
    int64_t column_ns;
    uint8_t scale;         /* HeatScale */
    uint8_t heat_palette;  /* HeatPalette */
    uint8_t flame_palette; /* FlamePalette */
    bool downwards;
    uint8_t theme;           /* ThemeKind */
    uint32_t text_percent;   /* 80 to 200 */
    uint32_t split_permille; /* height of the heat map's part of the window */
} State;

void state_init(State *state);
/* By content: what lies between the fields does not count. */
bool state_same(const State *a, const State *b);
/* Copies and fills the rest with zeros: states are compared as memory. False when it is cut. */
bool state_put(char *out, size_t cap, Str text);
/* Appends "symbol\tmodule\n" at *at, as frames and paths of them are written; false when it is
 * full. */
bool state_put_frame(char *out, size_t cap, size_t *at, Str symbol, Str module);
/* Percent-encoding of values: one word without blanks, & and =. False when it does not fit. */
void state_escape(Buf *out, Str value);
bool state_unescape(Str value, char *out, size_t cap);
/* "key=value&key=value", values percent-encoded; defaults are left out. */
void state_format(const State *state, Buf *out);
/* Sets what the text names, leaves the rest. False with words when a part makes no sense. */
bool state_parse(Str text, State *state, Error *err);

/* Whether `kind`, a BASELINE_*, has what it needs to be compared with; none always has. */
bool state_can_compare(const State *state, uint8_t kind);

/* Whether there is something to compare with what is selected. */
bool state_compares(const State *state);

/* "offset", "thread", "process", "cpu"; "samples", "weight", "cpus", "threads", "share". */
enum { ROW_KINDS = HEAT_BY_CPU + 1, VALUE_KINDS = HEAT_SHARE + 1 };
const char *row_kind_name(uint32_t kind);
bool row_kind_named(Str name, uint8_t *out);
const char *value_kind_name(uint32_t kind);
bool value_kind_named(Str name, uint8_t *out);
/* Another kind of rows. Threads and the like lie over plain time, for which a second is long: what
 * spans the usual second spans a tenth then, and the other way round. */
void state_set_row_kind(State *state, uint8_t kind);
const char *view_kind_name(uint32_t kind);
bool view_kind_named(Str name, uint8_t *out);
const char *baseline_kind_name(uint32_t kind); /* "none", "range", "rest", "whole", "file" */
bool baseline_kind_named(Str name, uint8_t *out);
/* "PID/TID": the thread whose flame chart is shown. */
bool thread_parse(Str text, State *state);
/* "1s", "500ms", "1m", "1h" and back. */
/* "T0..T1" in ns of the profile's clock; false unless T0 < T1, both within RANGE_LIMIT_NS. */
bool range_parse_ns(Str text, Range *out);
bool span_parse(Str text, int64_t *ns);
void span_format(int64_t ns, Buf *out);
/* "34.2..36.1" in seconds from the origin, or "10%..20%" of first … last. */
bool range_parse(Str text, int64_t origin_ns, int64_t first_ns, int64_t last_ns, Range *out,
                 Error *err);
