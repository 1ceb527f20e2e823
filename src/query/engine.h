/* Engine: asks in the background. A lane each with one job in flight and the newest wish
 * waiting: answers (flame graph numbers), a heat grid for each file, index building, trees other
 * than the forward one, and the side questions of aside.h. A wish for another tree is answered
 * when that tree is there; until then the answer before stays. It owns what is sorted: the samples
 * by time, the ranks, the checkpoints.
 * Owner: the session. Thread: all calls from one thread (main); it never waits there.
 * Lifetime: what engine_answer/engine_heat/engine_aside return stays valid until two newer ones
 * were taken, or engine_set_profile. With 0 workers jobs run inside jobs_run_one, between frames.
 */
#pragma once

#include "base/jobs.h"
#include "query/answer.h"
#include "query/aside_kinds.h"
#include "query/heat.h"

enum { ENGINE_SLOTS = 2 }; /* files A and B */

/* The flame graph's answer, and that of a second tree beside it (the callers of a sandwich). */
typedef enum AnswerId { ANSWER_MAIN, ANSWER_SECOND, ANSWERS } AnswerId;

typedef struct Engine Engine;

typedef struct EngineStats {
    uint64_t answers, heats, indexes, trees;
    int64_t answer_ns, heat_ns, index_ns, tree_ns; /* thread cpu time of the latest of each */
    uint64_t indexed_samples;
    uint32_t nodes;
    size_t index_bytes, checkpoint_bytes, answer_bytes;
    size_t tree_bytes; /* trees but the forward ones, and what counting by cpu needs */
} EngineStats;

Engine *engine_new(Jobs *jobs);
void engine_free(Engine *engine); /* waits for its jobs */
/* profile NULL: the slot is empty. Waits for running jobs of that slot. */
void engine_set_profile(Engine *engine, uint32_t slot, const Profile *profile);
/* While held, samples that arrive are not looked at: what is shown stays and can be asked about. */
void engine_hold(Engine *engine, uint32_t slot, bool held);
/* Copies the wish; the newest wins; the same wish again is free. */
void engine_ask(Engine *engine, AnswerId which, const Query *query); /* NULL: not any more */
void engine_ask_heat(Engine *engine, const HeatSpec *spec);          /* of spec->slot */
void engine_ask_aside(Engine *engine, AsideId which, uint32_t slot, const void *wish);
/* Once a frame: notices new watermarks and settled indexes, starts jobs, takes finished ones in.
 * `loading`: more samples are expected. True when there is a new answer, grid or result. */
bool engine_poll(Engine *engine, int64_t now_ns, bool loading);
const Answer *engine_answer(const Engine *engine, AnswerId which); /* newest, or NULL */
const HeatGrid *engine_heat(const Engine *engine, uint32_t slot);  /* newest, or NULL */
const void *engine_aside(const Engine *engine, AsideId which);     /* as aside_result */
const Aside *engine_aside_state(const Engine *engine, AsideId which);
/* Something is running or waiting: a newer answer or grid or index will come. */
bool engine_busy(Engine *engine);
/* The newest answers are for what was asked last, over all published samples, all arranged, and
 * no side question is open. */
bool engine_settled(Engine *engine);
void engine_stats(const Engine *engine, EngineStats *out);
