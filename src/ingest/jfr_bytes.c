#include "ingest/jfr_bytes.h"

static void take(JfrBytes *b, JfrValue *out, size_t n) {
    if (n > jfr_left(b)) {
        jfr_fail(b);
        return;
    }
    out->bytes = b->at;
    out->n = (uint32_t)n;
    b->at += n;
}

static uint32_t unit(JfrBytes *b) {
    return (uint16_t)(b->compressed ? jfr_varint(b) : jfr_fixed(b, 2));
}

static void take_units(JfrBytes *b, JfrValue *out, uint32_t count) {
    const uint8_t *from = b->at;
    for (uint32_t i = 0; i < count && !b->bad; i++)
        unit(b);
    if (!b->bad) {
        out->bytes = from;
        out->n = (uint32_t)(b->at - from);
    }
}

void jfr_string(JfrBytes *b, JfrValue *out) {
    *out = (JfrValue){.encoding = (uint8_t)jfr_fixed(b, 1)};
    switch (out->encoding) {
    case JFR_NULL:
    case JFR_EMPTY:
        break;
    case JFR_CONSTANT:
        out->number = jfr_long(b);
        break;
    case JFR_UTF8:
    case JFR_LATIN1:
        take(b, out, jfr_int(b));
        break;
    case JFR_CHARS:
        take_units(b, out, jfr_int(b));
        break;
    default:
        jfr_fail(b);
    }
    if (b->bad)
        *out = (JfrValue){0};
}

static void put_char(Buf *out, uint32_t c) {
    char utf8[4];
    buf_put(out, (Str){utf8, utf8_put(utf8, c)});
}

/* Two surrogates are one character; one alone is none. */
static void put_units(Buf *out, JfrBytes b) {
    while (b.at < b.end) {
        uint32_t c = unit(&b);
        JfrBytes ahead = b;
        if (c >= 0xd800 && c < 0xdc00 && ahead.at < ahead.end) {
            uint32_t low = unit(&ahead);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                b = ahead;
            }
        }
        put_char(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
}

void jfr_put(Buf *out, const JfrValue *value, bool compressed) {
    if (value->encoding == JFR_UTF8)
        buf_put(out, (Str){(const char *)value->bytes, value->n});
    else if (value->encoding == JFR_LATIN1)
        for (uint32_t i = 0; i < value->n; i++)
            put_char(out, value->bytes[i]);
    else if (value->encoding == JFR_CHARS)
        put_units(out, (JfrBytes){value->bytes, value->bytes + value->n, compressed, false});
}
