#include "app/option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/export.h"
#include "base/file.h"
#include "base/regex.h"

const VerbRow verb_table[VERB_COUNT] = {
#define VERB(id, name_, operands_, summary_, text_)                                                \
    [VERB_##id] = {.name = name_, .operands = operands_, .summary = summary_, .text = text_},
#include "app/verbs.def"
#undef VERB
};

/* -- how each option is taken */

#define TEXT_OPTION(field)                                                                         \
    static bool set_##field(Options *o, const char *value, Error *err) {                           \
        (void)err;                                                                                 \
        o->field = value;                                                                          \
        return true;                                                                               \
    }
TEXT_OPTION(to)
TEXT_OPTION(out)
TEXT_OPTION(range)
TEXT_OPTION(baseline)
TEXT_OPTION(state)
TEXT_OPTION(stats)
TEXT_OPTION(dump)
TEXT_OPTION(play)

#define FLAG_OPTION(field)                                                                         \
    static bool set_##field(Options *o, const char *value, Error *err) {                           \
        (void)value, (void)err;                                                                    \
        o->field = true;                                                                           \
        return true;                                                                               \
    }
FLAG_OPTION(scenes)
FLAG_OPTION(json)
FLAG_OPTION(findings)
FLAG_OPTION(demo)
FLAG_OPTION(follow)
FLAG_OPTION(no_cache)
FLAG_OPTION(inlined)
FLAG_OPTION(dejavu)
FLAG_OPTION(software)
FLAG_OPTION(gpu)
FLAG_OPTION(help)
FLAG_OPTION(version)
FLAG_OPTION(keys)
FLAG_OPTION(man)
FLAG_OPTION(pid)
FLAG_OPTION(tid)
FLAG_OPTION(kernel)
FLAG_OPTION(jit)
FLAG_OPTION(all)

/* With the words that it can be, or what its help says. */
static bool bad_value(Error *err, const char *name, const char *value) {
    Buf can = {0};
    for (uint32_t i = 0; i < option_count; i++) {
        const Option *o = &option_table[i];
        if (strcmp(o->name, name))
            continue;
        if (!o->words)
            buf_puts(&can, o->help);
        for (uint32_t w = 0; o->words && o->words(w); w++)
            buf_printf(&can, "%s%s", w ? ", " : "", o->words(w));
    }
    error_set(err, ERROR_USAGE, "--%s cannot be \"%.80s\": %.*s", name, value, (int)can.n, can.s);
    buf_free(&can);
    return false;
}

static bool set_threads(Options *o, const char *value, Error *err) {
    int64_t n;
    if (!str_to_i64(str_of(value), &n) || n < 0 || n > 256)
        return bad_value(err, "threads", value);
    o->threads = (uint32_t)n;
    return true;
}

static bool set_rows(Options *o, const char *value, Error *err) {
    int64_t n;
    if (!str_to_i64(str_of(value), &n) || n < 1 || n > 1000)
        return bad_value(err, "rows", value);
    o->shown.rows = (uint32_t)n;
    return true;
}

static bool set_heat_rows(Options *o, const char *value, Error *err) {
    return row_kind_named(str_of(value), &o->shown.row_kind) || bad_value(err, "heat-rows", value);
}

static bool set_heat_value(Options *o, const char *value, Error *err) {
    return value_kind_named(str_of(value), &o->shown.value_kind) ||
           bad_value(err, "heat-value", value);
}

static bool set_column(Options *o, const char *value, Error *err) {
    if (!span_parse(str_of(value), &o->shown.column_ns) || o->shown.column_ns < 10000000 ||
        o->shown.column_ns > 3600000000000)
        return bad_value(err, "column", value);
    return true;
}

static bool set_size(Options *o, const char *value, Error *err) {
    Str h = str_of(value);
    Str w = str_cut(&h, 'x');
    int64_t width, height;
    if (!str_to_i64(w, &width) || !str_to_i64(h, &height) || width < 320 || height < 200 ||
        width > 16384 || height > 16384)
        return bad_value(err, "size", value);
    o->w = (uint32_t)width;
    o->h = (uint32_t)height;
    return true;
}

static bool set_pixel_ratio(Options *o, const char *value, Error *err) {
    if (!str_to_double(str_of(value), &o->pixel_ratio) || o->pixel_ratio < 0.5 ||
        o->pixel_ratio > 8)
        return bad_value(err, "pixel-ratio", value);
    return true;
}

static bool set_event(Options *o, const char *value, Error *err) {
    if (strlen(value) >= STATE_EVENT)
        return bad_value(err, "event", value);
    strcpy(o->shown.event, value);
    return true;
}

