#include "query/search.h"

#include <string.h>

void search_hits_drop(SearchHits *h) {
    if (!h || --h->holders)
        return;
    mem_resize(h->match, h->nodes, 0);
    mem_resize(h->node, h->count * sizeof(*h->node), 0);
    mem_resize(h->lo, h->count * sizeof(*h->lo), 0);
    mem_resize(h->hi, h->count * sizeof(*h->hi), 0);
    mem_resize(h, sizeof(*h), 0);
}

static void forget_tree(Search *s) {
    search_hits_drop(s->hits);
    s->hits = NULL;
}

void search_free(Search *s) {
    forget_tree(s);
    if (s->regex)
        regex_free(s->regex);
    mem_resize(s->frame, s->cap, 0);
    memset(s, 0, sizeof(*s));
}

static void set_text(Search *s, const char *text) {
    if (strcmp(s->text, text) == 0)
        return;
    forget_tree(s);
    if (s->regex)
        regex_free(s->regex);
    s->regex = NULL;
    memset(&s->error, 0, sizeof(s->error));
    s->frames = 0;
    strncpy(s->text, text, sizeof(s->text) - 1);
    if (s->text[0])
        s->regex = regex_new(str_of(s->text), REGEX_SMART_CASE, &s->error);
}

static void match_frames(Search *s, const Dict *dict, uint32_t frames) {
    if (frames == 0)
        frames = 1; /* the root is there before any publishing */
    if (frames > s->cap) {
        uint32_t cap = frames + frames / 2 + 64;
        s->frame = mem_resize(s->frame, s->cap, cap);
        s->cap = cap;
    }
    for (FrameId f = s->frames; f < frames; f++)
        s->frame[f] = f && regex_match(s->regex, dict_symbol(dict, f));
    if (frames > s->frames)
        s->frames = frames;
}

static uint8_t *match_synthetic(const Search *s, const Tree *tree) {
    const Synthetics *frames = tree->synthetics;
    uint8_t *match = mem_resize(NULL, 0, frames ? frames->count : 0);
    for (uint32_t i = 0; frames && i < frames->count; i++)
        match[i] = regex_match(s->regex, frames->at[i].symbol);
    return match;
}

/* Top down: a node is under a match when its parent matches or is under one. Nodes lie breadth
 * first, so rank intervals of topmost matches come out in order within a depth only; they are
 * kept as they come, for sums do not mind. */
static SearchHits *match_nodes(const Search *s, const Tree *tree) {
    SearchHits *h = mem_resize(NULL, 0, sizeof(*h));
    const Synthetics *frames = tree->synthetics;
    uint8_t *under = mem_resize(NULL, 0, tree->nodes), *synthetic = match_synthetic(s, tree);
    h->holders = 1;
    h->nodes = tree->nodes;
    h->match = mem_resize(NULL, 0, tree->nodes);
    for (uint32_t v = 0; v < tree->nodes; v++)
        h->count += h->match[v] =
            frame_is_synthetic(tree->node[v].frame)
                ? synthetic[synthetics_find(frames, tree->node[v].frame) - frames->at]
                : s->frame[tree->node[v].frame];
    if (h->count) {
        h->node = mem_resize(NULL, 0, h->count * sizeof(*h->node));
        h->lo = mem_resize(NULL, 0, h->count * sizeof(*h->lo));
        h->hi = mem_resize(NULL, 0, h->count * sizeof(*h->hi));
    }
    uint32_t n = 0;
    for (uint32_t v = 0; v < tree->nodes && h->count; v++) {
        if (h->match[v]) {
            h->node[n++] = v;
            if (!under[v]) {
                h->lo[h->spans] = tree->node[v].lo;
                h->hi[h->spans++] = tree->node[v].hi;
            }
        }
        uint32_t end, first = tree_children(tree, v, &end);
        if (h->match[v] || under[v])
            memset(under + first, 1, end - first);
    }
    mem_resize(under, tree->nodes, 0);
    mem_resize(synthetic, tree->synthetics ? tree->synthetics->count : 0, 0);
    return h;
}

SearchHits *search_run(Search *s, const char *text, const Dict *dict, const Tree *tree) {
    set_text(s, text);
    if (!s->regex)
        return NULL;
    if (s->tree_id != tree->id || !s->hits) {
        forget_tree(s);
        match_frames(s, dict, tree->frames);
        s->hits = match_nodes(s, tree);
        s->tree_id = tree->id;
    }
    s->hits->holders++;
    return s->hits;
}

uint64_t search_total(const SearchHits *h, const Prefix *prefix) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < h->spans; i++)
        sum += prefix_at(prefix, h->hi[i]) - prefix_at(prefix, h->lo[i]);
    return sum;
}

uint32_t search_nodes(const SearchHits *h, const Prefix *prefix, const Tree *tree) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < h->count; i++)
        count += prefix_total(prefix, tree, h->node[i]) != 0;
    return count;
}
