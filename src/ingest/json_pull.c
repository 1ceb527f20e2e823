#include "ingest/json_pull.h"

#include <string.h>

#include "base/sizes.h"
#include "ingest/decimal.h"
#include "ingest/json_number.h"
#include "ingest/json_walk.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { READ_BYTES = READ_SIZE(256 * 1024), SHORT_TOKEN = 4096, TOKEN_MOST = 64 << 20 };

/* What numbers and words consist of. */
static const uint8_t word_char[256] = {
    ['0' ... '9'] = 1, ['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,
};

/* ---- bytes --------------------------------------------------------------------------------
 */

void json_pull_open(JsonPull *p, Source *source, Rows *rows, Error *err) {
    *p = (JsonPull){.source = source, .rows = rows, .err = err};
    p->cap = 2 * READ_BYTES;
    p->pad = FORMAT_CHUNK_PAD;
    p->buf = mem_resize(NULL, 0, p->cap + p->pad);
    p->base = p->at = p->end = p->buf;
}

void json_pull_open_text(JsonPull *p, Str text) {
    *p = (JsonPull){0};
    json_pull_reset(p, text, NULL);
}

void json_pull_reset(JsonPull *p, Str text, const JsonPull *in) {
    p->pad = in ? (size_t)(in->end - text.s) - text.n + in->pad : 0;
    p->base = p->at = text.n ? text.s : "";
    p->end = p->base + text.n;
    p->depth = 0;
    p->expect = JSON_EXPECT_VALUE;
    p->ended = p->between = p->broken = false;
}

void json_pull_close(JsonPull *p) {
    mem_resize(p->buf, p->buf ? p->cap + p->pad : 0, 0);
    buf_free(&p->plain);
    *p = (JsonPull){0};
}

/* Reads on; what lies from `keep` on stays, at another place. False: there is no more. */
static bool refill(JsonPull *p, const char *keep) {
    if (!p->source || p->failed)
        return false;
    size_t kept = (size_t)(p->end - keep), behind = (size_t)(p->at - keep);
    p->base_offset += keep - p->base;
    memmove(p->buf, keep, kept);
    if (p->cap - kept < READ_BYTES) {
        p->buf = mem_resize(p->buf, p->cap + p->pad, p->cap * 2 + p->pad);
        p->cap *= 2;
    }
    p->base = p->buf;
    p->at = p->buf + behind;
    p->end = p->buf + kept;
    if (kept > TOKEN_MOST) {
        p->broken = true;
        return false;
    }
    /* a long token that comes in drops is not looked at again for each of them */
    size_t room = p->cap - kept, min = kept < SHORT_TOKEN ? 1 : kept < room ? kept : room;
    int64_t got = source_read(p->source, p->buf + kept, min, room, p->err);
    p->failed = got < 0;
    if (p->rows) {
        rows_breathe(p->rows);
        if (p->rows->stopped)
            p->broken = true;
    }
    if (got <= 0 || p->broken)
        return false;
    p->end += got;
    return true;
}

static JsonToken broken(JsonPull *p) {
    p->broken = true;
    return JSON_BROKEN;
}

static JsonToken ended(JsonPull *p) {
    if (!p->broken)
        p->ended = p->at == p->end;
    return broken(p);
}

/* ---- strings ------------------------------------------------------------------------------
 */

/* The first quote or backslash, or `end`. */
static inline const char *find_quote(const char *s, const char *end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; end - s >= 16; s += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
        int hit =
            _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
        if (hit)
            return s + __builtin_ctz((unsigned)hit);
    }
#endif
    while (s < end && *s != '"' && *s != '\\')
        s++;
    return s;
}

static bool hex4(const char *s, const char *end, uint32_t *out) {
    uint32_t value = 0;
    if (end - s < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)s[i];
        unsigned digit = c - '0' < 10u ? c - '0' : (c | 32) - 'a' < 6u ? (c | 32) - 'a' + 10 : 16;
        if (digit == 16)
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

/* Behind "\u": writes what it stands for, returns where it ends. */
static const char *put_code(Buf *out, const char *s, const char *end) {
    uint32_t code, low;
    char utf8[4];
    if (!hex4(s, end, &code)) {
        buf_put(out, STR("\\u"));
        return s;
    }
    s += 4;
    if (code - 0xd800 < 0x400 && end - s >= 6 && s[0] == '\\' && s[1] == 'u' &&
        hex4(s + 2, end, &low) && low - 0xdc00 < 0x400) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        s += 6;
    } else if (code - 0xd800 < 0x800) {
        code = 0xfffd;
    }
    buf_put(out, (Str){utf8, utf8_put(utf8, code)});
    return s;
}

