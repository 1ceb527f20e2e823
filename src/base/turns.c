#include "base/turns.h"

void turns_init(Turns *t, uint32_t slots) {
    *t = (Turns){.slots = slots, .mutex = mutex_new(), .filled = cond_new(), .emptied = cond_new()};
}

void turns_free(Turns *t) {
    cond_free(t->filled);
    cond_free(t->emptied);
    mutex_free(t->mutex);
}

/* Until no more than so many are full. Under the mutex. */
static void wait_until(Turns *t, uint32_t full) {
    while (t->full > full && !t->over)
        cond_wait(t->emptied, t->mutex);
}

uint32_t turns_to_fill(Turns *t) {
    mutex_lock(t->mutex);
    if (t->full == t->slots)
        wait_until(t, t->slots / 2);
    uint32_t slot = t->over ? TURNS_OVER : (t->head + t->full) % t->slots;
    mutex_unlock(t->mutex);
    return slot;
}

void turns_filled(Turns *t) {
    mutex_lock(t->mutex);
    if (t->full++ == 0)
        cond_signal(t->filled);
    mutex_unlock(t->mutex);
}

void turns_settle(Turns *t) {
    mutex_lock(t->mutex);
    wait_until(t, 0);
    mutex_unlock(t->mutex);
}

uint32_t turns_to_empty(Turns *t, int64_t timeout_ns) {
    bool late = false;
    mutex_lock(t->mutex);
    while (!t->full && !t->over && !late) {
        if (timeout_ns)
            late = !cond_wait_for(t->filled, t->mutex, timeout_ns);
        else
            cond_wait(t->filled, t->mutex);
    }
    uint32_t slot = t->full ? t->head : t->over ? TURNS_OVER : TURNS_LATE;
    mutex_unlock(t->mutex);
    return slot;
}

void turns_emptied(Turns *t) {
    mutex_lock(t->mutex);
    t->head = (t->head + 1) % t->slots;
    t->full--;
    if (t->full == t->slots / 2 || t->full == 0)
        cond_signal(t->emptied);
    mutex_unlock(t->mutex);
}

void turns_over(Turns *t) {
    mutex_lock(t->mutex);
    t->over = true;
    cond_signal(t->filled);
    cond_signal(t->emptied);
    mutex_unlock(t->mutex);
}
