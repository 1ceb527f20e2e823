#include "base/json.h"

#include <math.h>

#include "base/error.h"

enum { JSON_DEPTH = sizeof((JsonWriter *)0)->any, JSON_LINES = 2 };
enum { ANY_WRITTEN = 1, ANY_ARRAY = 2 }; /* bits of JsonWriter.any */

void json_begin(JsonWriter *w, Buf *out, bool pretty) {
    *w = (JsonWriter){.out = out, .pretty = pretty};
}

static bool on_lines(const JsonWriter *w) {
    return w->pretty && w->depth <= JSON_LINES;
}

static void new_line(JsonWriter *w, uint32_t indent) {
    buf_putc(w->out, '\n');
    for (uint32_t i = 0; i < indent; i++)
        buf_puts(w->out, "  ");
}

/* The comma and line break in front of a key or a value. */
static void next_item(JsonWriter *w) {
    uint8_t *any = &w->any[w->depth - 1];
    if (*any & ANY_WRITTEN)
        buf_putc(w->out, ',');
    *any |= ANY_WRITTEN;
    if (on_lines(w))
        new_line(w, w->depth);
}

static void before_value(JsonWriter *w) {
    if (w->depth == 0)
        return;
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (!(w->any[w->depth - 1] & ANY_ARRAY))
        panic("json: a value without a key in an object");
    next_item(w);
}

static void open_container(JsonWriter *w, uint8_t kind) {
    before_value(w);
    if (w->depth == JSON_DEPTH)
        panic("json: nested deeper than %d", (int)JSON_DEPTH);
    w->any[w->depth++] = kind;
    buf_putc(w->out, kind & ANY_ARRAY ? '[' : '{');
}

static void close_container(JsonWriter *w, uint8_t kind) {
    if (w->depth == 0 || w->after_key || (w->any[w->depth - 1] & ANY_ARRAY) != kind)
        panic("json: an end that fits no beginning");
    if (on_lines(w) && w->any[w->depth - 1] & ANY_WRITTEN)
        new_line(w, w->depth - 1);
    w->depth--;
    buf_putc(w->out, kind & ANY_ARRAY ? ']' : '}');
}

void json_object(JsonWriter *w) {
    open_container(w, 0);
}

void json_object_end(JsonWriter *w) {
    close_container(w, 0);
}

void json_array(JsonWriter *w) {
    open_container(w, ANY_ARRAY);
}

void json_array_end(JsonWriter *w) {
    close_container(w, ANY_ARRAY);
}

void json_key(JsonWriter *w, const char *key) {
    if (w->depth == 0 || w->after_key || w->any[w->depth - 1] & ANY_ARRAY)
        panic("json: key \"%s\" outside an object", key);
    next_item(w);
    buf_json(w->out, str_of(key));
    buf_puts(w->out, on_lines(w) ? ": " : ":");
    w->after_key = true;
}

void json_str(JsonWriter *w, Str s) {
    before_value(w);
    buf_json(w->out, s);
}

void json_u64(JsonWriter *w, uint64_t v) {
    before_value(w);
    buf_u64(w->out, v);
}

void json_i64(JsonWriter *w, int64_t v) {
    before_value(w);
    buf_i64(w->out, v);
}

void json_double(JsonWriter *w, double v, int decimals) {
    if (!isfinite(v)) {
        json_null(w);
        return;
    }
    before_value(w);
    buf_printf(w->out, "%.*f", decimals, v);
}

void json_bool(JsonWriter *w, bool v) {
    before_value(w);
    buf_puts(w->out, v ? "true" : "false");
}

void json_null(JsonWriter *w) {
    before_value(w);
    buf_puts(w->out, "null");
}
