#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/loader.h"
#include "pack_helper.h"
#include "query/packed.h"
#include "query_helper.h"
#include "store/pack_format.h"
#include "store/spill.h"

static const uint64_t ALL = UINT64_MAX / 2;

static const MakeOptions kinds[] = {
    {.seed = 1, .symbols = 20, .depth = 6, .contexts = 5, .events = 1, .step_ns = 3000000},
    {.seed = 2,
     .symbols = 90,
     .depth = 30,
     .contexts = 40,
     .events = 3,
     .cpus = 4,
     .step_ns = 900000,
     .weights = true},
    {.seed = 3,
     .symbols = 40,
     .depth = 9,
     .contexts = 9,
     .events = 2,
     .cpus = 70,
     .step_ns = 100000,
     .disorder = 20},
    {.seed = 4, .symbols = 8, .depth = 4, .contexts = 3, .events = 1, .untimed = true},
    {.seed = 5,
     .symbols = 300,
     .depth = 12,
     .contexts = 9,
     .events = 2,
     .cpus = 9,
     .step_ns = 1000,
     .disorder = 3,
     .weights = true},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void make(Maker *m, int kind, uint64_t samples) {
    maker_init(m, &kinds[kind]);
    if (samples)
        maker_add(m, samples);
    profile_complain(&m->profile, COMPLAINT_FRAME, 7, 99, STR("odd \"line\""));
    profile_complain(&m->profile, COMPLAINT_LOST, 3, -1, STR(""));
    profile_publish(&m->profile);
}

static Buf dump_of(const Profile *profile) {
    Buf out = {0};
    profile_dump(profile, &out);
    return out;
}

/* Says where texts part. */
static void assert_same(const Buf *a, const Buf *b) {
    size_t i = 0, from;
    while (i < a->n && i < b->n && a->s[i] == b->s[i])
        i++;
    if (i == a->n && i == b->n)
        return;
    from = i > 60 ? i - 60 : 0;
    fail_msg("byte %zu of %zu, %zu: \"%.*s\" is not \"%.*s\"", i, a->n, b->n,
             (int)(a->n - from < 90 ? a->n - from : 90), a->s + from,
             (int)(b->n - from < 90 ? b->n - from : 90), b->s + from);
}

static char *section_bytes(Buf *bytes, const char *tag, uint64_t at) {
    PackHeader h;
    PackSection s;
    memcpy(&h, bytes->s, sizeof h);
    for (uint32_t k = 0; k < h.sections; k++) {
        memcpy(&s, bytes->s + h.table_at + k * sizeof s, sizeof s);
        if (strcmp(s.tag, tag) == 0)
            return bytes->s + s.at + at;
    }
    fail_msg("no section %s", tag);
    return NULL;
}

static void assert_refused(Str bytes, const char *words) {
    Buf dump = {0};
    Error err = {0};
    if (pack_use(bytes, &dump, &err))
        fail_msg("accepted, wanted \"%s\"", words);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    buf_free(&dump);
}

/* ---- whole ------------------------------------------------------------------------------ */

static void a_pack_is_the_same_store(void **state) {
    (void)state;
    static const uint64_t samples[] = {
        0, 1, 2, 1000, PACK_BLOCK - 1, PACK_BLOCK, PACK_BLOCK + 5000};
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            if (samples[i] > 1000 && kind != 0)
                continue;
            Maker m;
            make(&m, kind, samples[i]);
            Buf bytes = packed_bytes(&m.profile, ALL), want = dump_of(&m.profile), got = {0};
            Error err = {0};
            if (!pack_use(buf_str(&bytes), &got, &err))
                fail_msg("kind %d, %llu samples: %s", kind, (unsigned long long)samples[i],
                         err.message);
            assert_same(&want, &got);
            buf_free(&bytes);
            buf_free(&want);
            buf_free(&got);
            maker_free(&m);
        }
    }
}