/* Whether the event has such a weight is known when the profile is. */
static bool set_weight(Options *o, const char *value, Error *err) {
    if (!weight_named(str_of(value), &o->weight))
        return bad_value(err, "weight", value);
    o->shown.weighted = o->weight == WEIGHT_SAMPLES ? WEIGHING_SAMPLES : WEIGHING_WEIGHTS;
    return true;
}

static const char *const idle_modes[] = {"hide", "keep", "flamescope"};

static bool set_idle(Options *o, const char *value, Error *err) {
    for (uint8_t i = 0; i < sizeof idle_modes / sizeof *idle_modes; i++) {
        if (!strcmp(value, idle_modes[i])) {
            o->shown.idle = i;
            o->idle_said = true;
            return true;
        }
    }
    return bad_value(err, "idle", value);
}

static bool set_filter(Options *o, const char *value, Error *err) {
    return filter_parse(str_of(value), &o->shown.filter, err);
}

static bool set_transform(Options *o, const char *value, Error *err) {
    return transforms_parse(str_of(value), &o->shown.transforms, err);
}

static bool set_view(Options *o, const char *value, Error *err) {
    return view_kind_named(str_of(value), &o->shown.view_kind) || bad_value(err, "view", value);
}

static bool set_search(Options *o, const char *value, Error *err) {
    if (strlen(value) >= SEARCH_TEXT)
        return bad_value(err, "search", value);
    strcpy(o->shown.search, value);
    Error why = {0};
    Regex *re = regex_new(str_of(value), REGEX_SMART_CASE, &why);
    regex_free(re);
    return re ||
           error_set(err, ERROR_USAGE, "--search cannot be \"%.80s\": %s", value, why.message);
}

/* A function by its name, whatever its module. */
static bool set_pin(Options *o, const char *value, Error *err) {
    size_t n = strlen(value);
    if (!n || n + 3 > STATE_FRAME || strpbrk(value, "\t\n"))
        return bad_value(err, "pin", value);
    memcpy(o->shown.pin, value, n);
    memcpy(o->shown.pin + n, "\t\n", 3);
    return true;
}

/* "a;b;c" as a path of symbols in any module. */
static bool set_zoom(Options *o, const char *value, Error *err) {
    size_t at = 0;
    for (Str rest = str_of(value); rest.n;) {
        Str symbol = str_cut(&rest, ';');
        if (at + symbol.n + 3 > STATE_ZOOM)
            return bad_value(err, "zoom", value);
        memcpy(o->shown.zoom + at, symbol.s, symbol.n);
        memcpy(o->shown.zoom + at + symbol.n, "\t\n", 3);
        at += symbol.n + 2;
    }
    return true;
}

static bool set_scale(Options *o, const char *value, Error *err) {
    HeatScale scale;
    if (!heat_scale_named(str_of(value), &scale))
        return bad_value(err, "scale", value);
    o->shown.scale = (uint8_t)scale;
    return true;
}

static bool set_palette(Options *o, const char *value, Error *err) {
    HeatPalette heat;
    FlamePalette flame;
    if (heat_palette_named(str_of(value), &heat))
        o->shown.heat_palette = (uint8_t)heat;
    else if (flame_palette_named(str_of(value), &flame))
        o->shown.flame_palette = (uint8_t)flame;
    else
        return bad_value(err, "palette", value);
    o->heat_palette_said |= heat_palette_named(str_of(value), &heat);
    o->flame_palette_said |= !heat_palette_named(str_of(value), &heat);
    return true;
}

static bool set_theme(Options *o, const char *value, Error *err) {
    ThemeKind theme;
    if (!theme_named(str_of(value), &theme))
        return bad_value(err, "theme", value);
    o->shown.theme = (uint8_t)theme;
    return true;
}

static const char *const shell_names[SHELLS] = {"bash", "zsh", "fish"};

static bool set_completion(Options *o, const char *value, Error *err) {
    for (uint8_t i = 0; i < SHELLS; i++) {
        if (!strcmp(value, shell_names[i])) {
            o->completion = true;
            o->shell = (Shell)i;
            return true;
        }
    }
    return bad_value(err, "completion", value);
}

static bool set_frequency(Options *o, const char *value, Error *err) {
    int64_t n;
    if (!str_to_i64(str_of(value), &n) || n < 1 || n > RECORD_HERTZ_MOST)
        return bad_value(err, "frequency", value);
    o->record.hertz = (uint32_t)n;
    return true;
}

static bool set_all_cpus(Options *o, const char *value, Error *err) {
    (void)value, (void)err;
    o->record.all_cpus = true;
    return true;
}

static bool set_process(Options *o, const char *value, Error *err) {
    (void)err;
    o->record.pid = value;
    return true;
}

