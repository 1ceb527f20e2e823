#include "query/mask.h"

#include <string.h>

#include "query/idle.h"

/* Above the 16 bits of the terms, in frame, stack and context tables. */
enum {
    BIT_SWAPPER = 1 << 16, /* the text holds FlameScope's "swapper" */
    BIT_WORD = 1 << 17,    /* … one of its idle words */
    BIT_IDLE = 1 << 18,    /* context: an idle task */
    BIT_EVENT = 1 << 19,   /* context: of the event */
};

void mask_init(Mask *mask) {
    memset(mask, 0, sizeof(*mask));
    mask->frame.item = mask->stack.item = mask->context.item = sizeof(uint32_t);
    mask->bits.item = mask->routine.item = sizeof(uint8_t);
    mask->terms.item = sizeof(uint16_t);
}

static void table_grow(MaskTable *t, uint64_t count) {
    if (count > t->cap) {
        uint64_t cap = t->cap * 2 > count ? t->cap * 2 : count + 64;
        t->at = mem_resize(t->at, (size_t)t->cap * t->item, (size_t)cap * t->item);
        t->cap = cap;
    }
    t->count = count;
}

static void table_free(MaskTable *t) {
    mem_resize(t->at, (size_t)t->cap * t->item, 0);
    t->at = NULL;
    t->count = t->cap = 0;
}

void mask_forget(Mask *mask) {
    mask->frame.count = mask->stack.count = mask->context.count = 0;
    mask->bits.count = mask->terms.count = 0;
    crumbs_forget(&mask->crumbs);
    mask->version++;
}

static void drop_regexes(Mask *mask) {
    for (uint32_t i = 0; i < FILTER_TERMS; i++) {
        if (mask->regex[i])
            regex_free(mask->regex[i]);
        mask->regex[i] = NULL;
    }
}

void mask_free(Mask *mask) {
    drop_regexes(mask);
    table_free(&mask->frame);
    table_free(&mask->stack);
    table_free(&mask->routine);
    table_free(&mask->context);
    table_free(&mask->bits);
    crumbs_free(&mask->crumbs);
    table_free(&mask->terms);
    mask->profile = NULL;
}

size_t mask_bytes(const Mask *mask) {
    return (size_t)((mask->frame.cap + mask->stack.cap) * mask->stack.item +
                    mask->context.cap * sizeof(uint32_t) + mask->routine.cap + mask->bits.cap +
                    mask->terms.cap * sizeof(uint16_t)) +
           crumbs_bytes(&mask->crumbs);
}

/* ---- the wish ---------------------------------------------------------------------------- */

bool mask_term_has_cpu(const Mask *mask, uint32_t term, uint16_t cpu) {
    const FilterTerm *t = &mask->filter.term[term];
    return (cpu != CPU_NONE && filter_has_number(t, cpu)) != t->negated;
}

static void compile_cpus(Mask *mask) {
    memset(mask->cpu, 0, sizeof(mask->cpu));
    for (uint32_t cpu = 0; cpu <= UINT16_MAX; cpu++) {
        bool passes = true;
        for (uint32_t i = 0; i < mask->filter.count && passes; i++)
            if (mask->filter.term[i].kind == FILTER_CPU && !mask->filter.term[i].off)
                passes = mask_term_has_cpu(mask, i, (uint16_t)cpu);
        if (passes)
            mask->cpu[cpu >> 6] |= 1ull << (cpu & 63);
    }
}

static void set_width(Mask *mask) {
    uint32_t told = mask->of_stack, n = 0;
    if (mask->idle == IDLE_FLAMESCOPE)
        told |= BIT_SWAPPER | BIT_WORD;
    bool narrow = __builtin_popcount(told) <= 8;
    if (narrow != mask->narrow) {
        table_free(&mask->frame);
        table_free(&mask->stack);
        mask->narrow = narrow;
        mask->frame.item = mask->stack.item = narrow ? sizeof(uint8_t) : sizeof(uint32_t);
    }
    memset(mask->fact, 0, sizeof(mask->fact));
    for (; narrow && told; told &= told - 1)
        mask->fact[n++] = told & (0 - told);
    for (uint32_t byte = 0; byte < 256; byte++) {
        mask->facts[byte] = 0;
        for (uint32_t k = 0; k < 8; k++)
            mask->facts[byte] |= byte >> k & 1 ? mask->fact[k] : 0;
    }
}

