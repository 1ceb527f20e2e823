/* Any bytes as `perf script` text: no crash, and the same rows however the text is cut. The
 * text is parsed once as a whole, once in pieces cut by the format's own boundary, and once
 * line by line; the first byte of the input says how large the pieces are. */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "ingest/perf_script.h"
#include "store/profile.h"

enum { WAYS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void dump(const Format *format, FormatParser *parser, const char *text, size_t n,
                 size_t piece, Buf *out) {
    Dict dict;
    Profile profile;
    Batch batch;
    Remap remap = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    batch_init(&batch);
    for (size_t from = 0, want = piece; from < n || want == piece;) {
        size_t left = n - from;
        bool last = want >= left;
        size_t take = last ? left : format->boundary(NULL, (Str){text + from, want});
        if (!take && !last) {
            want *= 2;
            continue;
        }
        FormatChunk chunk = {{text + from, take}, (int64_t)from, last};
        format->parse(parser, &chunk, &batch);
        profile_absorb(&profile, &batch, &remap);
        from += take;
        want = piece;
        if (last)
            break;
    }
    profile_dump(&profile, out);
    remap_free(&remap);
    batch_free(&batch);
    profile_free(&profile);
    dict_free(&dict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const Format *format = format_named("perf script");
    /* parsers that remember different things must agree; new ones now and then */
    static const PerfScriptOptions ways[WAYS] = {
        {0}, {.portable = true}, {.by_line = true, .small = true}};
    static FormatParser *parser[WAYS];
    static int runs;
    for (int i = 0; i < WAYS; i++) {
        if (parser[i] && runs % 1000 == 300 * i) {
            format->parser_free(parser[i]);
            parser[i] = NULL;
        }
        if (!parser[i])
            parser[i] = format->parser_new(&ways[i]);
    }
    runs++;
    size_t piece = n ? 1 + data[0] : 1;
    if (n) {
        data++;
        n--;
    }
    /* of exactly this size, so that reading behind the pad is seen */
    char *text = mem_resize(NULL, 0, n + FORMAT_CHUNK_PAD);
    if (n)
        memcpy(text, data, n);
    Buf whole = {0}, pieces = {0}, lines = {0};
    dump(format, parser[0], text, n, n + 1, &whole);
    dump(format, parser[1], text, n, piece, &pieces);
    dump(format, parser[2], text, n, n + 1, &lines);
    if (!str_eq(buf_str(&whole), buf_str(&pieces)))
        panic("pieces of %zu bytes give other rows", piece);
    if (!str_eq(buf_str(&whole), buf_str(&lines)))
        panic("line by line there are other rows");
    buf_free(&lines);
    buf_free(&whole);
    buf_free(&pieces);
    format->probe((Str){text, n}, true);
    mem_resize(text, n + FORMAT_CHUNK_PAD, 0);
    return 0;
}
