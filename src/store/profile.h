/* Profile: the samples of one file (or of one profile within it) as append-only columns in
 * arrival order, and what is known about them.
 * Thread: one absorber (the loader) writes; any thread reads below the counts of a ProfileView
 * it took, without a lock, for as long as the profile lives. Write order is names, frames,
 * stacks, contexts, pairs, samples, then publish.
 * Owner: the session; freed when closed, after loader and engine let go. OOM aborts.
 * Memory: 14 B a sample (time 8, pair 4, cpu 2), 8 more once a weight was seen. */
#pragma once

#include "base/buf.h"
#include "store/batch.h"

typedef struct ProfileView {
    uint64_t samples;
    uint32_t pairs, stacks, frames, names, contexts, events; /* ids below these may be read */
    EventId chosen;            /* its file says to show it first, however rare it is; 0: none */
    int64_t first_ns, last_ns; /* smallest and largest sample time; 0, -1 while empty */
    bool has_time;       /* some sample has a time. If not, the time column must not be read (all
                            are 0): once a time is seen, the rows before it take that time */
    bool has_weight;     /* the weight column is filled */
    bool in_order;       /* times never decreased so far */
    uint64_t complaints; /* how many, of what is amiss */
    uint64_t lost;       /* samples that the recorder itself lost */
} ProfileView;

typedef struct Pack Pack;               /* store/pack.h */
typedef struct Spill Spill;             /* store/spill.h */
typedef struct ProfileLock ProfileLock; /* guards the published view; private to profile.c */

typedef struct Profile {
    Dict *dict; /* the session's; not owned */
    /* -- absorber only, except items below a published count */
    Pairs pairs;
    Column time_ns, pair, cpu, weight;
    uint64_t weight_sum; /* of absorbed ones, at most INT64_MAX: sums of them do not overflow */
    Complaints complaints;
    ProfileView building;
    int64_t last_time_ns; /* of the latest sample in arrival order */
    Pack *pack;   /* whose memory the columns lie in and whose ids these are, held; or NULL */
    Spill *spill; /* where samples are kept that need not stay in memory; or NULL */
    /* -- behind the lock */
    ProfileView published;
    Complaints published_complaints;
    ProfileLock *lock;
} Profile;

/* Translation of one Part's ids into a profile's; one for each (profile, part). */
typedef struct Remap {
    uint64_t epoch;
    uint32_t *name, *frame, *stack, *context, *event, *pair; /* 0: not yet met */
    uint32_t name_cap, frame_cap, stack_cap, context_cap, event_cap, pair_cap;
    uint32_t *path; /* scratch: the part of a stack that is new */
    uint32_t path_cap;
} Remap;

void profile_init(Profile *profile, Dict *dict);
void profile_free(Profile *profile);
/* Appends the batch's rows. Ids are given in order of first appearance over the rows, so the
 * result depends on the order of batches alone, not on who parsed them or how they were cut.
 * A row without a time takes that of the sample before it (the first rows, that of the first
 * sample that has one) and is a complaint, unless no sample of the file has a time. */
void profile_absorb(Profile *profile, const Batch *batch, Remap *remap);
/* For the loader's own findings (truncation, damage). */
void profile_complain(Profile *profile, ComplaintKind kind, uint64_t count, int64_t offset,
                      Str excerpt);
/* Makes all that was absorbed visible to readers. */
void profile_publish(Profile *profile);
/* Any thread. */
ProfileView profile_view(const Profile *profile);
void profile_complaints(const Profile *profile, Complaints *out);
uint64_t profile_complained(const Profile *profile, ComplaintKind kind);
size_t profile_bytes(const Profile *profile); /* memory of columns and pairs */

void remap_free(Remap *remap); /* zero-initialise before first use */

/* Smallest time rounded down to a whole second: where offsets count from. */
int64_t profile_origin(const ProfileView *view);

/* Every fact of the store as text, for comparing loads in tests: one line a sample. */
void profile_dump(const Profile *profile, Buf *out);
