#include "base/apng.h"

#include <string.h>

#include "base/codec.h"

enum { RGB = 3, COLOR_TYPE_RGB = 2, SIDE_MOST = 1 << 20 };

typedef struct Box {
    uint32_t x, y, w, h;
} Box;

/* -- chunks: length, type, data, checksum of type and data */

static void put_u32(Buf *b, uint32_t n) {
    const char bytes[4] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    buf_put(b, (Str){bytes, 4});
}

static void put_u16(Buf *b, uint16_t n) {
    buf_putc(b, (char)(n >> 8));
    buf_putc(b, (char)n);
}

static void chunk_begin(Apng *a, const char *type) {
    buf_clear(&a->chunk);
    put_u32(&a->chunk, 0);
    buf_puts(&a->chunk, type);
}

static bool chunk_end(Apng *a, Error *err) {
    Buf *b = &a->chunk;
    uint32_t n = (uint32_t)(b->n - 8);
    put_u32(b, codec_crc(0, b->s + 4, b->n - 4));
    for (int i = 0; i < 4; i++)
        b->s[i] = (char)(n >> (24 - 8 * i));
    return out_append(&a->file, buf_str(b), err);
}

static bool put_header(Apng *a, uint32_t plays, Error *err) {
    chunk_begin(a, "IHDR");
    put_u32(&a->chunk, a->w);
    put_u32(&a->chunk, a->h);
    const char rest[5] = {8, COLOR_TYPE_RGB, 0, 0, 0};
    buf_put(&a->chunk, (Str){rest, 5});
    if (!out_append(&a->file, STR("\x89PNG\r\n\x1a\n"), err) || !chunk_end(a, err))
        return false;
    chunk_begin(a, "acTL");
    put_u32(&a->chunk, a->frames);
    put_u32(&a->chunk, plays);
    return chunk_end(a, err);
}

static bool put_texts(Apng *a, const char *const *key_values, Error *err) {
    bool ok = true;
    for (; ok && key_values && key_values[0] && key_values[1]; key_values += 2) {
        chunk_begin(a, "tEXt");
        buf_puts(&a->chunk, key_values[0]);
        buf_putc(&a->chunk, 0);
        buf_puts(&a->chunk, key_values[1]);
        ok = chunk_end(a, err);
    }
    return ok;
}

/* -- pictures */

static size_t row_bytes(const Apng *a) {
    return (size_t)a->w * RGB;
}

static bool same_pixel(const uint8_t *rgb, const uint8_t *rgba) {
    return rgb[0] == rgba[0] && rgb[1] == rgba[1] && rgb[2] == rgba[2];
}

/* What differs from the picture before; a pixel where nothing does. */
static Box changed(const Apng *a, const Image *image) {
    uint32_t x0 = a->w, x1 = 0, y0 = a->h, y1 = 0;
    for (uint32_t y = 0; y < a->h; y++) {
        const uint8_t *old = a->before + y * row_bytes(a), *new = image->rgba + y * image->stride;
        uint32_t left = 0, right = a->w;
        while (left < a->w && same_pixel(old + (size_t)left * RGB, new + (size_t)left * 4))
            left++;
        if (left == a->w)
            continue;
        while (same_pixel(old + (size_t)(right - 1) * RGB, new + (size_t)(right - 1) * 4))
            right--;
        x0 = left < x0 ? left : x0;
        x1 = right > x1 ? right : x1;
        y0 = y < y0 ? y : y0;
        y1 = y + 1;
    }
    return x1 ? (Box){x0, y0, x1 - x0, y1 - y0} : (Box){0, 0, 1, 1};
}

/* The rows of a box, each behind its filter (none: flat colours pack best so). */
static void pack(Apng *a, Box box) {
    buf_clear(&a->raw);
    buf_clear(&a->packed);
    for (uint32_t y = box.y; y < box.y + box.h; y++) {
        buf_putc(&a->raw, 0);
        buf_put(&a->raw, (Str){(const char *)a->before + y * row_bytes(a) + (size_t)box.x * RGB,
                               (size_t)box.w * RGB});
    }
    codec_zlib(buf_str(&a->raw), &a->packed);
}

