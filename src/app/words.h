/* Words: text in lines no wider than there is room. Pure; lines are parts of the text. */
#pragma once

#include "ui/ui.h"

/* Lines of a text whose own lines end with \n, cut between words; the last of `most` holds the rest
 * of its own line. A word wider than w has a line of its own. Sizes as of ui_label. */
uint32_t words_wrap(const Ui *ui, Str text, Face face, float size, float w, Str *line,
                    uint32_t most);
