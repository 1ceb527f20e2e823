#include "base/image.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

enum { PNG_LEVEL = 6, SIDE_MAX = 1 << 20, PIXELS_MAX = 1 << 28, FILE_MAX_BYTES = 1 << 30 };

typedef struct PngOut {
    Buf bytes;
    char why[128]; /* what libpng says is wrong */
} PngOut;

static void on_write(png_structp png, png_bytep data, size_t n) {
    PngOut *out = png_get_io_ptr(png);
    buf_put(&out->bytes, (Str){(const char *)data, n});
}

static void on_flush(png_structp png) {
    (void)png;
}

static void on_error(png_structp png, png_const_charp message) {
    PngOut *out = png_get_error_ptr(png);
    snprintf(out->why, sizeof out->why, "%s", message);
    longjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)), 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static bool is_ascii(const char *text) {
    for (; *text; text++) {
        if ((unsigned char)*text > 0x7e)
            return false;
    }
    return true;
}

/* tEXt is Latin-1, so text beyond ASCII goes into an iTXt chunk, which is UTF-8. */
static void add_texts(png_structp png, png_infop info, const char *const *key_values) {
    for (; key_values && key_values[0] && key_values[1]; key_values += 2) {
        png_text text = {0};
        text.compression =
            is_ascii(key_values[1]) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        text.key = (png_charp)(uintptr_t)key_values[0]; /* libpng copies both */
        text.text = (png_charp)(uintptr_t)key_values[1];
        text.text_length = strlen(key_values[1]);
        png_set_text(png, info, &text, 1);
    }
}

/* No local changes behind setjmp, so nothing here needs to be volatile. */
static bool encode_with(png_structp png, png_infop info, const Image *image,
                        const char *const *key_values) {
    if (setjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf))))
        return false;
    png_set_IHDR(png, info, image->w, image->h, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, PNG_LEVEL);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE); /* flat colours: best and fast */
    add_texts(png, info, key_values);
    png_write_info(png, info);
    for (uint32_t y = 0; y < image->h; y++)
        png_write_row(png, image->rgba + y * image->stride);
    png_write_end(png, info);
    return true;
}

static bool encode(const Image *image, const char *const *key_values, PngOut *out) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, out, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info)
        panic("out of memory for a PNG encoder");
    png_set_write_fn(png, out, on_write, on_flush);
    bool ok = encode_with(png, info, image, key_values);
    png_destroy_write_struct(&png, &info);
    return ok;
}

static bool name_file(Error *err, const char *path) {
    if (err && !err->file[0])
        snprintf(err->file, sizeof err->file, "%s", path);
    return false;
}

bool image_encode_png(const Image *image, const char *const *key_values, Buf *out, Error *err) {
    PngOut made = {0};
    bool ok = encode(image, key_values, &made);
    if (ok)
        buf_put(out, buf_str(&made.bytes));
    else
        error_set(err, ERROR_USAGE, "cannot make a PNG of %u × %u pixels: %s", image->w, image->h,
                  made.why);
    buf_free(&made.bytes);
    return ok;
}

bool image_write_png(const char *path, const Image *image, const char *const *key_values,
                     Error *err) {
    Buf bytes = {0};
    bool ok = image_encode_png(image, key_values, &bytes, err);
    if (ok)
        ok = file_write_all(path, buf_str(&bytes), err);
    else
        name_file(err, path);
    buf_free(&bytes);
    return ok;
}

static bool decode(Str bytes, Arena *arena, Image *out, Error *err) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&png, bytes.s, bytes.n))
        return error_set(err, ERROR_FORMAT, "not a readable PNG: %s", png.message);
    if (png.width > SIDE_MAX || png.height > SIDE_MAX ||
        (uint64_t)png.width * png.height > PIXELS_MAX) {
        error_set(err, ERROR_LIMIT, "%u × %u pixels are more than an image may have", png.width,
                  png.height);
        png_image_free(&png);
        return false;
    }
    png.format = PNG_FORMAT_RGBA;
    *out = (Image){.w = png.width, .h = png.height, .stride = (size_t)png.width * 4};
    out->rgba = arena_push(arena, out->stride * out->h, 16);
    if (!png_image_finish_read(&png, NULL, out->rgba, (png_int_32)out->stride, NULL))
        return error_set(err, ERROR_FORMAT, "not a readable PNG: %s", png.message);
    return true;
}

bool image_read_png(const char *path, Arena *arena, Image *out, Error *err) {
    Buf bytes = {0};
    bool ok = file_read_all(path, &bytes, FILE_MAX_BYTES, err) &&
              (decode(buf_str(&bytes), arena, out, err) || name_file(err, path));
    buf_free(&bytes);
    return ok;
}