static bool compile(Mask *mask, Error *err) {
    bool fine = true;
    mask->in_force = mask->negated = mask->of_stack = mask->of_context = 0;
    mask->by_cpu = false;
    for (uint32_t i = 0; i < mask->filter.count; i++) {
        const FilterTerm *t = &mask->filter.term[i];
        uint32_t bit = 1u << i;
        bool decided = true;
        if (t->kind == FILTER_FRAME) {
            mask->regex[i] = regex_new(str_of(t->value), REGEX_SMART_CASE, err);
            decided = mask->regex[i] != NULL;
            fine = fine && decided;
        } else if (t->kind == FILTER_CPU) {
            decided = false;
            mask->by_cpu = mask->by_cpu || !t->off;
        } else if (t->kind == FILTER_MIN) {
            decided = false;
        }
        if (!decided)
            continue;
        if (t->kind == FILTER_FRAME || t->kind == FILTER_MODULE || t->kind == FILTER_FRAME_KIND)
            mask->of_stack |= bit;
        else
            mask->of_context |= bit;
        if (t->negated)
            mask->negated |= bit;
        if (!t->off)
            mask->in_force |= bit;
    }
    if (mask->by_cpu)
        compile_cpus(mask);
    set_width(mask);
    return fine;
}

bool mask_set(Mask *mask, const Profile *profile, EventId event, uint8_t idle, const Filter *filter,
              Error *err) {
    if (mask->profile == profile && mask->event == event && mask->idle == idle &&
        filter_same(&mask->filter, filter))
        return true;
    if (mask->profile != profile)
        mask->routine.count = 0;
    mask->profile = profile;
    mask->event = event;
    mask->idle = idle;
    mask->filter = *filter;
    drop_regexes(mask);
    mask_forget(mask);
    return compile(mask, err);
}

/* ---- what each table says ---------------------------------------------------------------- */

static bool module_is(Str module, Str wanted) {
    size_t slash = str_rfind_char(module, '/');
    return str_eq(module, wanted) ||
           (slash < module.n && str_eq(str_slice(module, slash + 1, module.n), wanted));
}

static uint32_t frame_bits(const Mask *mask, Frame frame, Str symbol, Str module) {
    uint32_t bits = 0;
    if (mask->idle == IDLE_FLAMESCOPE) {
        if (idle_flamescope_swapper(symbol) || idle_flamescope_swapper(module))
            bits |= BIT_SWAPPER;
        if (idle_flamescope_word(symbol) || idle_flamescope_word(module))
            bits |= BIT_WORD;
    }
    for (uint32_t i = 0; i < mask->filter.count; i++) {
        const FilterTerm *t = &mask->filter.term[i];
        bool holds = false;
        if (!(mask->of_stack >> i & 1))
            continue;
        if (t->kind == FILTER_FRAME)
            holds = regex_match(mask->regex[i], symbol);
        else if (t->kind == FILTER_MODULE)
            holds = module_is(module, str_of(t->value));
        else
            holds = filter_has_kind(t, frame.kind);
        if (holds)
            bits |= 1u << i;
    }
    return bits;
}

static uint8_t as_byte(const Mask *mask, uint32_t bits) {
    uint32_t byte = 0;
    for (uint32_t k = 0; k < 8; k++)
        byte |= (bits & mask->fact[k]) ? 1u << k : 0;
    return (uint8_t)byte;
}

static void extend_routines(Mask *mask, uint32_t count) {
    const Dict *dict = mask->profile->dict;
    uint64_t from = mask->routine.count;
    if (from >= count)
        return;
    table_grow(&mask->routine, count);
    if (from == 0)
        mask->idle_alone = false;
    for (uint64_t i = from; i < count; i++) {
        IdleLeaf leaf = idle_leaf(dict_symbol(dict, (FrameId)i));
        ((uint8_t *)mask->routine.at)[i] = (uint8_t)leaf;
        mask->idle_alone = mask->idle_alone || leaf == IDLE_LEAF_ALONE;
    }
}

