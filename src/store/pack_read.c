/* DESIGN
 * The whole file is mapped read-only; sections are used where they lie. The dictionary is
 * checked when it is lent: that is proportional to what is distinct, some milliseconds. Samples
 * are checked by pack_admit, a block of each column at a time, on the loader's thread, and
 * published as a load's are; so a window has its first block at once, and a verb that waits for
 * the end of the load has every byte verified. Sections of others are checked when first asked
 * for, for the tree of a million stacks is not needed to draw the heat map. */
#include "store/pack.h"

#include <string.h>

#include "base/mapped.h"
#include "base/thread.h"
#include "store/pack_check.h"
#include "store/pack_format.h"
#include "store/pack_parts.h"

enum { COLUMNS = 4, SECTIONS_MAX = 4096, BASE_LOG2_MAX = 22, AHEAD_BYTES = 16 << 20 };

static const int64_t TIME_BOUND = INT64_MAX - 2000000000; /* as far as formats go */

typedef enum Trust { UNCHECKED, INTACT, SOUND, BAD } Trust; /* as written; and makes sense */

struct Pack {
    Mapped map;
    PackHeader header;
    PackFacts facts;
    const PackSection *column[COLUMNS]; /* time, pair, cpu, weight; NULL: not there */
    const uint64_t *sums;               /* of blocks, column after column */
    uint64_t blocks;                    /* of one column */
    EventId chosen;                     /* -- loader only, as what follows; 0: none */
    int64_t previous_ns;                /* the time admitted last */
    Mutex *mutex;
    /* -- protected by mutex */
    uint32_t holders;
    uint8_t *trust; /* by section: Trust */
};

bool pack_probe(Str head) {
    return str_starts(head, (Str){PACK_MAGIC, PACK_HEAD});
}

static bool damaged(Error *err, const char *what) {
    return error_set(err, ERROR_FORMAT, "this pack is damaged: %s", what);
}

/* ---- sections --------------------------------------------------------------------------- */

static const PackSection *section_at(const Pack *p, uint32_t i) {
    return (const PackSection *)(const void *)(p->map.bytes.s + p->header.table_at +
                                               (uint64_t)i * p->header.section_bytes);
}

static const void *items_of(const Pack *p, const PackSection *s) {
    return p->map.bytes.s + s->at;
}

static size_t bytes_of(const PackSection *s) {
    return (size_t)(s->count * s->item);
}

static const PackSection *find(const Pack *p, const char *tag, uint32_t *index) {
    char wanted[sizeof section_at(p, 0)->tag] = {0};
    size_t n = strlen(tag);
    if (n >= sizeof wanted)
        return NULL;
    memcpy(wanted, tag, n);
    for (uint32_t i = 0; i < p->header.sections; i++) {
        if (memcmp(section_at(p, i)->tag, wanted, sizeof wanted) == 0) {
            if (index)
                *index = i;
            return section_at(p, i);
        }
    }
    return NULL;
}

static Trust trust_of(Pack *p, uint32_t i) {
    mutex_lock(p->mutex);
    Trust trust = (Trust)p->trust[i];
    mutex_unlock(p->mutex);
    return trust;
}

static Trust set_trust(Pack *p, uint32_t i, Trust trust) {
    mutex_lock(p->mutex);
    p->trust[i] = (uint8_t)trust;
    mutex_unlock(p->mutex);
    return trust;
}

static bool is_intact(Pack *p, uint32_t i) {
    const PackSection *s = section_at(p, i);
    Trust trust = trust_of(p, i);
    if (trust == UNCHECKED)
        trust = set_trust(p, i, pack_sum(items_of(p, s), bytes_of(s)) == s->sum ? INTACT : BAD);
    return trust != BAD;
}

/* A section that this version cannot do without. */
static const PackSection *need(Pack *p, const char *tag, uint32_t item, Error *err) {
    uint32_t i;
    const PackSection *s = find(p, tag, &i);
    if (!s || s->item != item || (s->flags & PACK_BLOCKS))
        error_set(err, ERROR_FORMAT, "this pack is damaged: it has no %s", tag);
    else if (!is_intact(p, i))
        error_set(err, ERROR_FORMAT, "this pack is damaged: its %s do not match their checksum",
                  tag);
    else
        return s;
    return NULL;
}

