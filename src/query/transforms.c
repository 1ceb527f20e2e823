#include "query/transforms.h"

#include <string.h>

#include "base/hash.h"

/* How many frames a kind wants. */
typedef enum Wants { NOTHING, ONE, MAYBE_ONE, PATH, MODULE, KEY } Wants;

typedef struct Rule {
    const char *name;
    Wants wants;
    const char *before, *after; /* words around its last frame's name */
    const char *without;        /* words where there is no frame */
} Rule;

static const Rule rules[TRANSFORM_KINDS] = {
    [TRANSFORM_FOCUS_SUBTREE] = {"focus-subtree", PATH, "focus on this ", "", ""},
    [TRANSFORM_FOCUS_FUNCTION] = {"focus-function", ONE, "focus on ", "", ""},
    [TRANSFORM_DROP_FUNCTION] = {"drop-function", ONE, "without ", "", ""},
    [TRANSFORM_MERGE_NODE] = {"merge-node", PATH, "merge this ", "", ""},
    [TRANSFORM_MERGE_FUNCTION] = {"merge-function", ONE, "merge ", "", ""},
    [TRANSFORM_COLLAPSE_MODULE] = {"collapse-module", MODULE, "collapse ", "", ""},
    [TRANSFORM_COLLAPSE_RECURSION] = {"collapse-recursion", MAYBE_ONE, "collapse recursion of ", "",
                                      "collapse all recursion"},
    [TRANSFORM_COLLAPSE_DIRECT] = {"collapse-direct", MAYBE_ONE, "collapse ", " calling itself",
                                   "collapse functions calling themselves"},
    [TRANSFORM_HIDE_KERNEL] = {"hide-kernel", NOTHING, "", "", "hide kernel"},
    [TRANSFORM_GROUP] = {"group", KEY, "", "", "by "},
    [TRANSFORM_CALLERS_OF] = {"callers-of", ONE, "callers of ", "", ""},
};

static const char *const keys[GROUP_KEYS] = {"process", "thread", "cpu",
                                             "event",   "module", "package"};

const char *group_key_name(GroupKey key) {
    return keys[key];
}

/* ---- the list ---------------------------------------------------------------------------- */

Str transform_frames(const Transforms *t, uint32_t i) {
    return (Str){t->text + t->item[i].at, t->item[i].n};
}

bool transforms_by_cpu(const Transforms *t) {
    for (uint32_t i = 0; i < t->count; i++)
        if (!t->item[i].off && t->item[i].kind == TRANSFORM_GROUP && t->item[i].group == GROUP_CPU)
            return true;
    return false;
}

/* Every frame must have its tab and its end of line; false when one has not. */
static bool count_frames(Str frames, uint32_t *count) {
    *count = 0;
    while (frames.n) {
        size_t end = str_find_char(frames, '\n');
        size_t tab = str_find_char(frames, '\t');
        if (end == frames.n || tab >= end ||
            str_find_char(str_slice(frames, tab + 1, end), '\t') < end - tab - 1)
            return false;
        frames = str_slice(frames, end + 1, frames.n);
        (*count)++;
    }
    return true;
}

static bool check(TransformKind kind, Str *frames, Error *err) {
    const Rule *rule = &rules[kind];
    uint32_t count;
    bool fine = count_frames(*frames, &count);
    if (rule->wants == MODULE && fine && count == 1) {
        *frames = str_slice(*frames, str_find_char(*frames, '\t'), frames->n);
        return frames->n > 2 || error_set(err, ERROR_USAGE, "the frame has no module");
    }
    if (rule->wants == ONE || rule->wants == MODULE)
        fine = fine && count == 1;
    else if (rule->wants == PATH)
        fine = fine && count >= 1;
    else
        fine = fine && count <= (rule->wants == MAYBE_ONE);
    return fine || error_set(err, ERROR_USAGE, "%s cannot be done with this", rule->name);
}

/* The text form has no word for a frame without a name. */
static bool all_named(Str frames) {
    while (frames.n) {
        Str line = str_cut(&frames, '\n');
        if (line.n && line.s[0] == '\t')
            return false;
    }
    return true;
}