static void views_and_facts_come_back(void **state) {
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        Maker m;
        make(&m, kind, 700);
        Buf bytes = packed_bytes(&m.profile, ALL);
        Dict dict;
        Profile profile;
        Complaints a, b;
        dict_init(&dict);
        profile_init(&profile, &dict);
        Pack *pack = pack_open_bytes(buf_str(&bytes), NULL);
        assert_non_null(pack);
        assert_true(pack_lend(pack, &profile, NULL));
        assert_true(profile_view(&profile).samples == 0);
        assert_true(pack_admit(pack, &profile, NULL));
        profile_publish(&profile);
        ProfileView x = profile_view(&m.profile), y = profile_view(&profile);
        assert_true(x.samples == y.samples && x.first_ns == y.first_ns && x.last_ns == y.last_ns &&
                    x.pairs == y.pairs && x.stacks == y.stacks && x.frames == y.frames &&
                    x.names == y.names && x.contexts == y.contexts && x.events == y.events &&
                    x.has_time == y.has_time && x.has_weight == y.has_weight &&
                    x.in_order == y.in_order && x.complaints == y.complaints && x.lost == y.lost);
        profile_complaints(&m.profile, &a);
        profile_complaints(&profile, &b);
        assert_memory_equal(&a, &b, sizeof a);
        assert_string_equal(pack_facts(pack)->format, "perf script");
        assert_true(pack_facts(pack)->text_bytes == 123456);
        pack_drop(pack);
        profile_free(&profile);
        dict_free(&dict);
        buf_free(&bytes);
        maker_free(&m);
    }
}

static void short_steps_write_the_same_bytes(void **state) {
    (void)state;
    Maker m;
    make(&m, 2, 9000);
    Buf once = packed_bytes(&m.profile, ALL), often = packed_bytes(&m.profile, 1);
    assert_same(&once, &often);
    buf_free(&once);
    buf_free(&often);
    maker_free(&m);
}

/* ---- what a pack brings along ------------------------------------------------------------ */

static void assert_same_tree(const Tree *a, const Tree *b) {
    assert_int_equal(a->nodes, b->nodes);
    assert_int_equal(a->ranks, b->ranks);
    assert_int_equal(a->max_depth, b->max_depth);
    assert_memory_equal(a->node, b->node, (a->nodes + 1) * sizeof *a->node);
    assert_memory_equal(a->rank_of_pair, b->rank_of_pair, a->pairs * sizeof *a->rank_of_pair);
}

static void assert_same_heat(const Profile *a, const Profile *b, HeatSpec spec) {
    ProfileView x = profile_view(a), y = profile_view(b);
    Arena arena;
    arena_init(&arena, 0);
    const HeatGrid *p = heat_build(a, &x, &spec, &arena), *q = heat_build(b, &y, &spec, &arena);
    assert_int_equal(p->columns, q->columns);
    assert_int_equal(p->rows, q->rows);
    assert_true(p->max == q->max && p->shown == q->shown && p->samples == q->samples);
    assert_true((p->hidden == NULL) == (q->hidden == NULL));
    size_t cells = (size_t)p->columns * p->rows;
    if (cells) {
        assert_memory_equal(p->cell, q->cell, cells * sizeof *p->cell);
        assert_memory_equal(p->column_sum, q->column_sum, p->columns * sizeof *p->column_sum);
        if (p->hidden)
            assert_memory_equal(p->hidden, q->hidden, cells);
    }
    arena_free(&arena);
}

