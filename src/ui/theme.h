/* Theme: the colours and measures of the look, in logical pixels at scale 1. */
#pragma once

#include "base/str.h"
#include "ui/draw.h"

typedef enum ThemeKind { THEME_DARK, THEME_LIGHT, THEME_PROJECTOR, THEME_COUNT } ThemeKind;

typedef struct Theme {
    ThemeKind kind;
    bool dark;
    uint32_t background, panel, line, text, muted, accent, on_accent, a, b;
    uint32_t control, control_hover, control_active, chip_tint, empty_cell, warning, danger;
    uint32_t tooltip, shadow, root_box, selection_fill, dim;
    float text_scale;                             /* 1; 1.6 for the projector */
    float font, font_frame, font_file, font_axis; /* 13, 12.5, 15, 12 */
    float row;                                    /* height of a frame row: 19 */
    float control_h, bar_h, radius, gap, pad, outline;
} Theme;

const Theme *theme_get(ThemeKind kind);
const char *theme_name(ThemeKind kind); /* "dark", "light", "projector" */
bool theme_named(Str name, ThemeKind *out);
