/* What the files of Detect share: series by bin, stretches, groups of them. All of it lives in
 * the run's arena. Thread: the one that runs detect_run. */
#pragma once

#include "query/detect.h"
#include "query/mask.h"

/* What the pass over the samples looks up for each of them. */
typedef struct PairFacts {
    uint64_t features; /* bit f: feature f is in its stack */
    uint32_t thread;
    uint8_t bits; /* MASK_… */
} PairFacts;

/* Counts by bin. Bin b covers [t0_ns + b·bin_ns, t0_ns + (b+1)·bin_ns). */
typedef struct Series {
    const DetectWish *wish;
    const CancelToken *token;
    Arena *arena;
    Mask mask;
    PairFacts *pair;
    int64_t t0_ns, bin_ns;
    uint32_t bins;
    uint32_t *recorded; /* samples of the event, whatever the chips say */
    uint32_t *shown;
    uint32_t *busy;    /* shown and not idle: those that vote */
    uint32_t *lead;    /* the thread that is left over when each sample of one strikes out … */
    uint32_t *margin;  /* … one of another, and by how many: at least so much is it ahead */
    uint64_t total;    /* shown */
    float *usual;      /* shown samples of a bin in the minutes around it, by their median */
    bool by_cpu;       /* no threads are known: cpus vote */
    double usual_same; /* how likely two busy samples are of one thread */
    uint32_t features;
    FrameId frame[DETECT_FEATURES];
    uint32_t *of[DETECT_FEATURES];
    uint64_t sum[DETECT_FEATURES];
} Series;

enum { NO_FEATURE = UINT32_MAX, NO_THREAD = UINT32_MAX };

/* Bins [from, to) with what speaks for them. */
typedef struct Stretch {
    uint32_t from, to;
    double score;
    double blur;  /* bins by which its ends may be off: half way to the next sample */
    double share; /* of its samples that are what it is about */
    bool strong;  /* would do alone; the others only on a beat */
} Stretch;

typedef struct Stretches {
    Stretch *at;
    uint32_t count, cap;
} Stretches;

typedef enum StretchSource { OF_FEATURE, OF_BURST, OF_GAP, OF_SINGLE } StretchSource;

/* Stretches that may be one finding, in order of time. */
typedef struct Group {
    uint8_t source;   /* StretchSource */
    uint32_t feature; /* OF_FEATURE */
    uint32_t thread;  /* OF_SINGLE */
    Stretch *stretch;
    uint32_t count;
    double score;      /* of the stretches and the beat */
    int64_t period_ns; /* 0: not regular */
    double beat_score;
    bool gap; /* its stretches are gaps, too */
} Group;

typedef struct Groups {
    Group *group;
    uint32_t count, cap;
} Groups;

/* detect_series.c: false when cancelled; bins is 0 where there is nothing to look at. */
bool series_bin(Series *s);                        /* chooses bins; pairs' bits and threads */
bool series_count(Series *s);                      /* fills them, once the features are chosen */
int64_t series_ns(const Series *s, uint32_t bins); /* how long they are; at most INT64_MAX */
uint64_t series_sum(const uint32_t *series, uint32_t from, uint32_t to);
/* What is usual in each bin, from the median of the minutes around; bins entries. */
float *series_baseline(const Series *s, const uint32_t *series);

/* detect_scout.c: chooses s->features and gives the pairs their bits. */
bool scout_features(Series *s);

/* detect_scan.c: every stretch there is, as groups of like ones. */
bool scan_all(Series *s, Groups *groups);
/* What speaks for x of n samples having a feature that has the share `p`, when `m` samples
 * would be usual in that time. */
double scan_share(double x, double n, double p); /* … by its share alone */
double scan_evidence(double x, double n, double p, double m);
/* What speaks for x samples being a burst where m are usual. */
double scan_number(double x, double m);

/* detect_like.c: those in order of time become groups like `kind`, by length and by beat. */
void stretches_add(Arena *arena, Stretches *s, Stretch stretch);
void stretches_join(Stretches *s);         /* neighbours with a small hole between them */
void group_find_beat(Series *s, Group *g); /* of what is left of it */
void groups_add(Series *s, Groups *groups, Group kind, Stretches *stretches);

/* detect_group.c: merges, ranks, and writes the findings. */
bool group_findings(Series *s, Groups *groups, DetectList *list, Arena *keep);

/* detect_period.c: the beat that most of the starts (ascending, ns) fit, and which do; on has
 * `count` entries. period_ns 0: none that would not be there by chance. */
typedef struct Beat {
    int64_t period_ns;
    uint32_t on;   /* starts that fit */
    int64_t beats; /* from the first to the last of them, missing ones too */
    double deviation_ns, score;
} Beat;

/* blur_ns: how exact the starts are. */
Beat beat_of(const int64_t *start, uint32_t count, int64_t blur_ns, bool *on);
