#include "unit/ingest_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/thread.h"

void load(Loaded *out, uint32_t workers, const LoadOptions *options) {
    memset(out, 0, sizeof *out);
    dict_init(&out->dict);
    profile_init(&out->profile, &out->dict);
    Jobs *jobs = jobs_new(workers);
    Loader *loader = loader_start(jobs, &out->profile, options, &out->error);
    out->opened = loader != NULL;
    if (loader) {
        loader_wait(loader);
        loader_status(loader, &out->status);
        out->error = out->status.error;
        loader_free(loader);
    }
    jobs_free(jobs);
}

void load_path(Loaded *out, uint32_t workers, uint32_t chunk_bytes, const char *path) {
    load(out, workers, &(LoadOptions){.path = path, .chunk_bytes = chunk_bytes});
}

void load_text(Loaded *out, uint32_t workers, uint32_t chunk_bytes, Str text) {
    load_path(out, workers, chunk_bytes, temp_file(text));
    temp_remove();
}

void loaded_free(Loaded *loaded) {
    profile_free(&loaded->profile);
    dict_free(&loaded->dict);
}

Buf loaded_dump(Loaded *loaded) {
    Buf out = {0};
    if (loaded->status.state == LOAD_DONE)
        profile_dump(&loaded->profile, &out);
    else
        buf_printf(&out, "failed: %s\n", loaded->error.message);
    return out;
}

/* ---- files --------------------------------------------------------------------------------
 */

static char temp_name[512];

