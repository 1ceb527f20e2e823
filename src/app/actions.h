/* The actions of commands.def: each changes the App's state as its help says. `args` is what came
 * behind the command's name, possibly empty. False with *err when it cannot be done.
 * Spread over actions_*.c. Thread: main. */
#pragma once

#include "app/program.h"

#define CMD(id, name, keys, context, group, args, flags, action, available, help)                  \
    bool action(App *app, Str args_text, Error *err);
#include "app/commands.def"
#undef CMD

/* Another kind of baseline; what a range was of goes with the file. */
void compare_set_kind(App *app, uint8_t kind);

bool can_always(const App *app);
bool can_browse(const App *app);
bool can_forget(const App *app);
bool can_file(const App *app);
bool can_time(const App *app);
bool can_selection(const App *app);
bool can_cancel_load(const App *app);
bool can_live(const App *app);
bool can_complain(const App *app);
bool can_weight(const App *app);
bool can_table(const App *app);
bool can_chart(const App *app);
bool can_zoomed(const App *app);
bool can_swap(const App *app);
bool can_compared(const App *app);
bool can_second(const App *app);
bool can_transformed(const App *app);
bool can_linked(const App *app);
bool can_pinned(const App *app);
bool can_findings(const App *app);
bool can_finding(const App *app);
bool can_search(const App *app);
bool can_back(const App *app);
bool can_forward(const App *app);
bool can_tour(const App *app);
bool can_scene(const App *app);
bool can_now(const App *app);
bool can_present(const App *app);
bool can_staged(const App *app);
bool can_play(const App *app);
bool can_playing(const App *app);
