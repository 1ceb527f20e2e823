#include "app/options.h"

#include <stdlib.h>
#include <string.h>

static const char *const verb_names[VERB_COUNT] = {"", "info", "export", "collapse", "replay", "pack", "record"};

/* One row an option: a bit for each verb that takes it. */
enum { IN_WINDOW = 1, IN_INFO = 2, IN_EXPORT = 4, IN_COLLAPSE = 8, IN_REPLAY = 16, IN_PACK = 32, IN_RECORD = 64, IN_ALL = 127 };
#define IN_SHOW (IN_WINDOW | IN_EXPORT | IN_REPLAY | IN_RECORD)
#define IN_LIVE (IN_WINDOW | IN_RECORD)

typedef struct Option Option;
typedef bool SetOption(Options *o, const char *value, Error *err);

struct Option {
    const char *name, *value; /* value NULL: a flag */
    unsigned verbs;
    SetOption *set;
    const char *help;
};

#define TEXT_OPTION(field)                                                                        \
    static bool set_##field(Options *o, const char *value, Error *err) {                          \
        (void)err;                                                                                \
        o->field = value;                                                                         \
        return true;                                                                              \
    }
TEXT_OPTION(to)
TEXT_OPTION(out)
TEXT_OPTION(range)
TEXT_OPTION(baseline)
TEXT_OPTION(state)
TEXT_OPTION(stats)
TEXT_OPTION(dump)

#define FLAG_OPTION(field)                                                                        \
    static bool set_##field(Options *o, const char *value, Error *err) {                          \
        (void)value, (void)err;                                                                   \
        o->field = true;                                                                          \
        return true;                                                                              \
    }
FLAG_OPTION(json)
FLAG_OPTION(findings)
FLAG_OPTION(demo)
FLAG_OPTION(follow)
FLAG_OPTION(no_cache)
FLAG_OPTION(dejavu)
FLAG_OPTION(software)
FLAG_OPTION(gpu)
FLAG_OPTION(help)
FLAG_OPTION(version)
FLAG_OPTION(keys)
FLAG_OPTION(pid)
FLAG_OPTION(tid)
FLAG_OPTION(kernel)
FLAG_OPTION(jit)
FLAG_OPTION(all)

static bool bad_value(Error *err, const char *name, const char *value) {
    return error_set(err, ERROR_USAGE, "--%s cannot be \"%s\"", name, value);
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
    return value_kind_named(str_of(value), &o->shown.value_kind) || bad_value(err, "heat-value", value);
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
    if (!str_to_i64(w, &width) || !str_to_i64(h, &height) || width < 320 || height < 200 || width > 16384 || height > 16384)
        return bad_value(err, "size", value);
    o->w = (uint32_t)width;
    o->h = (uint32_t)height;
    return true;
}

static bool set_pixel_ratio(Options *o, const char *value, Error *err) {
    if (!str_to_double(str_of(value), &o->pixel_ratio) || o->pixel_ratio < 0.5 || o->pixel_ratio > 8)
        return bad_value(err, "pixel-ratio", value);
    return true;
}

static bool set_event(Options *o, const char *value, Error *err) {
    if (strlen(value) >= STATE_EVENT)
        return bad_value(err, "event", value);
    strcpy(o->shown.event, value);
    return true;
}

static bool set_weight(Options *o, const char *value, Error *err) {
    static const char *const kinds[] = {"samples", "period", "time", "bytes"};
    for (int i = 0; i < 4; i++) {
        if (!strcmp(value, kinds[i])) {
            o->shown.weighted = i > 0;
            return true;
        }
    }
    return bad_value(err, "weight", value);
}

