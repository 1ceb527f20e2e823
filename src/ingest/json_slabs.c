#include "ingest/json_slabs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { HEAD = 20, ENTRY = 12, VERSION_AT = 8, COUNT_AT = 12, ROOT_AT = 16 };

typedef enum SlabKind {
    SLAB_I8,
    SLAB_U8,
    SLAB_I16,
    SLAB_U16,
    SLAB_I32,
    SLAB_U32,
    SLAB_F32,
    SLAB_F64,
    SLAB_I64,
    SLAB_U64,
    SLAB_JSON,
    SLAB_KINDS
} SlabKind;

static const uint8_t cell_bytes[SLAB_KINDS] = {1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 1};

/* ---- the table ---------------------------------------------------------------------------- */

static uint64_t number_at(Str bytes, size_t at, uint32_t n) {
    uint64_t value = 0;
    for (uint32_t i = n; i-- > 0;)
        value = value << 8 | (uint8_t)bytes.s[at + i];
    return value;
}

bool json_slabs_is(Str head) {
    return str_starts(head, (Str){"\xdc\xdfJSLB\1\0", JSON_SLABS_MAGIC});
}

uint64_t json_slabs_length(Str bytes) {
    if (bytes.n < HEAD)
        return HEAD;
    uint64_t count = number_at(bytes, COUNT_AT, 4), end = HEAD + count * ENTRY;
    if (bytes.n < end || count > JSON_SLABS_MOST)
        return count > JSON_SLABS_MOST ? HEAD : end;
    uint64_t most = end;
    for (uint64_t at = HEAD; at < end; at += ENTRY) {
        uint64_t behind = number_at(bytes, at + 4, 4) + number_at(bytes, at + 8, 4);
        most = behind > most ? behind : most;
    }
    return most < UINT32_MAX ? most : UINT32_MAX;
}

static void read_table(JsonSlabs *j) {
    for (uint32_t i = 0; i < j->slabs; i++) {
        size_t at = HEAD + (size_t)i * ENTRY;
        JsonSlab *slab = &j->slab[i];
        *slab = (JsonSlab){.kind = (uint32_t)number_at(j->bytes, at, 4),
                           .at = number_at(j->bytes, at + 4, 4),
                           .n = number_at(j->bytes, at + 8, 4)};
        if (slab->at + slab->n <= j->bytes.n)
            continue;
        j->cut++;
        slab->at = slab->at < j->bytes.n ? slab->at : j->bytes.n;
        slab->n = j->bytes.n - slab->at;
    }
}

static bool enter(JsonSlabs *j, uint32_t slab) {
    if (j->deep == JSON_SLABS_DEEP)
        return false;
    j->text[j->deep].slab = slab;
    j->text[j->deep++].at = 0;
    j->in_string = j->escaped = false;
    return true;
}

bool json_slabs_open(JsonSlabs *j, Str bytes, Error *err) {
    *j = (JsonSlabs){.bytes = bytes};
    if (bytes.n < HEAD)
        return error_set(err, ERROR_FORMAT, "this JsonSlabs file ends within its head, at byte %zu",
                         bytes.n);
    uint64_t version = number_at(bytes, VERSION_AT, 4), count = number_at(bytes, COUNT_AT, 4);
    if (version != 1)
        return error_set(err, ERROR_FORMAT, "byte 8: JsonSlabs version %u; only 1 can be read",
                         (unsigned)version);
    if (count > JSON_SLABS_MOST || count > (bytes.n - HEAD) / ENTRY)
        return error_set(err, ERROR_FORMAT,
                         "byte 12: %u slabs are told of, which is too many, or the file was cut",
                         (unsigned)count);
    j->slabs = j->list = (uint32_t)count;
    j->slab = mem_resize(NULL, 0, j->slabs * sizeof *j->slab);
    read_table(j);
    uint64_t root = number_at(bytes, ROOT_AT, 4);
    if (root >= count || j->slab[root].kind != SLAB_JSON || !j->slab[root].n)
        return error_set(err, ERROR_FORMAT, "byte 16: slab %u, the root, is no JSON or is cut off",
                         (unsigned)root);
    j->slab[root].uses = 1;
    return enter(j, (uint32_t)root);
}

void json_slabs_close(JsonSlabs *j) {
    mem_resize(j->slab, j->slabs * sizeof *j->slab, 0);
    *j = (JsonSlabs){0};
}

/* ---- numbers ------------------------------------------------------------------------------ */

static uint32_t put_unsigned(char *out, uint64_t value) {
    char digit[20];
    uint32_t n = 0;
    do
        digit[n++] = (char)('0' + value % 10);
    while (value /= 10);
    for (uint32_t i = 0; i < n; i++)
        out[i] = digit[n - 1 - i];
    return n;
}

static uint32_t put_signed(char *out, int64_t value) {
    if (value >= 0)
        return put_unsigned(out, (uint64_t)value);
    out[0] = '-';
    return 1 + put_unsigned(out + 1, 0 - (uint64_t)value);
}

/* To billionths, which of ms are picoseconds: nothing that is read here is finer. */
static uint32_t put_real(char *out, size_t cap, double value) {
    enum { PARTS = 1000000000, DIGITS = 9 };
    static const double most = 9e9; /* so that as many parts fit */
    if (!isfinite(value)) {
        memcpy(out, "null", 4);
        return 4;
    }
    if (fabs(value) > most)
        return (uint32_t)snprintf(out, cap, "%.17g", value);
    uint64_t parts = (uint64_t)llround(fabs(value) * PARTS);
    uint32_t n = 0;
    if (value < 0 && parts)
        out[n++] = '-';
    n += put_unsigned(out + n, parts / PARTS);
    parts %= PARTS;
    if (!parts)
        return n;
    out[n++] = '.';
    for (uint32_t i = DIGITS; i-- > 0; parts /= 10)
        out[n + i] = (char)('0' + parts % 10);
    n += DIGITS;
    while (out[n - 1] == '0')
        n--;
    return n;
}