static void extend_frames(Mask *mask, uint32_t count) {
    const Dict *dict = mask->profile->dict;
    uint64_t from = mask->frame.count;
    if (from >= count)
        return;
    table_grow(&mask->frame, count);
    for (uint64_t i = from; i < count; i++) {
        Frame f = frames_get(&dict->frames, (FrameId)i);
        uint32_t bits = frame_bits(mask, f, names_get(&dict->names, f.symbol),
                                   names_get(&dict->names, f.module));
        if (mask->narrow)
            ((uint8_t *)mask->frame.at)[i] = as_byte(mask, bits);
        else
            ((uint32_t *)mask->frame.at)[i] = bits;
    }
}

/* A stack has what its parent has and what its own frame adds; parents have smaller ids. */
static void go_down_narrow(Mask *mask, const StackNode *node, uint64_t first, uint64_t n) {
    uint8_t *bits = mask->stack.at;
    const uint8_t *frame = mask->frame.at;
    for (uint64_t k = 0; k < n; k++)
        bits[first + k] = bits[node[k].parent] | frame[node[k].frame];
}

static void go_down_wide(Mask *mask, const StackNode *node, uint64_t first, uint64_t n) {
    uint32_t *bits = mask->stack.at;
    const uint32_t *frame = mask->frame.at;
    for (uint64_t k = 0; k < n; k++)
        bits[first + k] = bits[node[k].parent] | frame[node[k].frame];
}

static void extend_stacks(Mask *mask, uint32_t count) {
    const Column *nodes = &mask->profile->dict->stacks.node;
    uint64_t from = mask->stack.count, run;
    if (from >= count)
        return;
    table_grow(&mask->stack, count);
    if (from == 0) /* the root: no frame, its own parent */
        memset(mask->stack.at, 0, mask->stack.item);
    for (uint64_t i = from ? from : 1; i < count; i += run) {
        const StackNode *node = column_span(nodes, i, count, &run);
        if (mask->narrow)
            go_down_narrow(mask, node, i, run);
        else
            go_down_wide(mask, node, i, run);
    }
}

static uint32_t stack_bits(const Mask *mask, StackId stack) {
    return mask->narrow ? mask->facts[((const uint8_t *)mask->stack.at)[stack]]
                        : ((const uint32_t *)mask->stack.at)[stack];
}

static uint32_t context_bits(const Mask *mask, Context context) {
    const Dict *dict = mask->profile->dict;
    Str comm = names_get(&dict->names, context.comm);
    Str event = names_get(&dict->names, contexts_get_event(&dict->contexts, context.event).name);
    uint32_t bits = idle_task(comm, context.tid) ? BIT_IDLE : 0;
    if (mask->event == EVENT_ALL || mask->event == context.event)
        bits |= BIT_EVENT;
    if (idle_flamescope_swapper(comm) || idle_flamescope_swapper(event))
        bits |= BIT_SWAPPER;
    if (idle_flamescope_word(comm) || idle_flamescope_word(event))
        bits |= BIT_WORD;
    for (uint32_t i = 0; i < mask->filter.count; i++) {
        const FilterTerm *t = &mask->filter.term[i];
        bool holds = false;
        if (!(mask->of_context >> i & 1))
            continue;
        if (t->kind == FILTER_COMM)
            holds = str_eq_c(comm, t->value);
        else if (t->kind == FILTER_EVENT_NAME)
            holds = str_eq_c(event, t->value);
        else
            holds = filter_has_number(t, t->kind == FILTER_PID ? context.pid : context.tid);
        if (holds)
            bits |= 1u << i;
    }
    return bits;
}

