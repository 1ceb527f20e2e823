/* What lies where in a process's memory: against a table of every address, and at its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/perf_data_space.h"

enum { ADDRESSES = 20000 };

/* What each address belongs to, by dso; 0: nothing. */
typedef struct World {
    MappingList *list;
    uint64_t all;
    DsoId at[ADDRESSES];
    uint32_t random;
} World;

static uint32_t next(World *w, uint32_t below) {
    w->random = w->random * 1664525 + 1013904223;
    return (w->random >> 8) % below;
}

static void put(World *w, uint64_t start, uint64_t n, DsoId dso) {
    mappings_put(w->list, &(Mapping){.start = start, .end = start + n, .shift = dso, .dso = dso});
    for (uint64_t i = start; i < start + n; i++)
        w->at[i] = dso;
}

static DsoId found_at(const World *w, uint64_t address) {
    const Mapping *m = mappings_behind(w->list, address);
    assert_true(!m || m->end > address);
    return m && m->start <= address ? m->dso : 0;
}

static void expect_world(const World *w) {
    for (uint64_t i = 0; i < ADDRESSES; i++) {
        if (found_at(w, i) != w->at[i])
            fail_msg("%u at %u, not %u", found_at(w, i), (unsigned)i, w->at[i]);
    }
    uint64_t n = 0;
    for (const Mapping *m = mappings_behind(w->list, 0); m; m = mappings_behind(w->list, m->end))
        n++;
    assert_int_equal(w->list->n, n);
    assert_int_equal(w->all, n);
}

static void removing_some(World *w) {
    for (int i = 0; i < 50; i++) {
        const Mapping *m = mappings_behind(w->list, next(w, ADDRESSES));
        if (!m)
            continue;
        memset(w->at + m->start, 0, (m->end - m->start) * sizeof *w->at);
        mappings_remove(w->list, m->start);
    }
}

static void any_order_and_any_overlap(void **state) {
    (void)state;
    static World w;
    for (uint32_t round = 0; round < 8; round++) {
        w = (World){.random = round};
        w.list = mappings_new(&w.all);
        uint32_t longest = round < 6 ? 6 : 3000;
        for (DsoId dso = 1; dso < 12000; dso++) {
            uint32_t n = 1 + next(&w, longest), place = next(&w, ADDRESSES - n);
            if (round % 3 == 1) /* upwards, downwards */
                place = dso * 2 % (ADDRESSES - n);
            else if (round % 3 == 2)
                place = ADDRESSES - n - dso * 2 % (ADDRESSES - n);
            put(&w, place, n, dso);
            if (dso % 3000 == 0) {
                removing_some(&w);
                expect_world(&w);
            }
        }
        expect_world(&w);
        put(&w, 0, ADDRESSES, 99999); /* over all */
        expect_world(&w);
        assert_int_equal(w.list->n, 1);
        mappings_remove(w.list, 0);
        memset(w.at, 0, sizeof w.at);
        expect_world(&w);
        mappings_drop(w.list);
        assert_int_equal(w.all, 0);
    }
}

static void a_copy_is_another(void **state) {
    (void)state;
    static World w, copy;
    w = (World){.random = 7};
    w.list = mappings_new(&w.all);
    for (DsoId dso = 1; dso < 2000; dso++)
        put(&w, 5ull * dso, 5, dso);
    copy = w;
    copy.list = mappings_copy(w.list);
    assert_int_equal(w.all, 2 * w.list->n);
    put(&copy, 1000, 5000, 77777);
    assert_int_equal(found_at(&w, 1500), w.at[1500]);
    assert_int_equal(found_at(&copy, 1500), 77777);
    mappings_drop(copy.list);
    expect_world(&w);
    mappings_drop(w.list);
}

/* As many as a runtime compiler may make, downwards, and one more. */
static void a_limit(void **state) {
    (void)state;
    PerfHeader header;
    Dsos dsos;
    PerfSpaces s;
    perf_header_init(&header);
    dsos_init(&dsos, &header, NULL, NULL);
    perf_spaces_init(&s, &dsos);
    PerfMmap map = {.pid = 10, .tid = 10, .length = 16, .executable = true, .file = STR("/a")};
    for (uint64_t i = SPACE_MAPPINGS_MOST; i > 0; i--) {
        map.start = 0x10000 + i * 32;
        assert_true(perf_spaces_mmap(&s, &map, false));
    }
    map.start = 16;
    assert_false(perf_spaces_mmap(&s, &map, false));
    assert_int_equal(s.mappings, SPACE_MAPPINGS_MOST);
    Space *space = perf_thread(&s, 10, 10)->space;
    assert_int_equal(perf_space_find(space, 0x10000 + 32 * 777 + 5)->start, 0x10000 + 32 * 777);
    map.pid = map.tid = 20; /* another process has room */
    assert_true(perf_spaces_mmap(&s, &map, false));
    perf_spaces_free(&s);
    assert_int_equal(s.mappings, 0);
    dsos_free(&dsos);
    perf_header_free(&header);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_and_any_overlap),
        cmocka_unit_test(a_copy_is_another),
        cmocka_unit_test(a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
