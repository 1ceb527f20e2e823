#include "app/export.h"

#include <string.h>

#include "app/program.h"
#include "base/image.h"
#include "picture/export_text.h"
#include "query/slice.h"
#include "ui/raster.h"

bool export_window_png(App *app, const char *path, Error *err) {
    uint32_t w = app->last_input.window[0].w, h = app->last_input.window[0].h;
    if (!w || !h)
        return error_set(err, ERROR_USAGE, "nothing was drawn yet");
    size_t bytes = (size_t)w * h * 4;
    uint32_t *pixels = mem_resize(NULL, 0, bytes);
    RasterTarget target = {.pixel = pixels, .w = w, .h = h, .stride = w};
    raster_draw(&target, &app->draw, app->fonts);
    Image image = {.w = w, .h = h, .stride = (size_t)w * 4, .rgba = (uint8_t *)pixels};
    Buf state = {0};
    State shown = app->state; /* without paths: a picture is passed on */
    memset(shown.file, 0, sizeof shown.file);
    state_format(&shown, &state);
    const char *facts[] = {"Software", "FlameScope", "FlameScope state", state.s ? state.s : "", NULL};
    bool ok = image_write_png(path, &image, facts, err);
    buf_free(&state);
    mem_resize(pixels, bytes, 0);
    return ok;
}

bool export_folded_file(const Profile *profile, const Query *query, const char *path, Error *err) {
    ProfileView view = profile_view(profile);
    Arena arena;
    arena_init(&arena, 1 << 20);
    Slice slice;
    Buf text = {0};
    bool ok = slice_scan(profile, &view, query, &arena, &slice, err);
    if (ok) {
        export_folded(profile, &slice, &text);
        ok = file_write_all(path, buf_str(&text), err);
    }
    buf_free(&text);
    arena_free(&arena);
    return ok;
}
