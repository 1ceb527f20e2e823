/* A whole grid at once, for headless use: the builder run to its end, its result copied. */
#include <string.h>

#include "query/heat_copy.h"
#include "query/packed.h"

const HeatGrid *heat_build(const Profile *profile, const ProfileView *view, const HeatSpec *spec,
                           Arena *arena) {
    HeatBuilder builder;
    HeatCopy copy = {0};
    heat_builder_init(&builder);
    heat_builder_ask(&builder, profile, spec);
    while (!packed_extend(&builder, view, UINT64_MAX))
        ; /* which rows there are may turn out at the end */
    heat_builder_publish(&builder, &copy, 1, 0, true);
    HeatGrid *grid = ARENA_NEW(arena, HeatGrid);
    *grid = copy.grid;
    size_t cells = (size_t)grid->columns * grid->rows;
    uint32_t *cell = ARENA_ARRAY(arena, uint32_t, cells);
    uint32_t *sum = ARENA_ARRAY(arena, uint32_t, grid->columns);
    if (cells) {
        memcpy(cell, grid->cell, cells * sizeof(*cell));
        memcpy(sum, grid->column_sum, grid->columns * sizeof(*sum));
    }
    if (grid->hidden) {
        uint8_t *hidden = ARENA_ARRAY(arena, uint8_t, cells);
        memcpy(hidden, grid->hidden, cells);
        grid->hidden = hidden;
    }
    if (grid->row) {
        HeatRow *row = ARENA_ARRAY(arena, HeatRow, grid->rows);
        memcpy(row, grid->row, grid->rows * sizeof(*row));
        grid->row = row;
    }
    grid->cell = cell;
    grid->column_sum = sum;
    heat_copy_free(&copy);
    heat_builder_free(&builder);
    return grid;
}