static uint32_t put_cell(char *out, size_t cap, Str bytes, const JsonSlab *slab, size_t i) {
    uint32_t n = cell_bytes[slab->kind];
    uint64_t value = number_at(bytes, slab->at + i * n, n);
    uint32_t narrow = (uint32_t)value;
    float single;
    double real;
    switch ((SlabKind)slab->kind) {
    case SLAB_I8:
        return put_signed(out, (int8_t)value);
    case SLAB_I16:
        return put_signed(out, (int16_t)value);
    case SLAB_I32:
        return put_signed(out, (int32_t)value);
    case SLAB_I64:
        return put_signed(out, (int64_t)value);
    case SLAB_F32:
        memcpy(&single, &narrow, sizeof single);
        return put_real(out, cap, (double)single);
    case SLAB_F64:
        memcpy(&real, &value, sizeof real);
        return put_real(out, cap, real);
    default:
        return put_unsigned(out, value);
    }
}

/* ---- the text ----------------------------------------------------------------------------- */

static void say(JsonSlabs *j, const char *word) {
    j->word_at = 0;
    j->word_n = (uint32_t)strlen(word);
    memcpy(j->word, word, j->word_n);
}

/* The next cell of the list at hand with what stands before it, or its end. */
static void next_cell(JsonSlabs *j) {
    const JsonSlab *slab = &j->slab[j->list];
    uint32_t n = 0;
    if (j->next == slab->n / cell_bytes[slab->kind]) {
        say(j, j->next ? "]" : "[]");
        j->list = j->slabs;
        return;
    }
    j->word[n++] = j->next ? ',' : '[';
    n += put_cell(j->word + n, sizeof j->word - n, j->bytes, slab, j->next++);
    j->word_at = 0;
    j->word_n = n;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Up to and with this character, and blanks before it; 0: something else stands there. */
static size_t pass(Str text, size_t at, const char *what) {
    size_t n = strlen(what);
    while (at < text.n && is_space(text.s[at]))
        at++;
    return at + n <= text.n && memcmp(text.s + at, what, n) == 0 ? at + n : 0;
}

/* {"$s":3} at the beginning of text: how long it is; 0: this is no reference. */
static size_t reference(Str text, uint64_t *slab) {
    size_t at = pass(text, 1, "\"$s\"");
    at = at ? pass(text, at, ":") : 0;
    if (!at)
        return 0;
    while (at < text.n && is_space(text.s[at]))
        at++;
    size_t digits = at;
    for (*slab = 0; at < text.n && (unsigned char)(text.s[at] - '0') < 10 && at - digits < 10; at++)
        *slab = *slab * 10 + (unsigned char)(text.s[at] - '0');
    return at > digits ? pass(text, at, "}") : 0;
}

static void refer(JsonSlabs *j, uint64_t number) {
    JsonSlab *slab = number < j->slabs ? &j->slab[number] : NULL;
    bool json = slab && slab->kind == SLAB_JSON;
    uint32_t uses = json ? 1 : JSON_SLABS_USES; /* more of what holds others could be endless */
    bool known = slab && slab->kind < SLAB_KINDS && slab->uses < uses && (!json || slab->n);
    j->referred += known ? slab->n : 0; /* they may lie over each other */
    if (!known || j->referred > j->bytes.n * JSON_SLABS_USES ||
        (json && !enter(j, (uint32_t)number))) {
        j->refused++;
        say(j, "null");
        return;
    }
    slab->uses++;
    if (json)
        return;
    j->list = (uint32_t)number;
    j->next = 0;
}

/* Copies up to the next reference or the end of the slab at hand; how much. */
static size_t copy_text(JsonSlabs *j, char *out, size_t n) {
    const JsonSlab *slab = &j->slab[j->text[j->deep - 1].slab];
    size_t *at = &j->text[j->deep - 1].at, done = 0;
    Str text = str_slice(j->bytes, slab->at, slab->at + slab->n);
    uint64_t number;
    while (done < n && *at < text.n) {
        char c = text.s[*at];
        size_t length = 0;
        if (c == '{' && !j->in_string)
            length = reference(str_slice(text, *at, text.n), &number);
        if (length) {
            *at += length;
            refer(j, number);
            return done;
        }
        if (c == '"' && !j->escaped)
            j->in_string = !j->in_string;
        j->escaped = c == '\\' && j->in_string && !j->escaped;
        out[done++] = c;
        ++*at;
    }
    if (*at == text.n) {
        j->deep--; /* what refers to it was at no string */
        j->in_string = j->escaped = false;
    }
    return done;
}

static size_t copy_word(JsonSlabs *j, char *out, size_t n) {
    size_t left = j->word_n - j->word_at;
    left = left < n ? left : n;
    memcpy(out, j->word + j->word_at, left);
    j->word_at += (uint32_t)left;
    return left;
}

size_t json_slabs_read(JsonSlabs *j, char *out, size_t n) {
    size_t done = 0;
    while (done < n) {
        if (j->word_at < j->word_n)
            done += copy_word(j, out + done, n - done);
        else if (j->list < j->slabs)
            next_cell(j);
        else if (j->deep)
            done += copy_text(j, out + done, n - done);
        else
            break;
    }
    return done;
}
