#include "ingest/time_list.h"

void time_list_init(TimeList *l) {
    *l = (TimeList){0};
    column_init(&l->near, sizeof(int32_t), 8);
    column_init(&l->far, sizeof(int64_t), 4);
}

void time_list_free(TimeList *l) {
    column_free(&l->near);
    column_free(&l->far);
}

void time_list_kind(TimeList *l, bool sums) {
    if (l->near.count == 0)
        l->sums = sums;
}

static void push_far(TimeList *l, int32_t *near, int64_t value) {
    *near = TIME_LIST_FAR;
    COLUMN_PUSH(&l->far, int64_t) = value;
}

void time_list_push(TimeList *l, const int64_t *value, uint32_t n) {
    for (uint64_t room; n; n -= (uint32_t)room, value += room) {
        column_reserve(&l->near, l->near.count);
        int32_t *near = (int32_t *)column_span(&l->near, l->near.count, l->near.count + n, &room);
        for (uint64_t i = 0; i < room; i++) {
            int64_t step;
            bool over = __builtin_sub_overflow(value[i], l->before, &step);
            if (over || step <= INT32_MIN || step > INT32_MAX)
                push_far(l, &near[i], value[i]);
            else
                near[i] = (int32_t)step;
            l->before = l->sums ? value[i] : 0;
        }
        l->near.count += room;
    }
}

static void empty(TimeList *l) {
    column_clear(&l->near);
    column_clear(&l->far);
    l->at = l->far_at = 0;
    l->before = l->now = 0;
}

uint32_t time_list_take(TimeList *l, int64_t *value, uint32_t most) {
    uint64_t left = time_list_left(l);
    uint32_t n = left < most ? (uint32_t)left : most;
    for (uint32_t i = 0; i < n; i++) {
        int32_t step = COLUMN_AT(&l->near, int32_t, l->at++);
        value[i] = step == TIME_LIST_FAR ? COLUMN_AT(&l->far, int64_t, l->far_at++) : l->now + step;
        l->now = l->sums ? value[i] : 0;
    }
    if (time_list_left(l) == 0)
        empty(l);
    return n;
}