static Str without_escapes(Buf *out, const char *s, const char *end) {
    buf_clear(out);
    while (s < end) {
        const char *slash = memchr(s, '\\', (size_t)(end - s));
        if (!slash || slash + 1 == end) {
            buf_put(out, (Str){s, (size_t)(end - s)});
            break;
        }
        buf_put(out, (Str){s, (size_t)(slash - s)});
        s = slash + 2;
        switch (slash[1]) {
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
            buf_putc(out, slash[1] == 'b'   ? '\b'
                          : slash[1] == 'f' ? '\f'
                          : slash[1] == 'n' ? '\n'
                          : slash[1] == 'r' ? '\r'
                                            : '\t');
            break;
        case 'u':
            s = put_code(out, s, end);
            break;
        default: /* a quote, a slash, or what needed none */
            buf_putc(out, slash[1]);
        }
    }
    return buf_str(out);
}

/* p->at is at the opening quote. */
static bool read_string(JsonPull *p) {
    bool escapes = false;
    size_t n = 1; /* what was looked at */
    for (;;) {
        const char *hit = find_quote(p->at + n, p->end);
        if (hit < p->end && *hit == '"') {
            const char *first = p->at + 1;
            p->text = escapes ? without_escapes(&p->plain, first, hit)
                              : (Str){first, (size_t)(hit - first)};
            p->at = hit + 1;
            return true;
        }
        n = (size_t)(hit - p->at);
        if (hit + 1 < p->end) {
            escapes = true;
            n += 2;
        } else if (!refill(p, p->at)) {
            p->at = p->end;
            return false;
        }
    }
}

/* ---- tokens -------------------------------------------------------------------------------
 */

static inline bool in_array(const JsonPull *p) {
    return p->depth && (p->array[(p->depth - 1) / 64] >> ((p->depth - 1) % 64) & 1);
}

static inline void value_over(JsonPull *p) {
    p->expect = p->depth ? JSON_EXPECT_COMMA : JSON_EXPECT_END;
}

static JsonToken open_level(JsonPull *p, bool array) {
    if (p->expect != JSON_EXPECT_VALUE || p->depth == JSON_PULL_LEVELS)
        return broken(p);
    uint64_t bit = 1ull << (p->depth % 64), *word = &p->array[p->depth / 64];
    *word = array ? *word | bit : *word & ~bit;
    p->depth++;
    p->at++;
    p->expect = array ? JSON_EXPECT_VALUE : JSON_EXPECT_KEY;
    return array ? JSON_ARRAY : JSON_OBJECT;
}

static JsonToken close_level(JsonPull *p, bool array) {
    bool after_comma_or_first = p->expect == (array ? JSON_EXPECT_VALUE : JSON_EXPECT_KEY);
    if (!p->depth || in_array(p) != array ||
        (!after_comma_or_first && p->expect != JSON_EXPECT_COMMA))
        return broken(p);
    p->depth--;
    p->at++;
    value_over(p);
    return array ? JSON_ARRAY_END : JSON_OBJECT_END;
}

static JsonToken read_word(JsonPull *p) {
    const char *s = p->at;
    if (p->expect != JSON_EXPECT_VALUE)
        return broken(p);
    for (;;) {
        while (s < p->end && word_char[(unsigned char)*s])
            s++;
        size_t n = (size_t)(s - p->at);
        if (s < p->end)
            break;
        bool more = refill(p, p->at);
        s = p->at + n; /* it may have moved */
        if (!more)
            break;
    }
    /* a text may not end in a number: nobody knows whether it is whole */
    if (s == p->end && p->depth) {
        p->at = p->end;
        return ended(p);
    }
    p->text = (Str){p->at, (size_t)(s - p->at)};
    char c = *p->at;
    JsonToken token = JSON_BROKEN;
    if ((unsigned char)(c - '0') < 10 || (c == '-' && p->text.n > 1 && p->at[1] != 'I'))
        token = JSON_NUMBER;
    else if (JSON_IS(p, "null") || JSON_IS(p, "NaN") || JSON_IS(p, "Infinity") ||
             JSON_IS(p, "-Infinity"))
        token = JSON_NULL;
    else if (JSON_IS(p, "true"))
        token = JSON_TRUE;
    else if (JSON_IS(p, "false"))
        token = JSON_FALSE;
    if (token == JSON_BROKEN)
        return broken(p);
    p->at = s;
    value_over(p);
    return token;
}

