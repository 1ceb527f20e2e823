/* FirefoxTables: the tables of a Firefox profile, in both of its forms. A processed profile has
 * a list for each column, {"frame":[…],"prefix":[…]}; a raw one says which column stands where,
 * {"schema":{"prefix":0,"frame":1},"data":[[…] …]}. Both end up as the same columns here.
 * Owner: the reader of a profile. Thread: one. Facts: docs-developer/ of the Firefox Profiler's
 * repository (gecko-profile-format.md, processed-profile-format.md, CHANGELOG-formats.md): from
 * version 66 on a stack says how far before it its prefix stands (0: nowhere), and from 71 and 75
 * on flags of frames and functions tell which of their other columns mean anything. */
#pragma once

#include "ingest/json_pull.h"
#include "ingest/time_list.h"

enum { CELL_NONE = UINT32_MAX };

enum { FRAME_FLAG_INLINED = 1, FUNC_FLAG_JS = 1, FUNC_FLAG_RESOURCE = 4, FUNC_FLAG_SOURCE = 8 };

typedef struct FirefoxTables {
    /* uint32_t by row; CELL_NONE where there is nothing */
    Column stack_prefix, stack_offset, stack_frame;
    Column frame_location, frame_func, frame_inline, frame_jit, frame_flags;
    Column func_name, func_resource, func_file, func_source, func_js, func_flags;
    Column resource_name, source_file;
    Column string; /* NameId */
} FirefoxTables;

/* A thread's samples, or allocations: those that are no rows yet, in 8 bytes each. */
typedef struct FirefoxSamples {
    Fifo stack;      /* uint32_t */
    TimeList time;   /* ns, or steps of ps, lest their faults add up; TIME_NONE */
    TimeList weight; /* millionths; TIME_NONE */
    bool deltas;     /* time holds steps */
    bool differ;     /* some weigh neither 1 nor nothing */
    enum FirefoxWeight { FIREFOX_SAMPLES, FIREFOX_MS, FIREFOX_BYTES } unit;
    /* Called for what came together, if it can be made rows of; NULL: all wait. It is called once
     * the weights and their unit were told, for on them depends what kind of rows they are. */
    void (*ready)(void *context);
    void *context;
    /* -- own */
    bool has_weight, has_unit, flows;
    Column stack_cell, time_cell, weight_cell; /* just read */
} FirefoxSamples;

void firefox_tables_init(FirefoxTables *t);
void firefox_tables_free(FirefoxTables *t);
void firefox_samples_init(FirefoxSamples *s);
void firefox_samples_free(FirefoxSamples *s);
/* The member whose key was just read, if it is one of these tables; false: it was not touched.
 */
bool firefox_tables_member(FirefoxTables *t, JsonPull *p, Rows *rows);
void firefox_samples_read(FirefoxSamples *s, JsonPull *p); /* at the table's value */

/* The stack that this one continues; CELL_NONE: none. False: that is not said, or no stack. */
bool firefox_prefix(const FirefoxTables *t, uint32_t stack, uint32_t *prefix);

static inline uint32_t firefox_cell(const Column *c, uint32_t row) {
    return row < c->count ? COLUMN_AT(c, uint32_t, row) : CELL_NONE;
}
