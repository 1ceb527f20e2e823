#include "ingest/firefox_tables.h"

#include <string.h>

#include "ingest/decimal.h"

enum { WANTS_MOST = 6, CELLS_MOST = 32, CELL_BLOCK = 256 };

typedef enum CellKind {
    CELL_NUMBER,
    CELL_MILLIONTHS,
    CELL_BILLIONTHS,
    CELL_TRUTH,
    CELL_ANY
} CellKind;

/* A column that is wanted, and where it stands in a raw row when no schema says so. */
typedef struct Want {
    const char *name;
    CellKind kind;
    int place; /* -1: not there */
    Column *to;
    FirefoxSamples
        *samples; /* whose cells they are, to be moved on now and then; NULL: they stay */
} Want;

/* ---- tables of any kind -------------------------------------------------------------------
 */

static void push_cell(JsonPull *p, JsonToken token, const Want *want) {
    uint32_t number = CELL_NONE;
    int64_t scaled = TIME_NONE;
    switch (want->kind) {
    case CELL_NUMBER:
        if (token != JSON_NUMBER || !json_pull_uint_of(p, token, &number))
            number = CELL_NONE;
        break;
    case CELL_MILLIONTHS:
    case CELL_BILLIONTHS:
        if (token != JSON_NUMBER ||
            !decimal_scaled(p->text, want->kind == CELL_MILLIONTHS ? 6 : 9, &scaled))
            scaled = TIME_NONE;
        COLUMN_PUSH(want->to, int64_t) = scaled;
        json_pull_skip(p, token);
        return;
    case CELL_TRUTH:
        number = token == JSON_TRUE;
        break;
    case CELL_ANY:
        number = token == JSON_NULL ? CELL_NONE : 1;
    }
    json_pull_skip(p, token);
    COLUMN_PUSH(want->to, uint32_t) = number;
}

static void push_nothing(const Want *want) {
    if (want->kind == CELL_MILLIONTHS || want->kind == CELL_BILLIONTHS)
        COLUMN_PUSH(want->to, int64_t) = TIME_NONE;
    else
        COLUMN_PUSH(want->to, uint32_t) = CELL_NONE;
}

/* Cells that are plain numbers, where they will lie; how many there were. */
static uint32_t read_block(JsonPull *p, const Want *want) {
    Column *to = want->to;
    int64_t block[CELL_BLOCK];
    uint64_t room;
    if (want->kind == CELL_TRUTH || want->kind == CELL_ANY)
        return 0;
    column_reserve(to, to->count);
    void *at = column_span(to, to->count, to->count + CELL_BLOCK, &room);
    uint32_t n;
    if (want->kind != CELL_NUMBER) {
        n = json_pull_decimals(p, want->kind == CELL_MILLIONTHS ? 6 : 9, (int64_t *)at,
                               (uint32_t)room);
    } else {
        uint32_t *cell = (uint32_t *)at;
        n = json_pull_small(p, cell, (uint32_t)room);
        if (n) {
            to->count += n;
            return n;
        }
        n = json_pull_integers(p, block, (uint32_t)room);
        for (uint32_t i = 0; i < n; i++)
            cell[i] = block[i] >= 0 && block[i] < CELL_NONE ? (uint32_t)block[i] : CELL_NONE;
    }
    to->count += n;
    return n;
}

static void move_cells(FirefoxSamples *s);

static inline void move_some(const Want *want) {
    if (want->samples && want->to->count >= CELL_BLOCK / 2) /* room for many is left */
        move_cells(want->samples);
}

static void read_column(JsonPull *p, const Want *want) {
    JsonToken token;
    column_clear(want->to);
    if (!json_pull_expect(p, JSON_ARRAY))
        return;
    for (;; move_some(want)) {
        if (read_block(p, want))
            continue;
        if (!json_pull_item(p, &token))
            break;
        push_cell(p, token, want);
    }
    if (want->samples)
        move_cells(want->samples);
}

static void read_schema(JsonPull *p, Want *want, uint32_t n) {
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    for (uint32_t i = 0; i < n; i++)
        want[i].place = -1;
    while (json_pull_key(p)) {
        uint32_t i = 0, place;
        while (i < n && !str_eq_c(p->text, want[i].name))
            i++;
        if (json_pull_uint(p, &place) && i < n && place < CELLS_MOST)
            want[i].place = (int)place;
    }
}

static void read_row(JsonPull *p, const Want *want, uint32_t n, const uint8_t at[CELLS_MOST]) {
    JsonToken token;
    bool had[WANTS_MOST] = {false};
    for (uint32_t cell = 0; json_pull_item(p, &token); cell++) {
        uint32_t i = cell < CELLS_MOST ? at[cell] : n;
        if (i < n) {
            push_cell(p, token, &want[i]);
            had[i] = true;
        } else {
            json_pull_skip(p, token);
        }
    }
    for (uint32_t i = 0; i < n; i++)
        if (!had[i])
            push_nothing(&want[i]);
}