static JsonToken read_quoted(JsonPull *p) {
    if (p->expect != JSON_EXPECT_KEY && p->expect != JSON_EXPECT_VALUE)
        return broken(p);
    if (!read_string(p))
        return ended(p);
    if (p->expect == JSON_EXPECT_KEY) {
        p->expect = JSON_EXPECT_COLON;
        return JSON_KEY;
    }
    value_over(p);
    return JSON_STRING;
}

/* To the first byte of the next token, over commas and colons; false: there is none. */
static inline bool find_token(JsonPull *p) {
    for (;;) {
        if (p->at == p->end) {
            if (!refill(p, p->at))
                return false;
            continue;
        }
        char c = *p->at;
        if (c == ',' && p->expect == JSON_EXPECT_COMMA)
            p->expect = in_array(p) ? JSON_EXPECT_VALUE : JSON_EXPECT_KEY;
        else if (c == ':' && p->expect == JSON_EXPECT_COLON)
            p->expect = JSON_EXPECT_VALUE;
        else if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return true;
        p->at++;
    }
}

JsonToken json_pull_next(JsonPull *p) {
    if (p->broken)
        return JSON_BROKEN;
    if (!find_token(p)) {
        if (p->expect == JSON_EXPECT_END && !p->broken && !p->failed)
            return JSON_END;
        p->between = p->depth == 1 && in_array(p);
        return ended(p);
    }
    p->offset = p->base_offset + (p->at - p->base);
    if (p->expect == JSON_EXPECT_END)
        return broken(p);
    switch (*p->at) {
    case '"':
        return read_quoted(p);
    case '{':
        return open_level(p, false);
    case '[':
        return open_level(p, true);
    case '}':
        return close_level(p, false);
    case ']':
        return close_level(p, true);
    default:
        return word_char[(unsigned char)*p->at] ? read_word(p) : broken(p);
    }
}

/* ---- over and through ---------------------------------------------------------------------
 */

/* Behind an opening bracket: to behind its closing one. `keep`: all of it stays in memory, and
 * *start bytes before p->at lies the opening one. */
static bool walk_over(JsonPull *p, bool keep, size_t *start) {
    JsonWalk w = {.level = 1};
    char tail[JSON_WALK_BLOCK];
    *start = 1;
    for (;;) {
        size_t left = (size_t)(p->end - p->at), took = json_walk(&w, p->at, left);
        if (w.level && !took && !refill(p, keep ? p->at - *start : p->at)) {
            if (p->at == p->end || p->broken)
                return false;
            left = (size_t)(p->end - p->at);
            memset(tail, ' ', sizeof tail);
            memcpy(tail, p->at, left);
            took = json_walk(&w, tail, sizeof tail);
            took = w.level ? left : took;
        }
        p->at += took;
        *start += took;
        if (w.level == 0) {
            p->depth--;
            value_over(p);
            return true;
        }
    }
}

bool json_pull_raw(JsonPull *p, Str *raw) {
    size_t n;
    if (p->broken)
        return false;
    if (!walk_over(p, true, &n)) {
        ended(p);
        return false;
    }
    *raw = (Str){p->at - n, n};
    return true;
}

void json_pull_within(const JsonPull *p, JsonPull *event) {
    json_pull_reset(event, (Str){p->at - 1, (size_t)(p->end - p->at) + 1}, p);
    json_pull_next(event);
}

bool json_pull_took(JsonPull *p, const JsonPull *event) {
    if (event->broken || event->depth)
        return false;
    json_pull_behind(p, event->at);
    return true;
}

void json_pull_behind(JsonPull *p, const char *at) {
    p->at = at;
    p->depth--;
    value_over(p);
}

void json_pull_skip(JsonPull *p, JsonToken given) {
    size_t n;
    if (given == JSON_KEY)
        json_pull_pass(p);
    else if ((given == JSON_OBJECT || given == JSON_ARRAY) && !walk_over(p, false, &n))
        ended(p);
}

/* ---- what every reader does ---------------------------------------------------------------
 */

/* A short key that lies in memory with its colon, the way of the many; false: nothing happened.
 */
static inline bool short_key(JsonPull *p, Str *key) {
#if defined(__SSE2__)
    const char *s = p->at;
    if (p->end - s < 24)
        return false;
    if (p->expect == JSON_EXPECT_COMMA && p->depth && !in_array(p) && *s == ',')
        s++;
    else if (p->expect != JSON_EXPECT_KEY)
        return false;
    s += *s == ' ';
    if (*s++ != '"')
        return false;
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
    int hit = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                                             _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
    if (!hit)
        return false;
    int n = __builtin_ctz((unsigned)hit);
    if (s[n] != '"' || s[n + 1] != ':')
        return false;
    p->offset = p->base_offset + (s - 1 - p->base);
    key->s = s;
    key->n = (size_t)n;
    p->at = s + n + 2;
    p->expect = JSON_EXPECT_VALUE;
    return true;
#else
    (void)p;
    (void)key;
    return false;
#endif
}

