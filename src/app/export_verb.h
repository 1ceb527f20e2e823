/* flamescope export: which options mean something for which format, and the way from a file to
 * each. Thread: main. */
#pragma once

#include "app/cli.h"
#include "app/options.h"

/* Exit code 0 done, 1 the input cannot be used, 2 wrong usage; says why on standard error. */
int run_export(const Options *o, const CliHost *host);
