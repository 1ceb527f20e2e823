#include "ingest/perf_data_stack.h"

#include <string.h>

enum {
    PART_DEPTH_MAX = STACKS_MAX_DEPTH / 4, /* of a stack has the process, some parts, a leaf */
    MODES = 8,
};

static void begin(PerfStacks *s) {
    frame_table_init(&s->frames);
    stack_walk_init(&s->walk);
    id_map_init(&s->seeds);
    s->seed_count = 0;
    s->epoch++;
}

void perf_stacks_init(PerfStacks *s, const PerfHeader *header, int64_t bytes) {
    enum { LARGE = 4 << 20 };
    *s = (PerfStacks){.swapped = header->swapped, .huge = bytes < 0 || bytes > LARGE};
    part_init(&s->part);
    begin(s);
    text_keys_init(&s->keys, false);
    dsos_init(&s->dsos, header, &s->frames, &s->part.dict);
    perf_spaces_init(&s->spaces, &s->dsos);
    uint32_t chains = s->huge ? CHAIN_LOG2 : CHAIN_SMALL_LOG2;
    s->tables_n = sizeof *s->tables + (sizeof(KeySlot) << chains);
    s->tables = s->huge ? mem_table(s->tables_n) : mem_resize(NULL, 0, s->tables_n);
    s->chains = (KeyCache){s->tables->chain, chains};
    s->pairs = (PairCache){s->tables->pair};
    column_init(&s->frame, sizeof(FrameId), 20); /* side by side */
}

static void end(PerfStacks *s) {
    frame_table_free(&s->frames);
    stack_walk_free(&s->walk);
    id_map_free(&s->seeds);
}

void perf_stacks_free(PerfStacks *s) {
    perf_spaces_free(&s->spaces);
    dsos_free(&s->dsos);
    end(s);
    part_free(&s->part);
    if (s->huge)
        mem_table_free(s->tables, s->tables_n);
    else
        mem_resize(s->tables, s->tables_n, 0);
    column_free(&s->frame);
}

void perf_stacks_forget(PerfStacks *s) {
    dsos_forget(&s->dsos);
    end(s);
    part_reset(&s->part);
    begin(s);
    memset(s->tables, 0, s->tables_n);
}

size_t perf_stacks_bytes(const PerfStacks *s) {
    return part_bytes(&s->part) + stack_walk_bytes(&s->walk) +
           (size_t)s->seeds.cap * sizeof(IdSlot);
}

/* ---- threads ------------------------------------------------------------------------------
 */

