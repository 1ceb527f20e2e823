/* flamescope export of more than one picture: a playback, or the scenes, as frames, animation, page
 * or PDF. Thread: main. */
#pragma once

#include "app/cli.h"
#include "app/export.h"
#include "app/options.h"

/* Exit code 0 done, 1 the input cannot be used, 2 wrong usage; says why on standard error. */
int run_reel(const Options *o, const CliHost *host, ExportFormat format);
/* False, with words, where options do not fit together. */
bool reel_options_fit(const Options *o, ExportFormat format, Error *err);