static void extend_contexts(Mask *mask, uint32_t count) {
    uint64_t from = mask->context.count;
    if (from >= count)
        return;
    table_grow(&mask->context, count);
    uint32_t *bits = mask->context.at;
    for (uint64_t i = from; i < count; i++)
        bits[i] = context_bits(mask, contexts_get(&mask->profile->dict->contexts, (ContextId)i));
}

/* ---- pairs ------------------------------------------------------------------------------- */

static bool pair_idle(const Mask *mask, PairId id, Pair pair, uint32_t of_context,
                      uint32_t of_stack) {
    if (mask->idle == IDLE_FLAMESCOPE) {
        uint32_t either = of_context | of_stack;
        return (either & BIT_SWAPPER) && (either & BIT_WORD) &&
               idle_pair(mask->profile, id, IDLE_FLAMESCOPE);
    }
    bool of_task = of_context & BIT_IDLE;
    if (!of_task && !mask->idle_alone)
        return false;
    FrameId leaf = stacks_get(&mask->profile->dict->stacks, pair.stack).frame;
    return ((const uint8_t *)mask->routine.at)[leaf] >=
           (of_task ? IDLE_LEAF_OF_TASK : IDLE_LEAF_ALONE);
}

enum { TOGETHER = 256, STACKS_AHEAD = 32 };

/* Those pairs' bits into mask->bits and mask->terms, from `first` on, and into crumb. What stacks
 * say lies in more memory than the second-level cache has, and is fetched ahead. The wish is
 * copied: to a compiler the bytes that are written might be the mask's own. */
static void decide(Mask *mask, bool by_stack, uint64_t first, const Pair *pair, uint64_t n,
                   uint64_t readable, uint8_t *crumb) {
    const uint32_t *context = mask->context.at;
    const char *stack = mask->stack.at;
    uint32_t stack_item = mask->stack.item;
    uint32_t of_context = mask->of_context, of_stack = mask->of_stack, negated = mask->negated;
    uint32_t undecided = ~(of_context | of_stack), in_force = mask->in_force;
    bool keep = mask->idle == IDLE_KEEP;
    uint8_t *bits = (uint8_t *)mask->bits.at + first;
    uint16_t *terms = (uint16_t *)mask->terms.at + first;
    for (uint64_t k = 0; k < n; k++) {
        if (by_stack && k + STACKS_AHEAD < readable)
            __builtin_prefetch(stack + (size_t)pair[k + STACKS_AHEAD].stack * stack_item);
        uint32_t c = context[pair[k].context];
        uint32_t s = by_stack ? stack_bits(mask, pair[k].stack) : 0;
        uint32_t passes = (((c & of_context) | (s & of_stack)) ^ negated) | undecided;
        bool idle = pair_idle(mask, (PairId)(first + k), pair[k], c, s);
        bool shown = (passes & in_force) == in_force && (keep || !idle);
        uint32_t is = MASK_EVENT | (idle ? MASK_IDLE : 0) | (shown ? MASK_SHOWN : 0);
        is = c & BIT_EVENT ? is : 0;
        terms[k] = (uint16_t)passes;
        bits[k] = (uint8_t)is;
        crumb[k] = (uint8_t)((is & MASK_EVENT) | (is & MASK_SHOWN) >> 1);
    }
}

void mask_extend(Mask *mask, const ProfileView *view) {
    uint64_t from = mask->bits.count, run, n;
    uint8_t crumb[TOGETHER];
    if (from >= view->pairs)
        return;
    bool by_stack = mask->of_stack || mask->idle == IDLE_FLAMESCOPE;
    extend_routines(mask, view->frames);
    extend_contexts(mask, view->contexts);
    if (by_stack) {
        extend_frames(mask, view->frames);
        extend_stacks(mask, view->stacks);
    }
    table_grow(&mask->bits, view->pairs);
    table_grow(&mask->terms, view->pairs);
    for (uint64_t i = from; i < view->pairs; i += n) {
        const Pair *pair = column_span(&mask->profile->pairs.entry, i, view->pairs, &run);
        n = run < TOGETHER ? run : TOGETHER;
        decide(mask, by_stack, i, pair, n, run, crumb);
        crumbs_add(&mask->crumbs, crumb, n);
    }
}
