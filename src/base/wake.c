#include "base/wake.h"

#include <stdatomic.h>
#include <stddef.h>

static void *hook_context;
static void (*_Atomic hook_run)(void *context);

void wake_set_hook(void (*hook)(void *context), void *context) {
    hook_context = context;
    atomic_store_explicit(&hook_run, hook, memory_order_release);
}

void wake(void) {
    void (*run)(void *) = atomic_load_explicit(&hook_run, memory_order_acquire);
    if (run)
        run(hook_context);
}
