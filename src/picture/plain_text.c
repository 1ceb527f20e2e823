#include "picture/plain_text.h"

enum { BAD = 0xfffd, ISOLATE = 0x2068, ISOLATE_END = 0x2069 };

static void put_char(Buf *out, uint32_t c, unsigned how) {
    char bytes[4];
    if (how & PLAIN_XML) {
        const char *entity = c == '<'    ? "&lt;"
                             : c == '>'  ? "&gt;"
                             : c == '&'  ? "&amp;"
                             : c == '"'  ? "&quot;"
                             : c == '\'' ? "&#39;"
                                         : NULL;
        if (entity) {
            buf_puts(out, entity);
            return;
        }
    }
    buf_put(out, (Str){bytes, utf8_put(bytes, c)});
}

static uint32_t tamed(uint32_t c) {
    if (c == '\t' || c == '\n' || c == '\r')
        return ' ';
    bool control = c < ' ' || (c >= 0x7f && c < 0xa0);
    bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    bool none = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
    return control || turns || none ? BAD : c;
}

static bool right_to_left(uint32_t c) {
    return (c >= 0x590 && c < 0x900) || c == 0x200f || (c >= 0xfb1d && c < 0xfe00) ||
           (c >= 0xfe70 && c < 0xff00) || (c >= 0x10800 && c < 0x11000) ||
           (c >= 0x1e800 && c < 0x1f000);
}

static bool wants_isolation(Str name) {
    for (size_t i = 0; i < name.n;)
        if (right_to_left(utf8_next(name, &i)))
            return true;
    return false;
}

void plain_put(Buf *out, Str name, unsigned how) {
    bool isolated = (how & PLAIN_ISOLATED) && wants_isolation(name);
    if (isolated)
        put_char(out, ISOLATE, how);
    for (size_t i = 0; i < name.n;)
        put_char(out, tamed(utf8_next(name, &i)), how);
    if (isolated)
        put_char(out, ISOLATE_END, how);
}

static size_t count_chars(Str text) {
    size_t n = 0;
    for (size_t i = 0; i < text.n; n++)
        utf8_next(text, &i);
    return n;
}

void plain_cut(Buf *out, Str plain, size_t chars, unsigned how) {
    size_t end = 0;
    if (count_chars(plain) <= chars) {
        plain_put(out, plain, how);
        return;
    }
    for (size_t n = 0; n + 2 < chars; n++)
        utf8_next(plain, &end);
    plain_put(out, str_slice(plain, 0, end), how);
    buf_puts(out, "..");
}

void plain_utf8(Buf *out, Str name) {
    for (size_t i = 0; i < name.n;)
        put_char(out, utf8_next(name, &i), 0);
}
