#include "ingest/pack_load.h"

#include "base/mapped.h"

struct PackLoad {
    Pack *pack;
    Profile *profile;
    bool lent;
    uint64_t rows;
    /* -- when absorbed */
    Part part;
    Remap remap;
    Batch batch;
};

bool pack_load_wanted(const char *path) {
    char head[PACK_HEAD];
    return file_head(path, head, sizeof head) && pack_probe((Str){head, sizeof head});
}

/* The pack's dictionary becomes that of a part, whose ids the profile translates. */
static bool open_part(PackLoad *l, Error *err) {
    part_init(&l->part);
    batch_init(&l->batch);
    return pack_complaints(l->pack, &l->profile->complaints, err) &&
           pack_lend_dict(l->pack, &l->part.dict, err) &&
           pack_lend_pairs(l->pack, &l->part.pairs, err);
}

PackLoad *pack_load_open(const char *path, Profile *profile, bool dict_in_use, Error *err) {
    Pack *pack = pack_open(path, err);
    if (!pack)
        return NULL;
    PackLoad *l = mem_resize(NULL, 0, sizeof *l);
    l->pack = pack;
    l->profile = profile;
    l->lent = !dict_in_use && dict_is_fresh(profile->dict);
    if (l->lent ? pack_lend(pack, profile, err) : open_part(l, err))
        return l;
    pack_load_free(l);
    return NULL;
}

static uint64_t absorb_rows(PackLoad *l, Error *err) {
    batch_clear(&l->batch, &l->part);
    uint64_t n = pack_rows(l->pack, l->rows, &l->batch, err);
    if (n)
        profile_absorb(l->profile, &l->batch, &l->remap);
    return n;
}

static bool step(PackLoad *l, Error *err) {
    uint64_t total = pack_facts(l->pack)->samples;
    if (l->rows >= total)
        return false;
    if (l->lent) {
        if (!pack_admit(l->pack, l->profile, err))
            return false;
        l->rows = l->profile->building.samples;
    } else {
        uint64_t n = absorb_rows(l, err);
        if (n == 0)
            return false;
        l->rows += n;
    }
    return l->rows < total;
}

bool pack_load_step(PackLoad *l, Error *err) {
    bool more = step(l, err);
    if (!pack_lost(l->pack))
        return more;
    *err = (Error){.offset = -1}; /* rather than that it is damaged */
    return pack_say_lost(err);
}

const PackFacts *pack_load_facts(const PackLoad *l) {
    return pack_facts(l->pack);
}

uint64_t pack_load_rows(const PackLoad *l) {
    return l->rows;
}

void pack_load_free(PackLoad *l) {
    if (!l)
        return;
    if (!l->lent) {
        batch_free(&l->batch);
        remap_free(&l->remap);
        part_free(&l->part);
    }
    pack_drop(l->pack);
    mem_resize(l, sizeof *l, 0);
}
