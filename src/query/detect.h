/* Detect: where to look. A ranked list of what is unusual in a profile: bursts, pauses, gaps,
 * phases, periodic patterns and single-threaded stretches, each with its ranges of time.
 *
 * Method. Samples are counted in bins of 10 ms or more, all of them and those of up to 64
 * frames. Which frames: half a million samples are walked frame by frame, and those frames win
 * whose samples crowd into few windows of time (detect_scout.c). In each series a running sum
 * of log-likelihood ratios looks for stretches where the frame's share and rate are both far
 * above what they are over the whole profile; the sum ends a stretch when as much speaks
 * against it as was needed to begin one (detect_scan.c). The same sum over the number of
 * samples finds bursts and gaps, against the median of the minutes around, and over the votes
 * of threads in each bin stretches with one thread only. Stretches that say the same are
 * merged: the strongest is kept, and of the others what it does not explain (detect_group.c).
 * What returns is one finding with its ranges, and with a period if the distances fit one
 * (detect_period.c). A score is in nats: how much more likely the samples are with the finding
 * than without it.
 *
 * Owner: detect_run's caller holds the list; detect_drop frees it with the last holder.
 * Thread: detect_run any one, hold and drop any. Failure: NULL when it was cancelled. An
 * expression in the filter that does not compile is not applied. */
#pragma once

#include "base/buf.h"
#include "base/jobs.h"
#include "query/query.h"
#include "store/profile.h"

enum {
    DETECT_MOST = 32,            /* findings: more than anybody walks through */
    DETECT_RANGES = 64,          /* of one finding are kept; `count` has them all */
    DETECT_FEATURES = 64,        /* frames with a series of their own: a bit each in a word */
    DETECT_BINS = 1 << 17,       /* bins at most, so that 64 series take 32 MiB */
    DETECT_SCOUTS = 1 << 19,     /* samples that are walked frame by frame */
    DETECT_SCOUT_DEPTH = 256,    /* frames of a stack that are looked at, from its leaf */
    DETECT_SCORE = 18,           /* nats that a stretch needs: by chance one in e^18 = 66 M
                                    begins, and there are up to 64 × 131072 = 8 M places */
    DETECT_BEAT_STRETCH = 8,     /* … and one that lies on a beat with others */
    DETECT_BEAT_SCORE = 4,       /* nats that a beat needs, … */
    DETECT_BEAT_WEAK = 2,        /* … and that many more for each stretch with the least score */
    DETECT_GROUP_SCORE = 60,     /* nats that a finding needs in all, its beat included: a frame
                                    that is only ever seen in one cluster of ten has that much */
    DETECT_ODDS = 8,             /* a frame's odds in a stretch against its usual ones: what
                                    only doubles is the usual coming and going of requests */
    DETECT_SHARE_PERCENT = 20,   /* of a stretch's samples have its frame, unless it is on a
                                    beat: what is rare comes in clusters all the time */
    DETECT_CLUSTER_DIVISOR = 2,  /* a frame's weak clusters may have this part of what its strong
                                    ones have: what has clusters of all sizes always has them */
    DETECT_HOLE_PERCENT = 30,    /* of a stretch may be a hole: a pause within a task */
    DETECT_BURST_RATIO = 2,      /* samples in a burst against the median around it */
    DETECT_GAP_DIVISOR = 10,     /* … and the median against those in a gap */
    DETECT_GAP_MS = 250,         /* shortest gap: schedulers make shorter ones */
    DETECT_SINGLE_MS = 1000,     /* shortest single-threaded stretch: threads take turns */
    DETECT_SINGLE_PERCENT = 95,  /* of its samples are of one thread */
    DETECT_SEVERAL_PERCENT = 75, /* at most so likely are two samples of one thread in all: a
                                    main thread may have most of them */
    DETECT_SHORT_MS = 1000,      /* shorter is a burst or pause, longer a phase: one column */
    DETECT_PAUSE_PERCENT = 60,   /* share of one frame that makes a burst a pause of all else */
    DETECT_PERIOD_COUNT = 3,     /* ranges that make a period */
    DETECT_RARE_PERCENT = 5,     /* a frame with less of its stretches needs … */
    DETECT_RARE_COUNT = 6,       /* … so many of them */
    DETECT_PERIOD_PERCENT = 5,   /* how far from the beat they may lie, of the period */
    DETECT_ON_BEAT_PERCENT = 80, /* of the ranges lie on the beat */
    DETECT_BEATS_PERCENT = 50,   /* … and of the beats have a range */
};

typedef enum FindingKind {
    FINDING_BURST,    /* for a short time far more samples, or far more of one frame */
    FINDING_PAUSE,    /* one frame takes over for a short time: all else stands still */
    FINDING_PERIODIC, /* either of these, in step with a clock */
    FINDING_PHASE,    /* a longer stretch that does something else than the rest */
    FINDING_GAP,      /* hardly a sample, though the recording goes on */
    FINDING_SINGLE,   /* one thread only, where usually several are active */
    FINDING_KINDS
} FindingKind;

typedef struct FindingRange {
    int64_t t0_ns, t1_ns;
} FindingRange;

typedef struct Finding {
    uint8_t kind;            /* FindingKind */
    double score;            /* nats, over all ranges */
    int64_t t0_ns, t1_ns;    /* the range with the highest score */
    uint32_t count, ranges;  /* how many there are; how many are in range[] */
    FindingRange *range;     /* in order of time; the list's memory */
    int64_t typical_ns;      /* median length */
    int64_t period_ns;       /* 0: they do not come regularly */
    int64_t phase_ns;        /* first start, modulo the period, from the origin */
    uint64_t samples;        /* shown samples in all ranges */
    uint64_t expected;       /* … if they were as dense as around them */
    FrameId frame;           /* what grew most; 0: none */
    uint64_t frame_samples;  /* samples with this frame in all ranges */
    uint64_t frame_expected; /* … at its share of the whole profile */
    int32_t tid;             /* FINDING_SINGLE: the thread; else -1 */
    int32_t cpu;             /* … or the cpu, where the profile knows no threads; else -1 */
} Finding;

typedef struct DetectWish {
    const Profile *profile;
    ProfileView view;
    EventId event;
    uint8_t idle; /* IdleMode */
    Filter filter;
} DetectWish;

typedef struct DetectList {
    uint32_t count;
    Finding finding[DETECT_MOST]; /* highest score first */
    int64_t origin_ns, bin_ns;    /* bin_ns 0: the profile has no times, or nothing is shown */
    uint64_t samples;             /* shown */
} DetectList;

DetectList *detect_run(const DetectWish *wish, const CancelToken *token);
void detect_hold(DetectList *list);
void detect_drop(DetectList *list);

const char *finding_name(uint8_t kind); /* "burst", "pause", "periodic", … */
/* One line in words, with its numbers: "collect_garbage takes over, 14 times for 80 ms, …". */
void finding_text(const DetectList *list, uint32_t nth, const Dict *dict, Buf *out);
