/* codec_bench FILE.gz zlib|isal: how long decompression alone takes, nothing done with the text.
 * Prints one JSON object; seconds is 0 when that engine is not built in. Median of five. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/file.h"

enum { ROUNDS = 5, OUT_BYTES = 1 << 20 };

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double decode(Str packed, CodecEngine engine, uint64_t *bytes) {
    static uint8_t out[OUT_BYTES];
    Error err = {0};
    Codec *codec = codec_new(CODEC_GZIP, engine, &err);
    CodecIo io = {.in = (const uint8_t *)packed.s, .in_n = packed.n};
    int64_t began = clock_now_ns();
    *bytes = 0;
    while (codec && io.in_n) {
        io.out = out;
        io.out_n = sizeof out;
        if (!codec_run(codec, &io, &err)) {
            fprintf(stderr, "codec_bench: %s\n", err.message);
            exit(1);
        }
        *bytes += sizeof out - io.out_n;
    }
    codec_free(codec);
    return (double)(clock_now_ns() - began) / 1e9;
}

int main(int argc, char **argv) {
    Buf packed = {0};
    Error err = {0};
    if (argc != 3 || !file_read_all(argv[1], &packed, SIZE_MAX, &err)) {
        fprintf(stderr, "usage: codec_bench FILE.gz zlib|isal %s\n", err.message);
        return 2;
    }
    CodecEngine engine = strcmp(argv[2], "isal") ? CODEC_ZLIB : CODEC_ISAL;
    double seconds[ROUNDS] = {0};
    uint64_t bytes = 0;
    for (int i = 0; codec_available(CODEC_GZIP, engine) && i < ROUNDS; i++)
        seconds[i] = decode(buf_str(&packed), engine, &bytes);
    qsort(seconds, ROUNDS, sizeof *seconds, ascending);
    printf("{\"engine\": \"%s\", \"text_bytes\": %llu, \"seconds\": %.4f}\n", argv[2],
           (unsigned long long)bytes, seconds[ROUNDS / 2]);
    buf_free(&packed);
    return 0;
}