bool transforms_add(Transforms *t, TransformKind kind, GroupKey group, Str frames, Error *err) {
    if ((uint32_t)kind >= TRANSFORM_KINDS || (uint32_t)group >= GROUP_KEYS)
        return error_set(err, ERROR_USAGE, "there is no such transform");
    if (!check(kind, &frames, err))
        return false;
    if (kind != TRANSFORM_COLLAPSE_MODULE && !all_named(frames))
        return error_set(err, ERROR_USAGE, "a frame without a name");
    if (t->count == TRANSFORMS)
        return error_set(err, ERROR_LIMIT, "at most %d transforms", TRANSFORMS);
    if (frames.n > TRANSFORM_TEXT - t->used)
        return error_set(err, ERROR_LIMIT, "the names of all transforms together are too long");
    Transform *item = &t->item[t->count++];
    item->kind = (uint8_t)kind;
    item->group = kind == TRANSFORM_GROUP ? (uint8_t)group : 0;
    item->at = (uint16_t)t->used;
    item->n = (uint16_t)frames.n;
    memcpy(t->text + t->used, frames.s, frames.n);
    t->used += (uint32_t)frames.n;
    return true;
}

void transforms_remove(Transforms *t, uint32_t i) {
    if (i >= t->count)
        return;
    uint16_t at = t->item[i].at, n = t->item[i].n;
    memmove(t->text + at, t->text + at + n, t->used - at - n);
    t->used -= n;
    memset(t->text + t->used, 0, n);
    memmove(&t->item[i], &t->item[i + 1], (t->count - i - 1) * sizeof(Transform));
    t->count--;
    memset(&t->item[t->count], 0, sizeof(Transform));
    for (uint32_t k = i; k < t->count; k++)
        t->item[k].at = (uint16_t)(t->item[k].at - n);
}

static uint32_t next_on(const Transforms *t, uint32_t i) {
    while (i < t->count && t->item[i].off)
        i++;
    return i;
}

bool transforms_same(const Transforms *a, const Transforms *b) {
    uint32_t i = next_on(a, 0), k = next_on(b, 0);
    for (; i < a->count && k < b->count; i = next_on(a, i + 1), k = next_on(b, k + 1))
        if (a->item[i].kind != b->item[k].kind || a->item[i].group != b->item[k].group ||
            !str_eq(transform_frames(a, i), transform_frames(b, k)))
            return false;
    return i == a->count && k == b->count;
}

uint64_t transforms_hash(const Transforms *t) {
    uint64_t hash = 0;
    for (uint32_t i = next_on(t, 0); i < t->count; i = next_on(t, i + 1)) {
        Str frames = transform_frames(t, i);
        uint64_t what = (uint64_t)(t->item[i].kind + 1) << 8 | t->item[i].group;
        hash = hash_mix(hash * 31 + what) ^ hash_bytes(frames.s, frames.n);
    }
    return hash;
}

/* ---- from text --------------------------------------------------------------------------- */

/* The text up to `sep` where that is not escaped, or all of it, cut off *rest. */
static Str cut(Str *rest, Str sep) {
    for (size_t i = 0; i + sep.n <= rest->n; i++) {
        if (rest->s[i] == '\\') {
            i++;
            continue;
        }
        if (memcmp(rest->s + i, sep.s, sep.n) == 0) {
            Str head = str_slice(*rest, 0, i);
            *rest = str_slice(*rest, i + sep.n, rest->n);
            return head;
        }
    }
    Str all = *rest;
    *rest = str_slice(*rest, rest->n, rest->n);
    return all;
}

/* Tabs and ends of lines are what the list itself puts between names. */
static void put_plain(Buf *out, Str name) {
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        if (c == '\\' && i + 1 < name.n)
            c = name.s[++i];
        buf_putc(out, c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
    }
}

