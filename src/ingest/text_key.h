/* Text keys: 128 bits that stand for a text, so that caches keep a key of 16 bytes and no text.
 * A key is a keyed hash: its secret is drawn at random for each TextKeys, so no input can be
 * made to collide. What a cache compares are 96 bits besides those that chose the slot: two
 * different texts meet with odds of 2^-96 a look-up, or about 10^-20 for a load of a billion
 * lines, far less than those of a memory error; that is why the text need not be compared.
 * With AES instructions each block of 16 bytes goes through four rounds under a random
 * whitening of its own or into a chain of such; four rounds bound the odds that a chosen
 * difference comes out as another chosen one by 2^-113 (the proven bound for AES), and so do
 * sums of them. Elsewhere two folded multiplications a block, each with secret factors.
 * Owner: a parser. Thread: any may read; text_keys_init once. Failure: none.
 * Up to FORMAT_CHUNK_PAD bytes behind a text are read, but never believed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TextKey {
    uint64_t a, b; /* both 0: there is no key */
} TextKey;

/* The secret: pairs of words, each the whitening of a block. */
enum {
    KEY_ROUNDS = 4,
    KEY_LANES = 8,   /* chains of a long text, and blocks of its rest */
    KEY_BLOCKS = 16, /* blocks of either part of a line; longer ones are hashed as texts */
};

typedef struct KeyWord {
    _Alignas(16) uint64_t w[2];
} KeyWord;

typedef struct TextKeys TextKeys;

/* Lines of a text: side by side, or anywhere. */
typedef struct LineRun {
    const char *text;  /* where readable memory starts */
    const char *first; /* where the first line starts; the others start behind the one before … */
    const char *block; /* what ends and starts are counted from */
    const uint32_t *ends;
    uint32_t count;
    const uint32_t *starts; /* … unless they start here */
} LineRun;

struct TextKeys {
    KeyWord round[KEY_ROUNDS];
    KeyWord lane[KEY_LANES], rest[KEY_LANES];
    KeyWord front[KEY_BLOCKS], back[KEY_BLOCKS];
    KeyWord text_size, line_size;
    TextKey (*text)(const TextKeys *keys, const char *p, size_t n, uint32_t with);
    void (*frames)(const TextKeys *keys, const LineRun *run, TextKey *out);
};

/* portable: without special instructions even where the processor has them, for tests. */
void text_keys_init(TextKeys *keys, bool portable);

/* The key of n bytes and of `with`. */
static inline TextKey text_key(const TextKeys *keys, const char *p, size_t n, uint32_t with) {
    return keys->text(keys, p, n, with);
}

/* The keys of frame lines in perf's usual columns, "\t", 16 of address and a blank, of what
 * they mean: all that stands behind the address, less the offset "+0x1f" behind the symbol, and
 * whether the address is one of the kernel's. frame_line_split depends on nothing else, so
 * lines of one key are one frame. (Without addresses and offsets some 10 thousand keys are left
 * of any number of lines, and stay in the processor's second cache.) None for other lines. */
static inline void frame_keys(const TextKeys *keys, const LineRun *run, TextKey *out) {
    keys->frames(keys, run, out);
}

static inline bool text_key_none(TextKey key) {
    return (key.a | key.b) == 0;
}
