#include "ingest/text_key.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "ingest/perf_line.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

enum {
    SYMBOL = 18,     /* column where what a line means starts */
    LINE_MIN = 25,   /* "\t" + 16 digits + " x (y)" */
    LINE_MAX = 4096, /* longer lines are read anew each time */
    BEHIND = 64,     /* bytes before the last of a line where its module is looked for */
};

/* A line as a key sees it: [18, front) and [back, n) say what it means. */
typedef struct LineCut {
    uint32_t front, back;
    bool kernel_half;
} LineCut;

static inline bool is_hex(char c) {
    return (unsigned char)(c - '0') < 10 || (unsigned char)(c - 'a') < 6;
}

/* ---- without special instructions ---------------------------------------------------------
 */

static inline uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* One block, after those before it. */
static inline TextKey add_words(const TextKeys *k, TextKey s, uint64_t x, uint64_t y) {
    return (TextKey){fold(s.a ^ x ^ k->round[0].w[0], y ^ k->round[0].w[1]),
                     fold(s.b ^ y ^ k->round[1].w[0], x ^ k->round[1].w[1])};
}

static TextKey add_text(const TextKeys *k, TextKey s, const char *p, size_t n) {
    for (; n; n -= n < 16 ? n : 16, p += 16) {
        uint64_t block[2] = {0, 0};
        memcpy(block, p, n < 16 ? n : 16);
        s = add_words(k, s, block[0], block[1]);
    }
    return s;
}

/* One to one; what differs in one bit of a sum differs in all of a key. */
static TextKey finish(TextKey s) {
    s.a += hash_mix(s.b);
    s.b ^= hash_mix(s.a);
    return s;
}

static TextKey text_portable(const TextKeys *k, const char *p, size_t n, uint32_t with) {
    TextKey s = {k->text_size.w[0], k->text_size.w[1]};
    return finish(add_text(k, add_words(k, s, n, with), p, n));
}

static bool address_portable(const char *line, bool *kernel_half) {
    uint32_t i = 1;
    while (i < SYMBOL - 1 && line[i] == ' ')
        i++;
    if (i == SYMBOL - 1)
        return false;
    *kernel_half = i == 1 && line[1] >= '8' && memcmp(line + 1, "ffffffffffffffff", 16) != 0;
    while (i < SYMBOL - 1 && is_hex(line[i]))
        i++;
    return i == SYMBOL - 1;
}

static void cut_portable(const char *line, uint32_t n, LineCut *cut) {
    uint32_t open = n - 1;
    while (open > SYMBOL && line[open - 1] != '(' && line[open - 1] != ')')
        open--;
    if (line[n - 1] != ')' || open <= SYMBOL + 1 || line[--open] != '(' || line[open - 1] != ' ')
        return;
    uint32_t x = open - 1;
    while (x > SYMBOL && is_hex(line[x - 1]))
        x--;
    if (open - 1 - x < 1 || open - 1 - x > 12 || x < SYMBOL + 4 || line[x - 1] != 'x' ||
        line[x - 2] != '0' || line[x - 3] != '+')
        return;
    cut->front = x - 3;
    cut->back = open - 1;
}

static void frames_portable(const TextKeys *k, const LineRun *run, TextKey *out) {
    const char *line = run->first;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->starts)
            line = run->block + run->starts[i];
        uint32_t n = (uint32_t)(run->block + run->ends[i] - line);
        LineCut cut = {n, n, false};
        out[i] = (TextKey){0, 0};
        if (n >= LINE_MIN && n <= LINE_MAX && line[0] == '\t' && line[17] == ' ' &&
            line[SYMBOL] != ' ' && line[SYMBOL] != '\t' &&
            address_portable(line, &cut.kernel_half)) {
            TextKey s = {k->line_size.w[0], k->line_size.w[1]};
            cut_portable(line, n, &cut);
            s = add_words(k, s, (uint64_t)cut.front << 32 | (n - cut.back), cut.kernel_half);
            s = add_text(k, s, line + SYMBOL, cut.front - SYMBOL);
            s = add_text(k, s, line + cut.back, n - cut.back);
            out[i] = finish(s);
        }
        line = run->block + run->ends[i] + 1;
    }
}

/* ---- with AES and vectors of 32 bytes -----------------------------------------------------
 */

#if defined(__x86_64__)

#define WITH_AES __attribute__((target("aes,avx2,bmi,lzcnt")))
#define WITH_AES_INLINE WITH_AES __attribute__((always_inline)) static inline

static const uint8_t whole_then_none[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255};

typedef struct Rounds {
    __m128i r[KEY_ROUNDS];
} Rounds;

WITH_AES_INLINE __m128i word(const KeyWord *w) {
    return _mm_load_si128((const __m128i *)w);
}

WITH_AES_INLINE Rounds rounds_of(const TextKeys *k) {
    return (Rounds){
        {word(&k->round[0]), word(&k->round[1]), word(&k->round[2]), word(&k->round[3])}};
}

