/* Paths: from nodes to the text that survives a reload, and back. */
#include <string.h>

#include "app/flame_pane.h"

static uint32_t path_parse(Str text, Arena *arena, PathFrame **out) {
    uint32_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.s[i] == '\n';
    *out = ARENA_ARRAY(arena, PathFrame, n + 1);
    n = 0;
    while (text.n) {
        Str line = str_cut(&text, '\n');
        PathFrame *p = &(*out)[n++];
        p->module = line;
        p->symbol = str_cut(&p->module, '\t');
    }
    return n;
}

uint32_t flame_zoom_node(const State *state, const Answer *answer, const Dict *dict, Arena *arena) {
    if (!state->zoom[0])
        return 0;
    PathFrame *path;
    uint32_t n = path_parse(str_of(state->zoom), arena, &path), matched;
    return tree_find(answer->tree, dict, path, n, &matched);
}

/* Nodes from below the root down to `node`, into the caller's array of at most cap. */
static uint32_t nodes_to(const Tree *tree, uint32_t node, uint32_t *out, uint32_t cap) {
    uint32_t n = 0;
    for (; node && n < cap; node = tree_parent(tree, node))
        out[n++] = node;
    for (uint32_t i = 0; i < n / 2; i++) {
        uint32_t t = out[i];
        out[i] = out[n - 1 - i];
        out[n - 1 - i] = t;
    }
    return n;
}

enum { PATH_MOST = 4096 };

bool flame_zoom_text(const Answer *answer, const Dict *dict, uint32_t node, char *out, size_t cap) {
    uint32_t nodes[PATH_MOST];
    if (node >= answer->tree->nodes)
        return false;
    uint32_t n = nodes_to(answer->tree, node, nodes, PATH_MOST);
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        Str symbol = tree_symbol(answer->tree, dict, answer->tree->node[nodes[i]].frame);
        Str module = tree_module(answer->tree, dict, answer->tree->node[nodes[i]].frame);
        if (!state_put_frame(out, cap, &at, symbol, module))
            return false;
    }
    out[at] = 0;
    return true;
}

Str flame_label(const Tree *tree, const Dict *dict, FrameId frame) {
    Str symbol = tree_symbol(tree, dict, frame);
    if (!str_eq_c(symbol, "[unknown]"))
        return symbol;
    Str module = tree_module(tree, dict, frame);
    size_t slash = str_rfind_char(module, '/');
    return !module.n || str_eq_c(module, "[unknown]")
               ? symbol
               : (slash < module.n ? str_slice(module, slash + 1, module.n) : module);
}

void flame_stack_text(const Answer *answer, const Dict *dict, uint32_t node, Buf *out) {
    uint32_t nodes[PATH_MOST];
    uint32_t n = nodes_to(answer->tree, node, nodes, PATH_MOST);
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            buf_putc(out, ';');
        buf_put(out, tree_symbol(answer->tree, dict, answer->tree->node[nodes[i]].frame));
    }
}
