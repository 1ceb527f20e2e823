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
    const Dict *dict;
    Arena arena;
    Line *line;
    uint32_t lines;
    Buf text;
    uint32_t *path; /* nodes of one stack, leaf first */
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

static void push(Folder *f, uint32_t n, uint32_t node) {
    if (n == f->path_cap) {
        uint32_t cap = n ? n * 2 : 256;
        f->path = mem_resize(f->path, n * sizeof(*f->path), cap * sizeof(*f->path));
        f->path_cap = cap;
    }
    f->path[n] = node;
}

/* `tree` NULL: the path is of frames, else of its nodes. */
static void put_path(Folder *f, const Tree *tree, uint32_t n, uint64_t count) {
    size_t offset = f->text.n;
    if (n == 0)
        buf_puts(&f->text, "[unknown]");
    while (n--) {
        FrameId frame = tree ? tree->node[f->path[n]].frame : f->path[n];
        put_name(&f->text, tree_symbol(tree, f->dict, frame));
        if (n)
            buf_putc(&f->text, ';');
    }
    f->line[f->lines++] = (Line){offset, f->text.n - offset, count};
}

static _Thread_local const char *sort_text; /* qsort hands no context to its comparison */

static int line_cmp(const void *a, const void *b) {
    const Line *x = a, *y = b;
    return str_cmp((Str){sort_text + x->offset, x->length},
                   (Str){sort_text + y->offset, y->length});
}

/* Stacks that differ in modules alone read the same: they are one line. */
static void finish(Folder *f, Buf *out) {
    const Line *line = f->line;
    sort_text = f->text.s;
    if (f->lines)
        qsort(f->line, f->lines, sizeof(*f->line), line_cmp);
    for (uint32_t i = 0; i < f->lines; i++) {
        uint64_t count = line[i].count;
        while (i + 1 < f->lines && line_cmp(&line[i], &line[i + 1]) == 0)
            count += line[++i].count;
        buf_put(out, (Str){f->text.s + line[i].offset, line[i].length});
        buf_putc(out, ' ');
        buf_u64(out, count);
        buf_putc(out, '\n');
    }
    mem_resize(f->path, f->path_cap * sizeof(*f->path), 0);
    buf_free(&f->text);
    arena_free(&f->arena);
}

/* Counts by stack; *stacks is how many there may be. */
static const uint64_t *sum_by_stack(Arena *arena, const Profile *profile, const Slice *slice,
                                    uint32_t *stacks) {
    const Pairs *pairs = &profile->pairs;
    *stacks = 0;
    for (PairId id = 0; id < slice->pairs; id++) {
        StackId stack = pairs_get(pairs, id).stack;
        if (slice->count[id] && stack >= *stacks)
            *stacks = stack + 1;
    }
    uint64_t *of = ARENA_ARRAY(arena, uint64_t, *stacks);
    for (PairId id = 0; id < slice->pairs; id++)
        if (slice->count[id])
            of[pairs_get(pairs, id).stack] += slice->count[id];
    return of;
}

void export_folded(const Profile *profile, const Slice *slice, Buf *out) {
    const Stacks *all = &profile->dict->stacks;
    Folder f = {.dict = profile->dict};
    uint32_t stacks, lines = 0;
    arena_init(&f.arena, 0);
    const uint64_t *of_stack = sum_by_stack(&f.arena, profile, slice, &stacks);
    for (StackId s = 0; s < stacks; s++)
        lines += of_stack[s] != 0;
    f.line = ARENA_ARRAY(&f.arena, Line, lines);
    for (StackId s = 0; s < stacks; s++) {
        uint32_t n = 0;
        for (StackId at = s; of_stack[s] && at; at = stacks_get(all, at).parent)
            push(&f, n++, stacks_get(all, at).frame);
        if (of_stack[s])
            put_path(&f, NULL, n, of_stack[s]);
    }
    finish(&f, out);
}

