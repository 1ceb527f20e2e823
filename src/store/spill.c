#include "store/spill.h"

#include <string.h>

#include "base/outfile.h"
#include "base/thread.h"

/* Rows are written in steps that end where pages of every column end, also of 64 KiB: segment k
 * of a column begins at row 4096 · (2^k - 1), so those rows lie 4096 before a multiple of STEP;
 * and 4096 items of room in front of the files make offsets and addresses agree. */
enum { FIRST_SEGMENT = 4096, STEP = 1 << 16, AT_ONCE = 1 << 18, COLUMNS = 4 };

struct Spill {
    int fd[COLUMNS];
    uint64_t rows[COLUMNS]; /* below this they are in the file */
    bool stopped;
    Mutex *mutex;
    Error error; /* -- protected by mutex */
};

static Column *column_of(Profile *p, int i) {
    Column *const c[] = {&p->time_ns, &p->pair, &p->cpu, &p->weight};
    return c[i];
}

static int64_t base_of(const Column *c) {
    return (int64_t)c->item * FIRST_SEGMENT;
}

bool spill_start(Profile *p, const char *path, Error *err) {
    Spill *s = mem_resize(NULL, 0, sizeof *s);
    s->mutex = mutex_new();
    p->spill = s;
    for (int i = 0; i < COLUMNS; i++)
        s->fd[i] = -1;
    for (int i = 0; i < COLUMNS; i++) {
        s->fd[i] = scratch_open(path, err);
        if (s->fd[i] < 0) {
            spill_free(s);
            p->spill = NULL;
            return false;
        }
    }
    return true;
}

void spill_free(Spill *s) {
    if (!s)
        return;
    for (int i = 0; i < COLUMNS; i++)
        scratch_close(s->fd[i]);
    mutex_free(s->mutex);
    mem_resize(s, sizeof *s, 0);
}

static bool write_rows(Spill *s, Column *c, int i, uint64_t to, Error *err) {
    uint64_t n;
    for (uint64_t row = s->rows[i]; row < to; row += n) {
        const char *items = column_span(c, row, to, &n);
        int64_t at = base_of(c) + (int64_t)(row * c->item);
        if (!scratch_write_at(s->fd[i], at, (Str){items, (size_t)(n * c->item)}, err))
            return false;
    }
    if (!column_map_over(c, s->rows[i], to, s->fd[i], base_of(c)))
        return error_errno(err, "", "cannot map what was kept beside the output");
    s->rows[i] = to;
    return true;
}

void spill_more(Profile *p) {
    Spill *s = p->spill;
    Error err = {.offset = -1};
    for (int i = 0; i < COLUMNS && !s->stopped; i++) {
        Column *c = column_of(p, i);
        if (c->count < s->rows[i] + AT_ONCE)
            continue;
        uint64_t to = (c->count + FIRST_SEGMENT) / STEP * STEP - FIRST_SEGMENT;
        s->stopped = !write_rows(s, c, i, to, &err);
    }
    if (err.kind) {
        mutex_lock(s->mutex);
        s->error = err;
        mutex_unlock(s->mutex);
    }
}

bool spill_trouble(const Profile *p, Error *err) {
    if (!p->spill)
        return true;
    mutex_lock(p->spill->mutex);
    bool fine = p->spill->error.kind == ERROR_NONE;
    if (!fine)
        *err = p->spill->error;
    mutex_unlock(p->spill->mutex);
    return fine;
}

void spill_let_go(const Profile *p) {
    const Column *const c[COLUMNS] = {&p->time_ns, &p->pair, &p->cpu, &p->weight};
    for (int i = 0; p->spill && i < COLUMNS; i++)
        column_let_go(c[i], p->spill->rows[i], base_of(c[i]));
}
