/* The windows: how panes, panels and strips share the room. */
#include "app/window_draw.h"

#include <string.h>

#include "app/presenter.h"
#include "app/program.h"

static void splitter(const View *v, Rect area, float top) {
    Ui *ui = v->ui;
    float position = top;
    Rect r = {area.x, top - ui_px(ui, 4), area.w, ui_px(ui, 9)};
    if (ui_splitter(ui, ui_id("splitter"), r, &position) && area.h > 0)
        wish(v->wishes, CMD_SPLIT, "%d", (int)((position - area.y) / area.h * 1000));
    ui_tip(ui, ui_id("splitter"), r, view_text(v, "%s\tUp Down", commands[CMD_SPLIT].help).s);
}

/* The second file's heat map beside the first one's: a drag on it is the baseline. */
static void draw_second(App *app, const View *v, Rect area) {
    State *state = ARENA_NEW(v->arena, State);
    *state = app->state;
    state->view = app->state.view_b;
    state->selection = app->state.baseline_kind == BASELINE_FILE ? app->state.baseline : (Range){0};
    View b = *v;
    b.state = state;
    b.side = SIDE_B;
    b.select = CMD_BASELINE_FILE;
    b.frame_time = CMD_TIME_VIEW_B;
    b.slot = &app->session.slot[1];
    b.heat = engine_heat(app->session.engine, 1);
    b.link = NULL;
    b.origin_ns = profile_origin(&b.slot->view);
    app->heat_b.id = ui_id("heat b");
    heat_pane_draw(&app->heat_b, &b, area);
}

/* Which file a heat map is of, over its right end. */
static void heat_name(const View *v, Rect plot, const char *side, const char *path) {
    Ui *ui = v->ui;
    float h = ui_px(ui, 20);
    ui_label(ui, (Rect){plot.x, plot.y - h - ui_px(ui, 1), plot.w, h},
             view_text(v, "%s · %s", side, path_name(path)), ui->theme->muted, FACE_REGULAR,
             ui->theme->font_axis, 1);
}

static void draw_heat(App *app, const View *v, Rect area) {
    app->heat.id = ui_id("heat");
    if (!app->session.slot[1].open) {
        heat_pane_draw(&app->heat, v, area);
        return;
    }
    float half = (float)(int)(area.w / 2);
    heat_pane_draw(&app->heat, v, (Rect){area.x, area.y, half, area.h});
    draw_second(app, v, (Rect){area.x + half, area.y, area.w - half, area.h});
    if (!v->link) /* else it says what is lit there */
        heat_name(v, app->heat.plot, "A", app->state.file[0]);
    heat_name(v, app->heat_b.plot, "B", app->state.file[1]);
}

/* A sandwich: callers grow upwards from the function in the middle, callees hang below it. */
static void draw_flame(App *app, const View *v, Rect area) {
    app->flame.id = ui_id("flame");
    app->callers.id = ui_id("callers");
    app->flame.hanging = v->state->view_kind != VIEW_FLAME;
    app->flame.skip = v->state->view_kind == VIEW_SANDWICH; /* the function's row is the middle */
    app->callers.skip = 2;
    if (v->state->view_kind != VIEW_SANDWICH) {
        flame_pane_draw(&app->flame, v, area);
        return;
    }
    View above = *v;
    above.answer = app_callers(app);
    above.zoom_off = true; /* zooming into callees leaves the callers as they are */
    float half = (float)(int)(area.h / 2);
    flame_pane_draw(&app->callers, &above, (Rect){area.x, area.y, area.w, half});
    flame_pane_draw(&app->flame, v, (Rect){area.x, area.y + half, area.w, area.h - half});
    if (app->callers.hover.on) { /* one frame is under the pointer */
        app->flame.hover = app->callers.hover;
        app->flame.hover.caller = true;
    }
}

static void draw_panes(App *app, const View *v, Rect area) {
    Ui *ui = v->ui;
    float header = flame_header_height(v);
    bool times = v->slot->view.has_time || !v->slot->settled;
    float least = ui_px(ui, 130), share = (float)app->state.split_permille / 1000;
    float split = times ? area.h * share : ui_px(ui, 44);
    if (times && split < least)
        split = least;
    if (split > area.h - header - ui_px(ui, 60))
        split = area.h - header - ui_px(ui, 60);
    float fewest =
        ui_px(ui, times ? 96 : 40); /* axes and a few rows: large type leaves no room for both */
    split = split < fewest ? 0 : (float)(int)split; /* then the flame graph stays */
    Rect heat = {area.x, area.y, area.w, split};
    if (split <= 0)
        times = false;
    else if (times)
        draw_heat(app, v, heat);
    else if (v->slot->settled && v->slot->view.samples)
        ui_label(ui, heat, STR("This profile carries no times: a flame graph, but no heat map."),
                 ui->theme->muted, FACE_REGULAR, ui->theme->font, 0);
    float y = area.y + split;
    flame_header_draw(v, (Rect){area.x, y + ui_px(ui, 4), area.w, header});
    app->flame.hover.on = app->callers.hover.on = false; /* only what is drawn is pointed at */
    app->table.hover.on = app->chart.hover.on = false;
    app->flame.menu.on = app->callers.menu.on = app->chart.menu.on = false;
    Rect flame = {area.x, y + header + ui_px(ui, 8), area.w,
                  area.y + area.h - y - header - ui_px(ui, 14)};
    float side = findings_width(&app->findings, v, area.w);
    flame.w -= side;
    if (v->state->view_kind == VIEW_TABLE)
        table_pane_draw(&app->table, v, flame);
    else if (v->state->view_kind == VIEW_CHART)
        chart_pane_draw(&app->chart, v, flame);
    else
        draw_flame(app, v, flame);
    if (side > 0)
        findings_draw(&app->findings, v,
                      (Rect){area.x + area.w - side, y + header + ui_px(ui, 4), side,
                             area.y + area.h - y - header - ui_px(ui, 4)});
    if (times && v->heat && v->heat->columns)
        findings_ticks(&app->findings, v, app->heat.overview,
                       heat_view_range(&(State){0}, v->heat));
    FramePanes panes = {&app->flame, &app->callers, app_callers(app), &app->chart};
    frame_menu_draw(&app->frame_menu, &panes, v);
    if (times)
        splitter(v, area, y);
}