const void *pack_section(Pack *p, const char *tag, uint32_t item, uint64_t *count, PackCheck *check,
                         const void *context) {
    uint32_t i;
    const PackSection *s = find(p, tag, &i);
    *count = 0;
    if (!s || s->item != item || (s->flags & PACK_BLOCKS) || !is_intact(p, i))
        return NULL;
    const void *items = items_of(p, s);
    if (check && trust_of(p, i) == INTACT &&
        set_trust(p, i, check(items, s->count, context) ? SOUND : BAD) == BAD)
        return NULL;
    *count = s->count;
    return items;
}

/* ---- opening ---------------------------------------------------------------------------- */

static bool check_header(Pack *p, Error *err) {
    const PackHeader *h = &p->header;
    Str bytes = p->map.bytes;
    uint16_t one = 1;
    if (!pack_probe(bytes))
        return error_set(err, ERROR_FORMAT, "this is no FlameScope pack");
    if (*(const uint8_t *)&one != 1)
        return error_set(err, ERROR_LIMIT,
                         "packs are little-endian, and this computer is not: convert from the "
                         "original");
    if (bytes.n < sizeof *h)
        return error_set(err, ERROR_FORMAT, "this pack is cut off: it has %zu bytes", bytes.n);
    memcpy(&p->header, bytes.s, sizeof *h);
    if (h->byte_order != PACK_BYTE_ORDER)
        return error_set(err, ERROR_FORMAT,
                         "this pack is damaged, or was written with another byte order");
    if (h->version > PACK_VERSION)
        return error_set(err, ERROR_FORMAT,
                         "this pack has version %u, and this FlameScope reads versions up to %d: "
                         "a newer one is needed",
                         h->version, PACK_VERSION);
    if (h->version == 0 || pack_sum(h, offsetof(PackHeader, sum)) != h->sum)
        return damaged(err, "its header does not match its checksum");
    if (h->file_bytes > bytes.n)
        return error_set(err, ERROR_FORMAT,
                         "this pack is cut off: %llu of its %llu bytes are there",
                         (unsigned long long)bytes.n, (unsigned long long)h->file_bytes);
    if (h->file_bytes < bytes.n)
        return damaged(err, "something was written behind it");
    return true;
}

static bool is_known(const char *tag) {
    static const char *const known[] = {
        "facts", "names", "text", "frames",     "stacks",   "events", "contexts", "pairs",
        "time",  "pair",  "cpu",  "complaints", "examples", "weight", "blocks",   "chosen"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(tag, known[i]) == 0)
            return true;
    }
    return false;
}

static bool check_table(Pack *p, Error *err) {
    const PackHeader *h = &p->header;
    uint64_t n = h->file_bytes, stride = h->section_bytes;
    if (h->sections > SECTIONS_MAX || stride < sizeof(PackSection) || stride > 4096 || stride % 8 ||
        h->table_at % PACK_ALIGN || h->table_at > n || h->sections * stride > n - h->table_at ||
        pack_sum(p->map.bytes.s + h->table_at, (size_t)(h->sections * stride)) != h->table_sum)
        return damaged(err, "its table of sections does not match its checksum");
    for (uint32_t i = 0; i < h->sections; i++) {
        const PackSection *s = section_at(p, i);
        uint64_t bytes;
        if (s->tag[sizeof s->tag - 1] || s->item == 0 || s->base_log2 > BASE_LOG2_MAX ||
            __builtin_mul_overflow(s->count, (uint64_t)s->item, &bytes) || s->at % PACK_ALIGN ||
            s->at > n || bytes > n - s->at ||
            s->count > (1ull << (s->base_log2 + COLUMN_SEGMENTS)) - (1ull << s->base_log2))
            return damaged(err, "a section lies outside the file");
        if ((s->flags & PACK_NEEDED) && !is_known(s->tag))
            return error_set(err, ERROR_FORMAT,
                             "this pack has a part \"%s\" that this FlameScope does not know: a "
                             "newer one is needed",
                             s->tag);
    }
    return true;
}

static bool check_facts(Pack *p, Error *err) {
    uint64_t n;
    const PackSection *s = find(p, "facts", NULL);
    const PackFacts *facts = s ? pack_section(p, "facts", s->item, &n, NULL, NULL) : NULL;
    if (!facts || s->item < sizeof *facts || n != 1)
        return damaged(err, "its facts do not match their checksum");
    p->facts = *facts;
    PackFacts *f = &p->facts;
    if (!memchr(f->format, 0, sizeof f->format))
        return damaged(err, "it names no format");
    bool timed = f->has_time && f->samples;
    if (timed ? f->first_ns > f->last_ns || f->first_ns < -TIME_BOUND || f->last_ns > TIME_BOUND
              : f->first_ns != 0 || (f->last_ns != 0 && f->last_ns != -1))
        return damaged(err, "its times are impossible");
    return true;
}

