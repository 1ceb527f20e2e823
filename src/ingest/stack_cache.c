#include "ingest/stack_cache.h"

#include <string.h>

static const size_t slot_bytes = STACK_CACHE_SLOTS * sizeof(StackSlot);
static const size_t step_bytes = STEP_CACHE_SLOTS * sizeof(StepSlot);
static const size_t id_bytes = STACK_CACHE_IDS * sizeof(FrameId);

void stack_cache_init(StackCache *cache) {
    cache->slot = mem_resize(NULL, 0, slot_bytes);
    cache->step = mem_resize(NULL, 0, step_bytes);
    cache->id = mem_resize(NULL, 0, id_bytes);
    cache->used = 0;
}

void stack_cache_free(StackCache *cache) {
    mem_resize(cache->slot, slot_bytes, 0);
    mem_resize(cache->step, step_bytes, 0);
    mem_resize(cache->id, id_bytes, 0);
    *cache = (StackCache){0};
}

/* Root first through the trie; a step taken before is found with one look. */
static StackId walk(StackCache *cache, Stacks *stacks, StackId stack, const FrameId *frame,
                    uint32_t n) {
    for (uint32_t i = n; i-- > 0;) {
        uint64_t h = ((uint64_t)stack << 32 | frame[i]) * 0x9e3779b97f4a7c15u;
        StepSlot *step = &cache->step[h >> 47];
        if (step->parent != stack || step->frame != frame[i] || !step->child)
            *step = (StepSlot){stack, frame[i], stacks_push(stacks, stack, frame[i])};
        stack = step->child;
    }
    return stack;
}

PairId stack_cache_pair(StackCache *cache, Part *part, StackId root, const FrameId *frame,
                        uint32_t n, ContextId context) {
    Stacks *stacks = &part->dict.stacks;
    if (n == 0 || n > STACK_CACHE_DEPTH) {
        StackId stack = walk(cache, stacks, root, frame, n);
        return pairs_intern(&part->pairs, (Pair){stack, context});
    }
    uint64_t hash = hash_bytes(frame, n * sizeof *frame) ^ hash_mix(root);
    StackSlot *slot = &cache->slot[hash >> 48];
    bool known = slot->hash == hash && slot->n == n && slot->root == root &&
                 memcmp(cache->id + slot->first, frame, n * sizeof *frame) == 0;
    if (known && slot->context == context)
        return slot->pair;
    if (!known) {
        if (cache->used + n > STACK_CACHE_IDS) {
            memset(cache->slot, 0, slot_bytes);
            cache->used = 0;
        }
        *slot = (StackSlot){.hash = hash, .first = cache->used, .n = n, .root = root};
        slot->stack = walk(cache, stacks, root, frame, n);
        memcpy(cache->id + cache->used, frame, n * sizeof *frame);
        cache->used += n;
    }
    slot->context = context;
    slot->pair = pairs_intern(&part->pairs, (Pair){slot->stack, context});
    return slot->pair;
}
