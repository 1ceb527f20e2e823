#include "query/synthetic.h"

void synthetics_init(Synthetics *s) {
    *s = (Synthetics){0};
    hash_init(&s->index);
    arena_init(&s->arena, 0);
}

void synthetics_free(Synthetics *s) {
    mem_resize(s->at, s->cap * sizeof(*s->at), 0);
    hash_free(&s->index);
    arena_free(&s->arena);
    *s = (Synthetics){0};
}

size_t synthetics_bytes(const Synthetics *s) {
    return s->cap * sizeof(*s->at) + s->arena.bytes + hash_index_bytes(&s->index);
}

FrameId synthetics_intern(Synthetics *s, Str symbol, Str module, uint32_t kind, bool group) {
    const HashIndex *t = &s->index;
    uint32_t id, hash = (uint32_t)hash_mix(hash_bytes(symbol.s, symbol.n) ^ (kind * 2u + group) ^
                                           hash_bytes(module.s, module.n) << 1);
    for (uint32_t i = hash_first(t, hash); (id = hash_candidate(t, hash, &i)) != 0;
         i = hash_next(t, i)) {
        const SyntheticFrame *f = &s->at[id - 1];
        if (f->kind == kind && f->group == group && str_eq(f->symbol, symbol) &&
            str_eq(f->module, module))
            return SYNTHETIC_FRAME | (id - 1);
    }
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 16;
        s->at = mem_resize(s->at, s->cap * sizeof(*s->at), cap * sizeof(*s->at));
        s->cap = cap;
    }
    s->at[s->count] = (SyntheticFrame){
        str_copy(&s->arena, symbol), str_copy(&s->arena, module), kind, group, -1, hash, 0};
    hash_insert(&s->index, hash, ++s->count);
    return SYNTHETIC_FRAME | (s->count - 1);
}

void synthetics_seal(Synthetics *s) {
    if (!s->count)
        return;
    hash_clear(&s->index);
    for (uint32_t i = 0; i < s->count; i++) {
        FrameId id = s->at[i].hash | SYNTHETIC_FRAME;
        while (synthetics_find(s, id))
            id = (id + 1) | SYNTHETIC_FRAME;
        s->at[i].id = id;
        hash_insert(&s->index, id, i + 1);
    }
}

const SyntheticFrame *synthetics_find(const Synthetics *s, FrameId id) {
    uint32_t at;
    if (!s || !s->count)
        return NULL;
    for (uint32_t i = hash_first(&s->index, id); (at = hash_candidate(&s->index, id, &i)) != 0;
         i = hash_next(&s->index, i))
        if (s->at[at - 1].id == id)
            return &s->at[at - 1];
    return NULL;
}

FrameId frame_of_dense(const FrameNames *n, uint32_t dense) {
    return dense < n->frames ? dense : SYNTHETIC_FRAME | (dense - n->frames);
}

Str frame_symbol(const FrameNames *n, FrameId frame) {
    return frame_is_synthetic(frame) ? synthetic_of(n, frame)->symbol : dict_symbol(n->dict, frame);
}

Str frame_module(const FrameNames *n, FrameId frame) {
    return frame_is_synthetic(frame) ? synthetic_of(n, frame)->module : dict_module(n->dict, frame);
}

uint32_t frame_kind(const FrameNames *n, FrameId frame) {
    return frame_is_synthetic(frame) ? synthetic_of(n, frame)->kind
                                     : frames_get(&n->dict->frames, frame).kind;
}
