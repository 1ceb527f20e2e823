/* JFR bytes: the numbers and strings of a Java Flight Recorder file, read within bounds.
 * Numbers are LEB128 of at most nine bytes, the ninth with all its eight bits, where the chunk
 * says that its integers are compressed; else big-endian, as chunk headers and floats always
 * are. Facts: the JDK's jdk.jfr.internal.consumer (RecordingInput, StringParser) and
 * async-profiler's src/buffer.h.
 * Owner: none; what is read points into the caller's bytes. Thread: pure functions.
 * Failure: `bad` is set, the rest reads as zeros and nothing behind `end` is touched. */
#pragma once

#include "base/buf.h"

typedef struct JfrBytes {
    const uint8_t *at, *end;
    bool compressed, bad;
} JfrBytes;

/* How a string is written. */
typedef enum JfrEncoding {
    JFR_NULL,
    JFR_EMPTY,
    JFR_CONSTANT, /* its key in the pool of java.lang.String */
    JFR_UTF8,
    JFR_CHARS, /* UTF-16 units, each a number */
    JFR_LATIN1,
    JFR_NO_STRING, /* a number, not a string at all */
} JfrEncoding;

/* A field's value: a number, or a string. */
typedef struct JfrValue {
    uint64_t number;      /* or a string's key */
    const uint8_t *bytes; /* of a string; of JFR_CHARS, the encoded units */
    uint32_t n;
    uint8_t encoding; /* JfrEncoding */
} JfrValue;

static inline size_t jfr_left(const JfrBytes *b) {
    return (size_t)(b->end - b->at);
}

static inline uint64_t jfr_fail(JfrBytes *b) {
    b->bad = true;
    b->at = b->end;
    return 0;
}

static inline uint64_t jfr_fixed(JfrBytes *b, uint32_t bytes) {
    uint64_t value = 0;
    if (jfr_left(b) < bytes)
        return jfr_fail(b);
    for (uint32_t i = 0; i < bytes; i++)
        value = value << 8 | b->at[i];
    b->at += bytes;
    return value;
}

static inline uint64_t jfr_varint(JfrBytes *b) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < 8; i++) {
        if (b->at == b->end)
            return jfr_fail(b);
        uint8_t byte = *b->at++;
        value |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80)
            return value;
    }
    if (b->at == b->end)
        return jfr_fail(b);
    return value | (uint64_t)*b->at++ << 56;
}

static inline uint64_t jfr_long(JfrBytes *b) {
    return b->compressed ? jfr_varint(b) : jfr_fixed(b, 8);
}

static inline uint32_t jfr_int(JfrBytes *b) {
    return (uint32_t)(b->compressed ? jfr_varint(b) : jfr_fixed(b, 4));
}

void jfr_string(JfrBytes *b, JfrValue *out);
/* Appends the characters of a string that is written out, as UTF-8; nothing of any other. */
void jfr_put(Buf *out, const JfrValue *value, bool compressed);
