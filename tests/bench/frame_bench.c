/* frame_bench FILE [WxH] [FRAMES]: what a whole frame costs without a GPU while a selection drags:
 * input, answer, layout, draw list and every pixel, in CPU time of one thread. The window is the
 * real program's, without a display; the profile is parsed first and is not part of the figure.
 * Only undisturbed frames count (quiet.h). Prints one JSON object: milliseconds of CPU a frame, and
 * apart, of painting and of answering. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/dump.h"
#include "base/clock.h"
#include "host/host.h"
#include "quiet.h"
#include "ui/raster.h"

enum { FRAMES_MOST = 2000 };

typedef struct Bench {
    App *app;
    const Fonts *fonts;
    RasterTarget target;
    FrameInput in;
    FrameOutput out;
    double frame_ms[FRAMES_MOST], paint_ms[FRAMES_MOST], work_ms[FRAMES_MOST];
    bool was_quiet[FRAMES_MOST];
    Quiet quiet;
    uint32_t texts, spans;
} Bench;

static double ms_since(int64_t began) {
    return (double)(clock_thread_cpu_ns() - began) / 1e6;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, int n, double p) {
    qsort(values, (size_t)n, sizeof *values, ascending);
    return values[(int)(p * (n - 1) + 0.5)];
}

static void frame(Bench *b, const InputEvent *event, int at) {
    quiet_begin(&b->quiet);
    int64_t began = clock_thread_cpu_ns();
    b->in.now_ns += 16666667;
    b->in.event = event;
    b->in.events = event ? 1 : 0;
    app_frame(b->app, &b->in, &b->out);
    int64_t working = clock_thread_cpu_ns();
    while (app_work(b->app))
        continue;
    double work = ms_since(working);
    int64_t painting = clock_thread_cpu_ns();
    raster_draw(&b->target, b->out.window[0].draw, b->fonts);
    if (at < 0)
        return;
    b->paint_ms[at] = ms_since(painting);
    b->work_ms[at] = work;
    b->frame_ms[at] = ms_since(began);
    b->was_quiet[at] = quiet_since(&b->quiet);
    b->texts = b->spans = 0;
    const DrawList *d = b->out.window[0].draw;
    for (uint32_t i = 0; i < d->commands; i++)
        b->texts += d->command[i].kind == DRAW_TEXT;
    b->spans = d->spans;
}

static void drag(Bench *b, int frames) {
    float x0, y0, x1, y1;
    dump_cell_center(b->app, 1, 5, &x0, &y0);
    uint32_t last = 2;
    while (dump_cell_center(b->app, last, 20, &x1, &y1))
        last++;
    dump_cell_center(b->app, last - 1, 20, &x1, &y1);
    InputEvent e = {.kind = INPUT_MOVE, .x = x0, .y = y0};
    frame(b, &e, -1);
    e = (InputEvent){.kind = INPUT_DOWN, .button = BUTTON_LEFT, .clicks = 1, .x = x0, .y = y0};
    frame(b, &e, -1);
    for (int i = 0; i < frames; i++) { /* there and back, so that frames flow all the time */
        float t = (float)(i % 100) / 100;
        t = i / 100 % 2 ? 1 - t : t;
        e = (InputEvent){.kind = INPUT_MOVE, .x = x0 + (x1 - x0) * t, .y = y0 + (y1 - y0) * t};
        frame(b, &e, i);
    }
}

int main(int argc, char **argv) {
    static Bench b;
    uint32_t w = 2560, h = 1440;
    int frames = argc > 3 ? atoi(argv[3]) : 400;
    if (argc < 2 || (argc > 2 && sscanf(argv[2], "%ux%u", &w, &h) != 2) || frames < 1 ||
        frames > FRAMES_MOST) {
        fprintf(stderr, "usage: frame_bench FILE [WxH] [FRAMES]\n");
        return 2;
    }
    Error err = {0};
    b.fonts = fonts_open(FONTS_INTER, &err);
    if (!b.fonts) {
        fprintf(stderr, "frame_bench: %s\n", err.message);
        return 1;
    }
    b.app = app_new(&(AppOptions){.fonts = b.fonts, .headless = true});
    b.target = (RasterTarget){.pixel = malloc((size_t)w * h * 4), .w = w, .h = h, .stride = w};
    b.in.windows = 1;
    b.in.window[0] = (WindowInput){.w = w, .h = h, .scale = 1, .focused = true};
    if (!app_open(b.app, 0, argv[1], &err)) {
        fprintf(stderr, "frame_bench: %s\n", err.message);
        return 1;
    }
    for (int i = 0; i < 20 || !app_settled(b.app); i++)
        frame(&b, NULL, -1);
    drag(&b, frames);
    double *figures[] = {b.frame_ms, b.paint_ms, b.work_ms};
    int n = frames;
    for (int i = 0; i < 3; i++)
        n = quiet_keep(figures[i], b.was_quiet, frames);
    printf(
        "{\"size\": \"%ux%u\", \"frames\": %d, \"quiet\": %.2f, \"spans\": %u, \"labels\": %u,\n",
        w, h, frames, (double)b.quiet.were / b.quiet.asked, b.spans, b.texts);
    printf(
        " \"frame_ms\": %.2f, \"frame_p99_ms\": %.2f, \"paint_ms\": %.2f, \"answer_ms\": %.2f}\n",
        quantile(b.frame_ms, n, 0.5), quantile(b.frame_ms, n, 0.99), quantile(b.paint_ms, n, 0.5),
        quantile(b.work_ms, n, 0.5));
    app_free(b.app);
    fonts_close();
    return 0;
}
