#include "query/query.h"

#include <string.h>

#include "base/hash.h"

bool tree_spec_same(const TreeSpec *a, const TreeSpec *b) {
    return a->direction == b->direction && a->joint == b->joint &&
           transforms_same(&a->transforms, &b->transforms);
}

uint64_t tree_spec_hash(const TreeSpec *spec) {
    uint64_t hash = transforms_hash(&spec->transforms);
    if (!hash && !spec->joint && spec->direction == TREE_FORWARD)
        return 0;
    return hash_mix(hash * 4 + spec->joint * 2u + spec->direction + 1) | 1;
}

/* Field by field: padding is not part of a wish, and fields that a mode ignores do not count.
 */
bool query_same(const Query *a, const Query *b) {
    if (a->slot != b->slot || a->whole != b->whole || a->elided != b->elided ||
        a->baseline != b->baseline || a->event != b->event || a->weighted != b->weighted ||
        a->idle != b->idle || !tree_spec_same(&a->tree, &b->tree))
        return false;
    if (!a->whole && (a->t0_ns != b->t0_ns || a->t1_ns != b->t1_ns))
        return false;
    bool part = a->baseline == BASELINE_FILE && !a->baseline_whole_file;
    if (a->baseline == BASELINE_FILE && a->baseline_whole_file != b->baseline_whole_file)
        return false;
    if ((a->baseline == BASELINE_RANGE || part) && (a->b0_ns != b->b0_ns || a->b1_ns != b->b1_ns))
        return false;
    return filter_same(&a->filter, &b->filter) && strcmp(a->search, b->search) == 0;
}

bool link_match_same(const LinkMatch *a, const LinkMatch *b) {
    if (a->kind != b->kind)
        return false;
    if (a->kind == LINK_NONE)
        return true;
    return a->kind == LINK_SEARCH ? strcmp(a->text, b->text) == 0 : a->id == b->id;
}

bool heat_spec_same(const HeatSpec *a, const HeatSpec *b) {
    return a->slot == b->slot && a->row_kind == b->row_kind && a->value_kind == b->value_kind &&
           a->rows == b->rows && a->column_ns == b->column_ns && a->event == b->event &&
           a->idle == b->idle && filter_same(&a->filter, &b->filter) &&
           (a->value_kind != HEAT_SHARE || link_match_same(&a->match, &b->match));
}
