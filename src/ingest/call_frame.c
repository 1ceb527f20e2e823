#include "ingest/call_frame.h"

#include <string.h>

bool call_memory_read(const CallMemory *m, uint64_t address, uint64_t *out) {
    if (address < m->at || m->n < sizeof *out || address - m->at > m->n - sizeof *out)
        return false;
    memcpy(out, m->bytes + (address - m->at), sizeof *out);
    return true;
}

#ifdef HAVE_DW
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>

#include "base/hash.h"
#include "ingest/code_parts.h"

typedef enum HowKind {
    HOW_LOST,     /* nobody knows its value any more */
    HOW_KEPT,     /* the caller's is the same */
    HOW_SAVED,    /* in memory, so far from the frame's address */
    HOW_IS,       /* a value, so far from the frame's address, or from a register's */
    HOW_IN,       /* in another register */
    HOW_SAVED_AT, /* in memory, where an expression says */
    HOW_IS_VALUE, /* an expression's value */
} HowKind;

/* How the caller's value of a register is found, or the frame's address. */
typedef struct How {
    uint8_t kind, reg;
    uint16_t n; /* operations */
    int32_t offset;
    const Dwarf_Op *op;
} How;

struct CallRule {
    How cfa; /* HOW_IS or HOW_IS_VALUE */
    How reg[CALL_REGISTERS];
    bool of_signal;
};

typedef struct Expression {
    const Dwarf_Op *op;
    size_t n;
} Expression;

enum { OPERATIONS_MOST = 255, EXPRESSIONS_MOST = 255 };

struct CallFrames {
    SymbolFile *mapped, *debug; /* maybe the same */
    Dwarf *dwarf;               /* of .debug_frame */
    Dwarf_CFI *own;             /* of .eh_frame */
    Dwarf_CFI *from_debug;
    CodeParts parts;
    Column rule; /* CallRule, none alike; the first is none */
    HashIndex index;
    Column expression; /* Expression, none alike */
    Arena arena;
};

/* ---- opening ------------------------------------------------------------------------------ */

/* Of a file whose sections are sound up to that one: in others libdw looks for .eh_frame by other
 * ways, for which it reads all of the file, and forgets to give its memory back. */
static bool has_section(Elf *elf, const char *wanted) {
    size_t names;
    GElf_Shdr head;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
        const char *name = gelf_getshdr(s, &head) ? elf_strptr(elf, names, head.sh_name) : NULL;
        if (!name || strcmp(name, wanted) == 0)
            return name && head.sh_type != SHT_NOBITS;
    }
    return false;
}

/* Of code without .eh_frame, as Go's is, and C's if so wished; the start of every program has some
 * all the same. To read it takes all sections for debuggers into memory. */
static void open_debug(CallFrames *f, SymbolFile *file) {
    Elf *elf = symbol_file_elf(file);
    if (f->dwarf || !(has_section(elf, ".debug_frame") || has_section(elf, ".zdebug_frame")))
        return;
    f->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (f->dwarf)
        f->from_debug = dwarf_getcfi(f->dwarf);
}

CallFrames *call_frames_new(SymbolFile *mapped, SymbolFile *debug) {
    CallFrames *f = mem_resize(NULL, 0, sizeof *f);
    GElf_Ehdr head;
    Elf *elf = symbol_file_elf(mapped);
    *f = (CallFrames){.mapped = mapped, .debug = debug};
    code_parts_read(&f->parts, mapped);
    column_init(&f->rule, sizeof(CallRule), 5);
    column_push(&f->rule);
    hash_init(&f->index);
    column_init(&f->expression, sizeof(Expression), 3);
    arena_init(&f->arena, 0);
    if (gelf_getehdr(elf, &head) && head.e_machine == EM_X86_64) {
        f->own = has_section(elf, ".eh_frame") ? dwarf_getcfi_elf(elf) : NULL;
        open_debug(f, debug);
        open_debug(f, mapped);
    }
    symbol_file_let_go(mapped);
    symbol_file_let_go(debug);
    if (f->own || f->from_debug)
        return f;
    call_frames_free(f);
    return NULL;
}

