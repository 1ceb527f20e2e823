#include "query/aside_kinds.h"

#include "query/chart.h"
#include "query/findings.h"
#include "query/functions.h"
#include "query/hottest.h"
#include "query/link.h"

const AsideKind *const aside_kinds[ASIDES] = {
    [ASIDE_HOTTEST] = &hottest_aside,     [ASIDE_PINNED] = &hottest_aside,
    [ASIDE_LINK] = &link_aside,           [ASIDE_FINDINGS] = &findings_aside,
    [ASIDE_FUNCTIONS] = &functions_aside, [ASIDE_CHART] = &chart_aside,
};
