/* What must hold of a pack's contents before anything indexes by them. Private to pack_*.c.
 * Pure functions; true when it holds. */
#pragma once

#include "store/profile.h"

/* Names end within the text, and none crosses a segment of a column of that base. */
bool check_names(const NameEntry *name, uint64_t n, uint64_t text_bytes, uint32_t base_log2);
bool check_frames(const Frame *frame, uint64_t n, uint64_t names);
/* Parents come first, and no stack is deeper than STACKS_MAX_DEPTH. */
bool check_stacks(const StackNode *node, uint64_t n, uint64_t frames);
bool check_contexts(const Context *context, uint64_t n, uint64_t names, uint64_t events);
bool check_events(const Event *event, uint64_t n, uint64_t names);
bool check_pairs(const Pair *pair, uint64_t n, uint64_t stacks, uint64_t contexts);
/* Samples: pairs 1 … pairs-1; times within [first, last], none before the one before it if in
 * order (the one before the first is *previous, moved on). */
bool check_sample_pairs(const PairId *pair, uint64_t n, uint64_t pairs);
bool check_times(const int64_t *time, uint64_t n, const ProfileView *view, int64_t *previous);
