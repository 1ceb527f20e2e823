/* AsideKinds: which side questions there are. Constant. Thread: any. */
#pragma once

#include "query/aside.h"

/* Side questions; the wish and result types are in the header of each. */
typedef enum AsideId {
    ASIDE_HOTTEST,   /* query/hottest.h: of the cell under the pointer */
    ASIDE_PINNED,    /* likewise: of the one that is pinned */
    ASIDE_LINK,      /* query/link.h */
    ASIDE_FINDINGS,  /* query/findings.h */
    ASIDE_FUNCTIONS, /* query/functions.h */
    ASIDE_CHART,     /* query/chart.h */
    ASIDES
} AsideId;

extern const AsideKind *const aside_kinds[ASIDES];