/* fp, lbr, or dwarf with or without the bytes of a stack, which perf rounds up to eight. */
static bool set_callers(Options *o, const char *value, Error *err) {
    enum { STACK_MOST = 65528 };
    int64_t bytes;
    bool sized = strncmp(value, "dwarf,", 6) == 0;
    if (sized && (!str_to_i64(str_of(value + 6), &bytes) || bytes < 8 || bytes > STACK_MOST))
        return bad_value(err, "call-graph", value);
    if (!sized && strcmp(value, "fp") && strcmp(value, "lbr") && strcmp(value, "dwarf"))
        return bad_value(err, "call-graph", value);
    o->record.callers = value;
    return true;
}

static bool set_duration(Options *o, const char *value, Error *err) {
    char *end;
    double seconds = strtod(value, &end);
    if (*end || !(seconds > 0 && seconds < 1e6))
        return bad_value(err, "duration", value);
    o->record.seconds = seconds;
    return true;
}

/* Others than those beside the profile. */
static bool set_scenes_from(Options *o, const char *value, Error *err) {
    o->scenes = true;
    o->scenes_file = value;
    return value[0] || bad_value(err, "scenes-from", value);
}

static bool set_fps(Options *o, const char *value, Error *err) {
    int64_t n;
    if (!str_to_i64(str_of(value), &n) || n < 1 || n > 120)
        return bad_value(err, "fps", value);
    o->fps = (uint32_t)n;
    return true;
}

static bool set_speed(Options *o, const char *value, Error *err) {
    return (str_to_double(str_of(value), &o->speed) && o->speed >= 0.001 && o->speed <= 1e6) ||
           bad_value(err, "speed", value);
}

static bool set_seconds(Options *o, const char *value, Error *err) {
    return (str_to_double(str_of(value), &o->seconds) && o->seconds >= 0.1 && o->seconds <= 600) ||
           bad_value(err, "seconds", value);
}

static bool set_window(Options *o, const char *value, Error *err) {
    return span_parse(str_of(value), &o->window_ns) || bad_value(err, "window", value);
}

/* -- words that a value can be: those that the setters above know */

#define WORDS(id, count, call)                                                                     \
    static const char *id##_words(uint32_t i) {                                                    \
        return i < (count) ? (call) : NULL;                                                        \
    }
WORDS(format, EXPORT_FORMATS, export_format_name((ExportFormat)i))
WORDS(weight, WEIGHT_MIXED, weight_name(i))
WORDS(idle, sizeof idle_modes / sizeof *idle_modes, idle_modes[i])
WORDS(view, VIEW_COUNT, view_kind_name(i))
WORDS(heat_rows, ROW_KINDS, row_kind_name(i))
WORDS(heat_value, VALUE_KINDS, value_kind_name(i))
WORDS(scale, SCALE_COUNT, heat_scale_name((HeatScale)i))
WORDS(theme, THEME_COUNT, theme_name((ThemeKind)i))
WORDS(shell, SHELLS, shell_names[i])
WORDS(palette, HEAT_PALETTE_COUNT + FLAME_PALETTE_COUNT,
      i < HEAT_PALETTE_COUNT ? heat_palette_name((HeatPalette)i)
                             : flame_palette_name((FlamePalette)(i - HEAT_PALETTE_COUNT)))

const Option option_table[] = {
#define OPTION(name_, letter_, value_, words_, verbs_, taker, help_)                               \
    {.name = name_,                                                                                \
     .letter = letter_,                                                                            \
     .value = value_,                                                                              \
     .words = words_,                                                                              \
     .verbs = verbs_,                                                                              \
     .set = set_##taker,                                                                           \
     .help = help_},
#include "app/options.def"
#undef OPTION
};

enum { OPTION_COUNT = sizeof option_table / sizeof *option_table };
_Static_assert(OPTION_COUNT <= 64, "Options.given has a bit for each");
const uint32_t option_count = OPTION_COUNT;

/* -- the command line */

/* "--name" or "-n" as the verb has it, or NULL. */
static const Option *find_option(Str text, Verb verb) {
    bool word = str_starts(text, STR("--"));
    if (!word && text.n != 2)
        return NULL;
    for (uint32_t i = 0; i < OPTION_COUNT; i++) {
        const Option *o = &option_table[i];
        bool meant = word ? str_eq_c(str_slice(text, 2, text.n), o->name) : text.s[1] == o->letter;
        if (meant && (o->verbs & 1u << verb))
            return o;
    }
    return NULL;
}

static bool needs_value(const Option *option, Error *err) {
    Buf value = {0};
    option_value(option, &value);
    error_set(err, ERROR_USAGE, "--%s needs a value: %.*s", option->name, (int)value.n, value.s);
    buf_free(&value);
    return false;
}

