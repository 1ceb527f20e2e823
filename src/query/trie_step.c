/* One walk over the nodes of a trie, parents first. A rule says for each node whether samples
 * that end there are gone, wait for something further down, or are in, and where in the new
 * trie they and the children go on. */
#include <string.h>

#include "query/trie.h"

typedef enum Mode { GONE, WAITS, IN } Mode;

typedef struct Wanted {
    Str symbol, module;
} Wanted;

typedef struct Step {
    const Trie *from;
    const FrameNames *names;
    Trie to;
    uint8_t *mode;        /* Mode by node */
    uint32_t *at;         /* by node: in the new trie */
    uint32_t *mark;       /* by node: what a rule keeps */
    uint8_t *is;          /* by dense frame: of the function or module or kind in question */
    uint32_t *function;   /* by dense frame: the same for frames of one function */
    const uint8_t *group; /* trie_groups */
    Wanted *path;
    uint32_t path_count, nodes;
    FrameId module; /* that stands for a collapsed one */
} Step;

typedef void Rule(Step *s, uint32_t v, uint32_t parent);

enum { NO_MARK = UINT32_MAX };

/* ---- which frames are meant -------------------------------------------------------------- */

/* Tabs and ends of lines separate names in the list of transforms: there they are blanks. */
static bool name_is(Str name, Str wanted) {
    if (name.n != wanted.n)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        if ((c == '\t' || c == '\n' || c == '\r' ? ' ' : c) != wanted.s[i])
            return false;
    }
    return true;
}

static bool module_is(Str module, Str wanted) {
    if (name_is(module, wanted))
        return true;
    size_t slash = str_rfind_char(module, '/');
    return slash < module.n && name_is(str_slice(module, slash + 1, module.n), wanted);
}

static bool frame_is(const FrameNames *n, FrameId frame, const Wanted *w) {
    return name_is(frame_symbol(n, frame), w->symbol) &&
           (!w->module.n || module_is(frame_module(n, frame), w->module));
}

static void take_path(Step *s, Str frames) {
    for (size_t i = 0; i < frames.n; i++)
        s->path_count += frames.s[i] == '\n';
    s->path = mem_resize(NULL, 0, s->path_count * sizeof(*s->path));
    for (uint32_t i = 0; i < s->path_count; i++) {
        s->path[i].module = str_cut(&frames, '\n');
        s->path[i].symbol = str_cut(&s->path[i].module, '\t');
    }
}

static void mark_frames(Step *s, uint8_t kind) {
    uint32_t count = frame_dense_count(s->names);
    s->is = mem_resize(NULL, 0, count);
    for (uint32_t i = 1; i < count; i++) {
        FrameId f = frame_of_dense(s->names, i);
        if (kind == TRANSFORM_HIDE_KERNEL)
            s->is[i] = frame_kind(s->names, f) == FRAME_KERNEL;
        else if (kind == TRANSFORM_COLLAPSE_MODULE)
            s->is[i] = module_is(frame_module(s->names, f), s->path[0].module);
        else
            s->is[i] = frame_is(s->names, f, &s->path[0]);
    }
}

static uint32_t function_hash(const FrameNames *n, uint32_t dense) {
    if (dense >= n->frames)
        return (uint32_t)hash_mix(dense);
    Frame f = frames_get(&n->dict->frames, dense);
    return (uint32_t)hash_mix((uint64_t)f.symbol << 32 | f.module);
}

/* Frames that differ in kind alone are one function. */
static void find_functions(Step *s) {
    const FrameNames *n = s->names;
    uint32_t count = frame_dense_count(n), id;
    HashIndex t;
    hash_init(&t);
    hash_reserve(&t, count);
    s->function = mem_resize(NULL, 0, count * sizeof(*s->function));
    for (uint32_t i = 1; i < count; i++) {
        uint32_t hash = function_hash(n, i);
        s->function[i] = i;
        for (uint32_t k = hash_first(&t, hash);
             (id = hash_candidate(&t, hash, &k)) != 0 && i < n->frames; k = hash_next(&t, k)) {
            Frame a = frames_get(&n->dict->frames, id), b = frames_get(&n->dict->frames, i);
            if (a.symbol == b.symbol && a.module == b.module) {
                s->function[i] = id;
                break;
            }
        }
        if (i < n->frames && s->function[i] == i)
            hash_insert(&t, hash, i);
    }
    hash_free(&t);
}

static uint32_t dense(const Step *s, uint32_t node) {
    return frame_dense(s->names, s->from->frame[node]);
}

static bool is(const Step *s, uint32_t node) {
    return s->is[dense(s, node)];
}

/* ---- rules ------------------------------------------------------------------------------- */

static void keep(Step *s, uint32_t v, uint32_t below) {
    s->mode[v] = IN;
    s->at[v] = trie_grow(&s->to, below, s->from->frame[v]);
}

static void merge(Step *s, uint32_t v, uint32_t into) {
    s->mode[v] = IN;
    s->at[v] = into;
}

