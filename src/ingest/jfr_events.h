/* JFR events: which events of a Java Flight Recorder file are samples, where each keeps what,
 * and what it weighs. Anything else in a file is passed over.
 * Facts: `jfr metadata` of JDK 17 and 25, src/jfrMetadata.cpp of async-profiler and of Datadog's
 * java-profiler.
 * Read-only tables; any thread. */
#pragma once

#include "ingest/jfr_types.h"
#include "store/contexts.h"

/* What the slots of an event are. */
enum {
    JFR_AT_TIME, /* ticks */
    JFR_AT_THREAD,
    JFR_AT_STACK,
    JFR_AT_STATE,
    JFR_AT_WEIGHT,
    JFR_AT_CLASS,
    JFR_AT_SAMPLES,                /* how many samples the event stands for */
    JFR_AT_SPAN,                   /* ticks in which they were taken */
    JFR_AT_SCALE = JFR_AT_SAMPLES, /* of JFR_SCALED: a float, by which the weight is multiplied */
    JFR_AT_METHOD = JFR_AT_SPAN,   /* of JFR_WAIT: which took that long, if not the leaf */
};
/* And of those that are no samples. */
enum { JFR_AT_PID, JFR_AT_LOST = 0, JFR_AT_SETTING = 0, JFR_AT_SETTING_VALUE };

typedef enum JfrRuleKind {
    JFR_SAMPLE,
    JFR_SCALED,
    JFR_WAIT, /* a sample whose time is where its weight, a duration, ends */
    JFR_PROCESS,
    JFR_SETTING,
    JFR_LOST,
    JFR_ASIDE, /* has a stack, but tells of the recorder */
} JfrRuleKind;

typedef struct JfrRule {
    JfrWish wish;
    JfrRuleKind kind;
    WeightKind weight; /* WEIGHT_TIME_NS: in the unit that the metadata names, else ticks */
} JfrRule;

/* Those that show most of a program come first. */
extern const JfrRule jfr_rules[];
extern const uint32_t jfr_rule_count; /* less than JFR_EVENTS_MAX */
