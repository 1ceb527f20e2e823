/* History: a ring of saved states, for back and forward. Repeats of a live command (a drag) within
 * one gesture are one step. Owner: the App. Thread: main. */
#pragma once

#include "app/state.h"

enum { HISTORY_STEPS = 48, HISTORY_GESTURE_NS = 700000000 };

typedef struct History {
    State *step;           /* HISTORY_STEPS, taken on first use */
    uint32_t first, count; /* oldest, and how many lie behind and ahead together */
    uint32_t at;           /* steps behind the present */
    uint32_t last_command;
    int64_t last_ns;
} History;

void history_free(History *h);
/* Saves the state as it was before a change by `command`. */
void history_push(History *h, const State *before, uint32_t command, bool live, int64_t now_ns);
bool history_can_back(const History *h);
bool history_can_forward(const History *h);
bool history_back(History *h, State *present);
bool history_forward(History *h, State *present);
