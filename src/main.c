/* main: picks a host, fills base's hooks, and hands the one to the other. */
#include "app/cli.h"
#include "app/tour.h"
#include "base/file.h"
#include "base/wake.h"
#include "host/host.h"
#include "picture/assets_embedded.h"

static const Fonts *open_fonts(bool dejavu, Error *err) {
    return fonts_open(dejavu ? FONTS_DEJAVU : FONTS_INTER, err);
}

static void frame(void *app, const FrameInput *in, FrameOutput *out) {
    app_frame(app, in, out);
}

static int open_window(App *app, const Fonts *fonts, uint32_t w, uint32_t h, bool software,
                       bool gpu, Error *err) {
    HostOptions options = {.title = "FlameScope", .w = w, .h = h, .software = software, .gpu = gpu};
    if (!host_open(&options, fonts, err))
        return 1;
    wake_set_hook(host_wake, NULL);
    int code = host_run(&(HostApp){.app = app, .frame = frame});
    wake_set_hook(NULL, NULL);
    host_close();
    return code;
}

int main(int argc, char **argv) {
    file_provide(TOUR_PROFILE, asset_demo_profile, asset_demo_profile_size);
    CliHost host = {.fonts = open_fonts, .display = host_display, .window = open_window};
    int code = cli_main(argc, argv, &host);
    fonts_close();
    return code;
}