const char *temp_file(Str bytes) {
    const char *folder = getenv("TMPDIR");
    snprintf(temp_name, sizeof temp_name, "%s/flamescope-test-XXXXXX",
             folder && *folder ? folder : P_tmpdir);
    int fd = mkstemp(temp_name);
    assert_true(fd >= 0);
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = write(fd, bytes.s + done, bytes.n - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    close(fd);
    return temp_name;
}

void temp_remove(void) {
    unlink(temp_name);
}

bool data_path(const char *name, char *out, size_t cap) {
    const char *data = getenv("FLAMESCOPE_DATA");
    const char *source = getenv("FLAMESCOPE_SOURCE");
    if (data)
        snprintf(out, cap, "%s/%s", data, name);
    else
        snprintf(out, cap, "%s/../shared/data/%s", source ? source : ".", name);
    if (file_exists(out))
        return true;
    print_message("reference data %s is not here: skipped\n", name);
    return false;
}

bool data_read(const char *name, Buf *out) {
    char path[1024];
    Error err = {0};
    if (!data_path(name, path, sizeof path))
        return false;
    Source *source = source_open(path, CODEC_AUTO, &err);
    assert_non_null(source);
    static char piece[65536];
    int64_t n;
    while ((n = source_read(source, piece, 1, sizeof piece, &err)) > 0)
        buf_put(out, (Str){piece, (size_t)n});
    assert_int_equal(n, 0);
    source_close(source);
    return true;
}

Buf gzip_of(Str bytes, size_t members) {
    Buf out = {0};
    for (size_t i = 0; i < members; i++) {
        Str part = str_slice(bytes, bytes.n * i / members, bytes.n * (i + 1) / members);
        z_stream z = {0};
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        size_t room = deflateBound(&z, part.n) + 64, have = out.n;
        char *zeros = calloc(1, room);
        buf_put(&out, (Str){zeros, room});
        free(zeros);
        z.next_in = (Bytef *)(uintptr_t)part.s;
        z.avail_in = (uInt)part.n;
        z.next_out = (Bytef *)out.s + have;
        z.avail_out = (uInt)room;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        out.n = have + z.total_out;
        deflateEnd(&z);
    }
    return out;
}

/* ---- many ways ----------------------------------------------------------------------------
 */

typedef struct Drip {
    Str bytes;
    int fd;
} Drip;

static void drip(void *arg) {
    const Drip *d = (const Drip *)arg;
    size_t step = d->bytes.n / 200 + 7;
    for (size_t i = 0; i < d->bytes.n; i += step) {
        Str piece = str_slice(d->bytes, i, i + step);
        for (size_t done = 0; done < piece.n;) {
            ssize_t n = write(d->fd, piece.s + done, piece.n - done);
            if (n <= 0)
                abort();
            done += (size_t)n;
        }
    }
    close(d->fd);
}

static void load_pipe(Loaded *out, uint32_t workers, Str bytes) {
    int end[2];
    char path[64];
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
    Drip d = {bytes, end[1]};
    Thread *writer = thread_start("drip", drip, &d);
    load_path(out, workers, 0, path);
    thread_join(writer);
    close(end[0]);
}

static void expect_dump(const char *way, Loaded *loaded, const Buf *want) {
    Buf got = loaded_dump(loaded);
    if (!str_eq(buf_str(&got), buf_str(want))) {
        size_t i = 0;
        while (i < got.n && i < want->n && got.s[i] == want->s[i])
            i++;
        while (i > 0 && want->s[i - 1] != '\n')
            i--;
        fail_msg("%s differs\n got: %.200s\nwant: %.200s", way, got.s + i, want->s + i);
    }
    buf_free(&got);
    loaded_free(loaded);
}

void expect_same_any_way(Str text) {
    Loaded loaded;
    load_text(&loaded, 0, 0, text);
    Buf want = loaded_dump(&loaded);
    loaded_free(&loaded);
    load_text(&loaded, 1, 0, text);
    expect_dump("1 worker", &loaded, &want);
    load_text(&loaded, 8, 0, text);
    expect_dump("8 workers", &loaded, &want);
    load_text(&loaded, 0, 100, text);
    expect_dump("chunks of 100 bytes", &loaded, &want);
    load_text(&loaded, 8, 100, text);
    expect_dump("chunks of 100 bytes, 8 workers", &loaded, &want);
    load_text(&loaded, 2, 4099, text);
    expect_dump("chunks of 4099 bytes, 2 workers", &loaded, &want);
    load_pipe(&loaded, 2, text);
    expect_dump("a pipe", &loaded, &want);
    load_pipe(&loaded, 0, text);
    expect_dump("a pipe, inline", &loaded, &want);
    for (size_t members = 1; members <= 3; members += 2) {
        Buf packed = gzip_of(text, members);
        const char *path = temp_file(buf_str(&packed));
        for (int engine = CODEC_ZLIB; engine <= CODEC_ISAL; engine++) {
            if (!codec_available(CODEC_GZIP, (CodecEngine)engine))
                continue;
            load(&loaded, 2, &(LoadOptions){.path = path, .engine = (CodecEngine)engine});
            expect_dump(engine == CODEC_ZLIB ? "gzip by zlib" : "gzip by ISA-L", &loaded, &want);
        }
        temp_remove();
        load_pipe(&loaded, 1, buf_str(&packed));
        expect_dump("gzip through a pipe", &loaded, &want);
        buf_free(&packed);
    }
    buf_free(&want);
}

void expect_prefix(Str text, size_t n) {
    Loaded whole, part;
    LoadOptions options = {.format = "perf script"};
    options.path = temp_file(text);
    load(&whole, 0, &options);
    temp_remove();
    options.path = temp_file(str_slice(text, 0, n));
    load(&part, 0, &options);
    temp_remove();
    assert_int_equal(part.status.state, LOAD_DONE);
    uint64_t rows = part.profile.building.samples;
    assert_true(rows <= whole.profile.building.samples);
    for (uint64_t i = 0; i < rows; i++) {
        assert_int_equal(COLUMN_AT(&part.profile.time_ns, int64_t, i),
                         COLUMN_AT(&whole.profile.time_ns, int64_t, i));
        assert_int_equal(COLUMN_AT(&part.profile.cpu, uint16_t, i),
                         COLUMN_AT(&whole.profile.cpu, uint16_t, i));
        if (i + 1 < rows)
            assert_int_equal(COLUMN_AT(&part.profile.pair, PairId, i),
                             COLUMN_AT(&whole.profile.pair, PairId, i));
    }
    loaded_free(&whole);
    loaded_free(&part);
}

void expect_cut_anywhere(const char *format, Str text) {
    Loaded whole, part;
    LoadOptions options = {.format = format, .path = temp_file(text)};
    load(&whole, 0, &options);
    assert_int_equal(whole.status.state, LOAD_DONE);
    for (size_t n = 0; n < text.n; n++) {
        FILE *file = fopen(options.path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(text.s, 1, n, file), n);
        fclose(file);
        load(&part, 0, &options);
        assert_int_equal(part.status.state, LOAD_DONE);
        if (part.profile.building.samples > whole.profile.building.samples)
            fail_msg("cut behind byte %zu there are more samples", n);
        if (part.profile.building.samples < whole.profile.building.samples &&
            complaints_total(&part.profile.complaints) == 0)
            fail_msg("cut behind byte %zu nothing is said", n);
        loaded_free(&part);
    }
    temp_remove();
    loaded_free(&whole);
}

Buf sample_text(const Loaded *loaded, uint64_t row) {
    const Dict *dict = &loaded->dict;
    Pair pair = pairs_get(&loaded->profile.pairs, COLUMN_AT(&loaded->profile.pair, PairId, row));
    Context context = contexts_get(&dict->contexts, pair.context);
    Buf out = {0};
    buf_put(&out, names_get(&dict->names, context.comm));
    buf_putc(&out, '|');
    buf_put(&out, names_get(&dict->names, contexts_get_event(&dict->contexts, context.event).name));
    buf_putc(&out, '|');
    Arena arena;
    arena_init(&arena, 0);
    uint32_t depth;
    FrameId *frame = dict_frames_of(dict, pair.stack, &arena, &depth);
    for (uint32_t i = 1; i < depth; i++) {
        uint32_t kind = frames_get(&dict->frames, frame[i]).kind;
        if (i > 1)
            buf_putc(&out, ';');
        buf_put(&out, dict_symbol(dict, frame[i]));
        if (dict_module(dict, frame[i]).n) {
            buf_putc(&out, '@');
            buf_put(&out, dict_module(dict, frame[i]));
        }
        buf_puts(&out, kind == FRAME_KERNEL        ? "_[k]"
                       : kind == FRAME_JIT         ? "_[j]"
                       : kind == FRAME_INLINED     ? "_[i]"
                       : kind == FRAME_INTERPRETED ? "_[0]"
                       : kind == FRAME_CPP         ? "_[c]"
                       : kind == FRAME_CLASS       ? "_[class]"
                       : kind == FRAME_WAITING     ? "_[w]"
                                                   : "");
    }
    arena_free(&arena);
    return out;
}

void expect_loaded(const Loaded *loaded, const char *const *want, size_t n) {
    if (loaded->status.state != LOAD_DONE)
        fail_msg("%s", loaded->error.message);
    assert_int_equal(loaded->profile.building.samples, n);
    for (size_t i = 0; i < n; i++) {
        Buf text = sample_text(loaded, i);
        assert_string_equal(text.s, want[i]);
        buf_free(&text);
    }
}