void call_frames_free(CallFrames *f) {
    if (!f)
        return;
    dwarf_cfi_end(f->own);
    dwarf_end(f->dwarf);
    if (f->debug != f->mapped)
        symbols_close(f->debug);
    symbols_close(f->mapped);
    code_parts_free(&f->parts);
    column_free(&f->rule);
    hash_free(&f->index);
    column_free(&f->expression);
    arena_free(&f->arena);
    mem_resize(f, sizeof *f, 0);
}

/* ---- rules -------------------------------------------------------------------------------- */

static bool fits(Dwarf_Word offset) {
    return (int64_t)offset == (int32_t)(int64_t)offset;
}

static bool same_expression(const Expression *a, const Dwarf_Op *op, size_t n) {
    bool same = a->n == n;
    for (size_t i = 0; i < n && same; i++)
        same = a->op[i].atom == op[i].atom && a->op[i].number == op[i].number &&
               a->op[i].number2 == op[i].number2;
    return same;
}

/* A copy that stays, one of those that are alike. NULL: it is too long, or there are too many,
 * which compilers do not write: theirs have ten operations, and a program has some five of them. */
static const Dwarf_Op *keep_expression(CallFrames *f, const Dwarf_Op *op, size_t n) {
    if (n == 0 || n > OPERATIONS_MOST)
        return NULL;
    for (uint64_t i = 0; i < f->expression.count; i++) {
        const Expression *old = &COLUMN_AT(&f->expression, Expression, i);
        if (same_expression(old, op, n))
            return old->op;
    }
    if (f->expression.count >= EXPRESSIONS_MOST)
        return NULL;
    Dwarf_Op *copy = ARENA_ARRAY(&f->arena, Dwarf_Op, n);
    memcpy(copy, op, n * sizeof *op);
    COLUMN_PUSH(&f->expression, Expression) = (Expression){copy, n};
    return copy;
}

/* How libdw says it: a place or a value as an expression, of which most are as simple as these. */
static How how_of(CallFrames *f, const Dwarf_Op *op, size_t n) {
    bool value = n && op[n - 1].atom == DW_OP_stack_value;
    size_t left = n - value;
    bool from_cfa = left && op[0].atom == DW_OP_call_frame_cfa;
    if (left == 1 && op[0].atom == DW_OP_regx && op[0].number < CALL_REGISTERS)
        return (How){.kind = HOW_IN, .reg = (uint8_t)op[0].number};
    if (left == 1 && from_cfa)
        return (How){.kind = value ? HOW_IS : HOW_SAVED};
    if (left == 2 && from_cfa && op[1].atom == DW_OP_plus_uconst && fits(op[1].number))
        return (How){.kind = value ? HOW_IS : HOW_SAVED, .offset = (int32_t)op[1].number};
    const Dwarf_Op *kept = keep_expression(f, op, n);
    if (!kept)
        return (How){.kind = HOW_LOST};
    return (How){.kind = value ? HOW_IS_VALUE : HOW_SAVED_AT, .n = (uint16_t)n, .op = kept};
}

static bool cfa_of(CallFrames *f, Dwarf_Frame *frame, How *out) {
    Dwarf_Op *op;
    size_t n;
    if (dwarf_frame_cfa(frame, &op, &n) != 0 || n == 0)
        return false;
    if (n > 1 || op->atom != DW_OP_bregx) {
        *out = (How){HOW_IS_VALUE, 0, (uint16_t)n, 0, keep_expression(f, op, n)};
        return out->op != NULL;
    }
    *out = (How){HOW_IS, (uint8_t)op->number, 0, (int32_t)op->number2, NULL};
    return op->number < CALL_REGISTERS && fits(op->number2);
}

static bool rule_of(CallFrames *f, Dwarf_Frame *frame, CallRule *out) {
    memset(out, 0, sizeof *out); /* between its parts, too: rules are compared as bytes */
    if (dwarf_frame_info(frame, NULL, NULL, &out->of_signal) != CALL_PC ||
        !cfa_of(f, frame, &out->cfa))
        return false;
    for (int i = 0; i < CALL_REGISTERS; i++) {
        Dwarf_Op room[3], *op;
        size_t n;
        if (dwarf_frame_register(frame, i, room, &op, &n) != 0)
            return false;
        out->reg[i] = n == 0 && !op ? (How){.kind = HOW_KEPT} : how_of(f, op, n);
    }
    if (out->reg[CALL_BX].kind == HOW_LOST)
        out->reg[CALL_BX] = (How){.kind = HOW_KEPT}; /* libdw takes rax for it */
    if (out->reg[CALL_SP].kind == HOW_LOST || out->reg[CALL_SP].kind == HOW_KEPT)
        out->reg[CALL_SP] = (How){.kind = HOW_IS}; /* what the frame's address means */
    return true;
}