WITH_AES_INLINE __m128i mix(const Rounds *rounds, __m128i x) {
    x = _mm_aesenc_si128(x, rounds->r[0]);
    x = _mm_aesenc_si128(x, rounds->r[1]);
    x = _mm_aesenc_si128(x, rounds->r[2]);
    return _mm_aesenc_si128(x, rounds->r[3]);
}

WITH_AES_INLINE __m128i load(const char *p) {
    return _mm_loadu_si128((const __m128i *)p);
}

/* Sum over the blocks of p[0, n), at most as many as there are words at `white`. */
WITH_AES_INLINE __m128i sum_blocks(const Rounds *rounds, const KeyWord *white, const char *p,
                                   size_t n) {
    __m128i sum = _mm_setzero_si128();
    for (; n > 16; n -= 16, p += 16)
        sum = _mm_xor_si128(sum, mix(rounds, _mm_xor_si128(load(p), word(white++))));
    __m128i mask = _mm_loadu_si128((const __m128i *)(whole_then_none + 16 - n));
    __m128i last = _mm_and_si128(load(p), mask);
    return _mm_xor_si128(sum, mix(rounds, _mm_xor_si128(last, word(white))));
}

WITH_AES_INLINE TextKey key_of(__m128i x) {
    return (TextKey){(uint64_t)_mm_cvtsi128_si64(x), (uint64_t)_mm_extract_epi64(x, 1)};
}

/* The blocks before the last 128 bytes go into chains, the others stand alone: they are counted
 * from the end, so that their number is always the same and nothing has to be masked. */
WITH_AES static TextKey text_aes(const TextKeys *k, const char *p, size_t n, uint32_t with) {
    enum { TAIL = 16 * KEY_LANES };
    Rounds rounds = rounds_of(k);
    __m128i size = _mm_set_epi64x((int64_t)with, (int64_t)n);
    __m128i sum = mix(&rounds, _mm_xor_si128(size, word(&k->text_size)));
    if (n < TAIL)
        return key_of(_mm_xor_si128(sum, sum_blocks(&rounds, k->rest, p, n)));
    __m128i lane[KEY_LANES];
    for (uint32_t j = 0; j < KEY_LANES; j++)
        lane[j] = word(&k->lane[j]);
    const char *tail = p + n - TAIL;
    for (; p < tail; p += TAIL) {
        for (uint32_t j = 0; j < KEY_LANES; j++)
            lane[j] = mix(&rounds, _mm_xor_si128(lane[j], load(p + 16 * j)));
    }
    for (uint32_t j = 0; j < KEY_LANES; j++) {
        __m128i x = mix(&rounds, _mm_xor_si128(load(tail + 16 * j), word(&k->rest[j])));
        sum = _mm_xor_si128(sum, _mm_xor_si128(x, lane[j]));
    }
    return key_of(sum);
}

/* What lines are compared with. Behind `kept`, for else the compiler makes each anew for every
 * line, which took a fifth of the instructions. */
typedef struct Letters {
    __m128i blank, zero, nine, a, five;
    __m256i bracket, bit;
} Letters;

#define KEPT(type, value)                                                                          \
    __extension__({                                                                                \
        type kept = value;                                                                         \
        __asm__("" : "+x"(kept));                                                                  \
        kept;                                                                                      \
    })

WITH_AES_INLINE Letters letters(void) {
    return (Letters){
        .blank = KEPT(__m128i, _mm_set1_epi8(' ')),
        .zero = KEPT(__m128i, _mm_set1_epi8('0')),
        .nine = KEPT(__m128i, _mm_set1_epi8(9)),
        .a = KEPT(__m128i, _mm_set1_epi8('a')),
        .five = KEPT(__m128i, _mm_set1_epi8(5)),
        .bracket = KEPT(__m256i, _mm256_set1_epi8(')')),
        .bit = KEPT(__m256i, _mm256_set1_epi8(1)),
    };
}

/* Bytes of x that are hexadecimal digits, as unsigned bytes in a range. */
WITH_AES_INLINE __m128i hex_of(const Letters *l, __m128i x) {
    __m128i digit = _mm_sub_epi8(x, l->zero), letter = _mm_sub_epi8(x, l->a);
    digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, l->nine), digit);
    letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, l->five), letter);
    return _mm_or_si128(digit, letter);
}

/* '(' and ')' differ in one bit. */
WITH_AES_INLINE uint32_t brackets32(const Letters *l, const char *p) {
    __m256i x = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)p), l->bit);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, l->bracket));
}

/* Blanks, then digits, 16 in all. */
WITH_AES_INLINE bool address_aes(const Letters *l, const char *line, LineCut *cut) {
    const uint64_t f = 0x6666666666666666u;
    uint64_t high, low;
    memcpy(&high, line + 1, 8);
    memcpy(&low, line + 9, 8);
    __m128i address = load(line + 1);
    __m128i is_blank = _mm_cmpeq_epi8(address, l->blank);
    uint32_t blank = (uint32_t)_mm_movemask_epi8(is_blank);
    uint32_t known = (uint32_t)_mm_movemask_epi8(_mm_or_si128(is_blank, hex_of(l, address)));
    cut->kernel_half = (line[1] >= '8') & (((high ^ f) | (low ^ f)) != 0);
    return (known == 0xffff) & !(blank & (blank + 1)) & (blank != 0xffff);
}

