/* Engine: asks in the background. Three lanes, each with one job in flight and the newest wish
 * waiting: answers (flame graph numbers), heat grids, index building. It owns what is sorted: the
 * samples by time, the ranks, the checkpoints.
 * Owner: the session. Thread: all calls from one thread (main); it never waits there.
 * Lifetime: what engine_answer/engine_heat return stays valid until two newer ones were taken,
 * or engine_forget. With 0 workers jobs run inside jobs_run_one, between frames. */
#pragma once

#include "base/jobs.h"
#include "query/answer.h"
#include "query/heat.h"

enum { ENGINE_SLOTS = 2 }; /* files A and B */

typedef struct Engine Engine;

typedef struct EngineStats {
    uint64_t answers, heats, indexes;
    int64_t answer_ns, heat_ns, index_ns; /* thread cpu time of the latest of each */
    uint64_t indexed_samples;
    uint32_t nodes;
    size_t index_bytes, checkpoint_bytes, answer_bytes;
} EngineStats;

Engine *engine_new(Jobs *jobs);
void engine_free(Engine *engine); /* waits for its jobs */
/* profile NULL: the slot is empty. Waits for running jobs of that slot. */
void engine_set_profile(Engine *engine, uint32_t slot, const Profile *profile);
/* Copies the wish; the newest wins; the same wish again is free. */
void engine_ask(Engine *engine, const Query *query);
void engine_ask_heat(Engine *engine, const HeatSpec *spec);
/* Once a frame: notices new watermarks and settled indexes, starts jobs, takes finished ones in.
 * `loading`: more samples are expected. True when there is a new answer or grid. */
bool engine_poll(Engine *engine, int64_t now_ns, bool loading);
const Answer *engine_answer(const Engine *engine); /* newest, or NULL */
const HeatGrid *engine_heat(const Engine *engine);
/* Something is running or waiting: a newer answer or grid or index will come. */
bool engine_busy(const Engine *engine);
/* The newest answer is for the query asked last, over all published samples, all arranged. */
bool engine_settled(const Engine *engine);
void engine_stats(const Engine *engine, EngineStats *out);