/* "--name value", "--name=value", or by its letter; *i is moved past what was used. */
static bool take_option(int argc, char **argv, int *i, Options *o, Error *err) {
    Str value = str_of(argv[*i]);
    Str name = str_cut(&value, '=');
    const Option *option = find_option(name, o->verb);
    if (!option)
        return error_set(err, ERROR_USAGE, "there is no option %.*s%s%s", (int)name.n, name.s,
                         o->verb ? " for " : "", verb_table[o->verb].name);
    o->given |= UINT64_C(1) << (option - option_table);
    const char *equals = strchr(argv[*i], '=');
    if (!option->value && equals)
        return error_set(err, ERROR_USAGE, "--%s takes no value", option->name);
    if (!option->value)
        return option->set(o, NULL, err);
    if (equals)
        return option->set(o, equals + 1, err);
    if (*i + 1 >= argc)
        return needs_value(option, err);
    return option->set(o, argv[++*i], err);
}

/* PROFILE.scenes, where its scenes are wanted. */
static const char *scenes_of(const Options *o, char *out, size_t cap) {
    if (!o->scenes || o->scenes_file || !o->paths)
        return o->scenes_file;
    snprintf(out, cap, "%s.scenes", o->path[0]);
    return out;
}

bool options_keep_inputs(const Options *o, Error *err) {
    char scenes[STATE_PATH + 16];
    State said = {0};
    if (o->state)
        state_parse(str_of(o->state), &said, NULL);
    const char *in[] = {o->path[0], o->path[1], o->baseline, scenes_of(o, scenes, sizeof scenes),
                        said.file[1]};
    const char *out[] = {o->verb == VERB_RECORD ? NULL : o->out, o->stats, o->dump};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        for (size_t k = 0; k < sizeof out / sizeof *out; k++)
            if (in[i] && in[i][0] && out[k] && file_same(in[i], out[k]))
                return error_set(err, ERROR_USAGE, "%s would be replaced by what is made of it",
                                 out[k]);
    return true;
}

bool options_given(const Options *o, const char *name) {
    for (int i = 0; i < OPTION_COUNT; i++)
        if (!strcmp(option_table[i].name, name) && (o->given >> i & 1))
            return true;
    return false;
}

/* What cannot both be meant. */
static bool agree(const Options *o, Error *err) {
    const RecordWish *r = &o->record;
    const char *why = NULL;
    if (o->demo && o->paths)
        why = "--demo has a profile of its own";
    else if (o->software && o->gpu)
        why = "--software or --gpu, not both";
    else if (r->all_cpus && r->pid)
        why = "-a records everything, -p some processes: not both";
    else if (r->command && r->seconds > 0)
        why = "--duration is for recording without a command, which ends by itself";
    else if (o->verb == VERB_RECORD && o->out && !strcmp(o->out, "-"))
        why = "record needs a file to record into, not -";
    return !why || error_set(err, ERROR_USAGE, "%s", why);
}

bool options_parse(int argc, char **argv, Options *o, Error *err) {
    memset(o, 0, sizeof *o);
    state_init(&o->shown);
    o->pixel_ratio = 1;
    o->record.hertz = RECORD_HERTZ;
    int i = 1;
    for (int v = 1; v < VERB_COUNT && argc > 1; v++) {
        if (!strcmp(argv[1], verb_table[v].name)) {
            o->verb = (Verb)v;
            i = 2;
        }
    }
    bool only_paths = false;
    for (; i < argc; i++) {
        if (o->verb == VERB_RECORD && (!strcmp(argv[i], "--") || argv[i][0] != '-')) {
            o->record.command = (const char *const *)&argv[argv[i][0] == '-' ? i + 1 : i];
            if (!o->record.command[0])
                return error_set(err, ERROR_USAGE, "after -- a command is needed");
            break;
        } else if (!only_paths && !strcmp(argv[i], "--")) {
            only_paths = true;
        } else if (!only_paths && argv[i][0] == '-' && argv[i][1]) {
            if (!take_option(argc, argv, &i, o, err))
                return false;
        } else if (o->paths == OPTION_PATHS) {
            return error_set(err, ERROR_USAGE, "at most %d files", OPTION_PATHS);
        } else {
            o->path[o->paths++] = argv[i];
        }
    }
    if (o->shown.row_kind != HEAT_BY_OFFSET && !options_given(o, "column")) {
        uint8_t kind = o->shown.row_kind; /* with the span that goes with it */
        o->shown.row_kind = HEAT_BY_OFFSET;
        state_set_row_kind(&o->shown, kind);
    }
    return agree(o, err);
}
