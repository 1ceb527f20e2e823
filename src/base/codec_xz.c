#include "base/codec_xz.h"

#ifdef HAVE_LZMA
#include <lzma.h>
#include <string.h>

#include "base/arena.h"

enum { MAGIC_BYTES = 6 };

struct XzDecoder {
    lzma_stream stream;
    size_t magic_n; /* bytes of it that were seen */
};

void xz_decoder_restart(XzDecoder *d) {
    enum { MEMORY_MOST = 1 << 30 }; /* `xz -9` needs a sixteenth of that */
    if (lzma_stream_decoder(&d->stream, MEMORY_MOST, 0) != LZMA_OK)
        panic("out of memory for a decoder");
    d->magic_n = 0;
}

XzDecoder *xz_decoder_new(void) {
    XzDecoder *d = mem_resize(NULL, 0, sizeof *d);
    d->stream = (lzma_stream)LZMA_STREAM_INIT;
    xz_decoder_restart(d);
    return d;
}

void xz_decoder_free(XzDecoder *d) {
    if (!d)
        return;
    lzma_end(&d->stream);
    mem_resize(d, sizeof *d, 0);
}

static const char *words(lzma_ret rc) {
    switch (rc) {
    case LZMA_MEM_ERROR:
        return "out of memory";
    case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 1 GiB of memory";
    case LZMA_FORMAT_ERROR:
        return "incorrect header check";
    case LZMA_OPTIONS_ERROR:
        return "a way of compressing that is not known";
    default:
        return "damaged data";
    }
}

/* Looked at here, as the library waits for twice as many bytes before it says that they are none of
 * its own, and those behind a stream may be fewer. */
static bool is_magic(XzDecoder *d, const CodecIo *io) {
    static const uint8_t magic[MAGIC_BYTES] = {0xfd, '7', 'z', 'X', 'Z', 0};
    size_t left = MAGIC_BYTES - d->magic_n, n = io->in_n < left ? io->in_n : left;
    bool same = n == 0 || memcmp(magic + d->magic_n, io->in, n) == 0;
    d->magic_n += n;
    return same;
}

bool xz_decoder_step(XzDecoder *d, CodecIo *io, bool *end, const char **why) {
    lzma_stream *s = &d->stream;
    *end = false;
    if (!is_magic(d, io)) {
        *why = words(LZMA_FORMAT_ERROR);
        return false;
    }
    s->next_in = io->in;
    s->avail_in = io->in_n;
    s->next_out = io->out;
    s->avail_out = io->out_n;
    lzma_ret rc = lzma_code(s, LZMA_RUN);
    io->in = s->next_in;
    io->in_n = s->avail_in;
    io->out = s->next_out;
    io->out_n = s->avail_out;
    *end = rc == LZMA_STREAM_END;
    if (*end)
        xz_decoder_restart(d);
    else if (rc != LZMA_OK && rc != LZMA_BUF_ERROR) /* that only says that there is no room */
        *why = words(rc);
    return !*why;
}
#endif
