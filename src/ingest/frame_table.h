/* Frame table: (symbol, module, what the address says) of a frame line to its frame, or to a
 * run of frames where the symbol names several (inlining). What is asked of lines whose key is
 * not known. Owner: a parser, beside the Dict whose ids it gives. Thread: one at a time. OOM
 * aborts. */
#pragma once

#include "ingest/perf_line.h"
#include "store/dict.h"

/* A FrameId, or FRAME_RUN + the index of a run. */
typedef uint32_t FrameValue;

#define FRAME_RUN 0x80000000u

typedef struct FrameTableSlot {
    const char *text; /* flags, symbol, module; NULL: empty */
    uint32_t symbol_n, module_n;
    uint32_t hash;
    FrameValue value;
} FrameTableSlot;

typedef struct FrameTable {
    FrameTableSlot *slot;
    uint32_t cap, count;
    Arena text;
    Column run;       /* FrameRun */
    Column run_frame; /* FrameId */
} FrameTable;

typedef struct FrameRun {
    uint64_t first; /* in run_frame, innermost first, side by side */
    uint32_t n;
} FrameRun;

void frame_table_init(FrameTable *table);
void frame_table_free(FrameTable *table);
FrameValue frame_table_get(FrameTable *table, Dict *dict, const FrameLine *line);
/* The outermost frame of a value. */
FrameId frame_table_outermost(const FrameTable *table, FrameValue value);
/* A run of these frames, innermost first; each time a new one. */
FrameValue frame_table_join(FrameTable *table, const FrameId *frame, uint32_t n);
/* The frames of a value with FRAME_RUN set, innermost first. */
const FrameId *frame_table_run(const FrameTable *table, FrameValue value, uint32_t *n);
