#include "app/folder_scan.h"

#include <stdio.h>
#include <string.h>

#include "app/folder_cache.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/wake.h"
#include "ingest/pack_load.h"
#include "ingest/perf_folder.h"

enum { TRIM_EVERY = 200 };

static const int64_t PIECE_NS = 10 * 1000000;
static const int64_t CPU_MOST_NS = INT64_C(3000000000);
static const int64_t WALL_MOST_NS = INT64_C(20000000000); /* for a load of one long step */

void folder_scan_init(FolderScan *s) {
    memset(s, 0, sizeof *s);
    s->mutex = mutex_new();
    s->cond = cond_new();
}

/* ---- the jobs -----------------------------------------------------------------------------
 */

/* Text in its plain form, or a recording that is read in one go: not to be loaded. */
static bool is_large(FolderScan *s, int64_t size) {
    Error err = {.offset = -1};
    if (size <= LOOK_BINARY_MOST)
        return false;
    const char *name = loader_guess(s->path, &err);
    const Format *format = name ? format_named(name) : NULL;
    if (!format)
        look_refused(&s->look, &err);
    else if (size > LOOK_TEXT_MOST || format->kind == FORMAT_SEQUENTIAL)
        look_large(&s->look, name);
    else
        return false;
    return true;
}

static void set_loader(FolderScan *s, Loader *loader) {
    mutex_lock(s->mutex);
    s->loader = loader;
    if (loader && cancelled(&s->stop))
        loader_cancel(loader);
    mutex_unlock(s->mutex);
}

/* A pack tells everything but the map at once; true when that must do. */
static bool look_at_pack(FolderScan *s, int64_t size, Error *err) {
    Pack *pack = pack_open(s->path, err);
    if (!pack) {
        look_refused(&s->look, err);
        return true;
    }
    look_pack(&s->look, pack_facts(pack));
    pack_drop(pack);
    return size > LOOK_TEXT_MOST;
}

/* True when the look is made, from the cache or because the file is not to be loaded. */
static bool begin(FolderScan *s) {
    FileEntry file;
    Error err = {.offset = -1};
    char data[sizeof s->path]; /* a recording may be a folder */
    s->begun = true;
    bool parts = perf_folder(s->path, data, sizeof data);
    if (parts)
        memcpy(s->path, data, sizeof s->path);
    if (!file_stat(s->path, &file) || !file_is_plain(s->path)) {
        bool there = file_exists(s->path);
        error_set(&err, ERROR_IO, there ? "this is no ordinary file" : "it is not there any more");
        look_refused(&s->look, &err);
        return true;
    }
    if (parts)
        file.size = perf_folder_bytes(data);
    if (s->use_cache) {
        cache_key_any(s->path, &s->key);
        if (folder_cache_find(&s->key, &s->look)) {
            s->key.known = false; /* nothing to keep */
            return true;
        }
    }
    if (pack_load_wanted(s->path)) {
        if (look_at_pack(s, file.size, &err))
            return true;
    } else if (is_large(s, file.size)) {
        return true;
    }
    s->inner = jobs_new(0);
    dict_init(&s->dict);
    profile_init(&s->profile, &s->dict);
    LoadOptions options = {.path = s->path, .quiet = true};
    Loader *loader = loader_start(s->inner, &s->profile, &options, &err);
    if (loader)
        set_loader(s, loader);
    else
        look_refused(&s->look, &err);
    return !loader;
}

static bool is_late(FolderScan *s) {
    mutex_lock(s->mutex);
    bool late = s->late;
    mutex_unlock(s->mutex);
    return late || (jobs_workers(s->jobs) && s->cpu_ns > CPU_MOST_NS);
}

