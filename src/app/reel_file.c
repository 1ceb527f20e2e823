#include "app/reel_file.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

#define POINTS 0.75 /* of a logical pixel: there are 96 to an inch, and 72 points */

bool reel_file_begin(ReelFile *f, Error *err) {
    if (f->format == REEL_FRAMES)
        return file_make_folder(f->path, err);
    if (f->format == REEL_PDF)
        return (f->pdf = pdf_begin(&f->bytes, f->title, err)) != NULL;
    if (f->format == REEL_HTML) {
        f->page = mem_resize(NULL, 0, f->count * sizeof *f->page);
        f->png = mem_resize(NULL, 0, f->count * sizeof *f->png);
    }
    return true;
}

static bool add_frame(ReelFile *f, const Image *image, const char *const *facts, Error *err) {
    char name[64], path[1200];
    int digits = f->count > 9999 ? 6 : f->count > 99 ? 4 : 2;
    snprintf(name, sizeof name, "%s-%0*u.png", f->stem, digits, f->done + 1);
    path_join(path, sizeof path, f->path, name);
    return image_write_png(path, image, facts, err);
}

static bool add_moving(ReelFile *f, const Image *image, Error *err) {
    static const char *const facts[] = {"Software", "FlameScope", NULL};
    if (!f->writes)
        f->writes = apng_begin(&f->apng, f->path, image->w, image->h, f->count, 0, facts, err);
    return f->writes && apng_frame(&f->apng, image, f->numerator, f->denominator, err);
}

static bool add_page(ReelFile *f, const Image *image, const char *const *facts, const char *title,
                     const char *note, Error *err) {
    DeckPage *page = &f->page[f->done];
    *page = (DeckPage){str_of(title),
                       str_of(note),
                       {0},
                       (uint32_t)(image->w / f->scale),
                       (uint32_t)(image->h / f->scale)};
    return image_encode_png(image, facts, &f->png[f->done], err);
}

bool reel_file_add(ReelFile *f, const Image *image, const char *state, const char *title,
                   const char *note, Error *err) {
    const char *facts[] = {"Software", "FlameScope", "FlameScope state", state ? state : "", NULL};
    bool ok = false;
    if (f->done == f->count)
        return error_set(err, ERROR_USAGE, "there is one picture too many");
    if (f->format == REEL_FRAMES)
        ok = add_frame(f, image, facts, err);
    else if (f->format == REEL_APNG)
        ok = add_moving(f, image, err);
    else if (f->format == REEL_HTML)
        ok = add_page(f, image, facts, title, note, err);
    else
        ok = pdf_page(f->pdf, image, image->w / f->scale * POINTS, image->h / f->scale * POINTS,
                      title, err);
    f->done += ok;
    return ok;
}

static bool end_page(ReelFile *f, Error *err) {
    Buf out = {0};
    for (uint32_t i = 0; i < f->done; i++)
        f->page[i].png = buf_str(&f->png[i]);
    export_deck(str_of(f->title), f->dark, f->page, f->done, &out);
    bool ok = file_write_all(f->path, buf_str(&out), err);
    buf_free(&out);
    return ok;
}

static bool end_pdf(ReelFile *f, Error *err) {
    bool ok = pdf_end(f->pdf, err);
    f->pdf = NULL;
    return ok && file_write_all(f->path, buf_str(&f->bytes), err);
}

bool reel_file_end(ReelFile *f, Error *err) {
    if (f->format == REEL_HTML)
        return end_page(f, err);
    if (f->format == REEL_PDF)
        return end_pdf(f, err);
    bool wrote = f->writes;
    f->writes = false;
    return !wrote || apng_end(&f->apng, err);
}

void reel_file_free(ReelFile *f) {
    if (f->writes)
        apng_abandon(&f->apng);
    if (f->pdf)
        pdf_end(f->pdf, NULL);
    for (uint32_t i = 0; f->png && i < f->count; i++)
        buf_free(&f->png[i]);
    mem_resize(f->png, f->png ? f->count * sizeof *f->png : 0, 0);
    mem_resize(f->page, f->page ? f->count * sizeof *f->page : 0, 0);
    buf_free(&f->bytes);
    memset(f, 0, sizeof *f);
}