static void tree_and_heat_map_are_those_made_anew(void **state) {
    (void)state;
    static const uint32_t rows[] = {1, 7, 20, 50, 100, 1000};
    static const int64_t spans[] = {10000000, 1000000000, 5000000000};
    for (int kind = 0; kind < KINDS; kind++) {
        Maker m;
        make(&m, kind, 5000);
        Buf bytes = packed_bytes(&m.profile, ALL);
        Dict dict;
        Profile profile;
        dict_init(&dict);
        profile_init(&profile, &dict);
        Pack *pack = pack_open_bytes(buf_str(&bytes), NULL);
        assert_true(pack_lend(pack, &profile, NULL));
        assert_true(pack_admit(pack, &profile, NULL));
        profile_publish(&profile);
        ProfileView view = profile_view(&profile), before = profile_view(&m.profile);
        Tree *lent = packed_tree(&profile, &view);
        Tree *made = tree_build(&m.profile, &before);
        assert_non_null(lent);
        assert_same_tree(made, lent);
        tree_drop(made);
        for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
            for (size_t s = 0; s < sizeof spans / sizeof spans[0]; s++)
                for (uint8_t idle = IDLE_HIDE; idle <= IDLE_FLAMESCOPE && view.has_time; idle++)
                    for (EventId event = 0; event < 3; event++)
                        assert_same_heat(&m.profile, &profile,
                                         (HeatSpec){.rows = rows[r],
                                                    .column_ns = spans[s],
                                                    .event = event,
                                                    .idle = idle});
        pack_drop(pack);
        profile_free(&profile);
        dict_free(&dict);
        assert_true(lent->node[0].lo == 0); /* it holds the pack, whoever else let go */
        tree_drop(lent);
        buf_free(&bytes);
        maker_free(&m);
    }
}

static void the_heat_map_is_whole_after_the_first_block(void **state) {
    (void)state;
    Maker m;
    make(&m, 0, PACK_BLOCK + 4000);
    Buf bytes = packed_bytes(&m.profile, ALL);
    Dict dict;
    Profile profile;
    HeatBuilder builder;
    HeatSpec spec = {.rows = 50, .column_ns = 1000000000, .idle = IDLE_HIDE};
    dict_init(&dict);
    profile_init(&profile, &dict);
    Pack *pack = pack_open_bytes(buf_str(&bytes), NULL);
    assert_true(pack_lend(pack, &profile, NULL));
    assert_true(pack_admit(pack, &profile, NULL));
    profile_publish(&profile);
    ProfileView view = profile_view(&profile);
    assert_int_equal(view.samples, PACK_BLOCK);
    spec.event = 1; /* the one event of the maker */
    heat_builder_init(&builder);
    heat_builder_ask(&builder, &profile, &spec);
    assert_true(packed_extend(&builder, &view, 1));
    assert_int_equal(builder.scanned, PACK_BLOCK + 4000);
    assert_true(pack_admit(pack, &profile, NULL));
    profile_publish(&profile);
    view = profile_view(&profile);
    assert_true(packed_extend(&builder, &view, 1));
    heat_builder_free(&builder);
    assert_same_heat(&m.profile, &profile, spec);
    pack_drop(pack);
    profile_free(&profile);
    dict_free(&dict);
    buf_free(&bytes);
    maker_free(&m);
}

/* ---- damage ------------------------------------------------------------------------------ */

static void no_flipped_byte_passes_unseen(void **state) {
    (void)state;
    static const unsigned char flips[] = {0x01, 0x80};
    Maker m;
    make(&m, 2, 12);
    Buf bytes = packed_bytes(&m.profile, ALL), want = dump_of(&m.profile);
    uint64_t refused = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        for (size_t f = 0; f < sizeof flips; f++) {
            Buf got = {0};
            Error err = {0};
            bytes.s[i] = (char)(bytes.s[i] ^ flips[f]);
            if (pack_use(buf_str(&bytes), &got, &err))
                assert_same(&want, &got);
            else
                assert_true(err.message[0] && ++refused);
            bytes.s[i] = (char)(bytes.s[i] ^ flips[f]);
            buf_free(&got);
        }
    }
    assert_true(refused > bytes.n); /* the rest are gaps, and what can be made anew */
    buf_free(&bytes);
    buf_free(&want);
    maker_free(&m);
}

