/* Any bytes as `perf script` text: no crash, and the same rows however the text is cut. The
 * text is parsed once as a whole and once in pieces cut by the format's own boundary; the first
 * byte of the input says how large the pieces are. */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "ingest/format.h"
#include "store/profile.h"

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
    /* two parsers that remember different things must agree; new ones now and then */
    static FormatParser *parser[2];
    static int runs;
    for (int i = 0; i < 2; i++) {
        if (parser[i] && runs % 1000 == 500 * i) {
            format->parser_free(parser[i]);
            parser[i] = NULL;
        }
        if (!parser[i])
            parser[i] = format->parser_new(NULL);
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
    Buf whole = {0}, pieces = {0};
    dump(format, parser[0], text, n, n + 1, &whole);
    dump(format, parser[1], text, n, piece, &pieces);
    if (!str_eq(buf_str(&whole), buf_str(&pieces)))
        panic("pieces of %zu bytes give other rows", piece);
    buf_free(&whole);
    buf_free(&pieces);
    format->probe((Str){text, n}, true);
    mem_resize(text, n + FORMAT_CHUNK_PAD, 0);
    return 0;
}
