#include "store/dict.h"

#include "store/pack.h"

void dict_init(Dict *dict) {
    names_init(&dict->names);
    frames_init(&dict->frames);
    stacks_init(&dict->stacks);
    contexts_init(&dict->contexts);
    dict->pack = NULL;
    dict->unindexed = false;
}

void dict_free(Dict *dict) {
    names_free(&dict->names);
    frames_free(&dict->frames);
    stacks_free(&dict->stacks);
    contexts_free(&dict->contexts);
    pack_drop(dict->pack);
    dict->pack = NULL;
}

void dict_index(Dict *dict) {
    if (!dict->unindexed)
        return;
    names_reindex(&dict->names);
    frames_reindex(&dict->frames);
    stacks_reindex(&dict->stacks);
    contexts_reindex(&dict->contexts);
    dict->unindexed = false;
}

size_t dict_bytes(const Dict *dict) {
    const Stacks *stacks = &dict->stacks;
    const Contexts *contexts = &dict->contexts;
    return names_bytes(&dict->names) + column_bytes(&dict->frames.entry) +
           column_bytes(&stacks->node) + column_bytes(&stacks->last_child) +
           column_bytes(&contexts->entry) + column_bytes(&contexts->event) +
           hash_index_bytes(&dict->frames.index) + hash_index_bytes(&stacks->index) +
           hash_index_bytes(&contexts->index);
}

Str dict_symbol(const Dict *dict, FrameId frame) {
    return names_get(&dict->names, frames_get(&dict->frames, frame).symbol);
}

Str dict_module(const Dict *dict, FrameId frame) {
    return names_get(&dict->names, frames_get(&dict->frames, frame).module);
}

FrameId *dict_frames_of(const Dict *dict, StackId stack, Arena *arena, uint32_t *depth) {
    *depth = stacks_depth(&dict->stacks, stack);
    FrameId *frames = ARENA_ARRAY(arena, FrameId, *depth);
    for (uint32_t i = *depth; i-- > 0;) {
        StackNode n = stacks_get(&dict->stacks, stack);
        frames[i] = n.frame;
        stack = n.parent;
    }
    return frames;
}
