#include "app/chart_marks.h"

#include <string.h>

void chart_marks_free(ChartMarks *m) {
    if (m->regex)
        regex_free(m->regex);
    mem_resize(m->frame, m->cap, 0);
    memset(m, 0, sizeof *m);
}

bool chart_marks_set(ChartMarks *m, const char *text) {
    if (!strcmp(m->text, text))
        return false;
    chart_marks_free(m);
    state_put(m->text, sizeof m->text, str_of(text));
    if (m->text[0])
        m->regex = regex_new(str_of(m->text), REGEX_SMART_CASE, NULL);
    return true;
}

static bool frame_matches(ChartMarks *m, const Chart *c, const Dict *dict, FrameId frame) {
    if (frame_is_synthetic(frame)) /* few, and not the same in another tree */
        return regex_match(m->regex, tree_symbol(c->tree, dict, frame));
    if (frame >= m->cap) {
        uint32_t cap = frame + frame / 2 + 256;
        m->frame = mem_resize(m->frame, m->cap, cap);
        m->cap = cap;
    }
    if (!m->frame[frame])
        m->frame[frame] = regex_match(m->regex, dict_symbol(dict, frame)) ? 2 : 1;
    return m->frame[frame] == 2;
}

bool chart_marks_has(ChartMarks *m, const Chart *c, const Dict *dict, uint32_t sample,
                     uint32_t depth) {
    return m->regex && frame_matches(m, c, dict, chart_frame(c, sample, depth));
}

/* The frames that a merged box stands for begin at breaks among its samples. */
static bool some_match(ChartMarks *m, const Chart *c, const Dict *dict, const ChartBox *b) {
    uint32_t depth = b->depth + 1u, left = b->boxes;
    for (uint32_t i = b->first; left && i < c->count; i = chart_next_break(c, i + 1, depth)) {
        if (c->sample[i].depth < depth)
            continue; /* it ends below */
        if (frame_matches(m, c, dict, chart_frame(c, i, depth)))
            return true;
        left--;
    }
    return false;
}

const uint8_t *chart_marks_of(ChartMarks *m, const Chart *c, const Dict *dict, const ChartLayout *l,
                              Arena *arena) {
    if (!m->regex || !l->count)
        return NULL;
    uint8_t *match = ARENA_ARRAY(arena, uint8_t, l->count);
    for (uint32_t i = 0; i < l->count; i++) {
        const ChartBox *b = &l->box[i];
        match[i] = b->merged ? some_match(m, c, dict, b) : frame_matches(m, c, dict, b->frame);
    }
    return match;
}
