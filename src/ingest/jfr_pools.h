/* JFR pools: the constants of a chunk by their keys. Checkpoint events bring them, several in a
 * chunk, anywhere in it, in any order; a constant that comes again replaces what was there. Of
 * each one only its place is kept, it is read when somebody asks.
 * Facts: the JDK's jdk.jfr.internal.consumer.ChunkParser, async-profiler's flightRecorder.cpp.
 * Owner: a reader of one file; the checkpoints' bytes must live as long as the chunk is read.
 * Thread: one at a time. Failure: jfr_pools_add says no; what came before the fault stays. */
#pragma once

#include "ingest/jfr_types.h"

typedef enum JfrPool {
    JFR_STRINGS,
    JFR_SYMBOLS,
    JFR_CLASSES,
    JFR_METHODS,
    JFR_STACKS,
    JFR_FRAME_TYPES,
    JFR_STATES,
    JFR_THREADS,
    JFR_STACK_FRAMES, /* no pool, but wanted of the elements of a stack */
    JFR_POOLS,
} JfrPool;

/* What the slots of each pool's constants are. */
extern const JfrWish jfr_pool_wish[JFR_POOLS];
enum { JFR_STRING = 0 }; /* strings, symbols, frame types, states: the text; classes: the name */
enum { JFR_METHOD_CLASS, JFR_METHOD_NAME };
enum { JFR_STACK_FRAME_LIST };
enum { JFR_FRAME_METHOD, JFR_FRAME_TYPE };
enum { JFR_THREAD_OS_NAME, JFR_THREAD_OS_ID, JFR_THREAD_NAME, JFR_THREAD_ID };

typedef struct JfrConstant {
    const uint8_t *at, *end;
    uint64_t key;
} JfrConstant;

typedef struct JfrPools {
    JfrTypes *types;
    IdMap by_key[JFR_POOLS]; /* to its place in `constant`, plus 1 */
    Column constant[JFR_POOLS];
    uint32_t layout[JFR_POOLS];
} JfrPools;

void jfr_pools_init(JfrPools *pools, JfrTypes *types);
void jfr_pools_free(JfrPools *pools);
/* Forgets all constants; to be called when the chunk's types are known. */
void jfr_pools_begin(JfrPools *pools);
/* The payload of a checkpoint event (behind its size and type). */
bool jfr_pools_add(JfrPools *pools, JfrBytes payload);
/* Its place in `constant`, plus 1; 0: there is none with this key. */
static inline uint32_t jfr_constant(const JfrPools *pools, JfrPool pool, uint64_t key) {
    return id_map_find(&pools->by_key[pool], (uint32_t)(key >> 32), (uint32_t)key);
}
/* Fills the slots (zeros where a field is missing); `at` is what jfr_constant gave, not 0. */
void jfr_constant_read(const JfrPools *pools, JfrPool pool, uint32_t at, JfrValue slot[JFR_SLOTS]);
/* Appends a text: written out, or the key of one in the pool of strings; where a number stands,
 * it is a symbol's key. False: there is no such constant. */
bool jfr_text(const JfrPools *pools, const JfrValue *value, Buf *out);
