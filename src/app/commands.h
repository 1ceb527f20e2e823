/* Commands: the one table of what the program can do (commands.def), and how a name, a chord or a
 * view's wish becomes a change of state.
 * Owner: the table is constant; queued wishes live in the App's frame arena until applied at the
 * end of the frame. Thread: main. Failure: a command that cannot be done sets a notice. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "ui/input.h"

typedef enum CommandId {
#define CMD(id, ...) CMD_##id,
#include "app/commands.def"
#undef CMD
    CMD_COUNT
} CommandId;

/* A chord is resolved on the stage first, where a presenter's remote has few keys, then in the
 * focused pane, then globally. */
typedef enum KeyContext {
    CONTEXT_GLOBAL,
    CONTEXT_HEAT,
    CONTEXT_FLAME,
    CONTEXT_TABLE,
    CONTEXT_CHART,
    CONTEXT_BROWSER,
    CONTEXT_PRESENT,
    CONTEXT_TEXT,
    CONTEXT_COUNT
} KeyContext;

enum { COMMAND_STEP = 1, COMMAND_LIVE = 2, COMMAND_KEPT = 4 };

typedef struct App App;

typedef struct Command {
    const char *name, *keys, *group, *args, *help;
    KeyContext context;
    unsigned flags;
    bool (*action)(App *app, Str args, Error *err);
    bool (*available)(const App *app);
} Command;

extern const Command commands[CMD_COUNT];

/* CMD_COUNT when there is none. */
CommandId command_named(Str name);
CommandId command_for_key(KeyContext context, const InputEvent *event);
/* First chord of the command as people read it ("Ctrl+F"), "" if none. */
Str command_key(CommandId id, Arena *arena);

/* What a control that wishes for it says of itself: "help\tkey". */
const char *command_tip(CommandId id, Arena *arena);

/* Every command as rows of a Markdown table, group by group: README's key table. */
void commands_table(Buf *out);

/* A wish, queued until the views have run. */
typedef struct Wish {
    CommandId id;
    Str args;
} Wish;

enum { WISHES = 64 };
typedef struct Wishes {
    Arena *arena;
    uint32_t count;
    Wish wish[WISHES];
} Wishes;

void wish(Wishes *wishes, CommandId id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
