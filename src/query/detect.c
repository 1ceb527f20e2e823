#include "query/detect.h"

#include <string.h>

#include "base/thread.h"
#include "query/detect_parts.h"

/* A list with what it stands in. */
typedef struct OwnedList {
    DetectList list;
    Arena arena;
    Mutex *mutex;
    uint32_t holders; /* -- protected by mutex */
} OwnedList;

static bool detect_into(const DetectWish *wish, const CancelToken *token, Arena *scratch,
                        OwnedList *owned) {
    Series *s = ARENA_NEW(scratch, Series);
    Groups groups = {0};
    DetectList *list = &owned->list;
    *s = (Series){.wish = wish, .token = token, .arena = scratch};
    mask_init(&s->mask);
    bool whole = series_bin(s);
    if (whole && s->bins) {
        list->origin_ns = profile_origin(&wish->view);
        whole = scout_features(s) && series_count(s) && scan_all(s, &groups) &&
                group_findings(s, &groups, list, &owned->arena);
        list->samples = s->total;
        list->bin_ns = s->total ? s->bin_ns : 0;
    }
    mask_free(&s->mask);
    return whole;
}

DetectList *detect_run(const DetectWish *wish, const CancelToken *token) {
    Arena scratch;
    arena_init(&scratch, 1 << 20);
    OwnedList *owned = mem_resize(NULL, 0, sizeof(*owned));
    arena_init(&owned->arena, 0);
    owned->mutex = mutex_new();
    owned->holders = 1;
    bool whole = detect_into(wish, token, &scratch, owned);
    arena_free(&scratch);
    if (whole)
        return &owned->list;
    detect_drop(&owned->list);
    return NULL;
}

void detect_hold(DetectList *list) {
    OwnedList *owned = (OwnedList *)list;
    mutex_lock(owned->mutex);
    owned->holders++;
    mutex_unlock(owned->mutex);
}

void detect_drop(DetectList *list) {
    OwnedList *owned = (OwnedList *)list;
    if (!list)
        return;
    mutex_lock(owned->mutex);
    bool last = --owned->holders == 0;
    mutex_unlock(owned->mutex);
    if (!last)
        return;
    mutex_free(owned->mutex);
    arena_free(&owned->arena);
    mem_resize(owned, sizeof(*owned), 0);
}

/* ---- words ------------------------------------------------------------------------------ */

const char *finding_name(uint8_t kind) {
    static const char *const name[FINDING_KINDS] = {"burst", "pause", "periodic",
                                                    "phase", "gap",   "single-threaded"};
    return kind < FINDING_KINDS ? name[kind] : "";
}

static void put_span(Buf *out, int64_t ns) {
    if (ns < 1000000000)
        buf_printf(out, "%lld ms", (long long)((ns + 500000) / 1000000));
    else
        buf_printf(out, "%.2f s", (double)ns / 1e9);
}

static void put_when(const DetectList *list, const Finding *f, Buf *out) {
    uint64_t origin = (uint64_t)list->origin_ns;
    buf_printf(out, "%.2f..%.2f s", (double)((uint64_t)f->t0_ns - origin) / 1e9,
               (double)((uint64_t)f->t1_ns - origin) / 1e9);
    if (f->count == 1)
        return;
    buf_printf(out, ", %u times", f->count);
    if (f->period_ns) {
        buf_puts(out, ", every ");
        put_span(out, f->period_ns);
    }
    buf_puts(out, " for ");
    put_span(out, f->typical_ns);
}

void finding_text(const DetectList *list, uint32_t nth, const Dict *dict, Buf *out) {
    const Finding *f = &list->finding[nth];
    Str symbol = dict_symbol(dict, f->frame);
    buf_printf(out, "%s ", finding_name(f->kind));
    put_when(list, f, out);
    buf_printf(out, ": %llu samples where %llu are usual", (unsigned long long)f->samples,
               (unsigned long long)f->expected);
    if (f->tid >= 0)
        buf_printf(out, ", thread %d alone", f->tid);
    if (f->cpu >= 0)
        buf_printf(out, ", cpu %d alone", f->cpu);
    if (f->frame && f->samples)
        buf_printf(out, ", %.0f %% of them in %.*s (of the profile %.1f %%)",
                   100.0 * (double)f->frame_samples / (double)f->samples, (int)symbol.n, symbol.s,
                   100.0 * (double)f->frame_expected / (double)f->samples);
}
