#include "app/linking.h"

#include <stdio.h>
#include <string.h>

/* Frames are looked at once each, as they arrive. Without a module: in any. */
static FrameId find(PinnedFrame *pin, const char *name, const Dict *dict, uint32_t frames) {
    if (strcmp(pin->name, name) != 0) {
        *pin = (PinnedFrame){.looked = 1};
        snprintf(pin->name, sizeof pin->name, "%s", name);
    }
    Str module = str_trim(str_of(name));
    Str symbol = str_cut(&module, '\t');
    for (; pin->looked < frames && !pin->frame; pin->looked++)
        if (str_eq(dict_symbol(dict, pin->looked), symbol) &&
            (!module.n || str_eq(dict_module(dict, pin->looked), module)))
            pin->frame = pin->looked;
    return pin->frame;
}

bool linking_match(PinnedFrame *pin, const State *state, const Dict *dict, uint32_t frames,
                   FrameId hovered, LinkMatch *out) {
    memset(out, 0, sizeof *out);
    FrameId frame = state->pin[0] ? find(pin, state->pin, dict, frames) : hovered;
    if (frame && frame < frames) {
        out->kind = LINK_FUNCTION;
        out->id = frame;
    } else if (state->search[0] && !state->pin[0]) {
        out->kind = LINK_SEARCH;
        snprintf(out->text, sizeof out->text, "%s", state->search);
    }
    return out->kind != LINK_NONE;
}

Str linking_words(const LinkMatch *match, const Dict *dict, Arena *arena) {
    char text[SEARCH_TEXT + 16];
    if (match->kind != LINK_SEARCH)
        return dict_symbol(dict, match->id);
    snprintf(text, sizeof text, "/%s/", match->text);
    return str_copy(arena, str_of(text));
}
