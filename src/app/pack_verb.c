#define _GNU_SOURCE 1
#include "app/pack_verb.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/info.h"
#include "base/file.h"
#include "base/thread.h"
#include "query/packed.h"
#include "store/spill.h"

enum { LOOK_MS = 20, STEP_BYTES = 16 << 20 };

/* ---- being stopped ---------------------------------------------------------------------- */

static volatile sig_atomic_t stop_wanted;

static void on_signal(int signal_number) {
    (void)signal_number;
    stop_wanted = 1;
}

static void listen_for_signals(void) {
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        struct sigaction old, now = {.sa_handler = on_signal};
        /* what the caller told us to ignore (nohup) stays ignored */
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(stops[i], &now, NULL);
    }
}

static bool stopped(Error *err) {
    if (stop_wanted)
        error_set(err, ERROR_CANCELLED, "stopped; nothing was written");
    return stop_wanted;
}

/* ---- reading and writing ---------------------------------------------------------------- */

static bool load_all(Loaded *l, Loader *loader, Error *err) {
    for (;;) {
        loader_status(loader, &l->status);
        if (l->status.state != LOAD_RUNNING)
            break;
        if (stopped(err) || !spill_trouble(&l->profile, err))
            loader_cancel(loader);
        poll(NULL, 0, LOOK_MS);
    }
    if (l->status.state == LOAD_FAILED && err->kind == ERROR_NONE)
        *err = l->status.error;
    return l->status.state == LOAD_DONE && spill_trouble(&l->profile, err);
}

static bool open_spilled(Loaded *l, const PackVerb *verb, Error *err) {
    memset(l, 0, sizeof *l);
    l->how = verb->how;
    l->how.threads = verb->how.threads ? verb->how.threads : thread_cpu_count();
    l->jobs = jobs_new(l->how.threads);
    dict_init(&l->dict);
    profile_init(&l->profile, &l->dict);
    LoadOptions options = {.path = verb->path, .inlined = verb->how.inlined};
    Loader *loader = spill_start(&l->profile, verb->out, err)
                         ? loader_start(l->jobs, &l->profile, &options, err)
                         : NULL;
    bool ok = loader && load_all(l, loader, err);
    loader_free(loader);
    return ok;
}

static bool write_pack(Loaded *l, const char *out, uint64_t *bytes, Error *err) {
    ProfileView view = profile_view(&l->profile);
    PackedExtras extras;
    packed_make(&l->profile, &view, &extras);
    PackPlan plan = {
        .profile = &l->profile,
        .view = view,
        .format = l->status.format,
        .format_has_time = l->status.format_has_time,
        .text_bytes = (uint64_t)l->status.bytes_text,
        .extra = extras.extra,
        .extras = extras.count,
        .durable = true,
    };
    PackWriter *writer = stopped(err) ? NULL : pack_writer_new(&plan, out, err);
    if (writer) {
        while (!stopped(err) && pack_writer_step(writer, STEP_BYTES, err))
            ;
        *bytes = pack_writer_bytes(writer);
    }
    pack_writer_free(writer);
    packed_free(&extras);
    if (err->kind == ERROR_IO)
        snprintf(err->file, sizeof err->file, "%s", out);
    return err->kind == ERROR_NONE;
}

bool pack_verb(const PackVerb *verb, Buf *notes, Error *err) {
    Loaded l;
    uint64_t bytes = 0;
    listen_for_signals();
    bool ok = open_spilled(&l, verb, err);
    if (ok) {
        loaded_complaints(&l.profile, verb->path, notes);
        ok = write_pack(&l, verb->out, &bytes, err);
    }
    if (ok)
        buf_printf(notes, "flamescope: %s: %llu samples in %.1f MB, of %.1f MB of text\n",
                   verb->out, (unsigned long long)profile_view(&l.profile).samples,
                   (double)bytes / 1e6, (double)l.status.bytes_text / 1e6);
    loaded_close(&l);
    return ok;
}
