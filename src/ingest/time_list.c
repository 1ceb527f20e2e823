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
    int64_t before = l->before, kept = l->sums ? -1 : 0;
    for (uint32_t room; n; n -= room, value += room) {
        int32_t *near = (int32_t *)fifo_room(&l->near, n, &room);
        for (uint32_t i = 0; i < room; i++) {
            int64_t step;
            if (__builtin_sub_overflow(value[i], before, &step) || step <= INT32_MIN ||
                step > INT32_MAX)
                push_far(l, &near[i], value[i]);
            else
                near[i] = (int32_t)step;
            before = value[i] & kept;
        }
        fifo_pushed(&l->near, room);
    }
    l->before = before;
}

static int64_t take_far(TimeList *l) {
    uint32_t n;
    int64_t value = *(const int64_t *)fifo_head(&l->far, 1, &n);
    fifo_took(&l->far, 1);
    return value;
}

uint32_t time_list_take(TimeList *l, int64_t *value, uint32_t most) {
    int64_t now = l->now, kept = l->sums ? -1 : 0;
    uint32_t done = 0, n;
    for (; done < most && l->near.count; done += n) {
        const int32_t *step = (const int32_t *)fifo_head(&l->near, most - done, &n);
        for (uint32_t i = 0; i < n; i++) {
            value[done + i] = step[i] == TIME_LIST_FAR ? take_far(l) : now + step[i];
            now = value[done + i] & kept;
        }
        fifo_took(&l->near, n);
    }
    l->now = now;
    if (l->near.count == 0)
        l->before = l->now = 0;
    return done;
}
