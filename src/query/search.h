/* Search: which frames and nodes a regular expression matches. Symbols are looked at once for
 * each distinct frame, nodes once for each tree.
 * SearchHits is one such result for one tree, shared by the answers that show it: counted by
 * hand, without locks, since only the answer lane touches it.
 * Owner: the answer lane. Thread: one at a time. Failure: an expression that does not compile
 * gives no hits and an error text. */
#pragma once

#include "base/regex.h"
#include "query/answer.h"

typedef struct SearchHits {
    uint32_t holders;
    uint32_t nodes; /* of the tree */
    uint8_t *match; /* by node: 1 where its own frame matches */
    uint32_t *node; /* the matching nodes, ascending */
    uint32_t count;
    uint32_t *lo, *hi; /* rank intervals of the topmost of them, disjoint */
    uint32_t spans;
} SearchHits;

typedef struct Search {
    char text[SEARCH_TEXT];
    Regex *regex;
    Error error;
    uint8_t *frame; /* by frame id */
    uint32_t frames, cap;
    uint64_t tree_id; /* what hits is about */
    SearchHits *hits;
} Search;

void search_free(Search *s);
/* Hits of this text in this tree; NULL when the text is empty or wrong. Held for the caller. */
SearchHits *search_run(Search *s, const char *text, const Dict *dict, const Tree *tree);
void search_hits_drop(SearchHits *hits);
/* Σ of the prefix over matching stacks, each once; how many matching nodes have some. */
uint64_t search_total(const SearchHits *hits, const Prefix *prefix);
uint32_t search_nodes(const SearchHits *hits, const Prefix *prefix, const Tree *tree);
