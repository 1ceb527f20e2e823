/* Packed: what a pack carries beside the store, so that nothing has to be made anew when it is
 * opened: the forward tree, and the heat map's samples in fine bins for what is asked first
 * (the first event, idle hidden, no filter). Owner: sections belong to the pack; a tree made of
 * them holds it. Thread: making: one; using: any. Failure: NULL or false where the pack has
 * nothing that fits: then it is made as ever. */
#pragma once

#include "query/heat_builder.h"
#include "query/tree.h"
#include "store/pack.h"

enum { PACKED_EXTRAS = 8 };

typedef struct PackedExtras {
    PackExtra extra[PACKED_EXTRAS];
    uint32_t count;
    Tree *tree;
    uint32_t tree_head[8];
    uint32_t *heat;
    uint64_t heat_words;
} PackedExtras;

/* The profile must be loaded; it is not changed, but spilled pages are let go. */
void packed_make(Profile *profile, const ProfileView *view, PackedExtras *out);
void packed_free(PackedExtras *extras);

Tree *packed_tree(const Profile *profile, const ProfileView *view);
/* The pack's tree where it has one that fits, else tree_build's. */
Tree *packed_or_built_tree(const Profile *profile, const ProfileView *view);
/* heat_builder_extend, but all at once where the pack has the bins: it may know the whole map
 * before its samples were checked and published. */
bool packed_extend(HeatBuilder *b, const ProfileView *view, uint64_t limit);
