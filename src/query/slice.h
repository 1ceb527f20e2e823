/* Slice: counts of one time range by a plain scan, without index or engine: what exports use and
 * what tests hold the engine against; and the samples themselves, one by one. Memory: the caller's
 * arena. Thread: any. */
#pragma once

#include "query/query.h"
#include "store/profile.h"

typedef struct Slice {
    uint32_t pairs;   /* entries of count */
    uint64_t *count;  /* by pair: samples, or weights if query->weighted; after chips */
    uint64_t samples; /* in range and event, before chips */
    uint64_t shown;   /* after chips */
    uint64_t total;   /* sum of count */
} Slice;

bool slice_scan(const Profile *profile, const ProfileView *view, const Query *query, Arena *arena,
                Slice *out, Error *err);
typedef struct SliceSample {
    int64_t time_ns; /* 0 without times */
    uint64_t weight; /* 1 without weights, whatever query->weighted says */
    PairId pair;
    uint16_t cpu;
} SliceSample;

/* Every sample that such a slice counts, in arrival order. */
typedef void SliceVisit(void *context, const SliceSample *sample);
bool slice_visit(const Profile *profile, const ProfileView *view, const Query *query,
                 SliceVisit *visit, void *context, Error *err);
/* Likewise those that the query's baseline counts; none where it has none. Of BASELINE_FILE, the
 * profile is the other one. */
bool slice_visit_baseline(const Profile *profile, const ProfileView *view, const Query *query,
                          SliceVisit *visit, void *context, Error *err);
/* The event that a query means when the user named none: the first in the file, unless fewer
 * than one in ten samples are of it and the file did not choose it, then the event with most
 * samples. Told from at most 1024 samples: cheap enough for every frame. */
EventId query_default_event(const Profile *profile, const ProfileView *view);
/* Event by name; EVENT_ALL for "all"; false when there is none such. */
bool query_event_named(const Profile *profile, const ProfileView *view, Str name, EventId *out);
/* What the weights of an event count: a WeightKind, WEIGHT_SAMPLES where it carries none. Of
 * EVENT_ALL, what all that carry weights count, or WEIGHT_MIXED. */
uint32_t query_weight_kind(const Dict *dict, const ProfileView *view, EventId event);

/* Whether a query of this event should sum weights: when the user asked for them; always where
 * only the weights say how many samples a row stands for (large folded files); and usually where
 * they are bytes of a profile without times, which is one of a heap, or times that differ much, as
 * those of calls and waits do: told from at most 1024 samples. */
bool query_by_weight(const Profile *profile, const ProfileView *view, EventId event,
                     Weighing asked);
