/* Batches given to a relay arrive in order and whole, whoever is faster; settling waits for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/thread.h"
#include "ingest/relay.h"

typedef struct Heard {
    Mutex *mutex; /* the test's thread looks while rows come */
    uint64_t rows, batches, wrong, pauses;
    int64_t given;
    bool slow;
} Heard;

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
}

/* Row k has the time k and the weight k + 1. */
static void hear(void *context, const Batch *batch, const RelayMark *mark) {
    Heard *h = (Heard *)context;
    if (h->slow)
        sleep_ms(2);
    mutex_lock(h->mutex);
    for (uint64_t i = 0; batch && i < batch_rows(batch); i++, h->rows++)
        h->wrong += COLUMN_AT(&batch->time_ns, int64_t, i) != (int64_t)h->rows ||
                    COLUMN_AT(&batch->weight, uint64_t, i) != h->rows + 1;
    h->batches += batch != NULL;
    h->pauses += batch == NULL;
    h->given = mark ? mark->given : h->given;
    mutex_unlock(h->mutex);
}

static Heard heard(Heard *h) {
    mutex_lock(h->mutex);
    Heard copy = *h;
    mutex_unlock(h->mutex);
    return copy;
}

static void give(Relay *relay, Batch *batch, uint64_t *row, uint64_t n) {
    for (uint64_t i = 0; i < n; i++, (*row)++)
        batch_add(batch, (int64_t)*row, 1, CPU_NONE, *row + 1);
    relay_give(relay, batch, (RelayMark){.given = (int64_t)*row});
    assert_int_equal(batch_rows(batch), 0); /* ready for more */
}

static void all_come_in_order(void **state) {
    (void)state;
    for (int slow = 0; slow <= 1; slow++) {
        Heard h = {.mutex = mutex_new(), .slow = slow != 0};
        Part part;
        Batch batch;
        uint64_t row = 0, batches = slow ? 40 : 2000;
        part_init(&part);
        batch_init(&batch);
        batch_clear(&batch, &part);
        Relay *relay = relay_new(hear, &h);
        for (uint64_t i = 0; i < batches; i++) {
            give(relay, &batch, &row, i % 7);
            assert_ptr_equal(batch.part, &part);
            if (i % 17)
                continue;
            relay_settle(relay);
            Heard now = heard(&h);
            assert_true(now.batches == i + 1 && now.rows == row && now.given == (int64_t)row);
        }
        relay_free(relay); /* those that are on their way arrive */
        assert_int_equal(h.batches, batches);
        assert_int_equal(h.rows, row);
        assert_int_equal(h.wrong, 0);
        batch_free(&batch);
        part_free(&part);
        mutex_free(h.mutex);
    }
}

/* What a slow pipe sent last is not to wait for the next. */
static void a_pause_is_told_once(void **state) {
    (void)state;
    Heard h = {.mutex = mutex_new()};
    Part part;
    Batch batch;
    uint64_t row = 0;
    part_init(&part);
    batch_init(&batch);
    batch_clear(&batch, &part);
    Relay *relay = relay_new(hear, &h);
    while (!heard(&h).pauses)
        sleep_ms(1);
    give(relay, &batch, &row, 3);
    relay_settle(relay);
    while (heard(&h).pauses < 2)
        sleep_ms(1);
    sleep_ms(30);
    assert_int_equal(heard(&h).pauses, 2);
    relay_free(relay);
    relay_free(NULL);
    batch_free(&batch);
    part_free(&part);
    mutex_free(h.mutex);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_come_in_order),
        cmocka_unit_test(a_pause_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
