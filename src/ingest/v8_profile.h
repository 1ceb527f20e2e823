/* V8Profile: what V8's sampler writes, be it a .cpuprofile or pieces of one in a trace.
 * {"nodes":[{"id","callFrame":{"functionName","url",…},"hitCount","children":[ids]} …],
 *  "startTime" in µs, "samples":[node ids], "timeDeltas":[µs]}
 * Before Chrome 58: "head", one node within the other, names beside id, and "timestamps" (µs).
 * Nodes may name a "parent" instead of children. A sample was taken at startTime plus the
 * deltas up to its own. Without samples the hit counts remain, which have no times. Owner: the
 * parser. Thread: one. Facts: the Chrome DevTools Protocol's domain Profiler. */
#pragma once

#include "ingest/call_tree.h"
#include "ingest/id_map.h"
#include "ingest/json_pull.h"

typedef struct V8Profile {
    CallTree tree;   /* frames are those of the Part */
    Column dense;    /* uint32_t by node id: its number + 1 */
    IdMap number_of; /* the same, of large ids */
    Column hits;     /* uint32_t by number */
    Column pair;     /* PairId by number; 0: not known yet */
    Column child;    /* uint32_t: numbers, of nodes that are still being read */
    Column sample;   /* uint32_t: node ids */
    Column time;     /* int64_t: deltas or stamps, ns; TIME_NONE */
    bool stamps, has_start;
    int64_t start_ns;
} V8Profile;

void v8_profile_init(V8Profile *v);
void v8_profile_free(V8Profile *v);
/* The member of a profile whose key was just read, whatever it is. Lists grow on. */
void v8_profile_member(V8Profile *v, JsonPull *p, Rows *rows);
/* Its rows; V8's own root stands for the process, which context names. Once only. */
void v8_profile_emit(V8Profile *v, Rows *rows, Context context);
