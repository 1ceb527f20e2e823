#include "ingest/time_list.h"

void time_list_init(TimeList *l) {
    *l = (TimeList){0};
    fifo_init(&l->near, sizeof(int32_t));
    fifo_init(&l->far, sizeof(int64_t));
}

void time_list_free(TimeList *l) {
    fifo_free(&l->near);
    fifo_free(&l->far);
    l->before = l->now = 0;
}

void time_list_kind(TimeList *l, bool sums) {
    if (l->near.count == 0)
        l->sums = sums;
}

static void push_far(TimeList *l, int32_t *near, int64_t value) {
    uint32_t room;
    *near = TIME_LIST_FAR;
    *(int64_t *)fifo_room(&l->far, 1, &room) = value;
    fifo_pushed(&l->far, 1);
}

void time_list_push(TimeList *l, const int64_t *value, uint32_t n) {
    for (uint32_t room; n; n -= room, value += room) {
        int32_t *near = (int32_t *)fifo_room(&l->near, n, &room);
        for (uint32_t i = 0; i < room; i++) {
            int64_t step;
            bool over = __builtin_sub_overflow(value[i], l->before, &step);
            if (over || step <= INT32_MIN || step > INT32_MAX)
                push_far(l, &near[i], value[i]);
            else
                near[i] = (int32_t)step;
            l->before = l->sums ? value[i] : 0;
        }
        fifo_pushed(&l->near, room);
    }
}

static int64_t take_far(TimeList *l) {
    uint32_t n;
    int64_t value = *(const int64_t *)fifo_head(&l->far, 1, &n);
    fifo_took(&l->far, 1);
    return value;
}

uint32_t time_list_take(TimeList *l, int64_t *value, uint32_t most) {
    uint32_t done = 0, n;
    while (done < most && l->near.count) {
        const int32_t *step = (const int32_t *)fifo_head(&l->near, most - done, &n);
        for (uint32_t i = 0; i < n; i++, done++) {
            value[done] = step[i] == TIME_LIST_FAR ? take_far(l) : l->now + step[i];
            l->now = l->sums ? value[done] : 0;
        }
        fifo_took(&l->near, n);
    }
    if (l->near.count == 0)
        l->before = l->now = 0;
    return done;
}
