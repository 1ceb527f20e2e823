#include "app/history.h"

#include "base/arena.h"

static State *slot(const History *h, uint32_t i) {
    return &h->step[(h->first + i) % HISTORY_STEPS];
}

void history_free(History *h) {
    mem_resize(h->step, sizeof(State) * HISTORY_STEPS, 0);
    *h = (History){0};
}

void history_push(History *h, const State *before, uint32_t command, bool live, int64_t now_ns) {
    bool gesture =
        live && h->at && h->last_command == command && now_ns - h->last_ns < HISTORY_GESTURE_NS;
    h->last_command = command;
    h->last_ns = now_ns;
    if (gesture)
        return;
    if (!h->step)
        h->step = mem_resize(NULL, 0, sizeof(State) * HISTORY_STEPS);
    if (h->at == HISTORY_STEPS) { /* the oldest makes room */
        h->first = (h->first + 1) % HISTORY_STEPS;
        h->at--;
    }
    *slot(h, h->at++) = *before;
    h->count = h->at;
}

bool history_can_back(const History *h) {
    return h->at > 0;
}

bool history_can_forward(const History *h) {
    return h->at < h->count;
}

/* The present takes the place of the step that becomes the present. */
bool history_back(History *h, State *present) {
    if (!h->at)
        return false;
    State now = *present;
    h->at--;
    *present = *slot(h, h->at);
    *slot(h, h->at) = now;
    h->last_command = UINT32_MAX;
    return true;
}

bool history_forward(History *h, State *present) {
    if (h->at >= h->count)
        return false;
    State now = *present;
    *present = *slot(h, h->at);
    *slot(h, h->at) = now;
    h->at++;
    h->last_command = UINT32_MAX;
    return true;
}
