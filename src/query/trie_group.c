/* Groups: a frame more on every path, below the groups that are there. A node of the new trie
 * is a node of the old one under one group; it is looked up by these two, from a unit's end
 * upwards until one is known, so that the work is that of the nodes made, not of the lengths of
 * paths. */
#include <string.h>

#include "query/trie.h"
#include "store/package.h"

typedef struct Source {
    uint32_t node;
    FrameId group; /* 0: a group above, or the root */
} Source;

typedef struct Process {
    int32_t pid;
    NameId name;
    bool main; /* named by its first thread */
} Process;

typedef struct Grouper {
    const Trie *from;
    const FrameNames *names;
    const Units *units;
    GroupKey key;
    Trie to;
    uint8_t *is_group;
    Source *source; /* by node of `to` */
    uint32_t source_cap;
    HashIndex index; /* of `to`, by source; the root is not in it */
    Source *path;    /* to be made, leaf first */
    uint32_t path_cap;
    FrameId *known; /* by context, dense frame or cpu: the group, 0 not known yet */
    uint32_t known_count;
    Process *process;
    uint32_t *process_of; /* by context */
    uint32_t processes, contexts;
    uint32_t *module_kind; /* by module's name id, kind + 1 */
    Arena scratch;
} Grouper;

/* ---- names ------------------------------------------------------------------------------- */

/* A process is named by its first thread, where there is one among the contexts. */
static void find_processes(Grouper *g) {
    const Contexts *all = &g->names->dict->contexts;
    HashIndex t;
    hash_init(&t);
    g->process = ARENA_ARRAY(&g->scratch, Process, g->contexts + 1);
    g->process_of = ARENA_ARRAY(&g->scratch, uint32_t, g->contexts);
    for (ContextId c = 1; c < g->contexts; c++) {
        Context context = contexts_get(all, c);
        uint32_t id = 0, hash = (uint32_t)hash_mix((uint32_t)context.pid);
        for (uint32_t i = hash_first(&t, hash); (id = hash_candidate(&t, hash, &i)) != 0;
             i = hash_next(&t, i))
            if (g->process[id].pid == context.pid)
                break;
        if (context.pid < 0)
            continue;
        bool main = context.tid == context.pid;
        if (!id) {
            id = ++g->processes;
            g->process[id] = (Process){context.pid, context.comm, main};
            hash_insert(&t, hash, id);
        } else if (main && !g->process[id].main) {
            g->process[id].name = context.comm;
            g->process[id].main = true;
        }
        g->process_of[c] = id;
    }
    hash_free(&t);
}

static Str with_number(Grouper *g, NameId name, int32_t number) {
    Str text = names_get(&g->names->dict->names, name);
    if (number < 0)
        return text;
    return str_format(&g->scratch, "%.*s (%d)", (int)text.n, text.s, (int)number);
}

static FrameId intern(const Grouper *g, Str symbol, Str module, uint32_t kind) {
    return synthetics_intern(g->names->synthetics, symbol, module, kind, true);
}

static FrameId name_of_context(Grouper *g, ContextId id) {
    const Dict *dict = g->names->dict;
    Context c = contexts_get(&dict->contexts, id);
    Str none = STR(""), text;
    if (g->key == GROUP_THREAD) {
        text = with_number(g, c.comm, c.tid);
    } else if (g->key == GROUP_PROCESS) {
        uint32_t p = g->process_of[id];
        text = with_number(g, p ? g->process[p].name : c.comm, c.pid);
    } else {
        text = names_get(&dict->names, contexts_get_event(&dict->contexts, c.event).name);
        text = text.n ? text : STR("(no event named)");
    }
    return intern(g, text, none, FRAME_PROCESS);
}

/* Of a module's frames the first in the dictionary that is not inlined says what it is, so that
 * it is one group. */
static void find_module_kinds(Grouper *g) {
    const Frames *all = &g->names->dict->frames;
    NameId last = 0;
    for (FrameId f = 0; f < g->names->frames; f++)
        last = frames_get(all, f).module > last ? frames_get(all, f).module : last;
    g->module_kind = ARENA_ARRAY(&g->scratch, uint32_t, last + 1);
    for (FrameId f = g->names->frames; f-- > 0;) {
        Frame frame = frames_get(all, f);
        if (frame.kind != FRAME_INLINED)
            g->module_kind[frame.module] = frame.kind + 1;
    }
}

static uint32_t module_kind(const Grouper *g, FrameId leaf) {
    if (frame_is_synthetic(leaf))
        return frame_kind(g->names, leaf);
    uint32_t kind = g->module_kind[frames_get(&g->names->dict->frames, leaf).module];
    return kind ? kind - 1 : FRAME_USER;
}

static FrameId name_of_leaf(const Grouper *g, FrameId leaf) {
    const FrameNames *n = g->names;
    Str none = STR("");
    if (g->key == GROUP_PACKAGE) {
        Str package = leaf ? symbol_package(frame_symbol(n, leaf)) : none;
        return intern(g, package.n ? package : STR("(no package)"), none, FRAME_USER);
    }
    Str module = leaf ? frame_module(n, leaf) : none;
    if (!module.n)
        return intern(g, STR("(no module)"), none, FRAME_USER);
    size_t slash = str_rfind_char(module, '/');
    Str name = slash + 1 < module.n ? str_slice(module, slash + 1, module.n) : module;
    return intern(g, name, module, module_kind(g, leaf));
}

