/* The questions that a State asks of a profile, for the window and for exports alike.
 * Pure; any thread that may read the profile below the view. */
#pragma once

#include "app/linking.h"
#include "query/slice.h"

/* The event that the state names, else the first of the file. */
EventId state_event(const State *state, const Profile *profile, const ProfileView *view);
/* Whether weights are summed instead of samples. */
bool state_weighted(const State *state, const Profile *profile, const ProfileView *view);
/* A file and what is read of it; of a second file that is not there, profile is NULL. */
typedef struct ReadFile {
    const Profile *profile;
    const ProfileView *view;
} ReadFile;

/* Where the second file's weights alone say how many samples a row stands for, both sides are
 * counted by weight, of which a side without any has one a sample. */
void state_query(const State *state, ReadFile a, ReadFile b, Query *out);
/* Of a sandwich, the upper half; what state_query asks for is the lower one. False: it is none. */
bool state_callers_query(const State *state, ReadFile a, ReadFile b, Query *out);
/* pin: the pinned function as it was found last; only a map of shares looks for it. */
void state_heat_spec(const State *state, const Profile *profile, const ProfileView *view,
                     PinnedFrame *pin, HeatSpec *out);
/* What such a query counts, a WeightKind. */
uint32_t count_kind(const Dict *dict, const ProfileView *view, EventId event, bool weighted);
/* Whether weights of that kind are what the event has. Of periods is said as soon as there are
 * any weights, whatever they are. False with *err in words. */
bool weight_fits(const Dict *dict, const ProfileView *view, EventId event, uint32_t kind,
                 Error *err);