/* While a node waits, its place is how much of the path has matched. */
static void focus_subtree(Step *s, uint32_t v, uint32_t parent) {
    if (s->mode[parent] == IN) {
        keep(s, v, s->at[parent]);
        return;
    }
    uint32_t matched = s->at[parent];
    if (!frame_is(s->names, s->from->frame[v], &s->path[matched]))
        return;
    if (matched + 1 == s->path_count) {
        keep(s, v, 0);
        return;
    }
    s->mode[v] = WAITS;
    s->at[v] = matched + 1;
}

static void focus_function(Step *s, uint32_t v, uint32_t parent) {
    if (s->mode[parent] == IN || is(s, v)) {
        keep(s, v, s->at[parent]);
        return;
    }
    s->at[v] = s->at[parent];
    if (s->group && s->group[v])
        keep(s, v, s->at[parent]);
    s->mode[v] = WAITS;
}

static void callers_of(Step *s, uint32_t v, uint32_t parent) {
    if (s->mode[parent] == IN) {
        merge(s, v, s->at[parent]);
        return;
    }
    keep(s, v, s->at[parent]);
    s->mode[v] = is(s, v) ? IN : WAITS;
}

static void drop_function(Step *s, uint32_t v, uint32_t parent) {
    if (!is(s, v))
        keep(s, v, s->at[parent]);
}

static void merge_function(Step *s, uint32_t v, uint32_t parent) {
    if (is(s, v))
        merge(s, v, s->at[parent]);
    else
        keep(s, v, s->at[parent]);
}

static void merge_node(Step *s, uint32_t v, uint32_t parent) {
    uint32_t matched = s->mark[parent];
    s->mark[v] = NO_MARK;
    if (matched != NO_MARK && frame_is(s->names, s->from->frame[v], &s->path[matched])) {
        if (matched + 1 == s->path_count) {
            merge(s, v, s->at[parent]);
            return;
        }
        s->mark[v] = matched + 1;
    }
    keep(s, v, s->at[parent]);
}

static void collapse_module(Step *s, uint32_t v, uint32_t parent) {
    if (!is(s, v)) {
        keep(s, v, s->at[parent]);
        return;
    }
    bool goes_on = parent && is(s, parent);
    merge(s, v, goes_on ? s->at[parent] : trie_grow(&s->to, s->at[parent], s->module));
}

static void collapse_direct(Step *s, uint32_t v, uint32_t parent) {
    bool same = parent && (s->function ? s->function[dense(s, v)] == s->function[dense(s, parent)]
                                       : is(s, v) && is(s, parent));
    if (same)
        merge(s, v, s->at[parent]);
    else
        keep(s, v, s->at[parent]);
}

/* mark: the place of the outermost one on the path, 0 while there is none. */
static void collapse_recursion_of(Step *s, uint32_t v, uint32_t parent) {
    uint32_t outermost = s->mark[parent];
    if (outermost && is(s, v)) {
        merge(s, v, outermost);
    } else {
        keep(s, v, s->at[parent]);
        if (is(s, v))
            outermost = s->at[v];
    }
    s->mark[v] = outermost;
}

/* mark: the node whose place this one takes, found beforehand: itself or one above it. */
static void collapse_recursion(Step *s, uint32_t v, uint32_t parent) {
    if (s->mark[v] == v)
        keep(s, v, s->at[parent]);
    else
        merge(s, v, s->at[s->mark[v]]);
}

/* ---- recursion of every function --------------------------------------------------------- */

/* Depth first, with the path as it is after folding: place[k] is the k-th node kept,
 * of_function where a function last stood. Going down writes at most one entry of each, which
 * going up puts back; what folding cuts off stays written and is told by its function or by the
 * length. */
typedef struct Undo {
    uint32_t node, length, place, of_function;
} Undo;

typedef struct Folder {
    Step *step;
    uint32_t *place, *of_function, length;
} Folder;

static Undo go_down(Folder *f, uint32_t v) {
    Step *s = f->step;
    uint32_t function = s->function[dense(s, v)], was = f->of_function[function];
    Undo undo = {v, f->length, NO_MARK, was};
    if (was < f->length && s->function[dense(s, f->place[was])] == function) {
        s->mark[v] = f->place[was];
        f->length = was + 1;
        return undo;
    }
    s->mark[v] = v;
    undo.place = f->place[f->length];
    f->place[f->length] = v;
    f->of_function[function] = f->length++;
    return undo;
}

static void go_up(Folder *f, Undo undo) {
    const Step *s = f->step;
    if (s->mark[undo.node] == undo.node) {
        f->place[undo.length] = undo.place;
        f->of_function[s->function[dense(s, undo.node)]] = undo.of_function;
    }
    f->length = undo.length;
}