bool json_pull_key(JsonPull *p) {
    return (!p->broken && short_key(p, &p->text)) || json_pull_next(p) == JSON_KEY;
}

#if defined(__SSE2__)
/* Which of 16 bytes are neither digit nor point. */
static inline unsigned no_digits16(const char *s) {
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
    const __m128i less =
        _mm_sub_epi8(v, _mm_set1_epi8('.')); /* '.', '/', '0' to '9' lie side by side */
    __m128i in = _mm_cmpeq_epi8(_mm_min_epu8(less, _mm_set1_epi8('9' - '.')), less);
    in = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('/')), in);
    return (unsigned)_mm_movemask_epi8(in) ^ 0xffff;
}
#endif

/* The value of a short key, where it is a string without escapes or a number of up to 15 digits and
 * a point, and lies in memory with what follows. False: nothing happened to the value. */
static inline bool short_value(JsonPull *p, JsonMember *m) {
#if defined(__SSE2__)
    const char *s = p->at, *end;
    if (p->end - s < 64)
        return false;
    s += *s == ' ';
    p->offset = p->base_offset + (s - p->base);
    if (*s == '"') {
        end = find_quote(++s, p->end);
        if (p->end - end < JSON_NUMBER_AHEAD || *end != '"')
            return false;
        m->token = JSON_STRING;
        p->at = end + 1;
    } else if ((unsigned char)(*s - '0') < 10) {
        unsigned other = no_digits16(s);
        if (!other)
            return false;
        end = s + __builtin_ctz(other);
        if (*end != ',' && *end != '}')
            return false;
        m->token = JSON_NUMBER;
        p->at = end;
    } else {
        return false;
    }
    m->text.s = s;
    m->text.n = (size_t)(end - s);
    m->ahead = json_pull_ahead(p, end, FORMAT_CHUNK_PAD);
    p->expect = JSON_EXPECT_COMMA;
    return true;
#else
    (void)p;
    (void)m;
    return false;
#endif
}

bool json_pull_member(JsonPull *p, JsonMember *m) {
    if (!p->broken && p->expect == JSON_EXPECT_COMMA && p->at < p->end && *p->at == '}' &&
        p->depth && !in_array(p)) {
        p->at++;
        p->depth--;
        value_over(p);
        return false;
    }
    Str key; /* not by way of p->text: writing and reading it back took a quarter of the time */
    if (!p->broken && short_key(p, &key)) {
        m->key.s = key.s;
        m->key.n = key.n;
        if (short_value(p, m))
            return true;
    } else if (json_pull_next(p) == JSON_KEY) {
        key = p->text;
    } else {
        return false;
    }
    size_t n = key.n < JSON_KEY_MOST ? key.n : JSON_KEY_MOST;
    memcpy(p->key, key.s, n); /* reading on may move it */
    m->key = (Str){p->key, n};
    m->token = json_pull_next(p);
    m->text = p->text;
    m->ahead = false;
    return !p->broken;
}

bool json_member_scaled(JsonPull *p, const JsonMember *m, int scale, int64_t *out) {
    if (m->ahead && m->token == JSON_NUMBER &&
        json_number(m->text.s, scale, out) == m->text.s + m->text.n)
        return true;
    if (m->token == JSON_NUMBER || m->token == JSON_STRING)
        return decimal_scaled(m->text, scale, out);
    json_pull_skip(p, m->token);
    return false;
}

/* The same as decimal_read, of up to 18 digits without an exponent. */
static const char *read_decimal(const char *s, Decimal *out) {
    static const uint64_t power[] = {1,
                                     10,
                                     100,
                                     1000,
                                     10000,
                                     100000,
                                     1000000,
                                     10000000,
                                     100000000,
                                     1000000000,
                                     10000000000,
                                     100000000000,
                                     1000000000000,
                                     10000000000000,
                                     100000000000000,
                                     1000000000000000,
                                     10000000000000000};
    uint64_t value, part = 0;
    bool negative = *s == '-';
    const char *first = s + negative, *end = json_natural(first, &value);
    size_t digits = 0;
    if (end && *end == '.') {
        const char *point = end + 1;
        digits = (size_t)(point - first);
        end = json_natural(point, &part);
        if (!end || digits - 1 + (size_t)(end - point) > 18)
            return NULL;
        digits = (size_t)(end - point);
    }
    if (end)
        *out = (Decimal){value * power[digits] + part, (int16_t) - (int)digits, negative, 0};
    return end;
}