static void no_length_but_the_whole_is_accepted(void **state) {
    (void)state;
    Maker m;
    make(&m, 1, 30);
    Buf bytes = packed_bytes(&m.profile, ALL);
    for (size_t n = 0; n < bytes.n; n++) {
        char *cut = mem_resize(NULL, 0, n + 1); /* its own block, so that overruns are seen */
        memcpy(cut, bytes.s, n);
        assert_refused((Str){cut, n}, n < PACK_HEAD ? "no FlameScope pack" : "cut off");
        mem_resize(cut, n + 1, 0);
    }
    buf_putc(&bytes, 'x');
    assert_refused(buf_str(&bytes), "written behind it");
    buf_free(&bytes);
    maker_free(&m);
}

/* Changes with checksums made right: whoever wishes harm can do that, too. */
static void a_forged_pack_does_no_harm(void **state) {
    (void)state;
    uint64_t random = 99, accepted = 0, refused = 0;
    Maker m;
    make(&m, 2, 60);
    Buf sound = packed_bytes(&m.profile, ALL);
    for (int i = 0; i < 6000; i++) {
        Buf bytes = {0}, got = {0};
        Error err = {0};
        buf_put(&bytes, buf_str(&sound));
        for (uint64_t k = 0; k <= random_below(&random, 3); k++) {
            size_t at = (size_t)random_below(&random, bytes.n);
            uint64_t how = random_below(&random, 4);
            char *c = &bytes.s[at];
            *c = how == 0 ? (char)0xff : how == 1 ? 0 : (char)(*c + (how == 2 ? 1 : 100));
        }
        pack_reseal(bytes.s, bytes.n);
        bool ok = pack_use(buf_str(&bytes), &got, &err);
        accepted += ok;
        refused += !ok;
        buf_free(&bytes);
        buf_free(&got);
    }
    assert_true(accepted > 100 && refused > 100);
    buf_free(&sound);
    maker_free(&m);
}

typedef struct Forgery {
    const char *tag;
    uint32_t at; /* byte within the section */
    uint64_t value;
    uint32_t bytes;
    const char *words;
} Forgery;

static void ids_out_of_bounds_are_refused(void **state) {
    (void)state;
    static const Forgery forgeries[] = {
        {"names", 16, 1 << 20, 8, "outside its text"},
        {"names", 16 + 8, 1 << 30, 4, "outside its text"},
        {"names", 8, 1, 4, "outside its text"},
        {"frames", 12, 1 << 20, 4, "stack is impossible"},
        {"stacks", 8, 1, 4, "stack is impossible"}, /* its own parent */
        {"stacks", 8 + 4, 1 << 20, 4, "stack is impossible"},
        {"contexts", 16, 1 << 20, 4, "has no name"},
        {"contexts", 16 + 12, 1 << 20, 4, "has no name"},
        {"events", 8, 1 << 20, 4, "has no name"},
        {"pairs", 8, 1 << 20, 4, "is not there"},
        {"pairs", 8 + 4, 1 << 20, 4, "is not there"},
        {"pair", 4, 1 << 20, 4, "impossible stacks"},
        {"pair", 4, 0, 4, "impossible stacks"},
        {"time", 8, 1, 8, "impossible stacks or times"}, /* before the first */
        {"time", 8, INT64_MAX, 8, "impossible stacks or times"},
        {"facts", 8, (uint64_t)INT64_MIN, 8, "times are impossible"},
        {"facts", 0, 61, 8, "is missing"}, /* samples */
    };
    Maker m;
    make(&m, 2, 60);
    Buf sound = packed_bytes(&m.profile, ALL);
    for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        const Forgery *f = &forgeries[i];
        Buf bytes = {0};
        buf_put(&bytes, buf_str(&sound));
        memcpy(section_bytes(&bytes, f->tag, f->at), &f->value, f->bytes);
        pack_reseal(bytes.s, bytes.n);
        assert_refused(buf_str(&bytes), f->words);
        buf_free(&bytes);
    }
    buf_free(&sound);
    maker_free(&m);
}

