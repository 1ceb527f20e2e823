#include "pack_helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "query/index.h"
#include "query/packed.h"
#include "query/slice.h"
#include "store/pack_format.h"

enum { COLUMNS_MAX = 10000, SIZE_MAX_READ = 1 << 30 };

static void fail(const Error *err) {
    fprintf(stderr, "pack_helper: %s\n", err->message);
    abort();
}

Buf packed_bytes(Profile *profile, uint64_t budget) {
    char path[] = "pack_helper.XXXXXX";
    Error err = {0};
    Buf bytes = {0};
    PackedExtras extras;
    ProfileView view = profile_view(profile);
    close(mkstemp(path));
    packed_make(profile, &view, &extras);
    PackPlan plan = {.profile = profile,
                     .view = view,
                     .format = "perf script",
                     .format_has_time = true,
                     .text_bytes = 123456,
                     .extra = extras.extra,
                     .extras = extras.count};
    PackWriter *w = pack_writer_new(&plan, path, &err);
    while (w && pack_writer_step(w, budget, &err))
        ;
    pack_writer_free(w);
    packed_free(&extras);
    if (err.kind || !file_read_all(path, &bytes, SIZE_MAX_READ, &err))
        fail(&err);
    unlink(path);
    return bytes;
}

static PackSection *section(char *bytes, const PackHeader *h, uint32_t i) {
    return (PackSection *)(void *)(bytes + h->table_at + (uint64_t)i * h->section_bytes);
}

static bool inside(uint64_t at, uint64_t n, uint64_t size) {
    return at <= size && n <= size - at;
}

static void reseal_blocks(char *bytes, size_t n, const PackHeader *h) {
    static const char *const tag[] = {"time", "pair", "cpu", "weight"};
    PackSection *sums = NULL;
    uint64_t next = 0;
    for (uint32_t i = 0; i < h->sections; i++)
        if (strncmp(section(bytes, h, i)->tag, "blocks", 12) == 0)
            sums = section(bytes, h, i);
    if (!sums || !inside(sums->at, sums->count * 8, n) || sums->at % 8)
        return;
    for (int t = 0; t < 4; t++) {
        for (uint32_t i = 0; i < h->sections; i++) {
            const PackSection *s = section(bytes, h, i);
            if (strncmp(s->tag, tag[t], 12) || !s->item || s->count > n / s->item ||
                !inside(s->at, s->count * s->item, n))
                continue;
            for (uint64_t k = 0; k < s->count && next < sums->count; k += PACK_BLOCK) {
                uint64_t left = s->count - k, items = left < PACK_BLOCK ? left : PACK_BLOCK;
                uint64_t sum = pack_sum(bytes + s->at + k * s->item, (size_t)(items * s->item));
                memcpy(bytes + sums->at + 8 * next++, &sum, 8);
            }
        }
    }
}

void pack_reseal(char *bytes, size_t n) {
    PackHeader h;
    if (n < sizeof h)
        return;
    memcpy(&h, bytes, sizeof h);
    bool table = h.table_at % 8 == 0 && h.section_bytes >= sizeof(PackSection) &&
                 h.section_bytes % 8 == 0 && h.section_bytes <= 4096 && h.sections <= 4096 &&
                 inside(h.table_at, (uint64_t)h.sections * h.section_bytes, n);
    if (table) {
        reseal_blocks(bytes, n, &h);
        for (uint32_t i = 0; i < h.sections; i++) {
            PackSection *s = section(bytes, &h, i);
            if (s->item && s->count <= n / s->item && inside(s->at, s->count * s->item, n))
                s->sum = pack_sum(bytes + s->at, (size_t)(s->count * s->item));
        }
        h.table_sum = pack_sum(bytes + h.table_at, (size_t)h.sections * h.section_bytes);
    }
    h.sum = pack_sum(&h, offsetof(PackHeader, sum));
    memcpy(bytes, &h, sizeof h);
}

static void use_queries(Profile *profile) {
    ProfileView view = profile_view(profile);
    Arena arena;
    Slice slice;
    Query whole = {.whole = true, .event = EVENT_ALL, .idle = IDLE_HIDE};
    Query some = {.t0_ns = view.first_ns, .t1_ns = view.last_ns, .event = EVENT_ALL};
    HeatSpec spec = {.rows = 50, .column_ns = 1000000000, .idle = IDLE_HIDE};
    arena_init(&arena, 0);
    slice_scan(profile, &view, &whole, &arena, &slice, NULL);
    slice_scan(profile, &view, &some, &arena, &slice, NULL);
    spec.event = query_default_event(profile, &view);
    if (heat_columns(&view, spec.column_ns) < COLUMNS_MAX) {
        heat_build(profile, &view, &spec, &arena);
        spec.rows = 7;
        heat_build(profile, &view, &spec, &arena);
    }
    Index *index = index_build(profile, &view, 1);
    for (uint32_t v = 0; v < index->tree->nodes; v += 7) {
        const Tree *tree = index->tree;
        tree_find_key(tree, profile->dict, tree->node[v].key);
    }
    index_lower(index, index->samples, view.first_ns + 1);
    index_drop(index);
    arena_free(&arena);
}

bool pack_use(Str bytes, Buf *dump, Error *err) {
    Dict dict;
    Profile profile;
    dict_init(&dict);
    profile_init(&profile, &dict);
    Pack *pack = pack_open_bytes(bytes, err);
    bool ok = pack && pack_lend(pack, &profile, err);
    while (ok && profile.building.samples < pack_facts(pack)->samples)
        ok = pack_admit(pack, &profile, err);
    if (ok) {
        profile_publish(&profile);
        profile_dump(&profile, dump);
        use_queries(&profile);
    }
    pack_drop(pack);
    profile_free(&profile);
    dict_free(&dict);
    return ok;
}
