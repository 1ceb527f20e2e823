#include "picture/export_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* ---- folded ------------------------------------------------------------------------------ */

typedef struct Line {
    size_t offset, length; /* in the text of all lines */
    uint64_t count;
} Line;

typedef struct Folder {
    const Profile *profile;
    Arena arena;
    uint64_t *of_stack; /* counts by stack */
    uint32_t stacks;
    Buf text;
    FrameId *path; /* frames of one stack, leaf first */
    uint32_t path_cap;
} Folder;

/* What would end a frame or a line in this format is written as another byte. */
static void put_name(Buf *out, Str name) {
    size_t at = out->n;
    buf_put(out, name);
    for (size_t i = at; i < out->n; i++) {
        if (out->s[i] == ';')
            out->s[i] = ':';
        else if (out->s[i] == '\n' || out->s[i] == '\r')
            out->s[i] = ' ';
    }
}

static void put_stack(Folder *f, StackId stack) {
    const Dict *dict = f->profile->dict;
    uint32_t n = 0;
    for (StackId s = stack; s; s = stacks_get(&dict->stacks, s).parent) {
        if (n == f->path_cap) {
            uint32_t cap = n ? n * 2 : 256;
            f->path = mem_resize(f->path, n * sizeof(FrameId), cap * sizeof(FrameId));
            f->path_cap = cap;
        }
        f->path[n++] = stacks_get(&dict->stacks, s).frame;
    }
    if (n == 0)
        buf_puts(&f->text, "[unknown]");
    while (n--) {
        put_name(&f->text, dict_symbol(dict, f->path[n]));
        if (n)
            buf_putc(&f->text, ';');
    }
}

static void sum_by_stack(Folder *f, const Slice *slice) {
    const Pairs *pairs = &f->profile->pairs;
    for (PairId id = 0; id < slice->pairs; id++) {
        StackId stack = pairs_get(pairs, id).stack;
        if (slice->count[id] && stack >= f->stacks)
            f->stacks = stack + 1;
    }
    f->of_stack = ARENA_ARRAY(&f->arena, uint64_t, f->stacks);
    for (PairId id = 0; id < slice->pairs; id++)
        if (slice->count[id])
            f->of_stack[pairs_get(pairs, id).stack] += slice->count[id];
}

static _Thread_local const char *sort_text; /* qsort hands no context to its comparison */

static int line_cmp(const void *a, const void *b) {
    const Line *x = a, *y = b;
    return str_cmp((Str){sort_text + x->offset, x->length},
                   (Str){sort_text + y->offset, y->length});
}

void export_folded(const Profile *profile, const Slice *slice, Buf *out) {
    Folder f = {.profile = profile};
    arena_init(&f.arena, 0);
    sum_by_stack(&f, slice);
    uint32_t lines = 0;
    for (StackId s = 0; s < f.stacks; s++)
        lines += f.of_stack[s] != 0;
    Line *line = ARENA_ARRAY(&f.arena, Line, lines);
    uint32_t n = 0;
    for (StackId s = 0; s < f.stacks; s++) {
        if (!f.of_stack[s])
            continue;
        size_t offset = f.text.n;
        put_stack(&f, s);
        line[n++] = (Line){offset, f.text.n - offset, f.of_stack[s]};
    }
    sort_text = f.text.s;
    if (n)
        qsort(line, n, sizeof(*line), line_cmp);
    /* Stacks that differ in modules alone read the same: they are one line. */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t count = line[i].count;
        while (i + 1 < n && line_cmp(&line[i], &line[i + 1]) == 0)
            count += line[++i].count;
        buf_put(out, (Str){f.text.s + line[i].offset, line[i].length});
        buf_putc(out, ' ');
        buf_u64(out, count);
        buf_putc(out, '\n');
    }
    mem_resize(f.path, f.path_cap * sizeof(FrameId), 0);
    buf_free(&f.text);
    arena_free(&f.arena);
}

/* ---- heat map ---------------------------------------------------------------------------- */

/* Nanoseconds in ms or s: one decimal when that is exact, else all that there are. */
static void json_ns(JsonWriter *w, int64_t ns, int64_t unit) {
    int decimals = unit == 1000000 ? 6 : 9;
    if (ns % (unit / 10) == 0)
        decimals = 1;
    json_double(w, (double)ns / (double)unit, decimals);
}

static void json_columns(JsonWriter *w, const HeatGrid *grid) {
    const int64_t second = 1000000000;
    json_key(w, "columns");
    json_array(w);
    for (uint32_t c = 0; c < grid->columns; c++) {
        int64_t start = (int64_t)c * grid->spec.column_ns;
        if (start % second == 0)
            json_i64(w, start / second);
        else
            json_ns(w, start, second);
    }
    json_array_end(w);
}

void export_heatmap_json(const HeatGrid *grid, Buf *out) {
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    json_key(&w, "rows");
    json_array(&w);
    for (uint32_t r = grid->rows; r-- > 0;)
        json_ns(&w, heat_row_start(grid->spec.column_ns, grid->rows, r), 1000000);
    json_array_end(&w);
    json_columns(&w, grid);
    json_key(&w, "values");
    json_array(&w);
    for (uint32_t c = 0; c < grid->columns; c++) {
        json_array(&w);
        for (uint32_t r = grid->rows; r-- > 0;)
            json_u64(&w, (uint64_t)grid->cell[(size_t)c * grid->rows + r] << grid->unit_shift);
        json_array_end(&w);
    }
    json_array_end(&w);
    json_key(&w, "maxvalue");
    json_u64(&w, (uint64_t)grid->max << grid->unit_shift);
    json_key(&w, "unit");
    json_str(&w, grid->spec.value_kind == HEAT_WEIGHT ? STR("weight") : STR("samples"));
    json_key(&w, "column_ms");
    json_ns(&w, grid->spec.column_ns, 1000000);
    json_object_end(&w);
    buf_putc(out, '\n');
}