bool json_member_decimal(const JsonMember *m, Decimal *out) {
    return (m->ahead && read_decimal(m->text.s, out) == m->text.s + m->text.n) ||
           decimal_read(m->text, out);
}

bool json_member_uint(JsonPull *p, const JsonMember *m, uint32_t *out) {
    int64_t value;
    if (!json_member_scaled(p, m, 0, &value) || value < 0 || value >= UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

bool json_pull_item(JsonPull *p, JsonToken *token) {
    const char *s = p->at;
    if (!p->broken && p->expect == JSON_EXPECT_COMMA && p->end - s >= 3 && s[0] == ',' &&
        in_array(p) && (s += s[1] == '\n', s[1] == '{' || s[1] == '[')) {
        p->at = s + 1;
        p->offset = p->base_offset + (p->at - p->base);
        p->expect = JSON_EXPECT_VALUE;
        *token = open_level(p, s[1] == '[');
        return *token != JSON_BROKEN;
    }
    *token = json_pull_next(p);
    return *token != JSON_ARRAY_END && *token != JSON_BROKEN && *token != JSON_END;
}

bool json_pull_expect(JsonPull *p, JsonToken wanted) {
    JsonToken token = json_pull_next(p);
    if (token == wanted)
        return true;
    json_pull_skip(p, token);
    return false;
}

void json_pull_pass(JsonPull *p) {
    json_pull_skip(p, json_pull_next(p));
}

bool json_pull_scaled_of(JsonPull *p, JsonToken given, int scale, int64_t *out) {
    if (given == JSON_NUMBER || given == JSON_STRING)
        return decimal_scaled(p->text, scale, out);
    json_pull_skip(p, given);
    return false;
}

/* A number that lies in memory; false: nothing happened. */
static inline bool short_number(JsonPull *p, int scale, int64_t *out) {
    if (!json_pull_ahead(p, p->at, JSON_NUMBER_AHEAD) || p->expect != JSON_EXPECT_VALUE ||
        (unsigned)scale > JSON_NUMBER_SCALE)
        return false;
    const char *s = json_number(p->at + (*p->at == ' '), scale, out);
    if (!s || s >= p->end || (*s != ',' && *s != '}' && *s != ']'))
        return false;
    p->at = s;
    value_over(p);
    return true;
}

bool json_pull_decimal(JsonPull *p, Decimal *out) {
    if (!p->broken && json_pull_ahead(p, p->at, JSON_NUMBER_AHEAD) &&
        p->expect == JSON_EXPECT_VALUE) {
        const char *s = read_decimal(p->at + (*p->at == ' '), out);
        if (s && s < p->end && (*s == ',' || *s == '}' || *s == ']')) {
            p->at = s;
            value_over(p);
            return true;
        }
    }
    return json_pull_expect(p, JSON_NUMBER) && decimal_read(p->text, out);
}

bool json_pull_scaled(JsonPull *p, int scale, int64_t *out) {
    if (!p->broken && short_number(p, scale, out))
        return true;
    return json_pull_scaled_of(p, json_pull_next(p), scale, out);
}

bool json_pull_uint_of(JsonPull *p, JsonToken given, uint32_t *out) {
    int64_t value;
    if (!json_pull_scaled_of(p, given, 0, &value) || value < 0 || value >= UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

bool json_pull_uint(JsonPull *p, uint32_t *out) {
    int64_t value;
    if (!p->broken && short_number(p, 0, &value)) {
        *out = (uint32_t)value;
        return value >= 0 && value < UINT32_MAX;
    }
    return json_pull_uint_of(p, json_pull_next(p), out);
}

/* Else the loader says how it ended. Only to be asked behind the end: before, a thread that reads
 * ahead may be about to find it. */
static bool ends_plainly(const Source *source) {
    SourceEnding ending = source_ending(source);
    return ending == SOURCE_WHOLE || ending == SOURCE_OPEN;
}

bool json_pull_finish(const JsonPull *p, Rows *rows) {
    if (p->failed)
        return false;
    if (!p->broken || rows->stopped)
        return true;
    int64_t offset = p->base_offset + (p->at - p->base);
    if (!p->ended)
        rows_complain(rows, COMPLAINT_DAMAGED, offset, (Str){p->at, (size_t)(p->end - p->at)});
    else if (ends_plainly(p->source))
        rows_complain(rows, COMPLAINT_TRUNCATED, offset, (Str){0});
    return true;
}
