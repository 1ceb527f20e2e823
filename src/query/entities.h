/* Entities: the threads, processes or cpus that samples belong to, numbered from 1 in the order
 * of first appearance (contexts', or of the cpus as they are noted). Several contexts make one
 * thread: it may change its name, and every event has contexts of its own. Its name is then the
 * last one, and a process has that of its main thread where that was seen.
 * Owner: whoever calls entities_init. Thread: one at a time. Memory: its own. Failure: none;
 * what the input does not say (-1, CPU_NONE) is an entity as any other. */
#pragma once

#include "base/hash.h"
#include "query/query.h"
#include "store/profile.h"

typedef enum EntityKind { ENTITY_THREAD, ENTITY_PROCESS, ENTITY_CPU } EntityKind;

typedef struct Entity {
    int32_t pid, tid; /* -1: not said, or not of this kind */
    int32_t cpu;
    NameId comm;
} Entity;

/* What tells it from others besides its numbers: its name, where its own number is not said; else
 * 0, as threads are renamed. */
static inline NameId entity_named(uint32_t kind, const Entity *e) {
    bool said = kind == ENTITY_CPU || (kind == ENTITY_THREAD ? e->tid : e->pid) >= 0;
    return said ? 0 : e->comm;
}

typedef struct Entities {
    const Profile *profile;
    uint8_t kind;
    Entity *entity; /* by number; 0 is nobody */
    uint32_t count, cap;
    HashIndex index;      /* threads, processes */
    uint32_t *of_context; /* likewise */
    uint32_t *of_pair;
    uint32_t *of_cpu; /* cpus: 65536 numbers, 0: not noted yet */
    uint32_t contexts, context_cap, pairs, pair_cap;
} Entities;

/* Of rows other than offsets. */
static inline EntityKind row_entities(uint8_t row_kind) {
    return row_kind == HEAT_BY_THREAD    ? ENTITY_THREAD
           : row_kind == HEAT_BY_PROCESS ? ENTITY_PROCESS
                                         : ENTITY_CPU;
}

void entities_init(Entities *e);
void entities_free(Entities *e);
void entities_set(Entities *e, const Profile *profile, EntityKind kind);
/* Numbers the threads or processes of all pairs below view->pairs. */
void entities_extend(Entities *e, const ProfileView *view);
/* Numbers the cpus of samples [first, end). */
void entities_note_cpus(Entities *e, uint64_t first, uint64_t end);
size_t entities_bytes(const Entities *e);

static inline uint32_t entity_of(const Entities *e, PairId pair, uint64_t sample) {
    return e->kind == ENTITY_CPU ? e->of_cpu[COLUMN_AT(&e->profile->cpu, uint16_t, sample)]
                                 : e->of_pair[pair];
}
