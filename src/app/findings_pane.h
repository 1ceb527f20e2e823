/* Findings pane: the ranked list of what is unusual in the profile (query/detect.h), beside the
 * flame graph. Choosing one selects its range and compares it with everything else.
 * Owner: the App. Thread: main. Failure: an empty list says why it is empty. */
#pragma once

#include "app/view.h"
#include "query/findings.h"

typedef struct FindingsPane {
    bool open;
    bool chosen;    /* something was chosen: at, range */
    uint32_t at;    /* of the list */
    uint32_t range; /* of the finding's ranges */
    float scroll;
    bool show; /* scroll the chosen one into view */
} FindingsPane;

/* NULL while they are being looked for. */
const DetectList *findings_list(const Engine *engine);
float findings_width(const FindingsPane *pane, const View *v, float room);
void findings_draw(FindingsPane *pane, const View *v, Rect area);
/* The range of the chosen finding; false when there is none. */
bool findings_range(const FindingsPane *pane, const DetectList *list, Range *out);
/* The next finding (+1) or the one before, from the first or last on; false: there are none. */
bool findings_step(FindingsPane *pane, const DetectList *list, int step);
/* Ticks of the chosen finding's ranges, over the overview strip that shows all of `all`. */
void findings_ticks(const FindingsPane *pane, const View *v, Rect strip, Range all);