/* ---- versions ---------------------------------------------------------------------------- */

static void others_versions_and_byte_orders_are_refused_in_words(void **state) {
    (void)state;
    Maker m;
    make(&m, 0, 10);
    Buf bytes = packed_bytes(&m.profile, ALL), got = {0};
    PackHeader h, sound;
    memcpy(&sound, bytes.s, sizeof sound);
    h = sound;
    h.version = PACK_VERSION + 1;
    memcpy(bytes.s, &h, sizeof h);
    assert_refused(buf_str(&bytes), "a newer one is needed");
    h = sound;
    h.byte_order = __builtin_bswap32(h.byte_order);
    memcpy(bytes.s, &h, sizeof h);
    assert_refused(buf_str(&bytes), "another byte order");
    memcpy(bytes.s, &sound, sizeof sound);
    PackSection *first = (PackSection *)(void *)(bytes.s + sound.table_at);
    uint32_t extra = 0; /* a section that can be missed */
    while (strcmp(first[extra].tag, "heat") != 0)
        extra++;
    memcpy(first[extra].tag, "future", 7);
    pack_reseal(bytes.s, bytes.n);
    assert_true(pack_use(buf_str(&bytes), &got, NULL));
    first[extra].flags |= PACK_NEEDED;
    pack_reseal(bytes.s, bytes.n);
    assert_refused(buf_str(&bytes), "\"future\"");
    buf_free(&bytes);
    buf_free(&got);
    maker_free(&m);
}

/* A later version may hash names in another way; what is stored then helps nobody. */
static void names_are_found_whatever_hashed_them(void **state) {
    (void)state;
    for (int other = 0; other < 2; other++) {
        Maker m;
        make(&m, 4, 500);
        Buf bytes = packed_bytes(&m.profile, ALL);
        if (other) {
            *section_bytes(&bytes, "facts", offsetof(PackFacts, name_probe)) ^= 1;
            for (uint64_t i = 0; i < m.dict.names.entry.count; i++)
                *section_bytes(&bytes, "names",
                               i * sizeof(NameEntry) + offsetof(NameEntry, hash)) ^= 0x55;
        }
        pack_reseal(bytes.s, bytes.n);
        Dict dict;
        dict_init(&dict);
        Pack *pack = pack_open_bytes(buf_str(&bytes), NULL);
        assert_true(pack_lend_dict(pack, &dict, NULL));
        dict_index(&dict);
        for (uint64_t i = 1; i < dict.names.entry.count; i++)
            assert_int_equal(names_find(&dict.names, names_get(&dict.names, (NameId)i)), i);
        pack_drop(pack);
        dict_free(&dict);
        buf_free(&bytes);
        maker_free(&m);
    }
}

/* ---- beside other profiles --------------------------------------------------------------- */