static Str trim(Str s) {
    while (s.n && (s.s[0] == ' ' || s.s[0] == '\t'))
        s = str_slice(s, 1, s.n);
    while (s.n && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Small numbers for (a, b), from 1. */
static uint32_t seed_of(PerfStacks *s, uint32_t a, uint32_t b) {
    uint32_t seed = id_map_find(&s->seeds, a, b);
    if (!seed)
        id_map_add(&s->seeds, a, b, seed = ++s->seed_count);
    return seed;
}

/* What a thread's samples share, in the Part's ids. */
static void refresh(PerfStacks *s, PerfThread *t, Context *context) {
    Dict *dict = &s->part.dict;
    if (t->epoch != s->epoch) {
        Str comm = trim(names_get(&s->spaces.names, t->comm));
        NameId name = names_intern(&dict->names, comm.n ? comm : STR("[unknown]"));
        FrameId process = frames_intern(&dict->frames, (Frame){name, 0, FRAME_PROCESS});
        t->root = stack_walk_push(&s->walk, &s->part, 0, process);
        t->seed = 0;
        t->event = UINT32_MAX;
        t->epoch = s->epoch;
    }
    uint32_t version = t->space->version;
    if (!t->seed || t->seed_version != version) {
        t->seed = seed_of(s, t->root, version);
        t->seed_version = version;
    }
    if (t->event != context->event || t->sample_pid != context->pid) {
        context->comm = names_intern(&dict->names, trim(names_get(&s->spaces.names, t->comm)));
        t->event = context->event;
        t->sample_pid = context->pid;
        t->context = contexts_intern(&dict->contexts, *context);
    }
}

/* ---- addresses ----------------------------------------------------------------------------
 */

static Space *space_of(const PerfStacks *s, const PerfThread *t, uint32_t mode) {
    return mode == MODE_KERNEL ? s->spaces.kernel : mode == MODE_USER ? t->space : NULL;
}

/* Where an answer for an address belongs, in a table of 2^log2 slots. */
static uint64_t slot_of(uint64_t address, uint32_t where, uint32_t log2) {
    uint64_t h = (address ^ (uint64_t)where << 40) * 0x9e3779b97f4a7c15u;
    return (h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> (64 - log2);
}

/* Pairs of slots, the newer answer first: to ask the dso anew costs ten times as much. */
static FrameValue ask_dso(PerfStacks *s, DsoId dso, uint64_t at, uint64_t address) {
    AddressSlot *slot = &s->tables->place[slot_of(at, dso, PLACE_LOG2) & ~1ull];
    for (int i = 0; i < 2; i++) {
        if (slot[i].address == at && slot[i].where == dso)
            return slot[i].value;
    }
    FrameValue value = dso_frame(&s->dsos, dso, at, address);
    slot[1] = slot[0];
    slot[0] = (AddressSlot){at, dso, value};
    return value;
}

static FrameValue ask(PerfStacks *s, Space *space, uint64_t address) {
    const Mapping *m = perf_space_find(space, address);
    if (m)
        return ask_dso(s, m->dso, address + m->shift, address);
    DsoId dso = space == s->spaces.kernel ? dso_of_kernel(&s->dsos, address) : 0;
    return dso_frame(&s->dsos, dso, address, address);
}

/* Asks memory for what frame_of will read first. */
static void fetch_frame(const PerfStacks *s, const PerfThread *t, uint32_t mode, uint64_t address) {
    const Space *space = space_of(s, t, mode);
    if (space)
        __builtin_prefetch(&s->tables->address[slot_of(address, space->version, ADDRESS_LOG2)]);
}

static FrameValue frame_of(PerfStacks *s, const PerfThread *t, uint32_t mode, uint64_t address) {
    Space *space = space_of(s, t, mode);
    if (!space)
        return ask(s, NULL, address);
    AddressSlot *slot = &s->tables->address[slot_of(address, space->version, ADDRESS_LOG2)];
    if (slot->address != address || slot->where != space->version)
        *slot = (AddressSlot){address, space->version, ask(s, space, address)};
    return slot->value;
}

/* False: the sample's stack is too deep. */
static bool add_value(PerfStacks *s, FrameValue value) {
    const FrameId *frame = &value;
    uint32_t n = 1;
    if (value & FRAME_RUN)
        frame = frame_table_run(&s->frames, value, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (s->frame.count >= PART_DEPTH_MAX)
            return false;
        COLUMN_PUSH(&s->frame, FrameId) = frame[i];
    }
    return true;
}

/* What lies behind a mark; MODES: nobody knows, the chain is damaged. */
static uint32_t mode_of_mark(uint64_t mark) {
    switch (mark) {
    case CHAIN_KERNEL:
        return MODE_KERNEL;
    case CHAIN_USER:
    case CHAIN_USER_DEFERRED:
        return MODE_USER;
    case CHAIN_HYPERVISOR:
        return MODE_HYPERVISOR;
    case CHAIN_GUEST:
    case CHAIN_GUEST_KERNEL:
        return MODE_GUEST_KERNEL;
    case CHAIN_GUEST_USER:
        return MODE_GUEST_USER;
    default:
        return MODES;
    }
}

static inline uint64_t entry(const PerfStacks *s, const PerfSample *sample, uint64_t i) {
    return perf_get64(sample->chain + i * 8, s->swapped);
}

/* The first entry from `from` on that is a mark, or the chain's end. */
static uint64_t find_mark(const PerfStacks *s, const PerfSample *sample, uint64_t from) {
    while (from < sample->chain_n && entry(s, sample, from) < CHAIN_MARKS)
        from++;
    return from;
}

/* ---- stacks -------------------------------------------------------------------------------
 */

/* `callers` with frames [from, n) at hand on top. */
static StackId walk_frames(PerfStacks *s, StackId callers, uint32_t from) {
    if (s->frame.count <= from)
        return callers;
    Walker w = {callers, (const FrameId *)column_at(&s->frame, 0) + from,
                (uint32_t)s->frame.count - from};
    stack_walk(&s->walk, &s->part, &w, 1);
    return w.stack;
}

/* Behind the sample's own address; what is behind a mark was interrupted, and called nothing. */
static bool begins_with_caller(const PerfPlaced *p, ChainPart part) {
    return part.from == p->leaf_at + 1;
}

/* Of a part's i-th address. Where a caller goes on may be behind all that was inlined at the call,
 * but is the same function as a rule; where not, it is named as perf names it. */
static FrameValue part_frame(PerfStacks *s, const PerfPlaced *p, ChainPart part, uint64_t i) {
    uint64_t address = entry(s, p->sample, i);
    FrameValue value = frame_of(s, p->thread, part.mode, address);
    bool called = i > part.from || begins_with_caller(p, part);
    if (!s->dsos.inlines || part.mode != MODE_USER || p->sample->places || !called || !address)
        return value;
    FrameValue before = frame_of(s, p->thread, part.mode, address - 1);
    return frame_table_outermost(&s->frames, before) == frame_table_outermost(&s->frames, value)
               ? before
               : value;
}

static StackId resolve_part(PerfStacks *s, PerfPlaced *p, ChainPart part, StackId callers) {
    column_clear(&s->frame);
    for (uint64_t i = part.from; i < part.to; i++)
        fetch_frame(s, p->thread, part.mode, entry(s, p->sample, i));
    for (uint64_t i = part.from; i < part.to; i++) {
        if (!add_value(s, part_frame(s, p, part, i))) {
            p->whole = false;
            break;
        }
    }
    return walk_frames(s, callers, 0);
}

/* Of a part that repeats; what its addresses mean depends on `with`, and those of the kernel on
 * what it has in memory, which may change with each sample: old keys are not removed for it. */
static TextKey key_of(const PerfStacks *s, const PerfPlaced *p, ChainPart part, uint32_t with) {
    TextKey key = text_key(&s->keys, (const char *)p->sample->chain + part.from * 8,
                           (part.to - part.from) * 8, with);
    if (part.mode == MODE_KERNEL)
        key.a ^= s->spaces.kernel->version * 0x9e3779b97f4a7c15u;
    else if (s->dsos.inlines) /* the same addresses may mean something else */
        key.a ^= (1u + begins_with_caller(p, part) + 2u * p->sample->places) * 0xbf58476d1ce4e5b9u;
    return key;
}

/* As resolve_part, for parts that repeat. */
static StackId part_stack(PerfStacks *s, PerfPlaced *p, ChainPart part, StackId callers,
                          TextKey key) {
    StackId stack = key_cache_get(&s->chains, key);
    if (stack)
        return stack;
    stack = resolve_part(s, p, part, callers);
    if (p->whole)
        key_cache_put(&s->chains, key, stack);
    return stack;
}

/* The user's part, which depends on the thread's name and memory, or the kernel's, which does
 * on what called it. */
static StackId usual_part(PerfStacks *s, PerfPlaced *p, uint32_t n, StackId callers) {
    ChainPart part = p->part[n];
    if (part.from >= part.to)
        return callers;
    if (p->has_key && n == p->parts - 1)
        return part_stack(s, p, part, callers, p->key);
    if (part.mode == MODE_KERNEL)
        return part_stack(s, p, part, callers, key_of(s, p, part, callers << 1 | 1));
    return resolve_part(s, p, part, callers);
}

/* All that called the address before `from`, which is of `mode`. Marks tell modes apart. */
static void find_parts(const PerfStacks *s, PerfPlaced *p, uint64_t from, uint32_t mode) {
    const PerfSample *sample = p->sample;
    uint32_t n = 0;
    for (uint64_t at = from;;) {
        uint64_t mark = find_mark(s, sample, at);
        p->part[n++] = (ChainPart){at, mark, mode};
        if (mark == sample->chain_n)
            break;
        mode = mode_of_mark(entry(s, sample, mark));
        if (mode == MODES || n == CHAIN_PARTS)
            return; /* damaged; as with perf there is no stack then */
        at = mark + 1;
    }
    p->parts = n;
}

static StackId callers_of(PerfStacks *s, PerfPlaced *p) {
    StackId stack = p->root;
    for (uint32_t n = p->parts; n-- > 0;)
        stack = usual_part(s, p, n, stack);
    return stack;
}

/* ---- pairs --------------------------------------------------------------------------------
 */

void perf_places_add(PerfPlaces *places, const PerfStacks *s, PairWish wish) {
    places->slot[places->n] = pair_cache_slot(&s->pairs, wish.stack, wish.leaf, wish.context);
    places->wish[places->n++] = wish;
}

void perf_stacks_pairs(PerfStacks *s, PerfPlaces *places) {
    PairWish wish[STACK_WALKS];
    uint32_t at[STACK_WALKS], n = 0;
    for (uint32_t i = 0; i < places->n; i++) {
        PairWish *w = &places->wish[i];
        w->pair = pair_cache_get(places->slot[i], w->stack, w->leaf, w->context);
        if (w->pair)
            continue;
        wish[n] = *w;
        at[n++] = i;
    }
    stack_walk_pairs(&s->walk, &s->part, wish, n);
    for (uint32_t i = 0; i < n; i++) {
        PairWish *w = &places->wish[at[i]];
        w->pair = wish[i].pair;
        *places->slot[at[i]] = (PairSlot){w->stack, w->leaf, w->context, w->pair};
    }
}

static PairWish wish_of(const PerfPlaced *p, StackId callers, FrameId leaf) {
    return (PairWish){.stack = callers, .leaf = leaf, .context = p->of};
}

/* Of a sample at an address that `callers` called; it may stand for several frames. */
static PairWish wish_at(PerfStacks *s, PerfPlaced *p, StackId callers, FrameValue leaf) {
    if (!(leaf & FRAME_RUN))
        return wish_of(p, callers, leaf);
    column_clear(&s->frame);
    p->whole = add_value(s, leaf) && p->whole;
    return wish_of(p, walk_frames(s, callers, 1), COLUMN_AT(&s->frame, FrameId, 0));
}

/* The first entry that is an address, and its mode; n: there is none. */
static uint64_t find_leaf(const PerfStacks *s, const PerfSample *sample, uint32_t *mode) {
    uint64_t i = 0;
    *mode = MODE_USER;
    for (; i < sample->chain_n; i++) {
        uint64_t address = entry(s, sample, i);
        if (address < CHAIN_MARKS)
            break;
        *mode = mode_of_mark(address);
        if (*mode == MODES)
            return sample->chain_n;
    }
    return i;
}

/* The parts of its chain, and the key of the one that was called first, which depends on nothing
 * that is found out later. */
static void begin_chain(PerfStacks *s, PerfPlaced *p) {
    fetch_frame(s, p->thread, p->leaf_mode, entry(s, p->sample, p->leaf_at));
    find_parts(s, p, p->leaf_at + 1, p->leaf_mode);
    if (!p->parts)
        return;
    ChainPart last = p->part[p->parts - 1];
    bool user = last.mode == MODE_USER;
    p->has_key = last.from < last.to && (user || last.mode == MODE_KERNEL);
    if (!p->has_key)
        return;
    p->key = key_of(s, p, last, user ? p->seed << 1 : p->root << 1 | 1);
    key_cache_fetch(&s->chains, p->key);
}

void perf_stacks_begin(PerfStacks *s, PerfPlaced *p) {
    refresh(s, p->thread, &p->context);
    p->epoch = s->epoch;
    p->root = p->thread->root;
    p->of = p->thread->context;
    p->seed = p->thread->seed;
    p->parts = 0;
    p->has_key = false;
    p->leaf_at = find_leaf(s, p->sample, &p->leaf_mode);
    if (p->leaf_at < p->sample->chain_n)
        begin_chain(s, p);
}

PairWish perf_stacks_place(PerfStacks *s, PerfPlaced *p) {
    const PerfSample *sample = p->sample;
    p->whole = true;
    if (p->leaf_at < sample->chain_n) {
        if (!p->parts)
            return wish_of(p, p->root, 0);
        StackId callers = callers_of(s, p);
        return wish_at(s, p, callers,
                       frame_of(s, p->thread, p->leaf_mode, entry(s, sample, p->leaf_at)));
    }
    /* without a chain its own address is all there is of a sample; an empty chain is one, too,
     * unless the user's part was left to be found in the memory that was recorded instead */
    if (!sample->has_chain || (sample->memory_wanted && p->mode == MODE_USER))
        return wish_at(s, p, p->root, frame_of(s, p->thread, p->mode, sample->ip));
    return wish_of(p, p->root, 0);
}
