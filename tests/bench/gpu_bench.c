/* gpu_bench FILE [WxH] [FRAMES] [PNG]: what a frame costs with the GPU painter while a selection
 * drags, and whether it shows what the software painter shows.
 * The real program's frames go to a window of SDL's; each is waited for (one pixel is read back),
 * so the time is the driver's and the GPU's together; made_ms is what handing it to SDL takes of
 * it. The last frame is compared with the raster.
 * Exit 77 where there is no GPU (one made by the CPU does not count). Prints one JSON object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/dump.h"
#include "base/clock.h"
#include "base/image.h"
#include "host/parts.h"
#include "ui/raster.h"

enum { FRAMES_MOST = 2000 };

typedef struct Bench {
    App *app;
    const Fonts *fonts;
    SDL_Window *window;
    Painter painter;
    uint32_t w, h, calls, calls_most;
    FrameInput in;
    FrameOutput out;
    double made_ms[FRAMES_MOST], cpu_ms[FRAMES_MOST], wall_ms[FRAMES_MOST];
} Bench;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, int n, double p) {
    qsort(values, (size_t)n, sizeof *values, ascending);
    return values[(int)(p * (n - 1) + 0.5)];
}

static bool frame(Bench *b, const InputEvent *event, int at) {
    uint32_t pixel;
    b->in.now_ns += 16666667;
    b->in.event = event;
    b->in.events = event ? 1 : 0;
    app_frame(b->app, &b->in, &b->out);
    while (app_work(b->app))
        continue;
    int64_t cpu = clock_thread_cpu_ns(), wall = clock_now_ns();
    if (!b->painter.draw(b->painter.self, b->out.window[0].draw, b->fonts, &b->calls))
        return false;
    double made = (double)(clock_thread_cpu_ns() - cpu) / 1e6;
    SDL_RenderReadPixels(SDL_GetRenderer(b->window), &(SDL_Rect){0, 0, 1, 1},
                         SDL_PIXELFORMAT_RGBA32, &pixel, 4);
    if (at >= 0) {
        b->made_ms[at] = made;
        b->cpu_ms[at] = (double)(clock_thread_cpu_ns() - cpu) / 1e6;
        b->wall_ms[at] = (double)(clock_now_ns() - wall) / 1e6;
        b->calls_most = b->calls > b->calls_most ? b->calls : b->calls_most;
    }
    return true;
}

static bool drag(Bench *b, int frames) {
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
    for (int i = 0; i < frames; i++) {
        float t = (float)(i % 100) / 100;
        t = i / 100 % 2 ? 1 - t : t;
        e = (InputEvent){.kind = INPUT_MOVE, .x = x0 + (x1 - x0) * t, .y = y0 + (y1 - y0) * t};
        if (!frame(b, &e, i))
            return false;
    }
    return true;
}

/* Share of pixels of which some channel is off by more than 8. */
static double difference(Bench *b, const char *png) {
    size_t n = (size_t)b->w * b->h;
    uint32_t *shot = mem_resize(NULL, 0, n * 4), *want = mem_resize(NULL, 0, n * 4);
    uint64_t off = 0;
    b->painter.draw(b->painter.self, b->out.window[0].draw, b->fonts, &b->calls);
    SDL_RenderReadPixels(SDL_GetRenderer(b->window), NULL, SDL_PIXELFORMAT_RGBA32, shot,
                         (int)b->w * 4);
    raster_draw(&(RasterTarget){.pixel = want, .w = b->w, .h = b->h, .stride = b->w},
                b->out.window[0].draw, b->fonts);
    for (size_t i = 0; i < n; i++)
        for (int s = 0; s < 24; s += 8)
            if (abs((int)(shot[i] >> s & 255) - (int)(want[i] >> s & 255)) > 8) {
                off++;
                break;
            }
    if (png)
        image_write_png(png, &(Image){b->w, b->h, (size_t)b->w * 4, (uint8_t *)shot}, NULL, NULL);
    mem_resize(shot, n * 4, 0);
    mem_resize(want, n * 4, 0);
    return (double)off / (double)n;
}

static bool open_window(Bench *b, Error *err) {
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return error_set(err, ERROR_IO, "%s", SDL_GetError());
    b->window = SDL_CreateWindow("gpu bench", 0, 0, (int)b->w, (int)b->h, 0);
    if (!b->window)
        return error_set(err, ERROR_IO, "%s", SDL_GetError());
    return painter_gpu_open(b->window, false, &b->painter, err);
}

int main(int argc, char **argv) {
    static Bench b = {.w = 2560, .h = 1440};
    int frames = argc > 3 ? atoi(argv[3]) : 300;
    if (argc < 2 || (argc > 2 && sscanf(argv[2], "%ux%u", &b.w, &b.h) != 2) || frames < 1 ||
        frames > FRAMES_MOST) {
        fprintf(stderr, "usage: gpu_bench FILE [WxH] [FRAMES] [PNG]\n");
        return 2;
    }
    Error err = {0};
    if (!open_window(&b, &err)) {
        fprintf(stderr, "gpu_bench: %s\n", err.message);
        return 77;
    }
    b.fonts = fonts_open(FONTS_INTER, &err);
    b.app = app_new(&(AppOptions){.fonts = b.fonts, .headless = true});
    b.in.windows = 1;
    b.in.window[0] = (WindowInput){.w = b.w, .h = b.h, .scale = 1, .focused = true};
    if (!app_open(b.app, 0, argv[1], &err)) {
        fprintf(stderr, "gpu_bench: %s\n", err.message);
        return 1;
    }
    for (int i = 0; i < 20 || !app_settled(b.app); i++)
        frame(&b, NULL, -1);
    if (!drag(&b, frames))
        return 1;
    double off = difference(&b, argc > 4 ? argv[4] : NULL);
    const DrawList *d = b.out.window[0].draw;
    printf("{\"size\": \"%ux%u\", \"painter\": \"%s\", \"driver\": \"%s\", \"frames\": %d,\n", b.w,
           b.h, b.painter.name, SDL_GetCurrentVideoDriver(), frames);
    printf(" \"draw_calls\": %u, \"commands\": %u, \"spans\": %u, \"off_pixels\": %.5f,\n",
           b.calls_most, d->commands, d->spans, off);
    printf(" \"made_ms\": %.2f,", quantile(b.made_ms, frames, 0.5));
    printf(" \"cpu_ms\": %.2f, \"cpu_p99_ms\": %.2f, \"wall_ms\": %.2f, \"wall_p99_ms\": %.2f}\n",
           quantile(b.cpu_ms, frames, 0.5), quantile(b.cpu_ms, frames, 0.99),
           quantile(b.wall_ms, frames, 0.5), quantile(b.wall_ms, frames, 0.99));
    b.painter.close(b.painter.self);
    app_free(b.app);
    fonts_close();
    SDL_Quit();
    return 0;
}
