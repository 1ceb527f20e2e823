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
    mem_resize(m->rank, m->rank_cap / 8, 0);
    frame_nodes_free(&m->nodes);
    memset(m, 0, sizeof(*m));
}

size_t matcher_bytes(const Matcher *m) {
    return m->frame_cap + m->stack_cap / 8 + m->pair_cap + m->rank_cap / 8 +
           ((size_t)m->nodes.frames + m->nodes.nodes) * sizeof(uint32_t);
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

static void reserve_pairs(Matcher *m, uint32_t pairs) {
    uint32_t cap = room(m->pair_cap, pairs);
    m->pair = mem_resize(m->pair, m->pair_cap, cap);
    m->pair_cap = cap;
}

bool matcher_extend(Matcher *m, const ProfileView *view, const CancelToken *token) {
    bool by_path = m->match.kind == LINK_FUNCTION || m->match.kind == LINK_NODE ||
                   m->match.kind == LINK_SEARCH;
    uint64_t n;
    if (m->match.kind == LINK_SEARCH && !extend_frames(m, view->frames, token))
        return false;
    if (by_path && !extend_stacks(m, view->stacks, token))
        return false;
    reserve_pairs(m, view->pairs);
    for (uint64_t i = m->pairs; i < view->pairs; i += n) {
        const Pair *pair = column_span(&m->profile->pairs.entry, i, view->pairs, &n);
        for (uint64_t k = 0; k < n; k++)
            m->pair[i + k] = by_path ? has(m->stack, pair[k].stack)
                                     : m->match.kind == LINK_STACK && pair[k].stack == m->match.id;
    }
    if (view->pairs > m->pairs)
        m->pairs = view->pairs;
    return true;
}

/* ---- by the tree of an index --------------------------------------------------------------- */

/* Sets the bits [lo, hi). */
static void set_range(uint64_t *bits, uint32_t lo, uint32_t hi) {
    if (lo >= hi)
        return;
    uint64_t first = UINT64_MAX << (lo & 63), last = UINT64_MAX >> (63 - ((hi - 1) & 63));
    uint32_t from = lo >> 6, to = (hi - 1) >> 6;
    if (from == to) {
        bits[from] |= first & last;
        return;
    }
    bits[from] |= first;
    for (uint32_t w = from + 1; w < to; w++)
        bits[w] = UINT64_MAX;
    bits[to] |= last;
}

static void mark_node(Matcher *m, const Tree *tree, uint32_t node) {
    uint32_t hi = tree->node[node].hi;
    set_range(m->rank, tree->node[node].lo, hi < tree->ranks ? hi : tree->ranks);
}

static void mark_frame(Matcher *m, const Tree *tree, uint32_t frame) {
    enum { AHEAD = 16 };
    const uint32_t *node;
    uint32_t n = frame_nodes_of(&m->nodes, frame, &node);
    for (uint32_t i = 0; i < n; i++) {
        __builtin_prefetch(&tree->node[node[i + AHEAD < n ? i + AHEAD : i]]);
        mark_node(m, tree, node[i]);
    }
}

/* How many nodes have a frame that matches. */
static uint64_t nodes_that_match(const Matcher *m) {
    const uint32_t *node;
    uint64_t sum = 0;
    if (m->match.kind == LINK_FUNCTION)
        return frame_nodes_of(&m->nodes, m->match.id, &node);
    for (uint32_t f = 1; f < m->frames; f++)
        sum += m->frame[f] ? frame_nodes_of(&m->nodes, f, &node) : 0;
    return sum;
}

static void mark_all(Matcher *m, const Tree *tree) {
    m->rank = mem_resize(m->rank, m->rank_cap / 8, 0);
    m->rank_cap = room(0, tree->ranks);
    m->rank = mem_resize(NULL, 0, m->rank_cap / 8);
    if (m->match.kind == LINK_FUNCTION)
        mark_frame(m, tree, m->match.id);
    if (m->match.kind == LINK_NODE)
        mark_node(m, tree, tree_find_key(tree, m->profile->dict, m->match.id));
    for (uint32_t f = 1; m->match.kind == LINK_SEARCH && f < m->frames; f++)
        if (m->frame[f])
            mark_frame(m, tree, f);
}

/* Those that came after the index, each along its own path. */
static bool path_matches(const Matcher *m, StackId stack) {
    const Stacks *stacks = &m->profile->dict->stacks;
    while (stack) {
        StackNode n = stacks_get(stacks, stack);
        if (m->match.kind == LINK_FUNCTION ? n.frame == m->match.id
            : m->match.kind == LINK_NODE   ? stack == m->match.id
                                           : n.frame < m->frames && m->frame[n.frame])
            return true;
        stack = n.parent;
    }
    return false;
}

/* Whether the tree has been asked for before, and saves work: what many nodes match, or has many
 * pairs that came later, is decided as quickly by all stacks. */
static bool tree_helps(Matcher *m, const Index *index, const ProfileView *view,
                       const CancelToken *token) {
    bool one = m->match.kind == LINK_NODE;
    bool kind = one || m->match.kind == LINK_FUNCTION || m->match.kind == LINK_SEARCH;
    uint32_t known = index->tree->pairs;
    if (!kind || m->pairs || m->stacks || !index->tree->rank_of_pair || view->pairs < known ||
        view->pairs - known > known / 32)
        return false;
    if (one)
        return tree_find_key(index->tree, m->profile->dict, m->match.id) != 0;
    bool again = m->asked_index == index->id || m->nodes.index_id == index->id;
    m->asked_index = index->id;
    if (!again || !frame_nodes_make(&m->nodes, index, token))
        return false;
    return nodes_that_match(m) <= index->tree->nodes / 16;
}

bool matcher_extend_by(Matcher *m, const Index *index, const ProfileView *view,
                       const CancelToken *token) {
    if (m->match.kind == LINK_SEARCH && !extend_frames(m, view->frames, token))
        return false;
    if (!tree_helps(m, index, view, token))
        return matcher_extend(m, view, token);
    const Tree *tree = index->tree;
    const uint32_t *rank = tree->rank_of_pair;
    mark_all(m, tree);
    reserve_pairs(m, view->pairs);
    for (uint32_t i = 0; i < tree->pairs; i++)
        m->pair[i] = rank[i] < tree->ranks && has(m->rank, rank[i]);
    for (uint32_t i = tree->pairs; i < view->pairs; i++)
        m->pair[i] = path_matches(m, pairs_get(&m->profile->pairs, i).stack);
    m->pairs = view->pairs;
    return true;
}
