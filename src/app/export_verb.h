/* flamescope export: which options mean something for which format, and the way from a file to
 * each. Thread: main. */
#pragma once

#include "app/cli.h"
#include "app/options.h"

/* What is wrong with this combination of options, in words; false then. */
bool export_options_fit(const Options *o, Error *err);
/* Exit code 0 done, 1 the input cannot be used, 2 wrong usage; says why on standard error. */
int run_export(const Options *o, const CliHost *host);

/* Lets a headless App load and answer until nothing changes any more. */
void headless_settle(App *app, FrameInput *in);
