/* V8Profile: what V8's sampler writes, be it a .cpuprofile or pieces of one in a trace.
 * {"nodes":[{"id","callFrame":{"functionName","url",…},"hitCount","children":[ids]} …],
 *  "startTime" in µs, "samples":[node ids], "timeDeltas":[µs]}
 * Before Chrome 58: "head", one node within the other, names beside id, and "timestamps" (µs).
 * Nodes may name a "parent" instead of children. A sample was taken at startTime plus the
 * deltas up to its own. Without samples the hit counts remain, which have no times.
 * Samples become rows while the second of their two lists is read, provided that what they say is
 * known by then: nodes, start and context (v8_profile_context). Else they wait for the end.
 * Memory: 4 B a sample until its time has come, which then go back block by block, another 4 where
 * it waits for the end; and the tree. Owner: the parser. Thread: one. Facts: the Chrome DevTools
 * Protocol's domain Profiler. */
#pragma once

#include "ingest/call_tree.h"
#include "ingest/id_map.h"
#include "ingest/json_pull.h"
#include "ingest/time_list.h"

typedef struct V8Profile {
    CallTree tree;     /* frames are those of the Part */
    Column dense;      /* uint32_t by node id: its number + 1 */
    IdMap number_of;   /* the same, of large ids */
    Column hits;       /* uint32_t by number */
    Column told;       /* uint8_t by number: it was described, not only referred to */
    Column pair;       /* PairId by number; 0: not known yet */
    Column child;      /* uint32_t: numbers, of nodes that are still being read */
    uint64_t untold;   /* how many were not */
    Fifo sample;       /* uint32_t: node ids that are no rows yet */
    TimeList time;     /* deltas or stamps, likewise */
    PairId *pair_of;   /* by node id, of those that were rows; 0: ask `pair` */
    uint32_t pairs;    /* how many ids that table has */
    int64_t latest_ns; /* time of the latest row; TIME_NONE: nobody knows any more */
    bool stamps, has_start, has_context, has_samples, has_rows;
    int64_t start_ns;
    Context context;
} V8Profile;

void v8_profile_init(V8Profile *v);
void v8_profile_free(V8Profile *v);
/* Whose rows they are, once that is certain; V8's own root stands for the process. */
void v8_profile_context(V8Profile *v, Rows *rows, Context context);
/* The member of a profile whose key was just read, whatever it is. Lists grow on. */
void v8_profile_member(V8Profile *v, JsonPull *p, Rows *rows);
/* The rows that are left, behind all members, of this context unless one was certain before. Once
 * only. */
void v8_profile_emit(V8Profile *v, Rows *rows, Context context);
