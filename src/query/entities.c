#include "query/entities.h"

#include <string.h>

enum { CPUS = 1 << 16 };

void entities_init(Entities *e) {
    memset(e, 0, sizeof(*e));
}

void entities_free(Entities *e) {
    hash_free(&e->index);
    mem_resize(e->entity, e->cap * sizeof(*e->entity), 0);
    mem_resize(e->of_context, e->context_cap * sizeof(*e->of_context), 0);
    mem_resize(e->of_pair, e->pair_cap * sizeof(*e->of_pair), 0);
    mem_resize(e->of_cpu, e->of_cpu ? CPUS * sizeof(*e->of_cpu) : 0, 0);
    entities_init(e);
}

size_t entities_bytes(const Entities *e) {
    return e->cap * sizeof(*e->entity) + (e->context_cap + e->pair_cap) * sizeof(uint32_t) +
           hash_index_bytes(&e->index) + (e->of_cpu ? CPUS * sizeof(*e->of_cpu) : 0);
}

void entities_set(Entities *e, const Profile *profile, EntityKind kind) {
    if (e->profile == profile && e->kind == kind)
        return;
    entities_free(e);
    e->profile = profile;
    e->kind = (uint8_t)kind;
    e->count = 1;
    e->cap = 64;
    e->entity = mem_resize(NULL, 0, e->cap * sizeof(*e->entity));
    e->entity[0] = (Entity){-1, -1, -1, 0};
    if (kind == ENTITY_CPU)
        e->of_cpu = mem_resize(NULL, 0, CPUS * sizeof(*e->of_cpu));
    else
        hash_init(&e->index);
}

static uint32_t push(Entities *e, Entity entity) {
    if (e->count == e->cap) {
        e->entity =
            mem_resize(e->entity, e->cap * sizeof(*e->entity), e->cap * 2 * sizeof(*e->entity));
        e->cap *= 2;
    }
    e->entity[e->count] = entity;
    return e->count++;
}

static uint32_t number_of(Entities *e, Context c) {
    Entity wanted = {c.pid, e->kind == ENTITY_THREAD ? c.tid : -1, -1, c.comm};
    NameId named = entity_named(e->kind, &wanted);
    uint64_t numbers = (uint64_t)(uint32_t)wanted.pid << 32 | (uint32_t)wanted.tid;
    uint32_t hash = (uint32_t)hash_mix(numbers ^ (uint64_t)named << 16);
    for (uint32_t i = hash_first(&e->index, hash), id;
         (id = hash_candidate(&e->index, hash, &i)) != 0; i = hash_next(&e->index, i)) {
        Entity *known = &e->entity[id];
        if (known->pid != wanted.pid || known->tid != wanted.tid ||
            entity_named(e->kind, known) != named)
            continue;
        if (e->kind == ENTITY_THREAD || c.tid == c.pid)
            known->comm = c.comm;
        return id;
    }
    uint32_t id = push(e, wanted);
    hash_insert(&e->index, hash, id);
    return id;
}

static uint32_t *room(uint32_t *at, uint32_t *cap, uint32_t count) {
    if (count <= *cap)
        return at;
    uint32_t more = count + count / 2 + 64;
    at = mem_resize(at, *cap * sizeof(*at), more * sizeof(*at));
    *cap = more;
    return at;
}

void entities_extend(Entities *e, const ProfileView *view) {
    uint64_t n;
    if (e->kind == ENTITY_CPU)
        return;
    e->of_context = room(e->of_context, &e->context_cap, view->contexts);
    for (; e->contexts < view->contexts; e->contexts++)
        e->of_context[e->contexts] =
            number_of(e, contexts_get(&e->profile->dict->contexts, e->contexts));
    e->of_pair = room(e->of_pair, &e->pair_cap, view->pairs);
    for (uint64_t i = e->pairs; i < view->pairs; i += n) {
        const Pair *pair = column_span(&e->profile->pairs.entry, i, view->pairs, &n);
        for (uint64_t k = 0; k < n; k++)
            e->of_pair[i + k] = e->of_context[pair[k].context];
    }
    if (view->pairs > e->pairs)
        e->pairs = view->pairs;
}

void entities_note_cpus(Entities *e, uint64_t first, uint64_t end) {
    uint64_t n;
    for (uint64_t i = first; i < end && e->kind == ENTITY_CPU; i += n) {
        const uint16_t *cpu = column_span(&e->profile->cpu, i, end, &n);
        for (uint64_t k = 0; k < n; k++)
            if (!e->of_cpu[cpu[k]])
                e->of_cpu[cpu[k]] = push(e, (Entity){-1, -1, cpu[k] == CPU_NONE ? -1 : cpu[k], 0});
    }
}
