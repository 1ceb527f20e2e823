/* The questions that a State asks of a profile, for the window and for exports alike.
 * Pure; any thread that may read the profile below the view. */
#pragma once

#include "app/linking.h"
#include "query/slice.h"

/* The event that the state names, else the first of the file. */
EventId state_event(const State *state, const Profile *profile, const ProfileView *view);
/* Whether weights are summed instead of samples. */
bool state_weighted(const State *state, const Profile *profile, const ProfileView *view);
void state_query(const State *state, const Profile *profile, const ProfileView *view, Query *out);
/* With the second file: where its weights alone say how many samples a row stands for, both sides
 * are counted by weight, of which a side without any has one a sample. b may be NULL. */
void query_count_rows(Query *query, const ProfileView *view, const Profile *b,
                      const ProfileView *view_b);
/* Of a sandwich, the upper half; what state_query asks for is the lower one. False: it is none. */
bool state_callers_query(const State *state, const Profile *profile, const ProfileView *view,
                         Query *out);
/* pin: the pinned function as it was found last; only a map of shares looks for it. */
void state_heat_spec(const State *state, const Profile *profile, const ProfileView *view,
                     PinnedFrame *pin, HeatSpec *out);
/* What such a query counts, a WeightKind. */
uint32_t count_kind(const Dict *dict, const ProfileView *view, EventId event, bool weighted);
/* Whether weights of that kind are what the event has. Of periods is said as soon as there are
 * any weights, whatever they are. False with *err in words. */
bool weight_fits(const Dict *dict, const ProfileView *view, EventId event, uint32_t kind,
                 Error *err);