void export_folded_tree(const Answer *answer, Buf *out) {
    const Tree *tree = answer->tree;
    Folder f = {.dict = answer->profile->dict};
    uint32_t lines = 0;
    arena_init(&f.arena, 0);
    for (uint32_t v = 0; v < tree->nodes; v++)
        lines += prefix_self(&answer->a, tree, v) != 0;
    f.line = ARENA_ARRAY(&f.arena, Line, lines);
    for (uint32_t v = 0; v < tree->nodes; v++) {
        uint64_t self = prefix_self(&answer->a, tree, v);
        uint32_t n = 0;
        for (uint32_t at = v; self && at; at = tree_parent(tree, at))
            push(&f, n++, at);
        if (self)
            put_path(&f, tree, n, self);
    }
    finish(&f, out);
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
    const uint64_t second = 1000000000;
    json_key(w, "columns");
    json_array(w);
    for (uint32_t c = 0; c < grid->columns; c++) {
        uint64_t start = (uint64_t)c * (uint64_t)grid->spec.column_ns;
        if (start % second == 0 || start > INT64_MAX)
            json_u64(w, start / second);
        else
            json_ns(w, (int64_t)start, (int64_t)second);
    }
    json_array_end(w);
}

void heat_row_label(const HeatGrid *grid, const Dict *dict, uint32_t row, Buf *out) {
    const HeatRow *r = &grid->row[row];
    if (r->others || !r->samples) {
        buf_printf(out, r->others ? "others (%u)" : "nothing", r->others);
    } else if (grid->spec.row_kind == HEAT_BY_CPU) {
        buf_printf(out, r->cpu < 0 ? "cpu ?" : "cpu %d", r->cpu);
    } else {
        int32_t id = grid->spec.row_kind == HEAT_BY_THREAD ? r->tid : r->pid;
        buf_put(out, names_get(&dict->names, r->comm));
        if (id >= 0)
            buf_printf(out, " (%d)", id);
    }
}

static void json_rows(JsonWriter *w, const HeatGrid *grid, const Dict *dict) {
    json_key(w, "rows");
    json_array(w);
    for (uint32_t r = grid->rows; r-- > 0 && !grid->row;)
        json_ns(w, heat_row_start(grid->spec.column_ns, grid->rows, r), 1000000);
    for (uint32_t r = 0; r < grid->rows && grid->row; r++) {
        Buf label = {0};
        heat_row_label(grid, dict, r, &label);
        json_str(w, buf_str(&label));
        buf_free(&label);
    }
    json_array_end(w);
    if (!grid->row)
        return;
    json_key(w, "row_info");
    json_array(w);
    for (uint32_t r = 0; r < grid->rows; r++) {
        const HeatRow *row = &grid->row[r];
        json_object(w);
        json_key(w, "pid");
        json_i64(w, row->pid);
        json_key(w, "tid");
        json_i64(w, row->tid);
        json_key(w, "cpu");
        json_i64(w, row->cpu);
        json_key(w, "comm");
        json_str(w, names_get(&dict->names, row->comm));
        json_key(w, "samples");
        json_u64(w, row->samples);
        json_key(w, "others");
        json_u64(w, row->others);
        json_object_end(w);
    }
    json_array_end(w);
}

static void json_cell(JsonWriter *w, const HeatGrid *grid, uint32_t cell) {
    if (grid->unit != HEAT_UNIT_PERMILLE)
        json_u64(w, (uint64_t)cell << grid->unit_shift);
    else if (cell)
        json_u64(w, heat_permille(cell));
    else
        json_null(w);
}

void export_heatmap_json(const HeatGrid *grid, const Dict *dict, Buf *out) {
    static const char *const units[] = {"samples", "weight", "cpus", "threads", "permille"};
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    json_rows(&w, grid, dict);
    json_columns(&w, grid);
    json_key(&w, "values");
    json_array(&w);
    for (uint32_t c = 0; c < grid->columns; c++) {
        const uint32_t *cell = grid->cell + (size_t)c * grid->rows;
        json_array(&w);
        for (uint32_t y = 0; y < grid->rows; y++) /* offsets: the latest on top */
            json_cell(&w, grid, cell[grid->row ? y : grid->rows - 1 - y]);
        json_array_end(&w);
    }
    json_array_end(&w);
    json_key(&w, "maxvalue");
    json_cell(&w, grid, grid->max);
    json_key(&w, "unit");
    json_str(&w, str_of(units[grid->unit]));
    json_key(&w, "column_ms");
    json_ns(&w, grid->spec.column_ns, 1000000);
    json_object_end(&w);
    buf_putc(out, '\n');
}
