/* What the App is made of; for the files of app/ that act on all of it (commands, dumps).
 * Views get the narrow View instead. */
#pragma once

#include "app/app.h"
#include "app/browser.h"
#include "app/callouts.h"
#include "app/chart_pane.h"
#include "app/command_palette.h"
#include "app/export.h"
#include "app/findings_pane.h"
#include "app/flame_pane.h"
#include "app/frame_menu.h"
#include "app/heat_lanes.h"
#include "app/heat_pane.h"
#include "app/history.h"
#include "app/linking.h"
#include "app/live.h"
#include "app/panels.h"
#include "app/play_bar.h"
#include "app/present.h"
#include "app/question.h"
#include "app/recent.h"
#include "app/reel.h"
#include "app/scene_file.h"
#include "app/scene_show.h"
#include "app/scene_strip.h"
#include "app/settings_pane.h"
#include "app/table_pane.h"
#include "app/tour.h"
#include "app/view.h"

typedef enum Overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_COMPLAINTS, OVERLAY_SETTINGS } Overlay;

struct App {
    State state;
    History history;
    Session session;
    Ui ui;
    DrawList draw;
    Arena frame_arena;
    HeatPane heat, heat_b;    /* of slot A and B */
    FlamePane flame, callers; /* callers: the upper half of a sandwich */
    FrameMenu frame_menu;
    FindingsPane findings;
    TablePane table;
    ChartPane chart;
    Browser browser;
    Panels panels;
    Saver saver;
    PinnedFrame pinned;
    uint32_t dicts; /* of the session, as of the last look */
    Live live;
    Scenes scenes;
    SceneFile scene_file;
    SceneShow show;
    SceneStrip strip;
    Present present;
    Tour tour;
    Playback playback;
    PlayBar play_bar;
    Reel reel;
    CommandPalette palette;
    SettingsPane settings_pane;
    Settings settings,
        unsafe; /* unsafe: what palettes there were before those for every colour vision */
    KeptFile settings_file;
    Recent recent;
    bool own_scenes;     /* opened by their name, not as those of slot A's profile */
    bool showing;        /* a scene opens the files that it wants */
    bool reduced_motion; /* nothing slides */
    LinkMatch lit;       /* asked for; kind LINK_NONE: nothing is */
    Overlay overlay;
    bool show_stats;
    bool fullscreen, quit, headless;
    FrameStats stats, answer_stats; /* frames as the host timed them; answers by cpu time */
    uint64_t timed_generation;
    bool heat_drawn, whole_drawn; /* something of it; all samples of a load that is over */
    int64_t fitted_column_ns;     /* told last: longer than asked, so that the map fits memory */
    int64_t first_pixels_ns;      /* FrameInput time by which a heat map was on screen; 0 not yet */
    int64_t whole_pixels_ns;      /* and by which all of it was */
    const Fonts *fonts;
    FrameInput last_input; /* without events; pointers cleared */
    Error load_error;      /* why the file in slot A could not be used */
    char notice[320];      /* one line for the user */
    int64_t notice_until_ns;
    bool fit_column; /* the file that was opened last has columns that fit how long it is, if that
                        is short */
    bool fitted_column;         /* it has */
    char pending_range[128];    /* a range given before the origin was known */
    char pending_baseline[128]; /* likewise: a range, rest or whole */
    Error pending_error;        /* why one of them could not be used */
    Buf clipboard;
    char examples[1024];
};

View app_view(App *app, Wishes *wishes, int64_t *next_wake_ns);
void app_notice(App *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What went wrong with what, and with which file where the error says. */
void app_notice_error(App *app, const char *what, const Error *err);
/* Shows the browser, at the examples when it has no folder yet. */
void app_browse(App *app);
/* No file is open, or Ctrl+O was pressed. */
bool app_shows_browser(const App *app);
/* The event that the state names, as an id of the session. */
EventId app_event(const App *app);
int64_t app_origin(const App *app);
/* Whether weights are summed instead of samples. */
bool app_weighted(const App *app);
/* Asks the engine all that this frame's state and pointer ask. */
void app_ask(App *app);
/* The file of a slot; of the second, when it is not open, none. */
ReadFile app_file(const App *app, int slot);
/* The questions that the state asks. */
void app_query(const App *app, Query *out);
void app_heat_spec(App *app, HeatSpec *out);
/* Remembers what a command of the look has changed. */
void settings_keep(App *app, CommandId id, const State *before, bool was_still);
/* At the program's start, with a window: what is remembered, and the files opened last. */
void settings_begin(App *app);
/* Runs a command by id; records a history step where the table says so. */
bool app_run(App *app, CommandId id, Str args, Error *err);
/* Where callouts can point, in the panes as they are. */
CalloutPanes app_callout_panes(const App *app);
/* Esc on the stage. */
bool present_escape(App *app, Error *err);
/* Newest answer and grid of slot A, NULL while there is none for the file that is open. */
const Answer *app_answer(const App *app);
const Answer *app_callers(const App *app); /* likewise, the upper half of a sandwich */
/* In a view that draws flames: the frame under the pointer, else the marked one, and the answer
 * whose it is. NULL: there is none, or what is drawn is of an answer before. */
const FlameBox *app_flame_box(const App *app, const Answer **of);
const HeatGrid *app_grid(const App *app);
/* The chart of which a box is under the pointer, not a merged one; else NULL. */
const Chart *app_chart_hovered(const App *app);
/* Moments of what is lit; NULL while nothing is or nothing is known yet. */
const LinkGrid *app_link(const App *app);