static void read_rows(JsonPull *p, const Want *want, uint32_t n) {
    JsonToken token;
    uint8_t at[CELLS_MOST];
    memset(at, WANTS_MOST, sizeof at);
    for (uint32_t i = 0; i < n; i++)
        if (want[i].place >= 0)
            at[want[i].place] = (uint8_t)i;
    if (!json_pull_expect(p, JSON_ARRAY))
        return;
    while (json_pull_item(p, &token)) {
        if (token == JSON_ARRAY)
            read_row(p, want, n, at);
        else
            json_pull_skip(p, token);
        move_some(&want[0]);
    }
    if (want->samples)
        move_cells(want->samples);
}

/* Inside the table's object, at a key. */
static void read_member(JsonPull *p, Want *want, uint32_t n) {
    uint32_t i = 0;
    while (i < n && !str_eq_c(p->text, want[i].name))
        i++;
    if (i < n)
        read_column(p, &want[i]);
    else if (JSON_IS(p, "schema"))
        read_schema(p, want, n);
    else if (JSON_IS(p, "data"))
        read_rows(p, want, n);
    else
        json_pull_pass(p);
}

static void read_table(JsonPull *p, Want *want, uint32_t n) {
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p))
        read_member(p, want, n);
}

/* ---- these tables -------------------------------------------------------------------------
 */

static void each_column(FirefoxTables *t, void (*visit)(Column *)) {
    Column *all[] = {&t->stack_prefix, &t->stack_offset,  &t->stack_frame,   &t->frame_location,
                     &t->frame_func,   &t->frame_inline,  &t->frame_jit,     &t->frame_flags,
                     &t->func_name,    &t->func_resource, &t->func_file,     &t->func_source,
                     &t->func_js,      &t->func_flags,    &t->resource_name, &t->source_file,
                     &t->string};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        visit(all[i]);
}

static void init_u32(Column *c) {
    column_init(c, sizeof(uint32_t), 8);
}

void firefox_tables_init(FirefoxTables *t) {
    each_column(t, init_u32);
}

void firefox_tables_free(FirefoxTables *t) {
    each_column(t, column_free);
}

void firefox_samples_init(FirefoxSamples *s) {
    *s = (FirefoxSamples){0};
    fifo_init(&s->stack, sizeof(uint32_t));
    time_list_init(&s->time);
    time_list_init(&s->weight);
    column_init(&s->stack_cell, sizeof(uint32_t), 8);
    column_init(&s->time_cell, sizeof(int64_t), 8);
    column_init(&s->weight_cell, sizeof(int64_t), 8);
}

void firefox_samples_free(FirefoxSamples *s) {
    fifo_free(&s->stack);
    time_list_free(&s->time);
    time_list_free(&s->weight);
    column_free(&s->stack_cell);
    column_free(&s->time_cell);
    column_free(&s->weight_cell);
}

static void move_stacks(FirefoxSamples *s) {
    uint64_t n;
    for (uint64_t i = 0; i < s->stack_cell.count; i += n) {
        const char *from = column_span(&s->stack_cell, i, s->stack_cell.count, &n);
        for (uint32_t room, done = 0; done < n; done += room) {
            void *to = fifo_room(&s->stack, (uint32_t)n - done, &room);
            memcpy(to, from + done * sizeof(uint32_t), room * sizeof(uint32_t));
            fifo_pushed(&s->stack, room);
        }
    }
    s->stack_cell.count = 0; /* read_block and push_cell write each cell anew */
}

static void move_times(TimeList *to, Column *cell) {
    uint64_t n;
    for (uint64_t i = 0; i < cell->count; i += n) {
        const int64_t *value = (const int64_t *)column_span(cell, i, cell->count, &n);
        time_list_push(to, value, (uint32_t)n);
    }
    cell->count = 0;
}

static void move_cells(FirefoxSamples *s) {
    for (uint64_t i = 0; i < s->weight_cell.count; i++) {
        int64_t weight = COLUMN_AT(&s->weight_cell, int64_t, i);
        s->differ |= weight != 1000000 && weight != TIME_NONE;
    }
    move_stacks(s);
    move_times(&s->time, &s->time_cell);
    move_times(&s->weight, &s->weight_cell);
    if (!s->flows || !s->stack.count || !time_list_left(&s->time))
        return;
    s->ready(s->context);
}

