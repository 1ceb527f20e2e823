#include "app/heat_lanes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/question.h"
#include "picture/amount.h"
#include "picture/export_text.h"

static float most_at(const HeatPane *pane, const View *v) {
    return fmaxf((float)v->heat->rows - pane->lanes, 0);
}

void heat_lanes_layout(HeatPane *pane, const View *v) {
    if (!v->heat->row) {
        pane->lane_at = 0;
        pane->lanes = 0;
        return;
    }
    float fit = floorf(pane->plot.h / ui_px(v->ui, 14));
    pane->lanes = fminf(fmaxf(fit, 1), (float)v->heat->rows);
    pane->lane_at = fminf(pane->lane_at, most_at(pane, v));
}

void heat_lanes_scroll(HeatPane *pane, const View *v, float lanes) {
    pane->lane_at = fminf(fmaxf(roundf(pane->lane_at + lanes), 0), most_at(pane, v));
}

uint32_t heat_lane_at(const HeatPane *pane, const View *v, float y) {
    float lane = pane->lane_at + (y - pane->plot.y) / pane->plot.h * pane->lanes;
    uint32_t row = lane > 0 ? (uint32_t)lane : 0;
    return row < v->heat->rows ? row : v->heat->rows - 1;
}

static Str label_of(const View *v, uint32_t row) {
    Buf label = {0};
    heat_row_label(v->heat, v->dict, row, &label);
    Str s = str_copy(v->arena, buf_str(&label));
    buf_free(&label);
    return s;
}

/* The number behind a name tells threads of one name apart: it is not what is cut. */
static void draw_label(const View *v, Rect r, uint32_t row) {
    Ui *ui = v->ui;
    const Theme *t = ui->theme;
    char cut[256];
    Str label = label_of(v, row), id = {0};
    for (size_t i = label.n; i-- > 1 && !id.n;)
        if (label.s[i] == '(' && label.s[i - 1] == ' ')
            id = str_slice(label, i - 1, label.n);
    float room = r.w - ui_text_width(ui, id, FACE_REGULAR, t->font_axis);
    Str name = font_fit(ui->fonts, FACE_REGULAR, t->font_axis * ui->scale,
                        str_slice(label, 0, label.n - id.n), room, cut, sizeof cut);
    Str line = view_text(v, "%.*s%.*s", (int)name.n, name.s, (int)id.n, id.s);
    bool others = v->heat->row[row].others > 0;
    ui_label(ui, r, line, others ? color_alpha(t->muted, 0.8f) : t->muted, FACE_REGULAR,
             t->font_axis, 1);
}

void heat_lanes_draw(HeatPane *pane, const View *v, float left) {
    Ui *ui = v->ui;
    float h = pane->plot.h / pane->lanes, gap = ui_px(ui, 8);
    Rect before = draw_clip_to(
        ui->draw, (Rect){left, pane->plot.y - 1, pane->plot.x - left, pane->plot.h + 2});
    for (uint32_t row = (uint32_t)pane->lane_at; row < v->heat->rows; row++) {
        float y = heat_pane_lane_y(pane, row);
        if (y >= pane->plot.y + pane->plot.h - 1)
            break;
        draw_label(v, (Rect){left, y, pane->plot.x - left - gap, h}, row);
    }
    draw_clip(ui->draw, before);
    if (pane->lanes >= (float)v->heat->rows)
        return;
    Rect bar = {pane->plot.x + pane->plot.w + ui_px(ui, 3), pane->plot.y, ui_px(ui, 10),
                pane->plot.h};
    if (ui_scrollbar(ui, ui_id_at(pane->id, 6), bar, (float)v->heat->rows, pane->lanes,
                     &pane->lane_at))
        heat_lanes_scroll(pane, v, 0);
}

/* One with a number has the same name: a chip of the name would be of both. */
static bool name_is_shared(const HeatGrid *grid, const HeatRow *r) {
    for (uint32_t i = 0; i < grid->rows; i++) {
        const HeatRow *other = &grid->row[i];
        if (other != r && !other->others && other->comm == r->comm &&
            (r->pid < 0 || r->pid == other->pid))
            return true;
    }
    return false;
}

