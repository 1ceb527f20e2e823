#include "app/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/thread.h"
#include "ingest/format.h"
#include "query/packed.h"

enum { PROBES = 16, PROBE_BYTES = 4096, STEP_BYTES = 4 << 20, FOLDER_MAX = 900 };

static const int64_t FILE_LEAST = 1 << 20; /* smaller ones are not even looked up */
static const int64_t TEXT_LEAST = 100 * 1000000;
static const uint64_t LIMIT_MB = 2000;

/* What an entry says about the file that it was made of, as a section of the pack. */
typedef struct Source {
    int64_t size, modified_ns;
    uint64_t probe;
    char path[1024];
} Source;

/* ---- where and how much ----------------------------------------------------------------- */

static uint64_t limit_bytes(void) {
    const char *said = getenv("FLAMESCOPE_CACHE");
    int64_t mb;
    if (!said || !str_to_i64(str_of(said), &mb) || mb < 0 || mb > 1000000000)
        return LIMIT_MB * 1000000;
    return (uint64_t)mb * 1000000;
}

static bool find_folder(char *out, size_t cap) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n;
    if (limit_bytes() == 0)
        return false;
    if (cache && cache[0] == '/')
        n = snprintf(out, cap, "%s/flamescope", cache);
    else if (home && home[0] == '/')
        n = snprintf(out, cap, "%s/.cache/flamescope", home);
    else
        return false;
    return n > 0 && n < FOLDER_MAX;
}

bool cache_folder(const char *part, char *out, size_t cap) {
    char folder[1024];
    if (!find_folder(folder, sizeof folder))
        return false;
    int n = snprintf(out, cap, "%s/%s", folder, part);
    return n > 0 && (size_t)n < cap;
}

bool cache_entry(const CacheKey *key, char *out, size_t cap) {
    char folder[1024];
    if (!key->known || !find_folder(folder, sizeof folder))
        return false;
    uint64_t name = hash_bytes(key->path, strlen(key->path));
    snprintf(out, cap, "%s/%016llx.fscope", folder, (unsigned long long)name);
    return true;
}

void cache_make_folder(const char *folder) {
    char part[1024];
    for (const char *slash = strchr(folder + 1, '/');; slash = strchr(slash + 1, '/')) {
        size_t n = slash ? (size_t)(slash - folder) : strlen(folder);
        snprintf(part, sizeof part, "%.*s", (int)n, folder);
        mkdir(part, 0700); /* mostly there already; if not possible, writing will tell */
        if (!slash)
            return;
    }
}

/* Deletes the entries that were used longest ago, until the rest is within the limit. */
static void trim(const char *folder) {
    Arena arena;
    FileEntry *entry;
    size_t n;
    arena_init(&arena, 0);
    if (folder_list(folder, &arena, &entry, &n, NULL)) {
        uint64_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += entry[i].is_folder ? 0 : (uint64_t)entry[i].size;
        while (sum > limit_bytes()) {
            FileEntry *oldest = NULL;
            for (size_t i = 0; i < n; i++)
                if (!entry[i].is_folder && (!oldest || entry[i].modified_ns < oldest->modified_ns))
                    oldest = &entry[i];
            if (!oldest)
                break;
            char path[2048];
            path_join(path, sizeof path, folder, oldest->name);
            unlink(path);
            sum -= (uint64_t)oldest->size;
            oldest->is_folder = true; /* out of the running */
        }
    }
    arena_free(&arena);
}

/* ---- keys ------------------------------------------------------------------------------- */