/* What a member told before is replaced by what it tells again, unless rows were made of it. */
static void forget(FirefoxSamples *s, Str key) {
    bool time = str_starts(key, STR("time")), rows = str_eq(key, STR("data"));
    s->flows = s->flows || (s->ready && s->has_weight && s->has_unit);
    if (!s->flows && (time || rows))
        time_list_free(&s->time);
    if (time || rows)
        time_list_kind(&s->time, !str_eq(key, STR("timeDeltas")));
    if (s->flows)
        return;
    if (rows || str_eq(key, STR("stack")))
        fifo_free(&s->stack);
    if (str_eq(key, STR("weight"))) {
        time_list_free(&s->weight);
        s->has_weight = true;
        s->differ = false;
    }
}

static void read_strings(FirefoxTables *t, JsonPull *p, Rows *rows) {
    JsonToken token;
    if (!json_pull_expect(p, JSON_ARRAY))
        return;
    column_clear(&t->string);
    while (json_pull_item(p, &token)) {
        NameId name = token == JSON_STRING ? rows_name(rows, p->text) : 0;
        json_pull_skip(p, token);
        COLUMN_PUSH(&t->string, NameId) = name;
    }
}

bool firefox_tables_member(FirefoxTables *t, JsonPull *p, Rows *rows) {
    Want stack[] = {{"prefix", CELL_NUMBER, 0, &t->stack_prefix, NULL},
                    {"frame", CELL_NUMBER, 1, &t->stack_frame, NULL},
                    {"prefixOffset", CELL_NUMBER, -1, &t->stack_offset, NULL}};
    Want frame[] = {{"location", CELL_NUMBER, 0, &t->frame_location, NULL},
                    {"func", CELL_NUMBER, -1, &t->frame_func, NULL},
                    {"inlineDepth", CELL_NUMBER, -1, &t->frame_inline, NULL},
                    {"implementation", CELL_ANY, -1, &t->frame_jit, NULL},
                    {"flags", CELL_NUMBER, -1, &t->frame_flags, NULL}};
    Want func[] = {{"name", CELL_NUMBER, -1, &t->func_name, NULL},
                   {"resource", CELL_NUMBER, -1, &t->func_resource, NULL},
                   {"fileName", CELL_NUMBER, -1, &t->func_file, NULL},
                   {"source", CELL_NUMBER, -1, &t->func_source, NULL},
                   {"isJS", CELL_TRUTH, -1, &t->func_js, NULL},
                   {"flags", CELL_NUMBER, -1, &t->func_flags, NULL}};
    Want resource[] = {{"name", CELL_NUMBER, -1, &t->resource_name, NULL}};
    Want source[] = {{"filename", CELL_NUMBER, -1, &t->source_file, NULL}};
    if (JSON_IS(p, "stackTable"))
        read_table(p, stack, 3);
    else if (JSON_IS(p, "frameTable"))
        read_table(p, frame, 5);
    else if (JSON_IS(p, "funcTable"))
        read_table(p, func, 6);
    else if (JSON_IS(p, "resourceTable"))
        read_table(p, resource, 1);
    else if (JSON_IS(p, "sources"))
        read_table(p, source, 1);
    else if (JSON_IS(p, "stringTable") || JSON_IS(p, "stringArray"))
        read_strings(t, p, rows);
    else
        return false;
    return true;
}

bool firefox_prefix(const FirefoxTables *t, uint32_t stack, uint32_t *prefix) {
    *prefix = firefox_cell(&t->stack_prefix, stack);
    if (t->stack_prefix.count)
        return true;
    uint32_t offset = firefox_cell(&t->stack_offset, stack);
    if (offset && offset <= stack)
        *prefix = stack - offset;
    return offset <= stack;
}

void firefox_samples_read(FirefoxSamples *s, JsonPull *p) {
    Want want[] = {{"stack", CELL_NUMBER, 0, &s->stack_cell, s},
                   {"time", CELL_MILLIONTHS, 1, &s->time_cell, s},
                   {"timeDeltas", CELL_BILLIONTHS, -1, &s->time_cell, s},
                   {"weight", CELL_MILLIONTHS, -1, &s->weight_cell, s}};
    if (!json_pull_expect(p, JSON_OBJECT))
        return;
    while (json_pull_key(p)) {
        if (JSON_IS(p, "weightType")) {
            s->has_unit = true;
            if (json_pull_expect(p, JSON_STRING) && !s->flows)
                s->unit = JSON_IS(p, "bytes")        ? FIREFOX_BYTES
                          : JSON_IS(p, "tracing-ms") ? FIREFOX_MS
                                                     : FIREFOX_SAMPLES;
            continue;
        }
        s->deltas = s->deltas || JSON_IS(p, "timeDeltas");
        forget(s, p->text);
        if (JSON_IS(p, "data")) /* raw rows have no more than these */
            read_rows(p, want, 2);
        else
            read_member(p, want, 4);
    }
}