static FrameId name_of_cpu(Grouper *g, uint16_t cpu) {
    Str text = cpu == CPU_NONE ? STR("(no cpu)") : str_format(&g->scratch, "cpu %u", cpu);
    FrameId frame = intern(g, text, STR(""), FRAME_PROCESS);
    g->names->synthetics->at[frame & ~SYNTHETIC_FRAME].cpu = cpu;
    return frame;
}

static FrameId group_of(Grouper *g, uint32_t unit, uint32_t end) {
    bool by_leaf = g->key == GROUP_MODULE || g->key == GROUP_PACKAGE;
    FrameId leaf = end && !(g->is_group && g->is_group[end]) ? g->from->frame[end] : 0;
    uint32_t at = by_leaf               ? frame_dense(g->names, leaf)
                  : g->key == GROUP_CPU ? g->units->cpu[unit]
                                        : units_get(g->units, unit).context;
    if (!g->known[at])
        g->known[at] = by_leaf               ? name_of_leaf(g, leaf)
                       : g->key == GROUP_CPU ? name_of_cpu(g, (uint16_t)at)
                                             : name_of_context(g, at);
    return g->known[at];
}

/* ---- nodes ------------------------------------------------------------------------------- */

static uint32_t source_hash(Source s) {
    return (uint32_t)hash_mix((uint64_t)s.node << 32 | s.group);
}

static bool known_node(const Grouper *g, Source s, uint32_t *node) {
    uint32_t id;
    *node = 0;
    if (!s.node && !s.group)
        return true;
    uint32_t hash = source_hash(s);
    for (uint32_t i = hash_first(&g->index, hash); (id = hash_candidate(&g->index, hash, &i)) != 0;
         i = hash_next(&g->index, i)) {
        if (g->source[id].node == s.node && g->source[id].group == s.group) {
            *node = id;
            return true;
        }
    }
    return false;
}

static bool above_groups(const Grouper *g, uint32_t node) {
    return !node || (g->is_group && g->is_group[node]);
}

/* The group's own frame is where its node is the last of the groups above, or the root. */
static Source parent_of(const Grouper *g, Source s) {
    if (above_groups(g, s.node))
        return s.group ? (Source){s.node, 0} : (Source){g->from->parent[s.node], 0};
    return (Source){g->from->parent[s.node], s.group};
}

static FrameId frame_of(const Grouper *g, Source s) {
    return s.group && above_groups(g, s.node) ? s.group : g->from->frame[s.node];
}

static uint32_t node_of(Grouper *g, Source s) {
    uint32_t n = 0, node;
    for (; !known_node(g, s, &node); s = parent_of(g, s)) {
        if (n == g->path_cap) {
            uint32_t cap = n ? n * 2 : 256;
            g->path = mem_resize(g->path, n * sizeof(*g->path), cap * sizeof(*g->path));
            g->path_cap = cap;
        }
        g->path[n++] = s;
    }
    while (n--) {
        node = trie_append(&g->to, node, frame_of(g, g->path[n]));
        if (node >= g->source_cap) {
            uint32_t cap = g->to.cap;
            g->source =
                mem_resize(g->source, g->source_cap * sizeof(*g->source), cap * sizeof(*g->source));
            g->source_cap = cap;
        }
        g->source[node] = g->path[n];
        hash_insert(&g->index, source_hash(g->path[n]), node);
    }
    return node;
}

void trie_group(Trie *trie, const FrameNames *names, const Units *units, GroupKey key,
                uint32_t contexts) {
    Grouper g = {.from = trie,
                 .names = names,
                 .units = units,
                 .key = key,
                 .contexts = contexts,
                 .is_group = trie_groups(trie, names)};
    uint32_t frames = frame_dense_count(names); /* grows as groups are named */
    arena_init(&g.scratch, 0);
    hash_init(&g.index);
    hash_reserve(&g.index, trie->count);
    trie_init(&g.to, trie->count, trie->units);
    g.known_count = key == GROUP_CPU                              ? UINT16_MAX + 1
                    : key == GROUP_MODULE || key == GROUP_PACKAGE ? frames
                                                                  : contexts;
    g.known = mem_resize(NULL, 0, g.known_count * sizeof(*g.known));
    if (key == GROUP_PROCESS)
        find_processes(&g);
    if (key == GROUP_MODULE)
        find_module_kinds(&g);
    for (uint32_t u = 0; u < trie->units && !cancelled(names->cancel); u++) {
        uint32_t end = trie->unit_node[u];
        if (end != UNIT_DROPPED)
            g.to.unit_node[u] = units_is_empty(units, u)
                                    ? 0 /* it makes no group */
                                    : node_of(&g, (Source){end, group_of(&g, u, end)});
    }
    mem_resize(g.known, g.known_count * sizeof(*g.known), 0);
    mem_resize(g.path, g.path_cap * sizeof(*g.path), 0);
    mem_resize(g.source, g.source_cap * sizeof(*g.source), 0);
    mem_resize(g.is_group, g.is_group ? trie->count : 0, 0);
    hash_free(&g.index);
    arena_free(&g.scratch);
    trie_free(trie);
    *trie = g.to;
}