/* Blocks spread over the file, its first and last among them. */
static bool probe_content(const char *path, int64_t size, uint64_t *out) {
    File f;
    char block[PROBE_BYTES];
    uint64_t hash = (uint64_t)size ^ FORMATS_EDITION; /* what they made of it, too */
    if (!file_open(&f, path, NULL))
        return false;
    bool ok = f.seekable;
    bool small = size <= PROBES * PROBE_BYTES; /* all of it */
    for (int64_t at = 0; small && ok && at < size; at += PROBE_BYTES) {
        int64_t got = file_pread(&f, block, sizeof block, at, NULL);
        ok = got > 0;
        hash = ok ? hash_mix(hash ^ hash_bytes(block, (size_t)got)) : hash;
    }
    for (int64_t i = 0; i < PROBES && ok && !small; i++) {
        int64_t at = (size - PROBE_BYTES) / (PROBES - 1) * i;
        int64_t got =
            file_pread(&f, block, sizeof block, i == PROBES - 1 ? size - PROBE_BYTES : at, NULL);
        ok = got == (int64_t)sizeof block;
        hash = hash_mix(hash ^ hash_bytes(block, sizeof block));
    }
    file_close(&f);
    *out = hash;
    return ok;
}

void cache_key_any(const char *path, CacheKey *out) {
    FileEntry entry;
    char folder[1024];
    memset(out, 0, sizeof *out);
    if (!find_folder(folder, sizeof folder) || !file_stat(path, &entry) || entry.is_folder)
        return;
    path_absolute(out->path, sizeof out->path, path);
    out->size = entry.size;
    out->modified_ns = entry.modified_ns;
    out->known = probe_content(path, entry.size, &out->probe);
}

void cache_key(const char *path, CacheKey *out) {
    FileEntry entry;
    memset(out, 0, sizeof *out);
    if (strcmp(path, "-") != 0 && file_stat(path, &entry) && entry.size >= FILE_LEAST)
        cache_key_any(path, out);
}

static bool same_file(const CacheKey *key, const Source *s) {
    return s->size == key->size && s->modified_ns == key->modified_ns && s->probe == key->probe &&
           strncmp(s->path, key->path, sizeof s->path) == 0;
}

bool cache_find(const CacheKey *key, char *entry, size_t cap) {
    uint64_t n;
    if (!cache_entry(key, entry, cap) || !file_exists(entry))
        return false;
    Pack *pack = pack_open(entry, NULL);
    const Source *s = pack ? pack_section(pack, "source", sizeof *s, &n, NULL, NULL) : NULL;
    bool good = s && n == 1 && same_file(key, s);
    pack_drop(pack);
    if (good)
        utimensat(AT_FDCWD, entry, NULL, 0); /* used now */
    else
        cache_forget(entry);
    return good;
}

void cache_forget(const char *entry) {
    log_line(LOG_INFO, "cache", "%s is stale or damaged: deleted", entry);
    unlink(entry);
}

/* ---- writing ---------------------------------------------------------------------------- */

struct CacheWrite {
    Jobs *jobs;
    Profile *profile;
    PackPlan plan;
    PackedExtras extras;
    PackExtra extra[PACKED_EXTRAS + 1];
    Source source;
    char entry[1100];
    PackWriter *writer; /* -- the job's, while one runs */
    CancelToken cancel;
    Mutex *mutex;
    Cond *cond;
    bool done; /* -- protected by mutex */
};

static bool begin(CacheWrite *w, Error *err) {
    packed_make(w->profile, &w->plan.view, &w->extras);
    memcpy(w->extra, w->extras.extra, w->extras.count * sizeof w->extra[0]);
    w->extra[w->extras.count] = (PackExtra){"source", sizeof w->source, &w->source, 1};
    w->plan.extra = w->extra;
    w->plan.extras = w->extras.count + 1;
    w->writer = pack_writer_new(&w->plan, w->entry, err);
    return w->writer != NULL;
}

static void end(CacheWrite *w) {
    pack_writer_free(w->writer);
    packed_free(&w->extras);
    w->writer = NULL;
    mutex_lock(w->mutex);
    w->done = true;
    cond_broadcast(w->cond);
    mutex_unlock(w->mutex);
}