static bool set_idle(Options *o, const char *value, Error *err) {
    static const char *const modes[] = {"hide", "keep", "flamescope"};
    for (uint8_t i = 0; i < 3; i++) {
        if (!strcmp(value, modes[i])) {
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
    return true;
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
    return true;
}

static bool set_theme(Options *o, const char *value, Error *err) {
    ThemeKind theme;
    if (!theme_named(str_of(value), &theme))
        return bad_value(err, "theme", value);
    o->shown.theme = (uint8_t)theme;
    return true;
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

static bool set_duration(Options *o, const char *value, Error *err) {
    char *end;
    double seconds = strtod(value, &end);
    if (*end || !(seconds > 0 && seconds < 1e6))
        return bad_value(err, "duration", value);
    o->record.seconds = seconds;
    return true;
}

static const Option options[] = {
    {"frequency", "HZ", IN_RECORD, set_frequency, "samples a second on each processor (-F; default: 99)"},
    {"all-cpus", NULL, IN_RECORD, set_all_cpus, "record all processors (-a; the default without a process or command)"},
    {"pid", "PID", IN_RECORD, set_process, "record these running processes, separated by commas (-p)"},
    {"duration", "SECONDS", IN_RECORD, set_duration, "stop after this long"},
    {"to", "FORMAT", IN_EXPORT, set_to, "png, svg, html, folded, speedscope, pprof, heatmap-json"},
    {"out", "OUT", IN_EXPORT | IN_INFO | IN_COLLAPSE | IN_REPLAY | IN_PACK | IN_RECORD, set_out, "where to write (-o; default: standard output)"},
    {"range", "A..B", IN_WINDOW | IN_EXPORT, set_range, "select: seconds from the origin (34.2..36.1) or percent"},
    {"baseline", "A..B|rest|all|FILE", IN_WINDOW | IN_EXPORT, set_baseline, "compare the selection with this"},
    {"event", "NAME|all", IN_SHOW, set_event, "which event to count (default: the first in the file)"},
    {"weight", "samples|period|time|bytes", IN_SHOW, set_weight, "what to count (default: samples)"},
    {"idle", "hide|keep|flamescope", IN_SHOW, set_idle, "idle samples (default: hide)"},
    {"filter", "EXPR", IN_SHOW, set_filter, "count only what matches, e.g. 'comm=java frame~parse'"},
    {"view", "flame|icicle|inverted|sandwich|table|chart", IN_SHOW, set_view, "shape of the flame graph (table, chart: png)"},
    {"transform", "TEXT", IN_SHOW, set_transform,
     "change the tree, e.g. focus-function=parse, hide-kernel, group=thread; may be repeated"},
    {"search", "RE", IN_SHOW, set_search, "regular expression to mark frames by"},
    {"pin", "FUNCTION", IN_SHOW, set_pin, "light the moments of this function on the heat map; a sandwich is of it"},
    {"zoom", "PATH", IN_SHOW, set_zoom, "zoom into a frame: symbols from the root, joined by ;"},
    {"rows", "N", IN_SHOW, set_rows, "rows of a column, 1 to 1000 (default: 50)"},
    {"heat-rows", "offset|thread|process|cpu", IN_SHOW, set_heat_rows, "what the heat map's rows are (default: offset)"},
    {"heat-value", "samples|weight|cpus|threads|share", IN_SHOW, set_heat_value, "what its cells count; share: of samples that the search or pin lights"},
    {"column", "SPAN", IN_SHOW, set_column, "time span of a column, 10ms to 1h (default: 1s)"},
    {"scale", "sqrt|linear|log|percentile", IN_SHOW, set_scale, "colour scale of the heat map"},
    {"palette", "NAME", IN_SHOW, set_palette, "heat map palette (ember, red, enhanced, …) or flame graph palette (kind, package, java, …)"},
    {"theme", "dark|light|projector", IN_SHOW, set_theme, "colours of the window"},
    {"size", "WxH", IN_LIVE | IN_EXPORT, set_size, "size of the window or picture (png: 1920x1080; svg: 1200 wide, H at least)"},
    {"pixel-ratio", "X", IN_EXPORT, set_pixel_ratio, "pixels of the picture per logical pixel (default: 1)"},
    {"dejavu", NULL, IN_EXPORT | IN_REPLAY, set_dejavu, "draw with DejaVu Sans, whose pixels are the same everywhere"},
    {"threads", "N", IN_LIVE | IN_INFO | IN_EXPORT | IN_PACK, set_threads, "parsing threads (default: one a processor)"},
    {"state", "TEXT", IN_SHOW, set_state, "start from a saved state"},
    {"stats", "FILE", IN_LIVE | IN_INFO, set_stats, "write times and memory as JSON on exit"},
    {"dump", "FILE", IN_LIVE, set_dump, "write what the window shows as JSON on exit"},
    {"follow", NULL, IN_WINDOW, set_follow, "the file is still being written: show what is added to it"},
    {"demo", NULL, IN_WINDOW, set_demo, "a guided tour of three minutes on a profile that the program brings along"},
    {"no-cache", NULL, IN_WINDOW | IN_EXPORT, set_no_cache, "neither use nor keep a cache of large text files"},
    {"json", NULL, IN_INFO, set_json, "print as JSON"},
    {"findings", NULL, IN_INFO, set_findings, "list where to look: bursts, pauses, gaps, phases, periodic patterns"},
    {"software", NULL, IN_LIVE, set_software, "draw without the GPU"},
    {"gpu", NULL, IN_LIVE, set_gpu, "draw with the GPU, whatever the driver"},
    {"pid", NULL, IN_COLLAPSE, set_pid, "process names with their pid"},
    {"tid", NULL, IN_COLLAPSE, set_tid, "process names with pid and tid"},
    {"kernel", NULL, IN_COLLAPSE, set_kernel, "annotate kernel functions with _[k]"},
    {"jit", NULL, IN_COLLAPSE, set_jit, "annotate jitted functions with _[j]"},
    {"all", NULL, IN_COLLAPSE, set_all, "all annotations"},
    {"help", NULL, IN_ALL, set_help, "show this text"},
    {"keys", NULL, IN_WINDOW, set_keys, "print every command with its keys as a table"},
    {"version", NULL, IN_ALL, set_version, "show the version"},
};

enum { OPTION_COUNT = sizeof options / sizeof *options };
_Static_assert(OPTION_COUNT <= 64, "Options.given has a bit for each");

static const Option *find_option(Str name, Verb verb) {
    for (int i = 0; i < OPTION_COUNT; i++)
        if (str_eq_c(name, options[i].name) && (options[i].verbs & 1u << verb))
            return &options[i];
    return NULL;
}

/* As perf record says it. */
static Str perf_name(Str name) {
    return str_eq_c(name, "-F") ? STR("--frequency") : str_eq_c(name, "-a") ? STR("--all-cpus")
         : str_eq_c(name, "-p") ? STR("--pid") : name;
}

/* "--name value", "--name=value", and a few short forms; *i is moved past what was used. */
static bool take_option(int argc, char **argv, int *i, Options *o, Error *err) {
    Str value = str_of(argv[*i]);
    Str name = str_cut(&value, '=');
    if (str_eq_c(name, "-o"))
        name = STR("--out");
    if (str_eq_c(name, "-h"))
        name = STR("--help");
    if (o->verb == VERB_RECORD)
        name = perf_name(name);
    const Option *option = str_starts(name, STR("--")) ? find_option(str_slice(name, 2, name.n), o->verb) : NULL;
    if (!option)
        return error_set(err, ERROR_USAGE, "there is no option %.*s%s%s", (int)name.n, name.s,
                         o->verb ? " for " : "", verb_names[o->verb]);
    o->given |= UINT64_C(1) << (option - options);
    if (!option->value)
        return option->set(o, NULL, err);
    const char *equals = strchr(argv[*i], '=');
    if (equals)
        return option->set(o, equals + 1, err);
    if (*i + 1 >= argc)
        return error_set(err, ERROR_USAGE, "--%s needs a value: %s", option->name, option->value);
    return option->set(o, argv[++*i], err);
}

bool options_given(const Options *o, const char *name) {
    for (int i = 0; i < OPTION_COUNT; i++)
        if (!strcmp(options[i].name, name) && (o->given >> i & 1))
            return true;
    return false;
}

bool options_parse(int argc, char **argv, Options *o, Error *err) {
    memset(o, 0, sizeof *o);
    state_init(&o->shown);
    o->pixel_ratio = 1;
    o->record.hertz = RECORD_HERTZ;
    int i = 1;
    for (int v = 1; v < VERB_COUNT && argc > 1; v++) {
        if (!strcmp(argv[1], verb_names[v])) {
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
    return true;
}

static void help_options(Verb verb, Buf *out) {
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!(options[i].verbs & 1u << verb))
            continue;
        Buf left = {0};
        buf_printf(&left, "--%s%s%s", options[i].name, options[i].value ? " " : "", options[i].value ? options[i].value : "");
        buf_printf(out, "  %-38s %s\n", left.s, options[i].help);
        buf_free(&left);
    }
}

void options_help(Verb verb, Buf *out) {
    static const char *const usage[VERB_COUNT] = {
        ("flamescope [OPTIONS] [PROFILE | FOLDER | -]\n\n"
         "Opens a window on a CPU profile: a subsecond-offset heat map, and the flame graph of the\n"
         "slice of time that is selected on it. A folder (or nothing) opens the browser, - reads a pipe.\n\n"
         "  flamescope info PROFILE       what is in a file\n"
         "  flamescope export PROFILE     pictures, folded stacks, heat map numbers\n"
         "  flamescope collapse PROFILE   what stackcollapse-perf.pl prints\n"
         "  flamescope replay SCRIPT      run recorded input without a display\n"
         "  flamescope pack PROFILE       a file that opens at once, however long the profile\n"
         "  flamescope record [-- CMD]    run perf, and show what it records while it records\n"),
        "flamescope info [OPTIONS] PROFILE\n\nSamples, span, events, threads, complaints and the speed of the load; with\n--findings a ranked list of what is unusual, when, and in which frame.\n",
        ("flamescope export [OPTIONS] PROFILE --to FORMAT [-o OUT]\n\n"
         "Writes the window as a picture (png), the flame graph as an interactive page of its own (svg),\n"
         "heat map and flame graph as a page (html), the selection as folded stacks (folded) or for other\n"
         "tools (speedscope, pprof), or the heat map's numbers (heatmap-json). All but the latter are of\n"
         "the tree as --transform leaves it; png, svg, html, speedscope and pprof know a --baseline.\n"),
        "flamescope collapse [OPTIONS] PROFILE\n\nPrints what stackcollapse-perf.pl prints, quirks included.\n",
        "flamescope replay [OPTIONS] SCRIPT [PROFILE]\n\nRuns a script of input through the program without a display.\n",
        ("flamescope pack [OPTIONS] PROFILE -o FILE.fscope\n\n"
         "Writes the profile in a form that opens at once and is far smaller than the text. - reads a\n"
         "pipe of any length in little memory: perf script | flamescope pack - -o FILE.fscope\n"),
        ("flamescope record [OPTIONS] [-F HZ] [-a] [-p PID] [-- COMMAND ...]\n\n"
         "Runs perf record and shows what it records while it records: z pauses what is shown, End stays\n"
         "at the newest column, Ctrl+. stops. Nothing is dropped meanwhile; the recording is kept as a\n"
         "perf.data file (-o FILE; default: perf-DATE-TIME.data here), which perf reads, too.\n"),
    };
    buf_printf(out, "usage: %s\noptions:\n", usage[verb]);
    help_options(verb, out);
}
