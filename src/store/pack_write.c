/* DESIGN
 * Sections are written one behind the other in chunks, so that a writer can be a row of short
 * jobs; the header comes last, so that what is not whole has none. Samples that were spilled
 * are read back from their files, not through memory. */
#include <string.h>

#include "base/outfile.h"
#include "store/pack_format.h"
#include "store/pack_parts.h"
#include "store/spill.h"

enum { CHUNK = 1 << 16, OWN_SECTIONS = 16 }; /* items written at a time */

/* Where the items of a section come from: a column, or memory. */
typedef struct Origin {
    const Column *column;
    const void *items;
} Origin;

struct PackWriter {
    PackPlan plan;
    OutFile file;
    bool open, done;
    PackFacts facts;
    PackSection *section;
    Origin *origin;
    uint32_t sections, cap;
    uint32_t at;   /* section being written */
    uint64_t item; /* of it, to be written next */
    PackSum sum;
    uint64_t *block_sum;
    uint64_t blocks, block_cap;
    PackComplaint complaint[COMPLAINT_KINDS];
    PackExample example[COMPLAINT_KINDS * COMPLAINT_EXAMPLES];
    uint32_t complaints, examples;
    Buf chunk;
};

/* ---- the list of sections --------------------------------------------------------------- */

static PackSection *add(PackWriter *w, const char *tag, uint32_t item, uint64_t count,
                        Origin origin) {
    PackSection *s = &w->section[w->sections];
    *s = (PackSection){.item = item, .base_log2 = 0, .count = count};
    memcpy(s->tag, tag, strlen(tag));
    w->origin[w->sections++] = origin;
    return s;
}

static void add_items(PackWriter *w, const char *tag, uint32_t item, uint64_t count,
                      const void *items) {
    add(w, tag, item, count, (Origin){NULL, items});
}

static void add_column(PackWriter *w, const char *tag, const Column *c, uint64_t count) {
    add(w, tag, c->item, count, (Origin){c, NULL})->base_log2 = c->base_log2;
}

static void add_samples(PackWriter *w, const char *tag, const Column *c) {
    add_column(w, tag, c, w->plan.view.samples);
    w->section[w->sections - 1].flags = PACK_BLOCKS;
}

/* Bytes of text that the first `names` names need: they were put one behind the other. */
static uint64_t text_of(const Names *names, uint32_t count) {
    uint64_t end = 0;
    for (uint32_t i = 1; i < count; i++) {
        const NameEntry *e = (const NameEntry *)column_at(&names->entry, i);
        if (e->length && e->offset + e->length > end)
            end = e->offset + e->length;
    }
    return end;
}

static void list_complaints(PackWriter *w) {
    Complaints all;
    profile_complaints(w->plan.profile, &all);
    for (int k = 0; k < COMPLAINT_KINDS; k++) {
        const Complaint *c = &all.of[k];
        PackComplaint *to = &w->complaint[w->complaints];
        if (!c->count)
            continue;
        *to = (PackComplaint){.count = c->count, .examples = c->examples};
        strncpy(to->name, complaint_name((ComplaintKind)k), sizeof to->name);
        w->complaints++;
        for (uint32_t i = 0; i < c->examples; i++) {
            PackExample *e = &w->example[w->examples++];
            e->offset = c->example[i].offset;
            memcpy(e->excerpt, c->example[i].excerpt, sizeof e->excerpt);
        }
    }
    add_items(w, "complaints", sizeof(PackComplaint), w->complaints, w->complaint);
    add_items(w, "examples", sizeof(PackExample), w->examples, w->example);
}

static void list_sections(PackWriter *w) {
    const PackPlan *plan = &w->plan;
    const ProfileView *v = &plan->view;
    const Profile *profile = plan->profile;
    const Dict *dict = profile->dict;
    add_items(w, "facts", sizeof w->facts, 1, &w->facts);
    if (v->chosen)
        add_items(w, "chosen", sizeof v->chosen, 1, &v->chosen);
    add_column(w, "names", &dict->names.entry, v->names);
    add_column(w, "text", &dict->names.text, text_of(&dict->names, v->names));
    add_column(w, "frames", &dict->frames.entry, v->frames);
    add_column(w, "stacks", &dict->stacks.node, v->stacks);
    add_column(w, "events", &dict->contexts.event, v->events);
    add_column(w, "contexts", &dict->contexts.entry, v->contexts);
    add_column(w, "pairs", &profile->pairs.entry, v->pairs);
    list_complaints(w);
    for (uint32_t i = 0; i < plan->extras; i++)
        add_items(w, plan->extra[i].tag, plan->extra[i].item, plan->extra[i].count,
                  plan->extra[i].items);
    if (v->has_time)
        add_samples(w, "time", &profile->time_ns);
    add_samples(w, "pair", &profile->pair);
    add_samples(w, "cpu", &profile->cpu);
    if (v->has_weight)
        add_samples(w, "weight", &profile->weight);
    add_items(w, "blocks", sizeof *w->block_sum, w->block_cap, w->block_sum);
}

static void note_facts(PackWriter *w) {
    const PackPlan *plan = &w->plan;
    const ProfileView *v = &plan->view;
    w->facts = (PackFacts){
        .samples = v->samples,
        .first_ns = v->first_ns,
        .last_ns = v->last_ns,
        .last_sample_ns = plan->profile->last_time_ns,
        .text_bytes = plan->text_bytes,
        .name_probe = pack_name_probe(),
        .has_time = v->has_time,
        .has_weight = v->has_weight,
        .in_order = v->in_order,
        .format_has_time = plan->format_has_time,
    };
    strncpy(w->facts.format, plan->format ? plan->format : "", sizeof w->facts.format - 1);
}