static void a_lent_dictionary_takes_more(void **state) {
    (void)state;
    Maker m, more;
    make(&m, 4, 4000);
    Buf bytes = packed_bytes(&m.profile, ALL);
    Dict dict;
    Profile a, b, c;
    dict_init(&dict);
    profile_init(&a, &dict);
    profile_init(&b, &dict);
    profile_init(&c, &dict);
    Pack *pack = pack_open_bytes(buf_str(&bytes), NULL);
    assert_true(pack_lend(pack, &a, NULL));
    while (a.building.samples < 4000)
        assert_true(pack_admit(pack, &a, NULL));
    profile_publish(&a);
    ProfileView view = profile_view(&a);
    /* the same rows again bring nothing new … */
    Batch batch;
    Remap remap = {0};
    batch_init(&batch);
    maker_init(&more, &kinds[4]);
    batch_clear(&batch, &more.part);
    maker_add(&more, 4000);
    for (uint64_t i = 0; i < 4000; i++) {
        PairId pair = COLUMN_AT(&more.profile.pair, PairId, i);
        batch_add(&batch, COLUMN_AT(&more.profile.time_ns, int64_t, i), pair,
                  COLUMN_AT(&more.profile.cpu, uint16_t, i), 1);
    }
    Part part = {.dict = more.dict, .pairs = more.profile.pairs, .epoch = 1};
    batch.part = &part;
    profile_absorb(&b, &batch, &remap);
    profile_publish(&b);
    ProfileView after = profile_view(&b);
    assert_int_equal(after.names, view.names);
    assert_int_equal(after.frames, view.frames);
    assert_int_equal(after.stacks, view.stacks);
    assert_int_equal(after.contexts, view.contexts);
    assert_int_equal(after.events, view.events);
    /* … and others do, without touching what was lent */
    Maker other;
    maker_init(&other, &kinds[1]);
    maker_add(&other, 300);
    Batch rows;
    Remap again = {0};
    batch_init(&rows);
    Part strange = {.dict = other.dict, .pairs = other.profile.pairs, .epoch = 1};
    batch_clear(&rows, &strange);
    for (uint64_t i = 0; i < 300; i++)
        batch_add(&rows, 5, COLUMN_AT(&other.profile.pair, PairId, i), 0, 0);
    profile_absorb(&c, &rows, &again);
    assert_true(dict.stacks.node.count > view.stacks);
    Arena arena;
    arena_init(&arena, 0);
    for (uint64_t i = 0; i < 300; i++) {
        uint32_t n, k;
        PairId mine = COLUMN_AT(&c.pair, PairId, i),
               his = COLUMN_AT(&other.profile.pair, PairId, i);
        FrameId *x = dict_frames_of(&dict, pairs_get(&c.pairs, mine).stack, &arena, &n);
        FrameId *y =
            dict_frames_of(&other.dict, pairs_get(&other.profile.pairs, his).stack, &arena, &k);
        assert_int_equal(n, k);
        while (n-- > 0)
            assert_true(str_eq(dict_symbol(&dict, x[n]), dict_symbol(&other.dict, y[n])));
    }
    arena_free(&arena);
    remap_free(&remap);
    remap_free(&again);
    batch_free(&batch);
    batch_free(&rows);
    profile_free(&a);
    profile_free(&b);
    profile_free(&c);
    dict_free(&dict);
    pack_drop(pack);
    maker_free(&other);
    maker_free(&more);
    maker_free(&m);
    buf_free(&bytes);
}

/* ---- loads ------------------------------------------------------------------------------- */

static const char pack_path[] = "store_pack_test.fscope";

static void write_file(const Buf *bytes) {
    FILE *f = fopen(pack_path, "wb");
    assert_non_null(f);
    assert_true(fwrite(bytes->s, 1, bytes->n, f) == bytes->n);
    fclose(f);
}

/* Another file may tell what an event's weights count; what is mapped cannot be written to. */
static void lent_events_learn_of_weights(void **state) {
    enum { EVENTS = 20 };
    (void)state;
    Maker m;
    maker_init(&m, &(MakeOptions){.seed = 3,
                                  .symbols = 9,
                                  .depth = 4,
                                  .contexts = 30,
                                  .events = EVENTS,
                                  .step_ns = 1000});
    maker_add(&m, 3000);
    profile_publish(&m.profile);
    m.profile.building.chosen = 7;
    profile_publish(&m.profile);
    Buf bytes = packed_bytes(&m.profile, ALL);
    write_file(&bytes);
    Dict dict;
    Profile a;
    dict_init(&dict);
    profile_init(&a, &dict);
    Pack *pack = pack_open(pack_path, NULL);
    assert_non_null(pack);
    assert_true(pack_lend(pack, &a, NULL));
    profile_publish(&a);
    assert_int_equal(profile_view(&a).chosen, 7);
    assert_true(dict.contexts.event.count > 8);
    for (EventId id = 1; id < dict.contexts.event.count; id++) {
        NameId name = contexts_get_event(&dict.contexts, id).name;
        assert_int_equal(contexts_event(&dict.contexts, name, WEIGHT_PERIOD), id);
        assert_int_equal(contexts_get_event(&dict.contexts, id).weight, WEIGHT_PERIOD);
    }
    profile_free(&a);
    dict_free(&dict);
    pack_drop(pack);
    remove(pack_path);
    buf_free(&bytes);
    maker_free(&m);
}