/* The offset is left out only where nothing but blank and module stands behind it and the
 * module has no brackets in it: then frame_line_split takes it off, too. */
WITH_AES_INLINE void cut_aes(const Letters *l, const char *line, uint32_t n, LineCut *cut) {
    const char *from = line + n - 1 - BEHIND;
    uint64_t brackets = brackets32(l, from) | (uint64_t)brackets32(l, from + 32) << 32;
    int32_t open = (int32_t)n - 2 - (int32_t)_lzcnt_u64(brackets | 1);
    uint16_t edge;
    memcpy(&edge, line + open - 1, 2);
    if (line[n - 1] != ')' || open < SYMBOL + 6 || edge != (' ' | '(' << 8))
        return;
    __m128i before = load(line + open - 17); /* what ends before the blank */
    uint32_t hex = (uint32_t)_mm_movemask_epi8(hex_of(l, before));
    uint32_t digits = _lzcnt_u32(~(hex << 16));
    int32_t plus = open - 4 - (int32_t)digits;
    uint32_t mark;
    if (digits - 1 > 11 || plus <= SYMBOL)
        return;
    memcpy(&mark, line + plus, 4);
    if ((mark & 0xffffff) != ('+' | '0' << 8 | 'x' << 16))
        return;
    cut->front = (uint32_t)plus;
    cut->back = (uint32_t)open - 1;
}

/* Sum over both parts of a line. */
WITH_AES_INLINE __m128i sum_line(const TextKeys *k, const Rounds *rounds, const char *line,
                                 uint32_t n, const LineCut *cut) {
    uint32_t front = cut->front - SYMBOL, back = n - cut->back;
    __m128i size = _mm_set_epi64x(cut->kernel_half, (int64_t)((uint64_t)front << 32 | back));
    __m128i sum = mix(rounds, _mm_xor_si128(size, word(&k->line_size)));
    if (__builtin_expect(front <= 16 * KEY_BLOCKS, 1)) {
        sum = _mm_xor_si128(sum, sum_blocks(rounds, k->front, line + SYMBOL, front));
    } else {
        TextKey key = text_aes(k, line + SYMBOL, front, 0);
        __m128i x = _mm_set_epi64x((int64_t)key.b, (int64_t)key.a);
        sum = _mm_xor_si128(sum, mix(rounds, _mm_xor_si128(x, word(k->front))));
    }
    return _mm_xor_si128(sum, sum_blocks(rounds, k->back, line + cut->back, back));
}

WITH_AES static void frames_aes(const TextKeys *k, const LineRun *run, TextKey *out) {
    Rounds rounds = rounds_of(k);
    Letters l = letters();
    const char *line = run->first;
    for (uint32_t i = 0; i < run->count; i++) {
        if (run->starts)
            line = run->block + run->starts[i];
        uint32_t n = (uint32_t)(run->block + run->ends[i] - line);
        LineCut cut = {n, n, false};
        __m128i key = _mm_setzero_si128();
        if (n - LINE_MIN <= LINE_MAX - LINE_MIN && line[0] == '\t' && line[17] == ' ' &&
            line[SYMBOL] != ' ' && line[SYMBOL] != '\t' && address_aes(&l, line, &cut)) {
            if (line + n - run->text > BEHIND + 1)
                cut_aes(&l, line, n, &cut);
            key = sum_line(k, &rounds, line, n, &cut);
        }
        _mm_storeu_si128((__m128i *)&out[i], key);
        line += n + 1;
    }
}

#endif

/* ---- the secret ---------------------------------------------------------------------------
 */

/* Where the system gives no random bytes, addresses and the time must do. */
static void draw(void *p, size_t n) {
    char *byte = (char *)p;
    for (size_t at = 0; at < n; at += 256) {
        size_t piece = n - at < 256 ? n - at : 256;
        if (getentropy(byte + at, piece) == 0)
            continue;
        uint64_t x = (uint64_t)clock_now_ns() ^ (uint64_t)(uintptr_t)p;
        for (size_t i = 0; i < piece; i++)
            byte[at + i] = (char)(x = hash_mix(x + i + 1));
    }
}

#if defined(__x86_64__)

/* Not all compilers have a name for the last. */
static bool can_aes(void) {
    unsigned a, b, c, d;
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("avx2") &&
           __builtin_cpu_supports("bmi") && __get_cpuid(0x80000001, &a, &b, &c, &d) &&
           (c & bit_LZCNT);
}

#endif

void text_keys_init(TextKeys *keys, bool portable) {
    *keys = (TextKeys){.text = text_portable, .frames = frames_portable};
    draw(keys, offsetof(TextKeys, text));
#if defined(__x86_64__)
    if (!portable && can_aes()) {
        keys->text = text_aes;
        keys->frames = frames_aes;
    }
#else
    (void)portable;
#endif
}
