#include "query/matcher.h"

#include <string.h>

enum { CHECK_EVERY = 1 << 16, FRAMES_EVERY = 1 << 12 }; /* looks at the token */

void matcher_init(Matcher *m) {
    memset(m, 0, sizeof(*m));
}

void matcher_free(Matcher *m) {
    regex_free(m->regex);
    mem_resize(m->frame, m->frame_cap, 0);
    mem_resize(m->stack, m->stack_cap / 8, 0);
    mem_resize(m->pair, m->pair_cap, 0);
    memset(m, 0, sizeof(*m));
}

size_t matcher_bytes(const Matcher *m) {
    return m->frame_cap + m->stack_cap / 8 + m->pair_cap;
}

void matcher_set(Matcher *m, const Profile *profile, const LinkMatch *match) {
    if (m->profile == profile && link_match_same(&m->match, match))
        return;
    regex_free(m->regex);
    m->regex = NULL;
    m->profile = profile;
    m->match = *match;
    if (match->kind == LINK_SEARCH && match->text[0])
        m->regex = regex_new(str_of(match->text), REGEX_SMART_CASE, NULL);
    if (m->stack)
        memset(m->stack, 0, m->stack_cap / 8);
    m->frames = m->stacks = m->pairs = 0;
}

/* Multiples of 64, so that stacks fill whole words. */
static uint32_t room(uint32_t cap, uint32_t count) {
    return count <= cap ? cap : (count + count / 2 + 127) & ~63u;
}

static bool extend_frames(Matcher *m, uint32_t count, const CancelToken *token) {
    uint32_t cap = room(m->frame_cap, count);
    m->frame = mem_resize(m->frame, m->frame_cap, cap);
    m->frame_cap = cap;
    for (; m->frames < count; m->frames++) {
        FrameId f = m->frames;
        if (f % FRAMES_EVERY == 0 && cancelled(token))
            return false;
        m->frame[f] = f && m->regex && regex_match(m->regex, dict_symbol(m->profile->dict, f));
    }
    return true;
}

static inline bool has(const uint64_t *bits, uint32_t i) {
    return bits[i >> 6] >> (i & 63) & 1;
}

/* Parents have smaller ids, so they are decided before their children. */
static void go_down(Matcher *m, uint32_t from, uint32_t to) {
    const Column *nodes = &m->profile->dict->stacks.node;
    uint64_t *bits = m->stack, n;
    uint32_t id = m->match.id;
    for (uint64_t i = from; i < to; i += n) {
        const StackNode *node = column_span(nodes, i, to, &n);
        for (uint64_t k = 0; k < n; k++) {
            bool hit = has(bits, node[k].parent);
            if (m->match.kind == LINK_FUNCTION)
                hit |= node[k].frame == id;
            else if (m->match.kind == LINK_NODE)
                hit |= i + k == id;
            else
                hit |= m->frame[node[k].frame];
            if (hit && i + k)
                bits[(i + k) >> 6] |= 1ull << ((i + k) & 63);
        }
    }
}

static bool extend_stacks(Matcher *m, uint32_t count, const CancelToken *token) {
    uint32_t cap = room(m->stack_cap, count);
    m->stack = mem_resize(m->stack, m->stack_cap / 8, cap / 8);
    m->stack_cap = cap;
    /* what came before a stack does not go through it */
    if (m->match.kind == LINK_NODE && m->stacks < m->match.id)
        m->stacks = m->match.id < count ? m->match.id : count;
    while (m->stacks < count) {
        if (cancelled(token))
            return false;
        uint32_t to = count - m->stacks > CHECK_EVERY ? m->stacks + CHECK_EVERY : count;
        go_down(m, m->stacks, to);
        m->stacks = to;
    }
    return true;
}

bool matcher_extend(Matcher *m, const ProfileView *view, const CancelToken *token) {
    bool by_path = m->match.kind == LINK_FUNCTION || m->match.kind == LINK_NODE ||
                   m->match.kind == LINK_SEARCH;
    uint64_t n;
    if (m->match.kind == LINK_SEARCH && !extend_frames(m, view->frames, token))
        return false;
    if (by_path && !extend_stacks(m, view->stacks, token))
        return false;
    uint32_t cap = room(m->pair_cap, view->pairs);
    m->pair = mem_resize(m->pair, m->pair_cap, cap);
    m->pair_cap = cap;
    for (uint64_t i = m->pairs; i < view->pairs; i += n) {
        const Pair *pair = column_span(&m->profile->pairs.entry, i, view->pairs, &n);
        for (uint64_t k = 0; k < n; k++)
            m->pair[i + k] = by_path
                                 ? has(m->stack, pair[k].stack)
                                 : m->match.kind == LINK_STACK && pair[k].stack == m->match.id;
    }
    if (view->pairs > m->pairs)
        m->pairs = view->pairs;
    return true;
}
