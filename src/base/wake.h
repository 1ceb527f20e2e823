/* wake(): the only call that goes up. Workers and the loader say "there may be something new";
 * main.c fills the hook in (a host event). Thread: wake from any; set before threads start. */
#pragma once

void wake_set_hook(void (*hook)(void *context), void *context);
void wake(void);
