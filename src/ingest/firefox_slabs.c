/* The format "Firefox profile, JsonSlabs": what the Firefox Profiler and samply save as .jslb. All
 * of it is read before anything is made of it, as slabs may lie anywhere. What is wrong with its
 * JSON is said with places in that text. */
#include "ingest/json_slabs.h"
#include "ingest/rows.h"

extern const Format format_firefox;

enum { READ_BYTES = READ_SIZE(1 << 20) };

/* All that its table tells of; what may follow is nobody's. */
static bool read_all(Source *source, Buf *bytes, Rows *rows, Error *err) {
    for (uint64_t length = json_slabs_length((Str){0}); !rows->stopped;) {
        if (bytes->n >= length) { /* its head, then its table, then all */
            length = json_slabs_length(buf_str(bytes));
            if (bytes->n >= length)
                break;
        }
        size_t left = (size_t)length - bytes->n, more = left < READ_BYTES ? left : READ_BYTES;
        int64_t got = source_read(source, buf_reserve(bytes, more), 1, more, err);
        if (got <= 0)
            return got == 0;
        bytes->n += (size_t)got;
        rows_breathe(rows);
    }
    return true;
}

static int64_t make_text(void *context, char *out, size_t n) {
    return (int64_t)json_slabs_read(context, out, n);
}

static void complain_of(const JsonSlabs *j, Rows *rows) {
    if (j->cut)
        complain(&rows->batch.complaints, COMPLAINT_TRUNCATED, 1, (int64_t)j->bytes.n,
                 STR("slabs lie behind the end"));
    if (j->refused)
        complain(&rows->batch.complaints, COMPLAINT_RECORD, j->refused, -1,
                 STR("a slab that is not there, or is referred to too often"));
}

static bool run(Source *source, FormatEmit *emit, void *loader, Error *err) {
    Rows rows;
    Buf bytes = {0};
    JsonSlabs slabs = {0};
    rows_begin(&rows, emit, loader);
    bool ok = read_all(source, &bytes, &rows, err) &&
              (rows.stopped || json_slabs_open(&slabs, buf_str(&bytes), err));
    if (ok && !rows.stopped) {
        Source *text = source_made(source, make_text, &slabs);
        ok = format_firefox.run(text, emit, loader, err);
        source_close(text);
        complain_of(&slabs, &rows);
    }
    json_slabs_close(&slabs);
    buf_free(&bytes);
    rows_end(&rows);
    return ok;
}

static FormatGuess probe(Str head, bool whole) {
    (void)whole;
    return json_slabs_is(head) ? GUESS_YES : GUESS_NO;
}

const Format format_firefox_slabs = {
    .name = "Firefox profile, JsonSlabs",
    .kind = FORMAT_SEQUENTIAL,
    .has_time = true,
    .binary = true,
    .probe = probe,
    .run = run,
};