static void keep(Apng *a, const Image *image) {
    for (uint32_t y = 0; y < a->h; y++) {
        uint8_t *to = a->before + y * row_bytes(a);
        const uint8_t *from = image->rgba + y * image->stride;
        for (uint32_t x = 0; x < a->w; x++)
            memcpy(to + (size_t)x * RGB, from + (size_t)x * 4, RGB);
    }
}

static bool put_control(Apng *a, Box box, uint16_t numerator, uint16_t denominator, Error *err) {
    chunk_begin(a, "fcTL");
    put_u32(&a->chunk, a->sequence++);
    put_u32(&a->chunk, box.w);
    put_u32(&a->chunk, box.h);
    put_u32(&a->chunk, box.x);
    put_u32(&a->chunk, box.y);
    put_u16(&a->chunk, numerator);
    put_u16(&a->chunk, denominator);
    put_u16(&a->chunk, 0); /* it stays for the next; it replaces what was there */
    return chunk_end(a, err);
}

/* The first picture is the file's image as well, so its data are plain. */
static bool put_data(Apng *a, Error *err) {
    chunk_begin(a, a->done ? "fdAT" : "IDAT");
    if (a->done)
        put_u32(&a->chunk, a->sequence++);
    buf_put(&a->chunk, buf_str(&a->packed));
    return chunk_end(a, err);
}

/* -- the file */

static void let_go(Apng *a) {
    mem_resize(a->before, a->h * row_bytes(a), 0);
    buf_free(&a->raw);
    buf_free(&a->packed);
    buf_free(&a->chunk);
    *a = (Apng){.file.fd = -1}; /* letting go twice does no harm */
}

void apng_abandon(Apng *a) {
    out_abandon(&a->file);
    let_go(a);
}

bool apng_begin(Apng *a, const char *path, uint32_t w, uint32_t h, uint32_t frames, uint32_t plays,
                const char *const *key_values, Error *err) {
    memset(a, 0, sizeof *a);
    if (!w || !h || w > SIDE_MOST || h > SIDE_MOST || !frames)
        return error_set(err, ERROR_USAGE,
                         "cannot make an animation of %u pictures of %u × %u pixels", frames, w, h);
    if (!out_open(&a->file, path, err))
        return false;
    a->w = w;
    a->h = h;
    a->frames = frames;
    a->before = mem_resize(NULL, 0, h * row_bytes(a));
    if (put_header(a, plays, err) && put_texts(a, key_values, err))
        return true;
    apng_abandon(a);
    return false;
}

bool apng_frame(Apng *a, const Image *image, uint16_t numerator, uint16_t denominator, Error *err) {
    bool fits = image->w == a->w && image->h == a->h && a->done < a->frames;
    Box box = a->done && fits ? changed(a, image) : (Box){0, 0, a->w, a->h};
    if (fits) {
        keep(a, image);
        pack(a, box);
    } else {
        error_set(err, ERROR_USAGE,
                  "a picture of %u × %u pixels does not belong into this animation", image->w,
                  image->h);
    }
    bool ok = fits && put_control(a, box, numerator, denominator, err) && put_data(a, err);
    if (!ok)
        apng_abandon(a);
    else
        a->done++;
    return ok;
}

bool apng_end(Apng *a, Error *err) {
    bool whole = a->done == a->frames;
    if (!whole)
        error_set(err, ERROR_USAGE, "the animation has %u pictures instead of %u", a->done,
                  a->frames);
    chunk_begin(a, "IEND");
    if (!whole || !chunk_end(a, err)) {
        apng_abandon(a);
        return false;
    }
    bool ok = out_commit(&a->file, false, err);
    let_go(a);
    return ok;
}
