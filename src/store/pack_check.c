#include "store/pack_check.h"

static uint32_t segment_of(uint64_t index, uint32_t base_log2) {
    return 63u - (uint32_t)__builtin_clzll(index + (1ull << base_log2)) - base_log2;
}

bool check_names(const NameEntry *name, uint64_t n, uint64_t text_bytes, uint32_t base_log2) {
    if (n == 0 || name[0].length)
        return false;
    for (uint64_t i = 1; i < n; i++) {
        uint64_t at = name[i].offset, length = name[i].length;
        if (at > text_bytes || length > text_bytes - at)
            return false;
        if (length && segment_of(at, base_log2) != segment_of(at + length - 1, base_log2))
            return false;
    }
    return true;
}

/* The loops below gather what is wrong instead of leaving at once: they have no branches then.
 */

bool check_frames(const Frame *frame, uint64_t n, uint64_t names) {
    bool bad = n == 0;
    for (uint64_t i = 0; i < n; i++)
        bad |= (frame[i].symbol >= names) | (frame[i].module >= names);
    return !bad;
}

bool check_stacks(const StackNode *node, uint64_t n, uint64_t frames) {
    if (n == 0 || node[0].parent || node[0].frame)
        return false;
    uint32_t *depth = mem_resize(NULL, 0, n * sizeof *depth);
    bool good = true;
    for (uint64_t i = 1; i < n && good; i++) {
        good = node[i].parent < i && node[i].frame < frames;
        if (good)
            depth[i] = depth[node[i].parent] + 1;
        good = good && depth[i] <= STACKS_MAX_DEPTH;
    }
    mem_resize(depth, n * sizeof *depth, 0);
    return good;
}

bool check_contexts(const Context *context, uint64_t n, uint64_t names, uint64_t events) {
    bool bad = n == 0;
    for (uint64_t i = 0; i < n; i++)
        bad |= (context[i].comm >= names) | (context[i].event >= events);
    return !bad;
}

bool check_events(const Event *event, uint64_t n, uint64_t names) {
    bool bad = n == 0;
    for (uint64_t i = 0; i < n; i++)
        bad |= event[i].name >= names;
    return !bad;
}

bool check_pairs(const Pair *pair, uint64_t n, uint64_t stacks, uint64_t contexts) {
    bool bad = n == 0;
    for (uint64_t i = 0; i < n; i++)
        bad |= (pair[i].stack >= stacks) | (pair[i].context >= contexts);
    return !bad;
}

bool check_sample_pairs(const PairId *pair, uint64_t n, uint64_t pairs) {
    uint32_t limit = pairs > 1 ? (uint32_t)(pairs - 1) : 0; /* pair 0 becomes too large */
    bool bad = limit == 0 && n > 0;
    for (uint64_t i = 0; i < n; i++)
        bad |= pair[i] - 1 >= limit;
    return !bad;
}

bool check_times(const int64_t *time, uint64_t n, const ProfileView *view, int64_t *previous) {
    bool bad = false;
    int64_t before = *previous;
    if (view->in_order) {
        for (uint64_t i = 0; i < n; i++) {
            bad |= time[i] < before;
            before = time[i];
        }
        bad |= n > 0 && (time[0] < view->first_ns || time[n - 1] > view->last_ns);
    } else {
        for (uint64_t i = 0; i < n; i++)
            bad |= (time[i] < view->first_ns) | (time[i] > view->last_ns);
    }
    if (n)
        *previous = time[n - 1];
    return !bad;
}
