/* Findings: what detect.h finds, asked in the background as an aside (aside.h): the result is a
 * DetectList. Owner: the engine. Thread: a worker, behind everything else. Failure: none. */
#pragma once

#include "query/aside.h"
#include "query/detect.h"

typedef struct FindingsWish {
    EventId event;
    uint8_t idle; /* IdleMode */
    Filter filter;
} FindingsWish;

extern const AsideKind findings_aside;