static LoadStatus load(uint32_t workers, bool in_use, Dict *dict, Profile *profile) {
    LoadStatus status;
    Jobs *jobs = jobs_new(workers);
    dict_init(dict);
    profile_init(profile, dict);
    if (in_use)
        names_intern(&dict->names, STR("somebody's"));
    LoadOptions options = {.path = pack_path, .dict_in_use = in_use};
    Loader *loader = loader_start(jobs, profile, &options, NULL);
    assert_non_null(loader);
    loader_wait(loader);
    loader_status(loader, &status);
    loader_free(loader);
    jobs_free(jobs);
    return status;
}

static void a_loader_lends_or_absorbs(void **state) {
    (void)state;
    Maker m;
    make(&m, 4, PACK_BLOCK + 77);
    m.profile.building.chosen = 1;
    profile_publish(&m.profile);
    Buf bytes = packed_bytes(&m.profile, ALL), want = dump_of(&m.profile);
    write_file(&bytes);
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        for (int in_use = 0; in_use < 2; in_use++) {
            Dict dict;
            Profile profile;
            LoadStatus status = load(workers, in_use != 0, &dict, &profile);
            assert_int_equal(status.state, LOAD_DONE);
            assert_string_equal(status.format, "perf script");
            assert_true(status.bytes_read == (int64_t)bytes.n && status.bytes_text == 123456);
            ProfileView x = profile_view(&m.profile), y = profile_view(&profile);
            assert_true(x.samples == y.samples && x.pairs == y.pairs && x.lost == y.lost &&
                        x.complaints == y.complaints && x.in_order == y.in_order &&
                        x.first_ns == y.first_ns && x.last_ns == y.last_ns);
            NameId chosen = contexts_get_event(&m.dict.contexts, x.chosen).name,
                   name = contexts_get_event(&dict.contexts, y.chosen).name;
            assert_true(x.chosen && y.chosen &&
                        str_eq(names_get(&m.dict.names, chosen), names_get(&dict.names, name)));
            if (!in_use) {
                Buf got = dump_of(&profile);
                assert_same(&want, &got);
                buf_free(&got);
            }
            for (uint64_t i = 0; i < y.samples; i += 97) {
                assert_true(COLUMN_AT(&profile.time_ns, int64_t, i) ==
                            COLUMN_AT(&m.profile.time_ns, int64_t, i));
                assert_true(COLUMN_AT(&profile.weight, uint64_t, i) ==
                            COLUMN_AT(&m.profile.weight, uint64_t, i));
            }
            profile_free(&profile);
            dict_free(&dict);
        }
    }
    *section_bytes(&bytes, "pair", 4 * PACK_BLOCK + 5) ^= 4; /* in its second block */
    write_file(&bytes);
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        Dict dict;
        Profile profile;
        LoadStatus status = load(workers, false, &dict, &profile);
        assert_int_equal(status.state, LOAD_FAILED);
        assert_non_null(strstr(status.error.message, "damaged"));
        profile_free(&profile);
        dict_free(&dict);
    }
    remove(pack_path);
    buf_free(&bytes);
    buf_free(&want);
    maker_free(&m);
}

/* ---- spilled ----------------------------------------------------------------------------- */