/* Of one whose number is not said; false: no chip can name it. */
static bool name_by_comm(const HeatGrid *grid, const HeatRow *r, const Dict *dict, char *out,
                         size_t cap) {
    char pid[24] = "";
    if (r->pid >= 0) /* of a thread: the process is known */
        snprintf(pid, sizeof pid, "pid=%d ", r->pid);
    Str comm = names_get(&dict->names, r->comm);
    if (name_is_shared(grid, r) || !comm.n || str_find_char(comm, '"') < comm.n ||
        str_find_char(comm, '\\') < comm.n)
        return false;
    int n = snprintf(out, cap, "%scomm=\"%.*s\"", pid, (int)comm.n, comm.s);
    return n > 0 && (size_t)n < cap;
}

bool heat_lane_name(const HeatGrid *grid, const Dict *dict, uint32_t row, char *out, size_t cap) {
    memset(out, 0, cap); /* states are compared as memory */
    if (!grid || !grid->row)
        return true;
    if (row >= grid->rows || grid->row[row].others)
        return false;
    const HeatRow *r = &grid->row[row];
    if (grid->spec.row_kind == HEAT_BY_CPU)
        snprintf(out, cap, "cpu=%d", r->cpu);
    else if ((grid->spec.row_kind == HEAT_BY_THREAD ? r->tid : r->pid) < 0)
        return name_by_comm(grid, r, dict, out, cap);
    else if (grid->spec.row_kind == HEAT_BY_THREAD)
        snprintf(out, cap, "pid=%d tid=%d", r->pid, r->tid);
    else
        snprintf(out, cap, "pid=%d", r->pid);
    return true;
}

bool heat_lane_filter(const HeatGrid *grid, const Dict *dict, uint32_t row, Filter *filter) {
    char name[STATE_ROW];
    return heat_lane_name(grid, dict, row, name, sizeof name) &&
           (!name[0] || filter_parse(str_of(name), filter, NULL));
}

/* -- words */

Str heat_lane_text(const View *v, uint32_t row) {
    static const char *const kinds[ROW_KINDS] = {"", "thread ", "process ", ""};
    const HeatRow *r = &v->heat->row[row];
    Str label = label_of(v, row);
    const char *kind = r->others || !r->samples ? "" : kinds[v->heat->spec.row_kind];
    return view_text(v, "%s%.*s", kind, (int)label.n, label.s);
}

static uint32_t weighed_kind(const View *v) {
    return v->heat->unit == HEAT_UNIT_WEIGHT ? query_weight_kind(v->dict, &v->slot->view, v->event)
                                             : (uint32_t)WEIGHT_SAMPLES;
}

const char *heat_unit_text(const View *v) {
    switch (v->heat->unit) {
    case HEAT_UNIT_CPUS:
        return "cpus";
    case HEAT_UNIT_THREADS:
        return "threads";
    case HEAT_UNIT_PERMILLE:
        return "share";
    case HEAT_UNIT_WEIGHT:
        return amount_heading(weighed_kind(v));
    default:
        return "samples";
    }
}

Str heat_value_short(const View *v, uint32_t cell) {
    if (v->heat->unit != HEAT_UNIT_PERMILLE)
        return view_amount_short(v, (uint64_t)cell << v->heat->unit_shift, weighed_kind(v));
    return cell ? view_percent(v, heat_permille(cell), 1000) : STR("");
}

Str heat_value_text(const View *v, uint32_t cell) {
    if (v->heat->unit == HEAT_UNIT_PERMILLE) {
        Str share = heat_value_short(v, cell);
        return cell ? view_text(v, "%.*s match", (int)share.n, share.s) : STR("no samples");
    }
    const char *unit = heat_unit_text(v);
    if (cell == 1 && v->heat->unit != HEAT_UNIT_SAMPLES && v->heat->unit != HEAT_UNIT_WEIGHT)
        return v->heat->unit == HEAT_UNIT_CPUS ? STR("1 cpu") : STR("1 thread");
    if (v->heat->unit != HEAT_UNIT_WEIGHT)
        return view_count(v, (uint64_t)cell << v->heat->unit_shift, unit);
    Buf words = {0};
    amount_put(&words, (uint64_t)cell << v->heat->unit_shift, weighed_kind(v));
    Str amount = str_copy(v->arena, buf_str(&words));
    buf_free(&words);
    return amount;
}
