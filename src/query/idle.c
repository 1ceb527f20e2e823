#include "query/idle.h"

/* Where a cpu with nothing to do is found: the kernel's idle loop, the drivers that stop the
 * cpu, and what hypervisors offer instead. */
static const char *const IDLE_NAMES[] = {
    "do_idle",
    "cpu_startup_entry",
    "cpu_bringup_and_idle",
    "poll_idle",
    "x86_idle",
    "amd_e400_idle",
    "c1e_idle",
    "call_cpuidle",
    "default_enter_idle",
    "safe_halt",
    "arch_safe_halt",
    "native_safe_halt",
    "native_halt",
    "pv_native_safe_halt",
    "kvm_safe_halt",
    "xen_safe_halt",
    "hv_safe_halt",
    "tdx_safe_halt",
    "tdx_halt",
    "xen_hypercall_sched_op",
    "xen_hypercall_vcpu_op",
    "snooze_loop",
    "shared_cede_loop",
    "dedicated_cede_loop",
    "nap_loop",
    "stop_loop",
    "fastsleep_loop",
    "psci_cpu_suspend",
    "psci_cpu_suspend_enter",
    "psci_enter_idle_state",
    "enabled_wait",
    "tick_nohz_idle_enter",
    "__psci_enter_domain_idle_state",
};

/* Families of such routines; each of their members is one. */
static const char *const IDLE_PREFIXES[] = {
    "cpuidle_",
    "cpu_idle",
    "intel_idle",
    "acpi_idle",
    "acpi_safe_halt",
    "acpi_processor_idle",
    "acpi_processor_ffh_cstate_enter",
    "default_idle",
    "arch_cpu_idle",
    "mwait_idle",
    "haltpoll",
    "cpu_do_idle",
    "__cpu_do_idle",
    "pseries_idle",
    "powernv_idle",
    "psci_idle",
    "tegra_idle",
    "omap_idle",
    "arm_enter_idle",
    "arm64_enter_idle",
    "native_idle",
    "riscv_sbi_idle",
    "sbi_cpuidle",
};

/* "(idle)" is how V8 names it (its CodeEntry::kIdleEntryName). */
IdleLeaf idle_leaf(Str symbol) {
    if (str_eq(symbol, STR("(idle)")))
        return IDLE_LEAF_ALONE;
    for (size_t i = 0; i < sizeof(IDLE_NAMES) / sizeof(IDLE_NAMES[0]); i++)
        if (str_eq_c(symbol, IDLE_NAMES[i]))
            return IDLE_LEAF_OF_TASK;
    for (size_t i = 0; i < sizeof(IDLE_PREFIXES) / sizeof(IDLE_PREFIXES[0]); i++)
        if (str_starts(symbol, str_of(IDLE_PREFIXES[i])))
            return IDLE_LEAF_OF_TASK;
    return IDLE_LEAF_NOT;
}

bool idle_task(Str comm, int32_t tid) {
    return tid == 0 || str_starts(comm, STR("swapper"));
}

/* ---- FlameScope's expression: swapper.*(cpuidle|cpu_idle|…) over one text -----------------
 */

bool idle_flamescope_word(Str text) {
    static const char *const words[] = {"cpuidle",
                                        "cpu_idle",
                                        "cpu_bringup_and_idle",
                                        "native_safe_halt",
                                        "xen_hypercall_sched_op",
                                        "xen_hypercall_vcpu_op"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_find(text, str_of(words[i])) < text.n)
            return true;
    return false;
}

bool idle_flamescope_swapper(Str text) {
    return str_find(text, STR("swapper")) < text.n;
}

/* The text of a sample, as FlameScope glues it: the event line, then the frames, leaf first.
 * The expression's parts never span two of these pieces, so they are looked at one by one. */
static bool flamescope_piece(Str piece, bool *swapper) {
    if (!*swapper) {
        size_t at = str_find(piece, STR("swapper"));
        if (at >= piece.n)
            return false;
        *swapper = true;
        piece = str_slice(piece, at + 7, piece.n);
    }
    return idle_flamescope_word(piece);
}

static bool idle_flamescope(const Dict *dict, Pair pair) {
    Context context = contexts_get(&dict->contexts, pair.context);
    Event event = contexts_get_event(&dict->contexts, context.event);
    bool swapper = false;
    if (flamescope_piece(names_get(&dict->names, context.comm), &swapper) ||
        flamescope_piece(names_get(&dict->names, event.name), &swapper))
        return true;
    for (StackId s = pair.stack; s;) {
        StackNode node = stacks_get(&dict->stacks, s);
        Frame frame = frames_get(&dict->frames, node.frame);
        if (frame.kind == FRAME_PROCESS)
            break; /* the process name again, which the event line had already */
        if (flamescope_piece(names_get(&dict->names, frame.symbol), &swapper) ||
            flamescope_piece(names_get(&dict->names, frame.module), &swapper))
            return true;
        s = node.parent;
    }
    return false;
}

bool idle_pair(const Profile *profile, PairId id, IdleMode mode) {
    const Dict *dict = profile->dict;
    Pair pair = pairs_get(&profile->pairs, id);
    if (mode == IDLE_FLAMESCOPE)
        return idle_flamescope(dict, pair);
    IdleLeaf leaf = idle_leaf(dict_symbol(dict, stacks_get(&dict->stacks, pair.stack).frame));
    if (leaf != IDLE_LEAF_OF_TASK)
        return leaf == IDLE_LEAF_ALONE;
    Context context = contexts_get(&dict->contexts, pair.context);
    return idle_task(names_get(&dict->names, context.comm), context.tid);
}