static const CallRule *keep(CallFrames *f, const CallRule *rule) {
    uint32_t hash = (uint32_t)hash_mix(hash_bytes(rule, sizeof *rule)), found;
    for (uint32_t i = hash_first(&f->index, hash); (found = hash_candidate(&f->index, hash, &i));
         i = hash_next(&f->index, i)) {
        const CallRule *old = &COLUMN_AT(&f->rule, CallRule, found);
        if (memcmp(old, rule, sizeof *old) == 0)
            return old;
    }
    hash_insert(&f->index, hash, (uint32_t)f->rule.count);
    CallRule *made = (CallRule *)column_push(&f->rule);
    memcpy(made, rule, sizeof *made);
    return made;
}

const CallRule *call_frames_find(CallFrames *f, uint64_t at) {
    Dwarf_Frame *frame = NULL;
    CallRule rule;
    uint64_t address = code_parts_address(&f->parts, at);
    bool found = f->own && dwarf_cfi_addrframe(f->own, address, &frame) == 0;
    if (!found)
        found = f->from_debug && dwarf_cfi_addrframe(f->from_debug, address, &frame) == 0;
    if (!found)
        return NULL;
    bool ok = rule_of(f, frame, &rule);
    (free)(frame); /* libdw's memory, not ours */
    return ok ? keep(f, &rule) : NULL;
}

bool call_rule_is_of_signal(const CallRule *rule) {
    return rule->of_signal;
}

/* ---- expressions -------------------------------------------------------------------------- */

typedef struct Machine {
    const CallState *state;
    const CallMemory *memory;
    uint64_t cfa;
    uint64_t stack[32];
    size_t n;
    bool no_memory;
} Machine;

static bool push(Machine *m, uint64_t value) {
    if (m->n == sizeof m->stack / sizeof *m->stack)
        return false;
    m->stack[m->n++] = value;
    return true;
}

static bool push_register(Machine *m, uint64_t reg, uint64_t offset) {
    if (reg >= CALL_REGISTERS || !(m->state->known >> reg & 1))
        return false;
    return push(m, m->state->reg[reg] + offset);
}

static bool two(Machine *m, uint8_t atom) {
    if (m->n < 2)
        return false;
    uint64_t b = m->stack[--m->n], *a = &m->stack[m->n - 1];
    int64_t x = (int64_t)*a, y = (int64_t)b;
    switch (atom) {
    case DW_OP_plus:
        *a += b;
        return true;
    case DW_OP_minus:
        *a -= b;
        return true;
    case DW_OP_mul:
        *a *= b;
        return true;
    case DW_OP_and:
        *a &= b;
        return true;
    case DW_OP_or:
        *a |= b;
        return true;
    case DW_OP_xor:
        *a ^= b;
        return true;
    case DW_OP_shl:
        *a = b < 64 ? *a << b : 0;
        return true;
    case DW_OP_shr:
        *a = b < 64 ? *a >> b : 0;
        return true;
    case DW_OP_shra:
        *a = (uint64_t)(x >> (b < 64 ? b : 63));
        return true;
    case DW_OP_eq:
        *a = x == y;
        return true;
    case DW_OP_ne:
        *a = x != y;
        return true;
    case DW_OP_lt:
        *a = x < y;
        return true;
    case DW_OP_le:
        *a = x <= y;
        return true;
    case DW_OP_gt:
        *a = x > y;
        return true;
    case DW_OP_ge:
        *a = x >= y;
        return true;
    default:
        return false;
    }
}

static bool load(Machine *m, uint64_t address, uint64_t *out) {
    bool ok = call_memory_read(m->memory, address, out);
    m->no_memory = m->no_memory || (!ok && address >= m->memory->at);
    return ok;
}

