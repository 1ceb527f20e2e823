/* The table, built from commands.def, and the ways into it. */
#include "app/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/actions.h"

#define STEP COMMAND_STEP
#define LIVE COMMAND_LIVE
#define KEPT COMMAND_KEPT
const Command commands[CMD_COUNT] = {
#define CMD(id, name_, keys_, context_, group_, args_, flags_, action_, available_, help_)         \
    [CMD_##id] = {.name = name_,                                                                   \
                  .keys = keys_,                                                                   \
                  .group = group_,                                                                 \
                  .args = args_,                                                                   \
                  .help = help_,                                                                   \
                  .context = CONTEXT_##context_,                                                   \
                  .flags = flags_,                                                                 \
                  .action = action_,                                                               \
                  .available = available_},
#include "app/commands.def"
#undef CMD
};

CommandId command_named(Str name) {
    for (int i = 0; i < CMD_COUNT; i++)
        if (str_eq_c(name, commands[i].name))
            return (CommandId)i;
    return CMD_COUNT;
}

CommandId command_for_key(KeyContext context, const InputEvent *event) {
    for (int i = 0; i < CMD_COUNT; i++) {
        Str keys = str_of(commands[i].keys);
        while (commands[i].context == context && keys.n) {
            Chord chord;
            if (chord_parse(str_cut(&keys, ' '), &chord) && chord_matches(chord, event))
                return (CommandId)i;
        }
    }
    return CMD_COUNT;
}

Str command_key(CommandId id, Arena *arena) {
    Str keys = str_of(commands[id].keys);
    Str first = str_cut(&keys, ' ');
    if (str_starts(first, STR("phys:")))
        first = str_slice(first, 5, first.n);
    return str_copy(arena, first);
}

const char *command_tip(CommandId id, Arena *arena) {
    Str key = command_key(id, arena);
    return str_format(arena, key.n ? "%s\t%.*s" : "%s", commands[id].help, (int)key.n, key.s).s;
}

/* A cell of a table of Markdown ends where a bar stands. */
static void put_cell(Buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|')
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
}

void commands_table(Buf *out) {
    buf_puts(out, "| keys | command | what it does |\n|---|---|---|\n");
    for (int i = 0; i < CMD_COUNT; i++) {
        const Command *c = &commands[i];
        bool group_seen = false; /* rows of one group stand together, in order of the table */
        for (int k = 0; k < i; k++)
            group_seen |= !strcmp(commands[k].group, c->group);
        for (int k = i; k < CMD_COUNT && !group_seen; k++) {
            const Command *d = &commands[k];
            if (strcmp(d->group, c->group))
                continue;
            buf_puts(out, "| ");
            for (Str keys = str_of(d->keys); keys.n;) {
                Str key = str_cut(&keys, ' ');
                if (str_starts(key, STR("phys:")))
                    key = str_slice(key, 5, key.n);
                buf_printf(out, "`%.*s` ", (int)key.n, key.s);
            }
            buf_printf(out, "| `%s%s", d->name, d->args[0] ? " " : "");
            put_cell(out, d->args);
            buf_puts(out, "` | ");
            put_cell(out, d->help);
            buf_puts(out, " |\n");
        }
    }
}

void wish(Wishes *wishes, CommandId id, const char *format, ...) {
    char text[STATE_ZOOM];
    if (wishes->count == WISHES)
        return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    wishes->wish[wishes->count++] = (Wish){id, str_copy(wishes->arena, (Str){text, length})};
}

bool app_run(App *app, CommandId id, Str args, Error *err) {
    const Command *c = &commands[id];
    if (!c->available(app))
        return error_set(err, ERROR_USAGE, "%s: not possible now", c->name);
    if (app->reel.on && !app->showing && id != CMD_ESCAPE &&
        id != CMD_QUIT) /* it walks by itself */
        return error_set(err, ERROR_USAGE, "pictures are being saved: Esc stops that");
    State before = app->state;
    bool was_still = app->reduced_motion;
    if (!c->action(app, args, err))
        return false;
    if (c->flags & COMMAND_KEPT)
        settings_keep(app, id, &before, was_still);
    bool other_file = strcmp(before.file[0], app->state.file[0]) != 0; /* no step leads back */
    if ((c->flags & COMMAND_STEP) && !other_file && !state_same(&before, &app->state))
        history_push(&app->history, &before, id, c->flags & COMMAND_LIVE, app->last_input.now_ns);
    return true;
}

bool app_do(App *app, Str command, Error *err) {
    Str args = str_trim(command);
    Str name = str_cut(&args, ' ');
    CommandId id = command_named(name);
    if (id == CMD_COUNT)
        return error_set(err, ERROR_USAGE, "there is no command \"%.*s\"", (int)name.n, name.s);
    return app_run(app, id, str_trim(args), err);
}
