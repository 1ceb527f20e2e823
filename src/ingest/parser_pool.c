#include "ingest/parser_pool.h"

#include "base/thread.h"

enum { PART_BYTES_MAX = 32 << 20 };

struct ParserPool {
    const Format *format;
    const void *context;
    uint32_t workers;
    Mutex *mutex;
    ParserLease **current; /* as many as workers, NULL until needed; protected by mutex */
};

ParserPool *parser_pool_new(const Format *format, const void *context, uint32_t workers) {
    ParserPool *pool = mem_resize(NULL, 0, sizeof *pool);
    pool->format = format;
    pool->context = context;
    pool->workers = workers;
    pool->mutex = mutex_new();
    pool->current = mem_resize(NULL, 0, workers * sizeof *pool->current);
    return pool;
}

static void lease_free(const ParserPool *pool, ParserLease *lease) {
    pool->format->parser_free(lease->parser);
    remap_free(&lease->remap);
    mem_resize(lease, sizeof *lease, 0);
}

void parser_pool_free(ParserPool *pool) {
    if (!pool)
        return;
    for (uint32_t i = 0; i < pool->workers; i++) {
        if (pool->current[i])
            lease_free(pool, pool->current[i]);
    }
    mem_resize(pool->current, pool->workers * sizeof *pool->current, 0);
    mutex_free(pool->mutex);
    mem_resize(pool, sizeof *pool, 0);
}

ParserLease *parser_take(ParserPool *pool) {
    ParserLease *done = NULL;
    uint32_t i = 0;
    mutex_lock(pool->mutex);
    while (pool->current[i] && pool->current[i]->busy)
        i++;
    ParserLease *lease = pool->current[i];
    if (lease && lease->bytes > PART_BYTES_MAX) {
        lease->retired = true;
        if (lease->pending == 0)
            done = lease;
        lease = NULL;
    }
    if (!lease) {
        lease = pool->current[i] = mem_resize(NULL, 0, sizeof *lease);
        lease->parser = pool->format->parser_new(pool->context);
    }
    lease->busy = true;
    lease->pending++;
    mutex_unlock(pool->mutex);
    if (done)
        lease_free(pool, done);
    return lease;
}

void parser_note(ParserPool *pool, ParserLease *lease, size_t part_bytes) {
    mutex_lock(pool->mutex);
    lease->busy = false;
    lease->bytes = part_bytes;
    mutex_unlock(pool->mutex);
}

void parser_drop(ParserPool *pool, ParserLease *lease) {
    mutex_lock(pool->mutex);
    bool done = --lease->pending == 0 && lease->retired;
    mutex_unlock(pool->mutex);
    if (done)
        lease_free(pool, lease);
}