static void trim_after(const CacheWrite *w) {
    char folder[1100];
    snprintf(folder, sizeof folder, "%.*s", (int)(path_name(w->entry) - w->entry - 1), w->entry);
    trim(folder);
}

/* A short piece, so that no drag waits for this worker; the next one is a job of its own. */
static void write_piece(void *arg, uint32_t worker) {
    CacheWrite *w = arg;
    Error err = {0};
    (void)worker;
    bool more = !cancelled(&w->cancel);
    if (more)
        more = w->writer ? pack_writer_step(w->writer, STEP_BYTES, &err) : begin(w, &err);
    if (more) {
        jobs_submit(w->jobs, JOB_BACKGROUND, write_piece, w, NULL);
        return;
    }
    if (err.kind)
        log_line(LOG_WARNING, "cache", "%s: %s", w->entry, err.message);
    else if (!cancelled(&w->cancel))
        trim_after(w);
    end(w);
}

static bool worth_keeping(const Profile *profile, const LoadStatus *status, const CacheKey *key) {
    CacheKey now;
    const Format *format = status->format ? format_named(status->format) : NULL;
    if (!format || format->looks_around)
        return false; /* symbols that were missing may be there the next time */
    if (!key->known || profile->pack || status->state != LOAD_DONE ||
        status->bytes_text < TEXT_LEAST || profile_bytes(profile) > limit_bytes() / 2)
        return false;
    cache_key(key->path, &now);
    return now.known && now.size == key->size && now.modified_ns == key->modified_ns &&
           now.probe == key->probe;
}

CacheWrite *cache_write(Jobs *jobs, Profile *profile, const LoadStatus *status,
                        const CacheKey *key) {
    char folder[1024];
    if (!worth_keeping(profile, status, key) || !find_folder(folder, sizeof folder))
        return NULL;
    cache_make_folder(folder);
    CacheWrite *w = mem_resize(NULL, 0, sizeof *w);
    w->jobs = jobs;
    w->profile = profile;
    w->plan = (PackPlan){.profile = profile,
                         .view = profile_view(profile),
                         .format = status->format,
                         .format_has_time = status->format_has_time,
                         .text_bytes = (uint64_t)status->bytes_text};
    w->source = (Source){key->size, key->modified_ns, key->probe, {0}};
    memcpy(w->source.path, key->path, sizeof w->source.path);
    cache_entry(key, w->entry, sizeof w->entry);
    w->mutex = mutex_new();
    w->cond = cond_new();
    jobs_submit(jobs, JOB_BACKGROUND, write_piece, w, NULL);
    return w;
}

void cache_write_wait(CacheWrite *w) {
    bool done = false;
    while (!done) {
        bool ran = jobs_run_one(w->jobs); /* without workers, they are ours to run */
        mutex_lock(w->mutex);
        while (!w->done && !ran && jobs_workers(w->jobs))
            cond_wait(w->cond, w->mutex);
        done = w->done;
        mutex_unlock(w->mutex);
    }
}

void cache_write_free(CacheWrite *w) {
    if (!w)
        return;
    cancel(&w->cancel);
    cache_write_wait(w);
    mutex_free(w->mutex);
    cond_free(w->cond);
    mem_resize(w, sizeof *w, 0);
}

/* ---- for exports ------------------------------------------------------------------------ */

bool cache_loaded_open(Loaded *loaded, const char *path, ReadHow how, CacheKey *key, Error *err) {
    char entry[1100];
    cache_key(path, key);
    if (cache_find(key, entry, sizeof entry)) {
        if (loaded_open(loaded, entry, how, NULL))
            return true;
        cache_forget(entry);
    }
    return loaded_open(loaded, path, how, err);
}

void cache_keep(Loaded *loaded, const CacheKey *key) {
    CacheWrite *w = cache_write(loaded->jobs, &loaded->profile, &loaded->status, key);
    if (w)
        cache_write_wait(w);
    cache_write_free(w);
}
