#include "base/pdf.h"

#ifdef HAVE_CAIRO

#include <cairo-pdf.h>
#include <string.h>

struct Pdf {
    cairo_surface_t *surface;
    cairo_t *draw;
    int pages;
};

static cairo_status_t on_bytes(void *context, const unsigned char *bytes, unsigned n) {
    buf_put(context, (Str){(const char *)bytes, n});
    return CAIRO_STATUS_SUCCESS;
}

static bool good(cairo_status_t status, Error *err) {
    return status == CAIRO_STATUS_SUCCESS ||
           error_set(err, ERROR_USAGE, "cannot make a PDF: %s", cairo_status_to_string(status));
}

bool pdf_available(void) {
    return true;
}

/* cairo refuses what is not UTF-8, as names of files may be. */
static Buf utf8_of(const char *title) {
    Buf out = {0};
    char bytes[4];
    Str s = str_of(title);
    for (size_t at = 0; at < s.n;) {
        uint32_t c = utf8_next(s, &at);
        buf_put(&out, (Str){bytes, utf8_put(bytes, c)});
    }
    buf_put(&out, (Str){"", 0});
    return out;
}

Pdf *pdf_begin(Buf *out, const char *title, Error *err) {
    Pdf *pdf = mem_resize(NULL, 0, sizeof *pdf);
    pdf->surface = cairo_pdf_surface_create_for_stream(on_bytes, out, 1, 1);
    Buf words = utf8_of(title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE, words.s);
    buf_free(&words);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATOR, "FlameScope");
    pdf->draw = cairo_create(pdf->surface);
    if (good(cairo_status(pdf->draw), err))
        return pdf;
    pdf_end(pdf, NULL);
    return NULL;
}

/* cairo's pixels are 0x00RRGGBB in the machine's order. */
static cairo_surface_t *pixels(const Image *image) {
    cairo_surface_t *s =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)image->w, (int)image->h);
    if (cairo_surface_status(s) != CAIRO_STATUS_SUCCESS)
        return s;
    cairo_surface_flush(s);
    unsigned char *to = cairo_image_surface_get_data(s);
    size_t stride = (size_t)cairo_image_surface_get_stride(s);
    for (uint32_t y = 0; y < image->h; y++) {
        const uint8_t *row = image->rgba + y * image->stride;
        for (uint32_t x = 0; x < image->w; x++) {
            uint32_t pixel =
                (uint32_t)row[x * 4] << 16 | (uint32_t)row[x * 4 + 1] << 8 | row[x * 4 + 2];
            memcpy(to + y * stride + (size_t)x * 4, &pixel, 4);
        }
    }
    cairo_surface_mark_dirty(s);
    return s;
}

static void outline(Pdf *pdf, const char *title, int page) {
    Buf where = {0};
    buf_printf(&where, "page=%d", page);
    Buf words = utf8_of(title);
    cairo_pdf_surface_add_outline(pdf->surface, CAIRO_PDF_OUTLINE_ROOT, words.s, where.s, 0);
    buf_free(&words);
    buf_free(&where);
}

bool pdf_page(Pdf *pdf, const Image *image, double w, double h, const char *title, Error *err) {
    cairo_surface_t *picture = pixels(image);
    cairo_pdf_surface_set_size(pdf->surface, w, h);
    cairo_save(pdf->draw);
    cairo_scale(pdf->draw, w / image->w, h / image->h);
    cairo_set_source_surface(pdf->draw, picture, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(pdf->draw), CAIRO_FILTER_NEAREST);
    cairo_paint(pdf->draw);
    cairo_restore(pdf->draw);
    cairo_show_page(pdf->draw);
    cairo_surface_destroy(picture);
    outline(pdf, title, ++pdf->pages);
    return good(cairo_status(pdf->draw), err);
}

bool pdf_end(Pdf *pdf, Error *err) {
    cairo_destroy(pdf->draw);
    cairo_surface_finish(pdf->surface);
    bool ok = good(cairo_surface_status(pdf->surface), err);
    cairo_surface_destroy(pdf->surface);
    mem_resize(pdf, sizeof *pdf, 0);
    return ok;
}

#else

bool pdf_available(void) {
    return false;
}

Pdf *pdf_begin(Buf *out, const char *title, Error *err) {
    (void)out, (void)title;
    error_set(err, ERROR_USAGE, "this program was built without PDF: it needs libcairo2-dev");
    return NULL;
}

bool pdf_page(Pdf *pdf, const Image *image, double w, double h, const char *title, Error *err) {
    (void)pdf, (void)image, (void)w, (void)h, (void)title;
    return error_set(err, ERROR_USAGE, "this program was built without PDF");
}

bool pdf_end(Pdf *pdf, Error *err) {
    (void)pdf;
    return error_set(err, ERROR_USAGE, "this program was built without PDF");
}

#endif
