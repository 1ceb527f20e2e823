/* Command search: the commands that words name, best first. Every word must be found, in any order
 * and case: in the command's help, name, group or keys. What begins a word there counts more than
 * what lies inside one. Pure. Thread: any. Failure: none. */
#pragma once

#include "app/commands.h"

/* Room for CMD_COUNT ids; returns how many match. Without words all do, in the table's order. */
uint32_t command_search(Str words, CommandId *out);
