#include "ui/theme.h"

static const Theme themes[THEME_COUNT] = {
    [THEME_DARK] =
        {
            .kind = THEME_DARK,
            .dark = true,
            .background = 0x111318ff,
            .panel = 0x181b22ff,
            .line = 0x272c36ff,
            .text = 0xe7eaf0ff,
            .muted = 0x9ca5b7ff,
            .accent = 0x7aa8ffff,
            .on_accent = 0x0e1420ff,
            .a = 0x8ab4ffff,
            .b = 0xffb454ff,
            .control = 0x232935ff,
            .control_hover = 0x2c3442ff,
            .control_active = 0x364052ff,
            .chip_tint = 0x7aa8ff38,
            .empty_cell = 0x14171dff,
            .warning = 0xf0b14aff,
            .danger = 0xff7a6bff,
            .tooltip = 0x1d212aff,
            .shadow = 0x00000066,
            .root_box = 0x2c313cff,
            .selection_fill = 0x8ab4ff33,
            .dim = 0x07080baa,
            .text_scale = 1,
            .font = 13,
            .font_frame = 12.5f,
            .font_file = 15,
            .font_axis = 12,
            .row = 19,
            .control_h = 28,
            .bar_h = 48,
            .radius = 6,
            .gap = 8,
            .pad = 10,
            .outline = 1,
        },
    [THEME_LIGHT] =
        {
            .kind = THEME_LIGHT,
            .dark = false,
            .background = 0xf4f5f7ff,
            .panel = 0xffffffff,
            .line = 0xdfe2e8ff,
            .text = 0x1d222bff,
            .muted = 0x5c6577ff,
            .accent = 0x2563ebff,
            .on_accent = 0xffffffff,
            .a = 0x2563ebff,
            .b = 0xb8610aff,
            .control = 0xeaedf3ff,
            .control_hover = 0xdfe4edff,
            .control_active = 0xd2d9e5ff,
            .chip_tint = 0x2563eb24,
            .empty_cell = 0xf7f8faff,
            .warning = 0xb45309ff,
            .danger = 0xb52218ff,
            .tooltip = 0xffffffff,
            .shadow = 0x1d222b33,
            .root_box = 0xe2e5ecff,
            .selection_fill = 0x2563eb2e,
            .dim = 0x1d222b66,
            .text_scale = 1,
            .font = 13,
            .font_frame = 12.5f,
            .font_file = 15,
            .font_axis = 12,
            .row = 19,
            .control_h = 28,
            .bar_h = 48,
            .radius = 6,
            .gap = 8,
            .pad = 10,
            .outline = 1,
        },
    /* Read from the last row: darker text, darker lines, type at 160 % and thicker outlines. */
    [THEME_PROJECTOR] =
        {
            .kind = THEME_PROJECTOR,
            .dark = false,
            .background = 0xfbfbfcff,
            .panel = 0xffffffff,
            .line = 0xb3bac6ff,
            .text = 0x0b0e13ff,
            .muted = 0x454d5cff,
            .accent = 0x1d4ed8ff,
            .on_accent = 0xffffffff,
            .a = 0x1d4ed8ff,
            .b = 0xb85f00ff,
            .control = 0xe6eaf1ff,
            .control_hover = 0xd6dde9ff,
            .control_active = 0xc3cddeff,
            .chip_tint = 0x1d4ed82e,
            .empty_cell = 0xf7f8faff,
            .warning = 0x9a4404ff,
            .danger = 0xb01a10ff,
            .tooltip = 0xffffffff,
            .shadow = 0x0b0e1340,
            .root_box = 0xd9dee8ff,
            .selection_fill = 0x1d4ed833,
            .dim = 0x0b0e1373,
            .text_scale = 1.6f,
            .font = 13,
            .font_frame = 12.5f,
            .font_file = 15,
            .font_axis = 12,
            .row = 19,
            .control_h = 28,
            .bar_h = 48,
            .radius = 6,
            .gap = 8,
            .pad = 10,
            .outline = 2,
        },
};

static const char *const names[THEME_COUNT] = {"dark", "light", "projector"};

const Theme *theme_get(ThemeKind kind) {
    return &themes[(unsigned)kind < THEME_COUNT ? kind : THEME_DARK];
}

const char *theme_name(ThemeKind kind) {
    return names[(unsigned)kind < THEME_COUNT ? kind : THEME_DARK];
}

bool theme_named(Str name, ThemeKind *out) {
    for (int i = 0; i < THEME_COUNT; i++) {
        if (str_eq_c(name, names[i])) {
            *out = (ThemeKind)i;
            return true;
        }
    }
    return false;
}
