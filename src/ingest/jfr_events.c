#include "ingest/jfr_events.h"

#include "ingest/jfr_resolve.h"

#define SAMPLED "startTime", "sampledThread", "stackTrace", "state"
#define EVENT "startTime", "eventThread", "stackTrace", NULL
#define ALLOCATED(name, size)                                                                      \
    { {name, {EVENT, size, "objectClass"}}, JFR_SAMPLE, WEIGHT_BYTES }
/* an object taken for as many as are not taken, of which `weight` tells how many there are */
#define OBJECT(name)                                                                               \
    { {name, {EVENT, "size", "objectClass", "weight"}}, JFR_SCALED, WEIGHT_BYTES }
/* of a thread that stayed as it was one event stands for several samples */
#define COLLAPSED(name)                                                                            \
    {                                                                                              \
        {name, {"startTime", "eventThread", "stackTrace", "state", NULL, NULL, "weight"}},         \
            JFR_SAMPLE, WEIGHT_SAMPLES                                                             \
    }
#define ASIDE(name)                                                                                \
    { {name, {NULL}}, JFR_ASIDE, WEIGHT_SAMPLES }
#define WAITED(name, class)                                                                        \
    { {name, {EVENT, "duration", class}}, JFR_WAIT, WEIGHT_TIME_NS }

const JfrRule jfr_rules[] = {
    {{"jdk.ExecutionSample", {SAMPLED}}, JFR_SAMPLE, WEIGHT_SAMPLES},
    {{"jdk.CPUTimeSample", {EVENT, "samplingPeriod"}}, JFR_SAMPLE, WEIGHT_TIME_NS},
    COLLAPSED("datadog.ExecutionSample"),
    {{"profiler.WallClockSample", {SAMPLED, NULL, NULL, "samples", "timeSpan"}},
     JFR_SAMPLE,
     WEIGHT_SAMPLES},
    COLLAPSED("datadog.MethodSample"),
    {{"jdk.NativeMethodSample", {SAMPLED}}, JFR_SAMPLE, WEIGHT_SAMPLES},
    /* a new buffer stands for all that was allocated since the one before */
    ALLOCATED("jdk.ObjectAllocationInNewTLAB", "tlabSize"),
    ALLOCATED("jdk.ObjectAllocationOutsideTLAB", "allocationSize"),
    ALLOCATED("jdk.ObjectAllocationSample", "weight"),
    OBJECT("datadog.ObjectSample"),
    ALLOCATED("datadog.ObjectAllocationInNewTLAB", "tlabSize"),
    ALLOCATED("datadog.ObjectAllocationOutsideTLAB", "allocationSize"),
    WAITED("jdk.JavaMonitorEnter", "monitorClass"),
    WAITED("jdk.ThreadPark", "parkedClass"),
    WAITED("jdk.JavaMonitorWait", "monitorClass"),
    WAITED("jdk.ThreadSleep", NULL),
    WAITED("jdk.VirtualThreadPinned", NULL),
    WAITED("profiler.NativeLock", NULL),
    WAITED("datadog.TaskBlock", NULL),
    /* of what still lives, when it was allocated, not when that was found out */
    {{"profiler.LiveObject",
      {"allocationTime", "eventThread", "stackTrace", NULL, "allocationSize", "objectClass"}},
     JFR_SAMPLE,
     WEIGHT_BYTES},
    {{"jdk.OldObjectSample", {"allocationTime", "eventThread", "stackTrace", NULL, "objectSize"}},
     JFR_SAMPLE,
     WEIGHT_BYTES},
    OBJECT("datadog.HeapLiveObject"),
    {{"profiler.Malloc", {EVENT, "size"}}, JFR_SAMPLE, WEIGHT_BYTES},
    WAITED("jdk.SocketRead", NULL),
    WAITED("jdk.SocketWrite", NULL),
    WAITED("jdk.FileRead", NULL),
    WAITED("jdk.FileWrite", NULL),
    {{"jdk.MethodTrace", {EVENT, "duration", NULL, NULL, "method"}}, JFR_WAIT, WEIGHT_TIME_NS},
    {{"jdk.JVMInformation", {"pid"}}, JFR_PROCESS, WEIGHT_SAMPLES},
    {{"jdk.ActiveSetting", {"name", "value"}}, JFR_SETTING, WEIGHT_SAMPLES},
    {{"jdk.CPUTimeSamplesLost", {"lostSamples"}}, JFR_LOST, WEIGHT_SAMPLES},
    {{"jdk.DataLoss", {NULL}}, JFR_LOST, WEIGHT_SAMPLES},
    ASIDE("jdk.ActiveRecording"),
    ASIDE("datadog.ProfilerSetting"),
    ASIDE("datadog.DatadogProfilerConfig"),
    ASIDE("datadog.Endpoint"),
};
const uint32_t jfr_rule_count = sizeof jfr_rules / sizeof *jfr_rules;

_Static_assert(sizeof jfr_rules / sizeof *jfr_rules < JFR_EVENTS_MAX,
               "a place for each, and the last for what is none of them");
