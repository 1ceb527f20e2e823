/* TimeList: times or steps of time that wait, in order, in half the memory: of each the difference
 * to the one before it, or what it is itself where that does not fit. Owner: whoever calls
 * time_list_init. Thread: one. Values: any int64_t. */
#pragma once

#include <stdbool.h>

#include "base/fifo.h"

typedef struct TimeList {
    Fifo near;      /* int32_t; TIME_LIST_FAR: the next of `far` */
    Fifo far;       /* int64_t */
    int64_t before; /* the value pushed last, if differences are kept */
    bool sums;      /* values are close to each other (times), not to 0 (steps) */
    int64_t now;    /* the value taken last, likewise */
} TimeList;

#define TIME_LIST_FAR INT32_MIN

void time_list_init(TimeList *l);
void time_list_free(TimeList *l); /* and empty: as after time_list_init, of its kind */
/* Of an empty list: what it is to hold. */
void time_list_kind(TimeList *l, bool sums);
void time_list_push(TimeList *l, const int64_t *value, uint32_t n);
/* The next values that were not taken yet, up to `most`; returns how many. Once all were, the list
 * is empty again. */
uint32_t time_list_take(TimeList *l, int64_t *value, uint32_t most);

static inline uint64_t time_list_left(const TimeList *l) {
    return l->near.count;
}