static void spilled_samples_pack_the_same(void **state) {
    (void)state;
    Maker plain, spilled;
    make(&plain, 4, 0);
    make(&spilled, 4, 0);
    assert_true(spill_start(&spilled.profile, pack_path, NULL));
    for (int i = 0; i < 4; i++) {
        maker_add(&plain, 100000);
        maker_add(&spilled, 100000);
    }
    assert_true(spill_trouble(&spilled.profile, NULL));
    Buf a = packed_bytes(&plain.profile, ALL), b = packed_bytes(&spilled.profile, ALL);
    assert_same(&a, &b);
    buf_free(&a);
    buf_free(&b);
    maker_free(&plain);
    maker_free(&spilled);
}

/* Rows without a time or weight take one when the first of all is seen: also those that are no
 * longer in memory. */
static void late_times_and_weights_reach_spilled_rows(void **state) {
    (void)state;
    enum { ROWS = 600000 };
    Buf bytes[2];
    for (int spill = 0; spill < 2; spill++) {
        Maker m;
        Batch batch;
        make(&m, 3, 10);
        batch_init(&batch);
        if (spill)
            assert_true(spill_start(&m.profile, pack_path, NULL));
        for (int i = 0; i < ROWS; i += 1000) {
            batch_clear(&batch, &m.part);
            for (int k = 0; k < 1000; k++)
                batch_add(&batch, i + 1000 < ROWS ? TIME_NONE : 7000000000 + k, 1 + (PairId)(k % 3),
                          (uint16_t)k, i + 1000 < ROWS ? 0 : 5);
            profile_absorb(&m.profile, &batch, &m.remap);
        }
        profile_publish(&m.profile);
        bytes[spill] = packed_bytes(&m.profile, ALL);
        batch_free(&batch);
        maker_free(&m);
    }
    assert_same(&bytes[0], &bytes[1]);
    buf_free(&bytes[0]);
    buf_free(&bytes[1]);
}

static void a_checksum_sees_every_bit(void **state) {
    (void)state;
    char data[200] = {0};
    for (size_t n = 0; n <= sizeof data; n += 7) {
        for (size_t i = 0; i < n; i++)
            data[i] = (char)(i * 31);
        uint64_t sum = pack_sum(data, n);
        for (size_t bit = 0; bit < n * 8; bit++) {
            data[bit / 8] ^= (char)(1 << bit % 8);
            assert_true(pack_sum(data, n) != sum);
            data[bit / 8] ^= (char)(1 << bit % 8);
        }
        if (n >= 64) { /* in pieces */
            PackSum s;
            pack_sum_begin(&s);
            pack_sum_add(&s, data, 32);
            pack_sum_add(&s, data + 32, n - 32);
            assert_true(pack_sum_end(&s) == sum);
        }
    }
    /* one of the format, for ever: a sum that changed makes every pack a damaged one */
    assert_true(pack_sum("flamescope", 10) == 0x8a24f37b7667bddbu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checksum_sees_every_bit),
        cmocka_unit_test(a_pack_is_the_same_store),
        cmocka_unit_test(views_and_facts_come_back),
        cmocka_unit_test(short_steps_write_the_same_bytes),
        cmocka_unit_test(tree_and_heat_map_are_those_made_anew),
        cmocka_unit_test(the_heat_map_is_whole_after_the_first_block),
        cmocka_unit_test(no_flipped_byte_passes_unseen),
        cmocka_unit_test(no_length_but_the_whole_is_accepted),
        cmocka_unit_test(a_forged_pack_does_no_harm),
        cmocka_unit_test(ids_out_of_bounds_are_refused),
        cmocka_unit_test(others_versions_and_byte_orders_are_refused_in_words),
        cmocka_unit_test(names_are_found_whatever_hashed_them),
        cmocka_unit_test(lent_events_learn_of_weights),
        cmocka_unit_test(a_lent_dictionary_takes_more),
        cmocka_unit_test(a_loader_lends_or_absorbs),
        cmocka_unit_test(spilled_samples_pack_the_same),
        cmocka_unit_test(late_times_and_weights_reach_spilled_rows),
    };
    return cmocka_run_group_tests_name("store_pack", tests, NULL, NULL);
}
