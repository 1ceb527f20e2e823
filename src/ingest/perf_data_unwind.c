#include "ingest/perf_data_unwind.h"

#include <string.h>

void perf_unwinder_init(PerfUnwinder *u, PerfSpaces *spaces) {
    u->spaces = spaces;
    u->slot = NULL;
    u->n = 0;
}

static const size_t slot_bytes = sizeof(UnwindSlot) << UNWIND_LOG2;

void perf_unwinder_free(PerfUnwinder *u) {
    mem_resize(u->slot, u->slot ? slot_bytes : 0, 0);
    u->slot = NULL;
}

/* ---- registers ---------------------------------------------------------------------------- */

/* What DWARF calls the registers that perf counts in this order; CALL_REGISTERS: nothing. */
static uint32_t number_of(uint32_t perf) {
    static const uint8_t low[9] = {0, 3, 2, 1, 4, 5, CALL_BP, CALL_SP, CALL_PC};
    if (perf < sizeof low)
        return low[perf];
    return perf >= 16 && perf < 24 ? perf - 8 : CALL_REGISTERS; /* r8 to r15; flags and segments */
}

/* Numbers that no register of the kind at hand has, but those of other machines do. A recording
 * that goes on, or was killed, does not say of which kind it is. */
#define NEVER_REGISTERS 0xff000000u

/* False: some are not there that nothing can be told without. */
static bool read_state(const PerfSample *s, const PerfAttr *attr, CallState *out) {
    enum { PERF_REGISTERS = 64, NEEDED = 1 << CALL_SP | 1 << CALL_PC };
    *out = (CallState){.known = 0};
    if (!s->regs || s->regs_abi != REGS_64 || (attr->user_regs & NEVER_REGISTERS))
        return false;
    const uint8_t *at = s->regs;
    for (uint32_t i = 0; i < PERF_REGISTERS; i++) {
        uint32_t reg = number_of(i);
        if (!(attr->user_regs >> i & 1))
            continue;
        if (reg < CALL_REGISTERS) {
            out->reg[reg] = perf_get64(at, false);
            out->known |= 1u << reg;
        }
        at += 8;
    }
    return (out->known & NEEDED) == NEEDED;
}

/* ---- from function to caller -------------------------------------------------------------- */

/* A thread on its way to its outermost function. */
typedef struct Walk {
    Space *space;
    CallMemory memory;
    CallState state;
    const CallRule *rule; /* of where it is; NULL: there is none */
    bool exact;           /* that is no call's return address, but where code goes on */
} Walk;

static UnwindSlot *slot_of(const PerfUnwinder *u, DsoId dso, uint64_t at) {
    uint64_t h = (at ^ (uint64_t)dso << 40) * 0x9e3779b97f4a7c15u;
    return &u->slot[(h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> (64 - UNWIND_LOG2)];
}

static const CallRule *rule_at(PerfUnwinder *u, const Mapping *m, uint64_t address) {
    uint64_t at = address + m->shift;
    UnwindSlot *slot = slot_of(u, m->dso, at);
    if (slot->dso != m->dso || slot->at != at) {
        CallFrames *calls = dso_call_frames(u->spaces->dsos, m->dso);
        *slot = (UnwindSlot){at, calls ? call_frames_find(calls, at) : NULL, m->dso};
    }
    return slot->rule;
}

/* A call's return address may be that of the next function, where the called one never returns. */
static uint64_t within(const Walk *w) {
    return w->state.reg[CALL_PC] - !w->exact;
}

static void look_up(PerfUnwinder *u, Walk *w) {
    const Mapping *m = perf_space_find(w->space, within(w));
    w->rule = m && m->dso ? rule_at(u, m, within(w)) : NULL;
    w->exact = w->exact || (w->rule && call_rule_is_of_signal(w->rule));
}

/* Code that keeps frame pointers, as far as can be told. */
static CallEnd follow_pointer(Walk *w, bool is_caller) {
    CallState *s = &w->state;
    uint64_t bp = s->reg[CALL_BP], sp = s->reg[CALL_SP], caller, caller_bp;
    if (!perf_space_find(w->space, within(w)) || !(s->known >> CALL_BP & 1))
        return CALL_UNKNOWN;
    if (bp == 0 && is_caller) /* so threads begin; in the innermost it may be anything */
        return CALL_OUTERMOST;
    if (bp < sp)
        return CALL_UNKNOWN;
    if (!call_memory_read(&w->memory, bp, &caller_bp) ||
        !call_memory_read(&w->memory, bp + 8, &caller))
        return CALL_UNKNOWN;
    const Mapping *m = mappings_behind(w->space->list, caller - 1); /* not asked as an address */
    if (caller && (!m || m->start > caller - 1))
        return CALL_UNKNOWN;
    s->reg[CALL_BP] = caller_bp;
    s->reg[CALL_SP] = bp + 16;
    s->reg[CALL_PC] = caller;
    s->known = 1u << CALL_BP | 1u << CALL_SP | 1u << CALL_PC;
    return CALL_GOES_ON;
}

/* found: so many functions are known by now. */
static CallEnd to_caller(Walk *w, uint32_t found) {
    uint64_t sp = w->state.reg[CALL_SP];
    bool of_signal = w->rule && call_rule_is_of_signal(w->rule);
    CallEnd end =
        w->rule ? call_rule_apply(w->rule, &w->memory, &w->state) : follow_pointer(w, found > 1);
    if (end != CALL_GOES_ON)
        return end;
    w->exact = of_signal;
    if (w->state.reg[CALL_PC] == 0)
        return CALL_OUTERMOST;
    /* stacks grow down; a signal's may lie elsewhere */
    return w->state.reg[CALL_SP] > sp || of_signal ? CALL_GOES_ON : CALL_UNKNOWN;
}

/* The upper half of memory is the kernel's. */
static bool is_the_users(uint64_t address) {
    return address >> 63 == 0;
}

static CallEnd walk(PerfUnwinder *u, Walk *w) {
    CallEnd end = CALL_GOES_ON;
    for (u->n = 0; end == CALL_GOES_ON && u->n < UNWIND_MOST; end = to_caller(w, u->n)) {
        if (!is_the_users(within(w)))
            return CALL_UNKNOWN;
        look_up(u, w);
        u->frame[u->n++] = within(w);
    }
    return end;
}

/* ---- samples ------------------------------------------------------------------------------ */

static uint8_t lacks_of(CallEnd end) {
    switch (end) {
    case CALL_OUTERMOST:
        return LACKS_NOTHING;
    case CALL_NO_MEMORY:
        return LACKS_CALLERS;
    case CALL_GOES_ON: /* for ever, it seems */
    case CALL_UNKNOWN:
        break;
    }
    return LACKS_MEMORY;
}

void perf_unwind(PerfUnwinder *u, PerfSample *s, const PerfAttr *attr, Buf *room) {
    const PerfHeader *header = u->spaces->dsos->header;
    bool known = !header->swapped && (!header->arch.n || str_eq(header->arch, STR("x86_64")));
    Walk w = {.space = perf_thread(u->spaces, s->pid, s->tid)->space, .exact = true};
    s->lacks_at = s->ip;
    if (!known || !read_state(s, attr, &w.state))
        return;
    if (!u->slot)
        u->slot = mem_resize(NULL, 0, slot_bytes);
    w.memory = (CallMemory){(const uint8_t *)s->memory.s, s->memory.n, w.state.reg[CALL_SP]};
    s->lacks = lacks_of(walk(u, &w));
    if (u->n == 0)
        return;
    s->lacks_at = u->frame[u->n - 1];
    perf_chain_add_user(s, u->frame, u->n, room);
}