static void put_frames(Buf *out, Str text, bool module_only) {
    while (text.n) {
        Str module = cut(&text, STR(";"));
        Str symbol = module_only ? (Str){"", 0} : cut(&module, STR("|"));
        put_plain(out, symbol);
        buf_putc(out, '\t');
        put_plain(out, module);
        buf_putc(out, '\n');
    }
}

static bool parse_one(Str text, Transforms *t, Error *err) {
    while (text.n && text.s[0] == ' ')
        text = str_slice(text, 1, text.n);
    bool off = str_starts(text, STR("off:"));
    Str value = off ? str_slice(text, 4, text.n) : text;
    Str name = str_trim(str_cut(&value, '='));
    int kind = 0, group = 0;
    while (kind < TRANSFORM_KINDS && !str_eq_c(name, rules[kind].name))
        kind++;
    if (kind == TRANSFORM_KINDS)
        return error_set(err, ERROR_USAGE, "there is no transform \"%.*s\"",
                         (int)(name.n < 80 ? name.n : 80), name.s);
    if (rules[kind].wants == KEY) {
        while (group < GROUP_KEYS && !str_eq_c(str_trim(value), keys[group]))
            group++;
        if (group == GROUP_KEYS)
            return error_set(err, ERROR_USAGE,
                             "group is by process, thread, cpu, event, module or package");
        value.n = 0;
    }
    Buf frames = {0};
    put_frames(&frames, value, rules[kind].wants == MODULE);
    bool fine = transforms_add(t, (TransformKind)kind, (GroupKey)group, buf_str(&frames), err);
    if (fine)
        t->item[t->count - 1].off = off;
    buf_free(&frames);
    return fine;
}

bool transforms_parse(Str text, Transforms *t, Error *err) {
    Transforms grown = *t;
    for (Str rest = text; rest.n;)
        if (!parse_one(cut(&rest, STR("||")), &grown, err))
            return false;
    *t = grown;
    return true;
}

/* ---- to text ----------------------------------------------------------------------------- */

static void put_escaped(Buf *out, Str name) {
    for (size_t i = 0; i < name.n; i++) {
        if (name.s[i] == '\\' || name.s[i] == '|' || name.s[i] == ';')
            buf_putc(out, '\\');
        buf_putc(out, name.s[i]);
    }
}

static void format_frames(Str frames, bool module_only, Buf *out) {
    for (bool first = true; frames.n; first = false) {
        Str module = str_cut(&frames, '\n');
        Str symbol = str_cut(&module, '\t');
        if (!first)
            buf_putc(out, ';');
        put_escaped(out, symbol);
        if (module.n && !module_only)
            buf_putc(out, '|');
        put_escaped(out, module);
    }
}

void transforms_format(const Transforms *t, Buf *out) {
    for (uint32_t i = 0; i < t->count; i++) {
        const Transform *item = &t->item[i];
        const Rule *rule = &rules[item->kind];
        if (i)
            buf_puts(out, "||");
        if (item->off)
            buf_puts(out, "off:");
        buf_puts(out, rule->name);
        if (item->n || rule->wants == KEY)
            buf_putc(out, '=');
        if (rule->wants == KEY)
            buf_puts(out, keys[item->group]);
        format_frames(transform_frames(t, i), rule->wants == MODULE, out);
    }
}

void transform_describe(const Transforms *t, uint32_t i, Buf *out) {
    const Transform *item = &t->item[i];
    const Rule *rule = &rules[item->kind];
    Str frames = transform_frames(t, i), module = {"", 0};
    if (!frames.n) {
        buf_puts(out, rule->without);
        if (rule->wants == KEY)
            buf_puts(out, keys[item->group]);
        return;
    }
    while (frames.n)
        module = str_cut(&frames, '\n');
    Str symbol = str_cut(&module, '\t');
    if (rule->wants == MODULE) {
        size_t slash = str_rfind_char(module, '/');
        symbol = slash < module.n ? str_slice(module, slash + 1, module.n) : module;
    }
    buf_puts(out, rule->before);
    buf_put(out, symbol);
    buf_puts(out, rule->after);
}