/* Looks at what was loaded; true when that was all, or enough. */
static bool load_some(FolderScan *s) {
    LoadStatus status;
    int64_t from = clock_thread_cpu_ns(), used = 0;
    bool more = true;
    while (more && used < PIECE_NS && !cancelled(&s->stop)) {
        more = loader_step(s->loader);
        used = clock_thread_cpu_ns() - from;
    }
    s->cpu_ns += used;
    loader_status(s->loader, &status);
    bool large = status.bytes_text > LOOK_TEXT_MOST ||
                 profile_bytes(&s->profile) > LOOK_MEMORY_MOST || is_late(s);
    if (pack_lost(s->profile.pack) && !pack_say_lost(&status.error))
        look_refused(&s->look, &status.error);
    else if (status.state == LOAD_DONE)
        look_profile(&s->look, &s->profile, &status);
    else if (status.state == LOAD_FAILED)
        look_refused(&s->look, &status.error);
    else if (large && s->look.samples == 0) /* of a pack the facts are there */
        look_large(&s->look, status.format ? status.format : loader_guess(s->path, NULL));
    else if (!large && status.state == LOAD_RUNNING)
        return false;
    return true;
}

static void let_go(FolderScan *s) {
    Loader *loader = s->loader;
    set_loader(s, NULL);
    loader_free(loader);
    if (s->inner) {
        profile_free(&s->profile);
        dict_free(&s->dict);
        jobs_free(s->inner);
    }
    s->inner = NULL;
}

static void keep(FolderScan *s) {
    if (!s->key.known || s->look.kind == LOOK_REFUSED) /* refusing is quick, and may end */
        return;
    folder_cache_keep(&s->key, &s->look);
    if (++s->kept % TRIM_EVERY == 1)
        folder_cache_trim(FOLDER_CACHE_MOST);
}

static void scan_piece(void *arg, uint32_t worker) {
    FolderScan *s = arg;
    (void)worker;
    bool over = cancelled(&s->stop);
    if (!over)
        over = s->begun ? load_some(s) : begin(s);
    if (!over) {
        jobs_submit(s->jobs, JOB_BACKGROUND, scan_piece, s, NULL);
        return;
    }
    let_go(s);
    if (!cancelled(&s->stop))
        keep(s);
    mutex_lock(s->mutex);
    s->over = true;
    cond_broadcast(s->cond);
    mutex_unlock(s->mutex);
    wake();
}

/* ---- main's -------------------------------------------------------------------------------
 */

void folder_scan_start(FolderScan *s, Jobs *jobs, const char *path, bool use_cache,
                       int64_t now_ns) {
    s->jobs = jobs;
    s->busy = true;
    s->begun_ns = now_ns;
    cancel_reset(&s->stop);
    s->over = s->late = s->begun = false;
    s->use_cache = use_cache;
    s->cpu_ns = 0;
    s->key = (CacheKey){0};
    memset(&s->look, 0, sizeof s->look);
    snprintf(s->path, sizeof s->path, "%s", path);
    jobs_submit(jobs, JOB_BACKGROUND, scan_piece, s, NULL);
}

bool folder_scan_poll(FolderScan *s, int64_t now_ns) {
    if (!s->busy)
        return false;
    mutex_lock(s->mutex);
    bool over = s->over;
    if (!over && jobs_workers(s->jobs) && now_ns - s->begun_ns > WALL_MOST_NS) {
        s->late = true;
        if (s->loader)
            loader_cancel(s->loader);
    }
    mutex_unlock(s->mutex);
    s->busy = !over;
    return over && !cancelled(&s->stop);
}

void folder_scan_stop(FolderScan *s) {
    cancel(&s->stop);
    mutex_lock(s->mutex);
    if (s->busy && s->loader)
        loader_cancel(s->loader);
    mutex_unlock(s->mutex);
}

void folder_scan_free(FolderScan *s) {
    folder_scan_stop(s);
    while (s->busy) {
        bool ran = jobs_run_one(s->jobs); /* without workers they are ours to run */
        mutex_lock(s->mutex);
        while (!s->over && !ran && jobs_workers(s->jobs))
            cond_wait(s->cond, s->mutex);
        s->busy = !s->over;
        mutex_unlock(s->mutex);
    }
    mutex_free(s->mutex);
    cond_free(s->cond);
}
