/* Pack: a loaded profile in a file (.fscope) that is mapped into memory and used as it lies.
 * Opening checks the header, the names and the stacks; samples are admitted block by block,
 * each checked against its checksum and for ids and times that would lead out of bounds, so
 * that nothing in a file, made with intent or damaged, is ever used unchecked. Owner:
 * reference-counted; a Profile, Dict or Tree made of it holds it. Thread: hold, drop, facts and
 * section from any; the rest from the loader. Failure: false with words: not a pack, truncated,
 * damaged, of a newer version, of another byte order. */
#pragma once

#include "base/error.h"
#include "store/profile.h"

typedef struct Pack Pack;

/* What the head of an input must say to be a pack. */
enum { PACK_HEAD = 8 };
bool pack_probe(Str head);

typedef struct PackFacts {
    uint64_t samples;
    int64_t first_ns, last_ns, last_sample_ns;
    uint64_t text_bytes; /* of the input it was made of, decompressed */
    uint64_t name_probe; /* the hash of a certain name: whether stored hashes are still ours */
    uint32_t has_time, has_weight, in_order, format_has_time;
    char format[32]; /* zero-terminated, as Format.name */
} PackFacts;

Pack *pack_open(const char *path, Error *err);
Pack *pack_open_bytes(Str bytes, Error *err); /* aligned to 8; they must outlive it */
void pack_hold(Pack *pack);
void pack_drop(Pack *pack); /* NULL allowed */
const PackFacts *pack_facts(const Pack *pack);
uint64_t pack_bytes(const Pack *pack);
/* Another program cut the file short while it was mapped, and some of that was used: what was
 * made of it must be given up. NULL: false. */
bool pack_lost(const Pack *pack);
bool pack_say_lost(Error *err); /* fills *err with words for that; false */

/* The dictionary's columns become the pack's. It must be as dict_init left it. */
bool pack_lend_dict(Pack *pack, Dict *dict, Error *err);
bool pack_lend_pairs(Pack *pack, Pairs *pairs, Error *err);
bool dict_is_fresh(const Dict *dict);
/* The profile, as profile_init left it over a fresh dictionary, becomes the pack's: all facts,
 * no samples yet. */
bool pack_lend(Pack *pack, Profile *profile, Error *err);
/* Checks the block behind profile->building.samples and counts it in. False: damaged. */
bool pack_admit(Pack *pack, Profile *profile, Error *err);
/* For a profile over a dictionary that has other ids: rows [from, …) of one block, checked, and
 * their number. */
uint64_t pack_rows(Pack *pack, uint64_t from, Batch *out, Error *err);
bool pack_complaints(Pack *pack, Complaints *out, Error *err);

/* A section that somebody else made: its items, checksum verified and `check` passed once for
 * all, or NULL when there is none like that. check may be NULL. */
typedef bool PackCheck(const void *items, uint64_t count, const void *context);
const void *pack_section(Pack *pack, const char *tag, uint32_t item, uint64_t *count,
                         PackCheck *check, const void *context);

/* ---- writing ---------------------------------------------------------------------------- */

typedef struct PackExtra {
    const char *tag; /* at most 11 bytes */
    uint32_t item;
    const void *items; /* must live until the writer is freed */
    uint64_t count;
} PackExtra;

typedef struct PackPlan {
    const Profile *profile;
    ProfileView view; /* what is written: all that was published, or less */
    const char *format;
    bool format_has_time;
    uint64_t text_bytes;
    const PackExtra *extra;
    uint32_t extras;
    bool durable; /* wait until the disk has it */
} PackPlan;

typedef struct PackWriter PackWriter;

/* One writer a file. The profile may not lose what the view covers meanwhile. */
PackWriter *pack_writer_new(const PackPlan *plan, const char *path, Error *err);
/* Writes about `budget` bytes more. True while there is more to do; when false, *err tells
 * whether the file is there. */
bool pack_writer_step(PackWriter *w, uint64_t budget, Error *err);
uint64_t pack_writer_bytes(const PackWriter *w);
/* Leaves nothing behind unless the last step put the file in its place. */
void pack_writer_free(PackWriter *w);