static bool check_columns(Pack *p, Error *err) {
    static const char *const tag[COLUMNS] = {"time", "pair", "cpu", "weight"};
    static const uint32_t item[COLUMNS] = {8, 4, 2, 8};
    const bool wanted[COLUMNS] = {p->facts.has_time != 0, true, true, p->facts.has_weight != 0};
    uint64_t n, present = 0;
    p->blocks = p->facts.samples / PACK_BLOCK + (p->facts.samples % PACK_BLOCK != 0);
    for (int c = 0; c < COLUMNS; c++) {
        if (!wanted[c])
            continue;
        const PackSection *s = find(p, tag[c], NULL);
        if (!s || s->item != item[c] || s->count != p->facts.samples || !(s->flags & PACK_BLOCKS))
            return damaged(err, "a column of its samples is missing");
        p->column[c] = s;
        present++;
    }
    p->sums = pack_section(p, "blocks", sizeof *p->sums, &n, NULL, NULL);
    if (!p->sums || n != present * p->blocks)
        return damaged(err, "its checksums of samples are missing");
    return true;
}

static Pack *open_mapped(const Mapped *map, Error *err) {
    Pack *p = mem_resize(NULL, 0, sizeof *p);
    p->map = *map;
    p->mutex = mutex_new();
    p->holders = 1;
    p->previous_ns = INT64_MIN;
    bool ok = check_header(p, err) && check_table(p, err);
    if (ok) {
        p->trust = mem_resize(NULL, 0, p->header.sections + 1u);
        ok = check_facts(p, err) && check_columns(p, err);
    } else {
        p->header.sections = 0;
    }
    if (ok)
        return p;
    pack_drop(p);
    return NULL;
}

Pack *pack_open(const char *path, Error *err) {
    Mapped map;
    return map_open(&map, path, err) ? open_mapped(&map, err) : NULL;
}

Pack *pack_open_bytes(Str bytes, Error *err) {
    return open_mapped(&(Mapped){.bytes = bytes}, err);
}

void pack_hold(Pack *p) {
    mutex_lock(p->mutex);
    p->holders++;
    mutex_unlock(p->mutex);
}

void pack_drop(Pack *p) {
    if (!p)
        return;
    mutex_lock(p->mutex);
    bool last = --p->holders == 0;
    mutex_unlock(p->mutex);
    if (!last)
        return;
    mutex_free(p->mutex);
    if (p->trust)
        mem_resize(p->trust, p->header.sections + 1u, 0);
    map_close(&p->map);
    mem_resize(p, sizeof *p, 0);
}

const PackFacts *pack_facts(const Pack *p) {
    return &p->facts;
}

uint64_t pack_bytes(const Pack *p) {
    return p->map.bytes.n;
}

bool pack_lost(const Pack *p) {
    return p && map_lost(&p->map);
}

bool pack_say_lost(Error *err) {
    return error_set(err, ERROR_FORMAT, "another program changed the file while it was open");
}

/* ---- lending the dictionary ------------------------------------------------------------- */

static void lend(const Pack *p, const PackSection *s, Column *c) {
    column_free(c);
    column_init(c, s->item, s->base_log2);
    column_borrow(c, items_of(p, s), s->count);
    column_own_tail(c);
}

static bool is_id_count(const PackSection *s) {
    return s && s->count > 0 && s->count < UINT32_MAX;
}

uint64_t pack_name_probe(void) {
    return hash_bytes("flamescope", 10);
}

/* The hashes of names are stored; a version that hashes differently makes them anew. */
static void lend_names(const Pack *p, const PackSection *entry, const PackSection *text,
                       Names *names) {
    lend(p, text, &names->text);
    lend(p, entry, &names->entry);
    if (p->facts.name_probe == pack_name_probe())
        return;
    column_free(&names->entry);
    const NameEntry *from = items_of(p, entry);
    for (uint64_t i = 0; i < entry->count; i++) {
        NameEntry *to = column_push(&names->entry);
        *to = from[i];
        if (i)
            to->hash = (uint32_t)hash_bytes(names_get(names, (NameId)i).s, to->length);
    }
}

