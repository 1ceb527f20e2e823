#include "app/folder_look.h"

#include <stdio.h>
#include <string.h>

#include "query/heat.h"
#include "query/slice.h"

static void put_words(char *out, size_t cap, const char *words) {
    snprintf(out, cap, "%.*s", (int)cap - 1, words ? words : "");
}

void look_large(FolderLook *look, const char *format) {
    memset(look, 0, sizeof *look);
    look->kind = LOOK_LARGE;
    put_words(look->format, sizeof look->format, format);
    put_words(look->why, sizeof look->why, "large: open it");
}

void look_refused(FolderLook *look, const Error *why) {
    memset(look, 0, sizeof *look);
    look->kind = LOOK_REFUSED;
    put_words(look->why, sizeof look->why, why->message);
    char *more = why->kind == ERROR_FORMAT ? strstr(look->why, ": ") : NULL;
    if (more) /* what to do about it is told when it is opened */
        *more = 0;
}

static int64_t between(int64_t from_ns, int64_t to_ns) {
    int64_t ns;
    bool wild = __builtin_sub_overflow(to_ns, from_ns, &ns);
    return wild ? INT64_MAX : ns < 0 ? 0 : ns;
}

void look_pack(FolderLook *look, const PackFacts *facts) {
    memset(look, 0, sizeof *look);
    put_words(look->format, sizeof look->format, facts->format);
    look->samples = facts->samples;
    look->has_time = facts->has_time != 0;
    if (look->has_time)
        look->duration_ns = between(facts->first_ns, facts->last_ns);
}

/* ---- the map ------------------------------------------------------------------------------
 */

/* The usual second where that gives a picture. Of longer recordings the shortest span that
 * fits; of shorter ones the longest with a fair number of columns, as finer ones would show
 * noise. */
static int64_t column_for(const ProfileView *view) {
    enum { FEW = 20, FAIR = 40 };
    static const int64_t long_ms[] = {1000,  2000,  5000,   10000,  15000,  20000,
                                      30000, 60000, 120000, 300000, 600000, 1800000};
    static const int64_t short_ms[] = {500, 200, 100, 50, 20};
    const int64_t ms = 1000000;
    if (heat_columns(view, 1000 * ms) >= FEW) {
        for (size_t i = 0; i < sizeof long_ms / sizeof *long_ms; i++)
            if (heat_columns(view, long_ms[i] * ms) <= LOOK_COLUMNS)
                return long_ms[i] * ms;
        return 3600000 * ms; /* of a week or more, several columns become one */
    }
    for (size_t i = 0; i < sizeof short_ms / sizeof *short_ms; i++)
        if (heat_columns(view, short_ms[i] * ms) >= FAIR)
            return short_ms[i] * ms;
    return 10 * ms;
}

/* The largest of the cells that become one. */
static uint32_t merged_cell(const HeatGrid *g, uint32_t from, uint32_t step, uint32_t row) {
    uint32_t most = 0;
    for (uint32_t c = from; c < g->columns && c < from + step; c++) {
        uint32_t value = g->cell[(size_t)c * g->rows + row];
        most = value > most ? value : most;
    }
    return most;
}

/* Columns before the first sample, which a grid that begins with a whole second can have. */
static uint32_t empty_columns(const HeatGrid *g) {
    uint32_t column, row;
    if (!heat_cell_of(g, g->first_ns, &column, &row) || column >= g->columns)
        return 0;
    return column;
}

static void take_cells(FolderLook *look, const HeatGrid *g) {
    uint32_t first = empty_columns(g), columns = g->columns - first;
    uint32_t step = (columns + LOOK_COLUMNS - 1) / LOOK_COLUMNS;
    if (!g->columns || g->rows != LOOK_ROWS)
        return;
    int64_t start_ns = g->origin_ns + (int64_t)first * g->spec.column_ns;
    look->columns = (uint16_t)((columns + step - 1) / step);
    look->rows = LOOK_ROWS;
    look->column_ns = g->spec.column_ns * step;
    look->first_ns = between(start_ns, g->first_ns);
    look->last_ns = between(start_ns, g->last_ns);
    for (uint32_t c = 0; c < look->columns; c++) {
        for (uint32_t r = 0; r < LOOK_ROWS; r++) {
            uint64_t value = merged_cell(g, first + c * step, step, r);
            uint64_t level = g->max ? (value * 255 + g->max / 2) / g->max : 0;
            look->cell[c * LOOK_ROWS + r] = (uint8_t)(value && !level ? 1 : level);
        }
    }
}

static void make_map(FolderLook *look, const Profile *profile, const ProfileView *view) {
    Arena arena;
    HeatSpec spec = {.rows = LOOK_ROWS, .column_ns = column_for(view), .idle = IDLE_HIDE};
    spec.event = query_default_event(profile, view);
    heat_spec_fit(&spec, view);
    arena_init(&arena, 0);
    take_cells(look, heat_build(profile, view, &spec, &arena));
    arena_free(&arena);
}

/* Of the events that samples can have, those that some context uses. */
static uint32_t count_events(const Profile *profile, const ProfileView *view) {
    Arena arena;
    arena_init(&arena, 0);
    uint8_t *used = ARENA_ARRAY(&arena, uint8_t, (size_t)view->events + 1);
    uint32_t events = 0;
    for (uint32_t p = 1; p < view->pairs; p++) {
        Pair pair = pairs_get(&profile->pairs, p);
        EventId e = contexts_get(&profile->dict->contexts, pair.context).event;
        events += !used[e];
        used[e] = 1;
    }
    arena_free(&arena);
    return events;
}

void look_profile(FolderLook *look, const Profile *profile, const LoadStatus *status) {
    ProfileView view = profile_view(profile);
    memset(look, 0, sizeof *look);
    put_words(look->format, sizeof look->format, status->format);
    look->samples = view.samples;
    look->has_time = view.has_time;
    look->events = count_events(profile, &view);
    if (!view.has_time || view.last_ns < view.first_ns)
        return;
    look->duration_ns = between(view.first_ns, view.last_ns);
    make_map(look, profile, &view);
}

/* ---- kept ones ----------------------------------------------------------------------------
 */

static bool ends(const char *text, size_t cap) {
    return memchr(text, 0, cap) != NULL;
}

bool look_sound(const FolderLook *look) {
    if (look->kind > LOOK_REFUSED || look->has_time > 1 || look->duration_ns < 0 ||
        !ends(look->format, sizeof look->format) || !ends(look->why, sizeof look->why))
        return false;
    if (!look->columns)
        return true;
    return look->columns <= LOOK_COLUMNS && look->rows == LOOK_ROWS && look->column_ns > 0 &&
           look->first_ns >= 0 && look->last_ns >= look->first_ns;
}
