/* Synthetic frames: those that a tree has and the Dict has not: groups, collapsed modules. Their
 * ids have the top bit set. While a tree is made they are places in the table; in a finished tree
 * they are made of the frame's hash, so that they are the same in every tree, and one that is of
 * another tree is told from this one's.
 * FrameNames: names of both sorts of frames, while a tree is made; a dense index for tables.
 * Owner: whoever calls synthetics_init; then the tree. Thread: one writer, then any reader. */
#pragma once

#include "base/hash.h"
#include "base/jobs.h"
#include "store/dict.h"

#define SYNTHETIC_FRAME 0x80000000u

static inline bool frame_is_synthetic(FrameId frame) {
    return (frame & SYNTHETIC_FRAME) != 0;
}

typedef struct SyntheticFrame {
    Str symbol, module; /* in the table's arena */
    uint32_t kind;      /* FrameKind */
    bool group;         /* stays above all others */
    int32_t cpu;        /* that it groups by; -1: none */
    uint32_t hash;
    FrameId id; /* in the finished tree */
} SyntheticFrame;

typedef struct Synthetics {
    SyntheticFrame *at;
    uint32_t count, cap;
    HashIndex index; /* of place + 1, by hash; sealed: by id */
    Arena arena;
} Synthetics;

void synthetics_init(Synthetics *s);
void synthetics_free(Synthetics *s);
FrameId synthetics_intern(Synthetics *s, Str symbol, Str module, uint32_t kind, bool group);
/* The table is finished: gives ids. */
void synthetics_seal(Synthetics *s);
/* By id, of a sealed table; NULL when it has none such. s may be NULL. */
const SyntheticFrame *synthetics_find(const Synthetics *s, FrameId id);
size_t synthetics_bytes(const Synthetics *s);

typedef struct FrameNames {
    const Dict *dict;
    uint32_t frames; /* of the dict that may be read */
    Synthetics *synthetics;
    const CancelToken *cancel; /* asked by what takes long, which then stops half done; or NULL */
} FrameNames;

static inline const SyntheticFrame *synthetic_of(const FrameNames *n, FrameId frame) {
    return &n->synthetics->at[frame & ~SYNTHETIC_FRAME];
}
static inline uint32_t frame_dense(const FrameNames *n, FrameId frame) {
    return frame_is_synthetic(frame) ? n->frames + (frame & ~SYNTHETIC_FRAME) : frame;
}
static inline uint32_t frame_dense_count(const FrameNames *n) {
    return n->frames + n->synthetics->count;
}
FrameId frame_of_dense(const FrameNames *names, uint32_t dense);
Str frame_symbol(const FrameNames *names, FrameId frame);
Str frame_module(const FrameNames *names, FrameId frame);
uint32_t frame_kind(const FrameNames *names, FrameId frame);
static inline bool frame_is_group(const FrameNames *n, FrameId frame) {
    return frame_is_synthetic(frame) && synthetic_of(n, frame)->group;
}