static void fold_recursion(Step *s) {
    const Trie *t = s->from;
    uint32_t n = t->count, functions = frame_dense_count(s->names), depth = 0, deepest = 0;
    uint32_t *child = mem_resize(NULL, 0, n * sizeof(*child));
    uint32_t *sibling = mem_resize(NULL, 0, n * sizeof(*sibling));
    uint32_t *level = mem_resize(NULL, 0, n * sizeof(*level));
    for (uint32_t v = 1; v < n; v++) {
        sibling[v] = child[t->parent[v]];
        child[t->parent[v]] = v;
        level[v] = level[t->parent[v]] + 1;
        deepest = level[v] > deepest ? level[v] : deepest;
    }
    size_t path = (size_t)deepest + 1;
    Folder f = {.step = s};
    f.place = mem_resize(NULL, 0, path * sizeof(*f.place));
    f.of_function = mem_resize(NULL, 0, functions * sizeof(*f.of_function));
    memset(f.of_function, 0xff, functions * sizeof(*f.of_function));
    Undo *undo = mem_resize(NULL, 0, path * sizeof(*undo));
    for (uint32_t v = child[0]; v || depth;) {
        if (v) {
            undo[depth++] = go_down(&f, v);
            v = child[v];
        } else {
            v = sibling[undo[--depth].node];
            go_up(&f, undo[depth]);
        }
    }
    mem_resize(undo, path * sizeof(*undo), 0);
    mem_resize(f.place, path * sizeof(*f.place), 0);
    mem_resize(f.of_function, functions * sizeof(*f.of_function), 0);
    mem_resize(child, n * sizeof(*child), 0);
    mem_resize(sibling, n * sizeof(*sibling), 0);
    mem_resize(level, n * sizeof(*level), 0);
}

/* ---- the walk ---------------------------------------------------------------------------- */

/* Named by the last part of what was asked for; of the kind that its first frame in the
 * dictionary has (inlined ones apart), so that it is one frame whoever calls it. */
static FrameId module_frame(const Step *s) {
    Str module = s->path[0].module;
    uint32_t kind = FRAME_USER;
    for (uint32_t i = frame_dense_count(s->names); i-- > 1;)
        if (s->is[i] && frame_kind(s->names, frame_of_dense(s->names, i)) != FRAME_INLINED)
            kind = frame_kind(s->names, frame_of_dense(s->names, i));
    size_t slash = str_rfind_char(module, '/');
    Str name = slash + 1 < module.n ? str_slice(module, slash + 1, module.n) : module;
    return synthetics_intern(s->names->synthetics, name, module, kind, false);
}

static Rule *prepare(Step *s, const Transform *t) {
    bool every = !s->path_count;
    if (s->path_count || t->kind == TRANSFORM_HIDE_KERNEL)
        mark_frames(s, t->kind);
    switch (t->kind) {
    case TRANSFORM_FOCUS_SUBTREE:
        s->mode[0] = WAITS;
        return focus_subtree;
    case TRANSFORM_FOCUS_FUNCTION:
        s->mode[0] = WAITS;
        return focus_function;
    case TRANSFORM_CALLERS_OF:
        s->mode[0] = WAITS;
        return callers_of;
    case TRANSFORM_DROP_FUNCTION:
        return drop_function;
    case TRANSFORM_MERGE_NODE:
        return merge_node;
    case TRANSFORM_COLLAPSE_MODULE:
        s->module = module_frame(s);
        return collapse_module;
    case TRANSFORM_COLLAPSE_DIRECT:
        if (every)
            find_functions(s);
        return collapse_direct;
    case TRANSFORM_COLLAPSE_RECURSION:
        if (!every)
            return collapse_recursion_of;
        find_functions(s);
        fold_recursion(s);
        return collapse_recursion;
    default:
        return merge_function;
    }
}

void trie_transform(Trie *trie, const FrameNames *names, const Transforms *transforms, uint32_t i) {
    uint32_t n = trie->count, frames = frame_dense_count(names);
    Step s = {.from = trie, .names = names, .group = trie_groups(trie, names)};
    trie_init(&s.to, n, trie->units);
    s.mode = mem_resize(NULL, 0, n);
    s.at = mem_resize(NULL, 0, n * sizeof(*s.at));
    s.mark = mem_resize(NULL, 0, n * sizeof(*s.mark));
    s.mode[0] = IN;
    take_path(&s, transform_frames(transforms, i));
    Rule *rule = prepare(&s, &transforms->item[i]);
    for (uint32_t v = 1; v < n && !cancelled(names->cancel); v++)
        if (s.mode[trie->parent[v]] != GONE)
            rule(&s, v, trie->parent[v]);
    for (uint32_t u = 0; u < trie->units; u++) {
        uint32_t v = trie->unit_node[u];
        if (v != UNIT_DROPPED && s.mode[v] == IN)
            s.to.unit_node[u] = s.at[v];
    }
    mem_resize(s.mode, n, 0);
    mem_resize(s.at, n * sizeof(*s.at), 0);
    mem_resize(s.mark, n * sizeof(*s.mark), 0);
    mem_resize(s.is, s.is ? frames : 0, 0);
    mem_resize(s.function, s.function ? frames * sizeof(*s.function) : 0, 0);
    mem_resize((void *)(uintptr_t)s.group, s.group ? n : 0, 0);
    mem_resize(s.path, s.path_count * sizeof(*s.path), 0);
    trie_free(trie);
    *trie = s.to;
}