static bool one(Machine *m, const Dwarf_Op *op) {
    if (m->n < 1)
        return false;
    uint64_t *a = &m->stack[m->n - 1];
    switch (op->atom) {
    case DW_OP_deref:
        return load(m, *a, a);
    case DW_OP_plus_uconst:
        *a += op->number;
        return true;
    case DW_OP_neg:
        *a = 0 - *a;
        return true;
    case DW_OP_not:
        *a = ~*a;
        return true;
    case DW_OP_dup:
        return push(m, *a);
    case DW_OP_drop:
        m->n--;
        return true;
    default:
        return two(m, op->atom);
    }
}

static bool operate(Machine *m, const Dwarf_Op *op) {
    if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
        return push(m, op->atom - (uint64_t)DW_OP_lit0);
    if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
        return push_register(m, op->atom - (uint64_t)DW_OP_breg0, op->number);
    switch (op->atom) {
    case DW_OP_bregx:
        return push_register(m, op->number, op->number2);
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_const8u:
    case DW_OP_const8s:
    case DW_OP_constu:
    case DW_OP_consts:
        return push(m, op->number);
    case DW_OP_call_frame_cfa:
        return push(m, m->cfa);
    case DW_OP_nop:
    case DW_OP_stack_value:
        return true;
    default:
        return one(m, op);
    }
}

static bool evaluate(Machine *m, const How *how, uint64_t *out) {
    m->n = 0;
    for (uint32_t i = 0; i < how->n; i++) {
        if (!operate(m, &how->op[i]))
            return false;
    }
    *out = m->n ? m->stack[m->n - 1] : 0;
    return m->n > 0;
}

/* ---- applying ----------------------------------------------------------------------------- */

static bool find_cfa(Machine *m, const How *how) {
    if (how->kind == HOW_IS_VALUE)
        return evaluate(m, how, &m->cfa);
    m->cfa = m->state->reg[how->reg] + (uint64_t)(int64_t)how->offset;
    return m->state->known >> how->reg & 1;
}

/* False: the caller's value is not known. */
static bool find_value(Machine *m, const How *how, uint32_t reg, uint64_t *out) {
    uint64_t beside = m->cfa + (uint64_t)(int64_t)how->offset;
    switch ((HowKind)how->kind) {
    case HOW_LOST:
        return false;
    case HOW_KEPT:
        *out = m->state->reg[reg];
        return m->state->known >> reg & 1;
    case HOW_IN:
        *out = m->state->reg[how->reg];
        return m->state->known >> how->reg & 1;
    case HOW_IS:
        *out = beside;
        return true;
    case HOW_SAVED:
        return load(m, beside, out);
    case HOW_SAVED_AT:
        return evaluate(m, how, out) && load(m, *out, out);
    case HOW_IS_VALUE:
        return evaluate(m, how, out);
    }
    return false;
}

CallEnd call_rule_apply(const CallRule *rule, const CallMemory *memory, CallState *state) {
    Machine m = {.state = state, .memory = memory};
    CallState caller = {.known = 0};
    if (!find_cfa(&m, &rule->cfa))
        return m.no_memory ? CALL_NO_MEMORY : CALL_UNKNOWN;
    if (rule->reg[CALL_PC].kind == HOW_LOST)
        return CALL_OUTERMOST;
    for (uint32_t i = 0; i < CALL_REGISTERS; i++) {
        bool lost_before = m.no_memory;
        if (find_value(&m, &rule->reg[i], i, &caller.reg[i]))
            caller.known |= 1u << i;
        if (i != CALL_PC)
            m.no_memory = lost_before; /* of what is not needed nothing is said */
    }
    if (!(caller.known >> CALL_PC & 1) || !(caller.known >> CALL_SP & 1))
        return m.no_memory ? CALL_NO_MEMORY : CALL_UNKNOWN;
    *state = caller;
    return CALL_GOES_ON;
}

#else

CallFrames *call_frames_new(SymbolFile *mapped, SymbolFile *debug) {
    if (debug != mapped)
        symbols_close(debug);
    symbols_close(mapped);
    return NULL;
}

void call_frames_free(CallFrames *f) {
    (void)f;
}

const CallRule *call_frames_find(CallFrames *f, uint64_t at) {
    (void)f, (void)at;
    return NULL;
}

bool call_rule_is_of_signal(const CallRule *rule) {
    (void)rule;
    return false;
}

CallEnd call_rule_apply(const CallRule *rule, const CallMemory *m, CallState *state) {
    (void)rule, (void)m, (void)state;
    return CALL_UNKNOWN;
}
#endif
