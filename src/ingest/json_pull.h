/* JsonPull: the tokens of a JSON text, one by one, while it is read; on it stand all formats of
 * the JSON family. A text of any length takes a buffer of some hundred KB; only a string, a
 * number or what json_pull_raw is asked for must fit into it whole (64 MiB at most).
 * What is not by the book but unmistakable is read: commas at the end of a list, NaN and
 * Infinity (as null), raw control bytes in strings. Bytes that are not UTF-8 stay as they are,
 * half a surrogate pair becomes U+FFFD. After the first fault every call answers JSON_BROKEN.
 * Owner: the caller, who calls json_pull_close; `text` is good until the next call.
 * Thread: one. Facts: RFC 8259. */
#pragma once

#include <string.h>

#include "ingest/decimal.h"
#include "ingest/rows.h"

typedef enum JsonToken {
    JSON_END, /* behind the one value */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,    /* text: the key */
    JSON_STRING, /* text: its value */
    JSON_NUMBER, /* text: as it is written */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_BROKEN,
} JsonToken;

enum {
    JSON_PULL_LEVELS = 4096, /* what is skipped or raw may nest deeper */
    JSON_KEY_MOST = 24,
    JSON_SMALL_MOST = 256, /* of json_pull_small at a time */
};

enum JsonExpect {
    JSON_EXPECT_VALUE,
    JSON_EXPECT_KEY,
    JSON_EXPECT_COLON,
    JSON_EXPECT_COMMA,
    JSON_EXPECT_END,
};

typedef struct JsonPull {
    Str text;
    int64_t offset; /* of the token in the whole text */
    uint32_t depth; /* open objects and arrays */
    bool ended;     /* JSON_BROKEN because the text ends too early */
    bool between;   /* … and it ends between two items of the outermost list */
    bool broken;
    bool failed; /* … because reading failed: *err says why */
    /* -- own */
    Source *source; /* NULL: all of the text is there */
    Rows *rows;     /* breathes at each read; NULL: nobody has to */
    Error *err;
    char *buf;
    size_t cap;
    const char *base, *at, *end; /* base: the first byte in memory */
    size_t pad;                  /* bytes behind end that may be read, whatever they are */
    int64_t base_offset;
    Buf plain;                             /* a string without its escapes */
    uint8_t expect;                        /* JsonExpect */
    char key[JSON_KEY_MOST];               /* of a member whose value is read */
    uint64_t array[JSON_PULL_LEVELS / 64]; /* by level: it is an array */
} JsonPull;

void json_pull_open(JsonPull *p, Source *source, Rows *rows, Error *err);
void json_pull_open_text(JsonPull *p, Str text);
/* Of one opened with a text: from the start with another, which lies in the memory of `in`. */
void json_pull_reset(JsonPull *p, Str text, const JsonPull *in);
void json_pull_close(JsonPull *p);

JsonToken json_pull_next(JsonPull *p);
/* The text of the object or array that json_pull_next has just begun, to its end. */
bool json_pull_raw(JsonPull *p, Str *raw);
/* The object that json_pull_next has just begun as a text of its own, as far as it lies in memory,
 * into `event`, which is past its brace. Once that has come to its end, json_pull_took goes behind
 * it; where it broke, or the memory ended, json_pull_took is false and nothing has happened. */
void json_pull_within(const JsonPull *p, JsonPull *event);
bool json_pull_took(JsonPull *p, const JsonPull *event);
/* The same for who read it otherwise (json_skim.h): it ends before `at`. */
void json_pull_behind(JsonPull *p, const char *at);
/* To behind the value that json_pull_next has just given, or begun. */
void json_pull_skip(JsonPull *p, JsonToken given);

/* Whether n bytes from s on may be read, be they the text's or not. */
static inline bool json_pull_ahead(const JsonPull *p, const char *s, size_t n) {
    return (size_t)(p->end - s) + p->pad >= n;
}

/* ---- what every reader does ---------------------------------------------------------------
 */

/* In an object: the next key is in text; false: that was all (or it broke). */
bool json_pull_key(JsonPull *p);
/* A member of an object: key, and its value's token, text and all. */
typedef struct JsonMember {
    Str key; /* the first JSON_KEY_MOST bytes, good until the next call, too */
    JsonToken token;
    Str text;
    bool ahead; /* FORMAT_CHUNK_PAD bytes behind text may be read */
} JsonMember;

/* In an object: the next member; false: that was all. An object or array is begun. */
bool json_pull_member(JsonPull *p, JsonMember *m);
/* Its value as json_pull_scaled_of and json_pull_uint_of say; another value is skipped, and false.
 */
bool json_member_scaled(JsonPull *p, const JsonMember *m, int scale, int64_t *out);
bool json_member_decimal(const JsonMember *m, Decimal *out); /* of a number */
bool json_member_uint(JsonPull *p, const JsonMember *m, uint32_t *out);
#define JSON_KEY_IS(m, literal)                                                                    \
    ((m)->key.n == sizeof(literal) - 1 && memcmp((m)->key.s, (literal), sizeof(literal) - 1) == 0)

/* In an array: the next value's token into *token; false: that was all. */
bool json_pull_item(JsonPull *p, JsonToken *token);
/* The next value is to be of this kind; another is skipped, and false. */
bool json_pull_expect(JsonPull *p, JsonToken wanted);
void json_pull_pass(JsonPull *p); /* over the next value */
/* A number, or a string that holds one, times 10^scale; another value is skipped, and false. */
bool json_pull_scaled(JsonPull *p, int scale, int64_t *out);
bool json_pull_decimal(JsonPull *p, Decimal *out); /* a number; another value is skipped */
bool json_pull_uint(JsonPull *p, uint32_t *out);   /* 0 … UINT32_MAX - 1 */
/* What a token just given says, by the same rules. */
bool json_pull_scaled_of(JsonPull *p, JsonToken given, int scale, int64_t *out);
bool json_pull_uint_of(JsonPull *p, JsonToken given, uint32_t *out);

/* In an array, the way of the many: the next items into out, as many as are whole numbers and lie
 * in memory, up to `most`. 0: nothing has happened, and json_pull_item tells what comes. */
uint32_t json_pull_integers(JsonPull *p, int64_t *out, uint32_t most);
/* The same of those of up to eight digits without a sign; `most` is 32 at least. */
uint32_t json_pull_small(JsonPull *p, uint32_t *out, uint32_t most);
/* The same of numbers times 10^scale, maybe with a fraction; scale is 9 at most. */
uint32_t json_pull_decimals(JsonPull *p, int scale, int64_t *out, uint32_t most);

/* Compares with a constant length, which compilers make a few instructions of. */
#define JSON_IS(p, literal)                                                                        \
    ((p)->text.n == sizeof(literal) - 1 && memcmp((p)->text.s, (literal), sizeof(literal) - 1) == 0)

/* At the end of a load: says what was wrong with the text, if anything. False: reading failed.
 */
bool json_pull_finish(const JsonPull *p, Rows *rows);

/* Bit i: the head of a text has a value at paths[i], "traceEvents.ph" say, which is a key in
 * the objects of an array in the outermost object. At most 32 of up to three keys. `array`
 * tells whether the outermost value is one. For probes. */
uint32_t json_pull_paths(Str head, const char *const *paths, uint32_t n, bool *array);