static void draw_overlays(App *app, const View *v, Rect area) {
    if (app->overlay == OVERLAY_HELP && !help_draw(&app->panels, v))
        app->overlay = OVERLAY_NONE;
    if (app->overlay == OVERLAY_COMPLAINTS && (!v->slot->open || !complaints_draw(&app->panels, v)))
        app->overlay = OVERLAY_NONE;
    if (app->overlay == OVERLAY_SETTINGS &&
        !settings_draw(&app->settings_pane, v, app->reduced_motion, &app->settings_file))
        app->overlay = OVERLAY_NONE;
    command_palette_draw(&app->palette, v, app);
    if (app->show_stats)
        stats_draw(v, &app->stats, area);
}

static void draw_callouts(App *app, const View *v) {
    const Scene *scene = scenes_now(&app->scenes);
    CalloutPanes panes = app_callout_panes(app);
    bool wanted = app->present.on ? !app->show.moving : !app->strip.hidden;
    if (scene && wanted && v->heat)
        callouts_draw(v, &panes, scene);
}

static Range whole_recording(const View *v) {
    return (Range){view_has_time(v), v->slot->view.first_ns, v->slot->view.last_ns + 1};
}

/* The stage: data alone, and below it what the scene says. */
void window_draw_stage(App *app, const View *v) {
    Rect w = v->ui->window;
    float band =
        app->present.wordless ? 0 : (float)(int)present_band_height(v, scenes_now(&app->scenes));
    app->flame.hover.on = app->table.hover.on = app->chart.hover.on = false;
    float play = play_bar_height(v, &app->playback);
    draw_panes(app, v, (Rect){w.x, w.y, w.w, w.h - band - play});
    draw_callouts(app, v);
    play_bar_draw(&app->play_bar, v, &app->playback,
                  (Rect){w.x, w.y + w.h - band - play, w.w, play});
    present_band_draw(v, &app->scenes, (Rect){w.x, w.y + w.h - band, w.w, band});
    present_pen(&app->present, v);
    present_over(&app->present, v);
    draw_overlays(app, v, (Rect){w.x, w.y, w.w, w.h - band});
}

/* The presenter's window, where there is a second display. */
void window_draw_presenter(App *app, const View *stage, const FrameInput *in, uint32_t shown) {
    const Theme *theme = theme_get(THEME_DARK);
    Present *p = &app->present;
    draw_reset(&p->draw, (float)in->window[1].w, (float)in->window[1].h, theme->background);
    ui_begin(&p->ui, &p->draw, app->fonts, theme, 1, in, 1);
    View v = *stage;
    v.ui = &p->ui;
    presenter_draw(&(PresenterView){&v, p, &app->scenes, &app->draw, shown, stage->ui->window,
                                    whole_recording(&v), in->clock_minute});
    ui_end(&p->ui);
}

void window_draw(App *app, const View *v) {
    Ui *ui = v->ui;
    Rect w = ui->window;
    float bar = toolbar_height(&app->panels, v), status = ui_px(ui, 30);
    toolbar_draw(&app->panels, v, (Rect){w.x, w.y, w.w, bar});
    float strip = app_shows_browser(app) ? 0 : scene_strip_height(&app->strip, v, &app->scenes);
    float tour = app_shows_browser(app) ? 0 : tour_height(&app->tour, v);
    float play = app_shows_browser(app) ? 0 : play_bar_height(v, &app->playback);
    Rect middle = {w.x, w.y + bar, w.w, w.h - bar - status - strip - tour - play};
    app->flame.hover.on = app->table.hover.on = app->chart.hover.on = false;
    if (app_shows_browser(app))
        browser_draw(&app->browser, v, app->session.jobs, middle, &app->load_error);
    else
        draw_panes(app, v, middle);
    if (!app_shows_browser(app))
        draw_callouts(app, v);
    tour_draw(&app->tour, v, (Rect){w.x, middle.y + middle.h, w.w, tour});
    if (tour > 0)
        tour_point(&app->tour, v,
                   &(TourPlaces){app->heat.plot, app->flame.body, app->panels.search_rect});
    scene_strip_draw(&app->strip, v, &app->scenes, whole_recording(v),
                     (Rect){w.x, middle.y + middle.h + tour, w.w, strip});
    play_bar_draw(&app->play_bar, v, &app->playback,
                  (Rect){w.x, middle.y + middle.h + tour + strip, w.w, play});
    scene_panels_draw(&app->strip, v, &app->scenes);
    Told told = {&app->flame,
                 &app->table,
                 &app->chart,
                 .callers = app_callers(app),
                 .second = &app->session.slot[1],
                 .browser = app_shows_browser(app) ? &app->browser : NULL};
    status_draw(&app->panels, v, &told, app->notice, (Rect){w.x, w.y + w.h - status, w.w, status});
    draw_overlays(app, v, middle);
}
