/* JsonWriter: writes one JSON value into a Buf, with commas in the right places.
 * Owner: the Buf is the caller's. Not thread-safe. Nesting up to 32 levels; deeper aborts. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

typedef struct JsonWriter {
    Buf *out;
    uint32_t depth;
    bool pretty;     /* new line and indent for members of the two outermost levels */
    uint8_t any[32]; /* at each depth: 1 something was written, 2 it is an array */
    bool after_key;
} JsonWriter;

void json_begin(JsonWriter *w, Buf *out, bool pretty);
void json_object(JsonWriter *w);
void json_object_end(JsonWriter *w);
void json_array(JsonWriter *w);
void json_array_end(JsonWriter *w);
void json_key(JsonWriter *w, const char *key);
void json_str(JsonWriter *w, Str s);
void json_u64(JsonWriter *w, uint64_t v);
void json_i64(JsonWriter *w, int64_t v);
void json_double(JsonWriter *w, double v, int decimals); /* not finite becomes null */
void json_bool(JsonWriter *w, bool v);
void json_null(JsonWriter *w);
