/* Chart marks: which boxes of a chart the search matches, by their own frames, as in the flame
 * graph. Symbols are looked at once for each frame of the Dict.
 * Owner: the chart's pane; freed by chart_marks_free, also when another file is opened.
 * Thread: main. Failure: an expression that does not compile matches nothing; the header says
 * why. */
#pragma once

#include "app/view.h"
#include "base/regex.h"
#include "picture/chart_layout.h"

typedef struct ChartMarks {
    char text[SEARCH_TEXT];
    Regex *regex;   /* NULL: nothing is searched */
    uint8_t *frame; /* by FrameId: 0 not looked at yet, else 1 + whether it matches */
    uint32_t cap;
} ChartMarks;

void chart_marks_free(ChartMarks *marks);
/* True when it was another. */
bool chart_marks_set(ChartMarks *marks, const char *text);
/* Whether the frame of this depth matches that begins with this sample. */
bool chart_marks_has(ChartMarks *marks, const Chart *chart, const Dict *dict, uint32_t sample,
                     uint32_t depth);
/* Which of the layout's boxes match, in its order; merged: some frame of it does. NULL where
 * nothing is searched. */
const uint8_t *chart_marks_of(ChartMarks *marks, const Chart *chart, const Dict *dict,
                              const ChartLayout *layout, Arena *arena);