bool dict_is_fresh(const Dict *dict) {
    return dict->names.entry.count == 1 && dict->frames.entry.count == 1 &&
           dict->stacks.node.count == 1 && dict->contexts.entry.count == 1 &&
           dict->contexts.event.count == 1 && !dict->pack;
}

/* Events may learn of weights when more files are read, so they are not lent. */
static void copy_events(const Pack *p, const PackSection *s, Column *c) {
    const Event *event = items_of(p, s);
    column_free(c);
    column_init(c, s->item, s->base_log2);
    for (uint64_t i = 0; i < s->count; i++)
        COLUMN_PUSH(c, Event) = event[i];
}

bool pack_lend_dict(Pack *p, Dict *dict, Error *err) {
    const PackSection *names = need(p, "names", sizeof(NameEntry), err);
    const PackSection *text = names ? need(p, "text", 1, err) : NULL;
    const PackSection *frames = text ? need(p, "frames", sizeof(Frame), err) : NULL;
    const PackSection *stacks = frames ? need(p, "stacks", sizeof(StackNode), err) : NULL;
    const PackSection *events = stacks ? need(p, "events", sizeof(Event), err) : NULL;
    const PackSection *contexts = events ? need(p, "contexts", sizeof(Context), err) : NULL;
    if (!contexts)
        return false;
    if (!is_id_count(names) || !is_id_count(frames) || !is_id_count(stacks) ||
        stacks->count >= STACKS_MANY || !is_id_count(events) || !is_id_count(contexts))
        return damaged(err, "it has too few or too many names or stacks");
    if (!check_names(items_of(p, names), names->count, text->count, text->base_log2))
        return damaged(err, "a name lies outside its text");
    if (!check_frames(items_of(p, frames), frames->count, names->count) ||
        !check_stacks(items_of(p, stacks), stacks->count, frames->count))
        return damaged(err, "a stack is impossible");
    if (!check_events(items_of(p, events), events->count, names->count) ||
        !check_contexts(items_of(p, contexts), contexts->count, names->count, events->count))
        return damaged(err, "a thread or event has no name");
    lend_names(p, names, text, &dict->names);
    lend(p, frames, &dict->frames.entry);
    lend(p, stacks, &dict->stacks.node);
    copy_events(p, events, &dict->contexts.event);
    lend(p, contexts, &dict->contexts.entry);
    uint64_t n;
    const EventId *chosen = pack_section(p, "chosen", sizeof *chosen, &n, NULL, NULL);
    p->chosen = chosen && n == 1 && *chosen < events->count ? *chosen : 0;
    pack_hold(p);
    dict->pack = p;
    dict->unindexed = true;
    return true;
}

bool pack_lend_pairs(Pack *p, Pairs *pairs, Error *err) {
    const PackSection *s = need(p, "pairs", sizeof(Pair), err);
    const PackSection *stacks = find(p, "stacks", NULL), *contexts = find(p, "contexts", NULL);
    if (!s || !stacks || !contexts)
        return false;
    if (!is_id_count(s) || !check_pairs(items_of(p, s), s->count, stacks->count, contexts->count))
        return damaged(err, "a stack of a thread is not there");
    lend(p, s, &pairs->entry);
    return true;
}

/* ---- complaints ------------------------------------------------------------------------- */

static ComplaintKind kind_named(const char *name) {
    for (int k = 0; k < COMPLAINT_KINDS; k++) {
        if (strncmp(name, complaint_name((ComplaintKind)k), PACK_NAME_BYTES) == 0)
            return (ComplaintKind)k;
    }
    return COMPLAINT_DAMAGED;
}

bool pack_complaints(Pack *p, Complaints *out, Error *err) {
    const PackSection *complaints = need(p, "complaints", sizeof(PackComplaint), err);
    const PackSection *examples = need(p, "examples", sizeof(PackExample), err);
    *out = (Complaints){0};
    if (!complaints || !examples)
        return false;
    const PackComplaint *c = items_of(p, complaints);
    const PackExample *e = items_of(p, examples), *end = e + examples->count;
    for (uint64_t i = 0; i < complaints->count; i++) {
        ComplaintKind kind = kind_named(c[i].name);
        complaint_count(out, kind, c[i].count);
        for (uint32_t k = 0; k < c[i].examples && k < COMPLAINT_EXAMPLES && e < end; k++, e++) {
            size_t length = strnlen(e->excerpt, COMPLAINT_EXCERPT - 1);
            complaint_example(out, kind, e->offset, (Str){e->excerpt, length});
        }
    }
    return true;
}