PackWriter *pack_writer_new(const PackPlan *plan, const char *path, Error *err) {
    OutFile file;
    if (!out_open(&file, path, err))
        return NULL;
    PackWriter *w = mem_resize(NULL, 0, sizeof *w);
    w->plan = *plan;
    w->file = file;
    w->open = true;
    w->cap = OWN_SECTIONS + plan->extras;
    w->section = mem_resize(NULL, 0, w->cap * sizeof *w->section);
    w->origin = mem_resize(NULL, 0, w->cap * sizeof *w->origin);
    uint64_t columns = 2u + plan->view.has_time + plan->view.has_weight;
    w->block_cap = columns * ((plan->view.samples + PACK_BLOCK - 1) / PACK_BLOCK);
    w->block_sum = mem_resize(NULL, 0, (w->block_cap + 1) * sizeof *w->block_sum);
    note_facts(w);
    list_sections(w);
    w->file.size = sizeof(PackHeader); /* room, filled at the end */
    pack_sum_begin(&w->sum);
    return w;
}

uint64_t pack_writer_bytes(const PackWriter *w) {
    return (uint64_t)w->file.size;
}

void pack_writer_free(PackWriter *w) {
    if (!w)
        return;
    if (w->open)
        out_abandon(&w->file);
    mem_resize(w->section, w->cap * sizeof *w->section, 0);
    mem_resize(w->origin, w->cap * sizeof *w->origin, 0);
    mem_resize(w->block_sum, (w->block_cap + 1) * sizeof *w->block_sum, 0);
    buf_free(&w->chunk);
    mem_resize(w, sizeof *w, 0);
}

/* ---- writing ---------------------------------------------------------------------------- */

static bool align(PackWriter *w, Error *err) {
    static const char zeros[PACK_ALIGN];
    size_t over = (size_t)w->file.size % PACK_ALIGN;
    return over == 0 || out_append(&w->file, (Str){zeros, PACK_ALIGN - over}, err);
}

static void fetch(PackWriter *w, const PackSection *s, uint64_t n) {
    const Origin *o = &w->origin[w->at];
    buf_clear(&w->chunk);
    char *to = buf_reserve(&w->chunk, (size_t)(n * s->item));
    w->chunk.n = (size_t)(n * s->item);
    uint64_t run;
    if (o->items)
        memcpy(to, (const char *)o->items + w->item * s->item, w->chunk.n);
    for (uint64_t i = 0; i < n && o->column; i += run) {
        const void *from = column_span(o->column, w->item + i, w->item + n, &run);
        memcpy(to + i * s->item, from, (size_t)(run * s->item));
    }
}

/* One chunk of the section at hand, or its end. */
static bool write_chunk(PackWriter *w, Error *err) {
    PackSection *s = &w->section[w->at];
    bool blocks = (s->flags & PACK_BLOCKS) != 0;
    if (w->item == 0) {
        if (!align(w, err))
            return false;
        s->at = (uint64_t)w->file.size;
        pack_sum_begin(&w->sum);
    }
    uint64_t left = s->count - w->item, most = blocks ? PACK_BLOCK : CHUNK;
    uint64_t n = left < most ? left : most;
    if (n) {
        fetch(w, s, n);
        if (!out_append(&w->file, buf_str(&w->chunk), err))
            return false;
    }
    if (blocks && n) {
        w->block_sum[w->blocks++] = pack_sum(w->chunk.s, w->chunk.n);
        spill_let_go(w->plan.profile);
    } else if (n) {
        pack_sum_add(&w->sum, w->chunk.s, w->chunk.n);
    }
    w->item += n;
    if (w->item < s->count)
        return true;
    s->sum = blocks ? 0 : pack_sum_end(&w->sum);
    w->item = 0;
    w->at++;
    return true;
}

static bool write_end(PackWriter *w, Error *err) {
    Str table = {(const char *)w->section, w->sections * sizeof *w->section};
    PackHeader h = {.version = PACK_VERSION,
                    .byte_order = PACK_BYTE_ORDER,
                    .sections = w->sections,
                    .section_bytes = sizeof(PackSection)};
    if (!align(w, err))
        return false;
    memcpy(h.magic, PACK_MAGIC, sizeof h.magic);
    h.table_at = (uint64_t)w->file.size;
    h.table_sum = pack_sum(table.s, table.n);
    h.file_bytes = h.table_at + table.n;
    h.sum = pack_sum(&h, offsetof(PackHeader, sum));
    w->open = false; /* out_commit closes it, whatever comes */
    if (out_append(&w->file, table, err) &&
        out_write_at(&w->file, 0, (Str){(const char *)&h, sizeof h}, err))
        return out_commit(&w->file, w->plan.durable, err);
    out_abandon(&w->file);
    return false;
}

bool pack_writer_step(PackWriter *w, uint64_t budget, Error *err) {
    uint64_t until = (uint64_t)w->file.size + budget;
    while (w->at < w->sections && (uint64_t)w->file.size < until) {
        if (!write_chunk(w, err))
            return false;
    }
    if (w->at < w->sections)
        return true;
    if (!w->done)
        w->done = write_end(w, err);
    return false;
}
