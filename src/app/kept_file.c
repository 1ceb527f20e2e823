#include "app/kept_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cache.h"
#include "base/file.h"
#include "base/wake.h"

static const struct {
    const char *variable, *below_home;
} places[] = {
    [KEPT_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [KEPT_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

bool kept_path(KeptPlace place, const char *name, char *out, size_t cap) {
    const char *said = getenv(places[place].variable), *home = getenv("HOME");
    int n = 0;
    if (said && said[0] == '/') /* XDG: what is not absolute does not count */
        n = snprintf(out, cap, "%s/flamescope/%s", said, name);
    else if (home && home[0] == '/')
        n = snprintf(out, cap, "%s/%s/flamescope/%s", home, places[place].below_home, name);
    if (n > 0 && (size_t)n < cap)
        return true;
    out[0] = 0;
    return false;
}

bool kept_file_open(KeptFile *f, KeptPlace place, const char *name, KeptMerge *merge, Buf *text,
                    Error *err) {
    f->merge = merge;
    if (!kept_path(place, name, f->path, sizeof(f->path)) || !file_exists(f->path))
        return true;
    if (file_is_plain(f->path) && file_read_all(f->path, text, KEPT_BYTES, err))
        return true;
    if (!err->kind)
        error_set(err, ERROR_IO, "this is no file");
    f->path[0] = 0;
    f->unreadable = true;
    return false;
}

void kept_file_change(KeptFile *f, Str line) {
    if (!f->path[0])
        return;
    buf_put(&f->pending, line);
    buf_putc(&f->pending, '\n');
}

static void write_job(void *arg, uint32_t worker) {
    KeptFile *f = arg;
    Buf there = {0}, text = {0};
    char folder[KEPT_PATH];
    (void)worker;
    bool ok = !file_exists(f->path) || file_read_all(f->path, &there, KEPT_BYTES, &f->error);
    if (ok) {
        f->merge(buf_str(&there), buf_str(&f->changes), &text);
        snprintf(folder, sizeof(folder), "%s", f->path);
        *strrchr(folder, '/') = 0;
        cache_make_folder(folder);
        if (!str_eq(buf_str(&there), buf_str(&text)))
            file_write_all(f->path, buf_str(&text), &f->error);
    }
    buf_free(&there);
    buf_free(&text);
    wake();
}

bool kept_file_poll(KeptFile *f, Jobs *jobs, Error *err) {
    bool failed = false;
    if (f->writing && jobs_done(&f->ticket)) {
        f->writing = false;
        failed = f->error.kind != ERROR_NONE; /* not tried again until the next change */
        *err = f->error;
    }
    if (f->writing || !f->pending.n)
        return failed;
    Buf empty = f->changes;
    buf_clear(&empty);
    f->changes = f->pending;
    f->pending = empty;
    f->error = (Error){0};
    f->writing = true;
    jobs_submit(jobs, JOB_BACKGROUND, write_job, f, &f->ticket);
    return failed;
}

bool kept_file_settled(const KeptFile *f) {
    return !f->writing && !f->pending.n;
}

void kept_file_close(KeptFile *f, Jobs *jobs) {
    Error unheard = {0};
    while (!kept_file_settled(f)) {
        if (f->writing)
            jobs_wait(jobs, &f->ticket);
        kept_file_poll(f, jobs, &unheard);
    }
    buf_free(&f->pending);
    buf_free(&f->changes);
}