/* ---- samples ---------------------------------------------------------------------------- */

static void lend_samples(const Pack *p, const PackSection *s, Column *c) {
    column_free(c);
    if (s) {
        column_init(c, s->item, s->base_log2);
        column_borrow(c, items_of(p, s), s->count);
    }
}

bool pack_lend(Pack *p, Profile *profile, Error *err) {
    const PackFacts *f = &p->facts;
    if (!pack_complaints(p, &profile->complaints, err) || !pack_lend_dict(p, profile->dict, err) ||
        !pack_lend_pairs(p, &profile->pairs, err))
        return false;
    lend_samples(p, p->column[0], &profile->time_ns);
    lend_samples(p, p->column[1], &profile->pair);
    lend_samples(p, p->column[2], &profile->cpu);
    lend_samples(p, p->column[3], &profile->weight);
    if (!f->has_time && f->samples) { /* all zero, and never read: costs no memory */
        column_reserve(&profile->time_ns, f->samples - 1);
        profile->time_ns.count = f->samples;
    }
    ProfileView *v = &profile->building;
    v->first_ns = f->first_ns;
    v->last_ns = f->last_ns;
    v->has_time = f->has_time;
    v->has_weight = f->has_weight;
    v->in_order = f->in_order;
    v->chosen = p->chosen;
    profile->last_time_ns = f->last_sample_ns;
    pack_hold(p);
    profile->pack = p;
    p->previous_ns = INT64_MIN;
    return true;
}

/* The block that begins at sample `from`; its number of samples, 0 with *err when it is bad. */
static uint64_t check_block(Pack *p, uint64_t from, Error *err) {
    uint64_t left = p->facts.samples - from, n = left < PACK_BLOCK ? left : PACK_BLOCK;
    const uint64_t *sum = p->sums + from / PACK_BLOCK;
    const PackSection *pairs = find(p, "pairs", NULL);
    for (int c = 0; c < COLUMNS; c++) {
        const PackSection *s = p->column[c];
        if (!s)
            continue;
        uint64_t at = s->at + from * s->item, bytes = n * s->item;
        map_prefetch(&p->map, at + AHEAD_BYTES, bytes);
        if (pack_sum(p->map.bytes.s + at, (size_t)bytes) != *sum) {
            error_set(err, ERROR_FORMAT,
                      "this pack is damaged: samples %llu to %llu do not match their checksum",
                      (unsigned long long)from, (unsigned long long)(from + n - 1));
            return 0;
        }
        sum += p->blocks;
    }
    const PairId *pair = (const PairId *)items_of(p, p->column[1]) + from;
    ProfileView v = {
        .first_ns = p->facts.first_ns, .last_ns = p->facts.last_ns, .in_order = p->facts.in_order};
    bool good = pairs && check_sample_pairs(pair, n, pairs->count);
    if (good && p->column[0]) {
        const int64_t *time = (const int64_t *)items_of(p, p->column[0]) + from;
        good = check_times(time, n, &v, &p->previous_ns);
    }
    if (good)
        return n;
    damaged(err, "its samples have impossible stacks or times");
    return 0;
}

bool pack_admit(Pack *p, Profile *profile, Error *err) {
    uint64_t from = profile->building.samples;
    if (from >= p->facts.samples)
        return true;
    uint64_t n = check_block(p, from, err);
    profile->building.samples += n;
    return n > 0;
}

uint64_t pack_rows(Pack *p, uint64_t from, Batch *out, Error *err) {
    uint64_t n = from < p->facts.samples ? check_block(p, from, err) : 0;
    Column *to[COLUMNS] = {&out->time_ns, &out->pair, &out->cpu, &out->weight};
    if (n == 0)
        return 0;
    for (int c = 0; c < COLUMNS; c++) {
        const PackSection *s = p->column[c];
        if (s)
            column_borrow(to[c], (const char *)items_of(p, s) + from * s->item, n);
    }
    for (uint64_t i = 0; i < n && !p->column[0]; i++)
        COLUMN_PUSH(&out->time_ns, int64_t) = TIME_NONE;
    out->has_weight = p->facts.has_weight != 0;
    out->chosen = p->chosen;
    return n;
}
