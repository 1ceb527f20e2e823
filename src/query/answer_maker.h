/* AnswerMaker: what is kept between the answers about one profile (masks, counts, search), and
 * the making of an answer. AnswerCopy: one answer and the memory that it stands in.
 * Owner: the engine's answer lane. Thread: one at a time. Failure: none; what is wrong with a
 * search is said in the answer. */
#pragma once

#include "query/answer.h"
#include "query/counts.h"
#include "query/grown.h"
#include "query/ranked.h"
#include "query/search.h"

typedef struct AnswerTotals {
    uint64_t mask_version, index_id, samples; /* what they are about */
    uint64_t in_profile, shown, idle;
    uint64_t *of_event; /* by event, where several are named */
    uint32_t events, cap_events;
    uint64_t term[FILTER_TERMS];
} AnswerTotals;

typedef struct CpuTotals {
    uint64_t mask_version, scanned;
    uint64_t *of_cpu; /* samples of the event by cpu, 65536 */
} CpuTotals;

/* The samples of one range. */
typedef struct Counting {
    Counts all;
    Counts by_cpu; /* used while a cpu term is in force */
    Ranked ranked; /* follows `all` */
} Counting;

typedef struct AnswerMaker {
    Mask mask;
    /* the mask by slot */
    uint64_t index_id, mask_version;
    uint32_t entries, cap;  /* of the index; bytes */
    uint8_t *shown, *event; /* 0xFF or 0 */
    bool all_shown, all_event;
    Counting selection, baseline, whole;
    AnswerTotals totals;
    /* weights of one event, summed over the samples below weighed, in arrival order */
    const Profile *weighed_profile;
    EventId weighed_event;
    uint64_t weighed, weight_sum;
    CpuTotals cpus;
    Search search;
} AnswerMaker;

typedef struct AnswerCopy {
    Answer answer;
    Tree *tree;       /* held */
    SearchHits *hits; /* held */
    uint32_t *a32, *b32;
    uint64_t *a64, *b64, *of_event;
    uint32_t cap_a32, cap_b32, cap_a64, cap_b64, cap_events;
} AnswerCopy;

void answer_maker_init(AnswerMaker *m);
void answer_maker_free(AnswerMaker *m);
size_t answer_maker_bytes(const AnswerMaker *m);
/* Of a tree and the indexes it was made of. They cover a part of the views. The maker and the
 * view of the second profile are looked at where the tree is joint. */
typedef struct AnswerSource {
    Grown grown;
    AnswerMaker *maker[TREE_SIDES];
    const ProfileView *view[TREE_SIDES];
} AnswerSource;

void answer_make(const AnswerSource *source, const Query *query, AnswerCopy *out);
/* One answer over the whole view, without an engine, for exports: with an index, which is as
 * much work as ten answers and more. Not for joint trees: no other profile is known. */
void answer_make_alone(const Profile *profile, const ProfileView *view, const Query *query,
                       AnswerCopy *out);
/* Lets go of the tree and the hits, keeps the memory. */
void answer_copy_clear(AnswerCopy *copy);
void answer_copy_free(AnswerCopy *copy);
