/* Command palette: a field in which any command is found by words and run. A command that needs a
 * value is asked for it in the same field, and stays there with words until the value can be used.
 * Owner: the App. Thread: main. It wishes for nothing itself: what is to be run is taken by
 * command_palette_run, after the views. */
#pragma once

#include "app/commands.h"
#include "app/view.h"

enum { PALETTE_TEXT = 1024 };

typedef struct CommandPalette {
    bool open;
    char text[PALETTE_TEXT];
    CommandId asking; /* a value for this one; CMD_COUNT: for words */
    CommandId at;     /* the marked command, CMD_COUNT none */
    float scroll;
    bool reveal; /* the keyboard moved: scroll the mark into view */
    Error error; /* why the value could not be used */
    /* -- what is to be run */
    bool chosen;
    CommandId run;
} CommandPalette;

void command_palette_open(CommandPalette *p);
/* app: for what is available. */
void command_palette_draw(CommandPalette *p, const View *v, const App *app);
/* After the views: runs what was chosen. */
void command_palette_run(CommandPalette *p, App *app);
