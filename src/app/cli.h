/* The command line: verbs and options of DESIGN.md section 9. Results go to stdout or OUT,
 * diagnostics to stderr. Exit 0 done, 1 the input cannot be used, 2 wrong usage. */
#pragma once

#include "app/app.h"

/* What only main can supply, since app knows no host. */
typedef struct CliHost {
    /* dejavu: the face whose pixels are the same everywhere; else the window's own. */
    const Fonts *(*fonts)(bool dejavu, Error *err);
    /* Whether a window could be opened. */
    bool (*display)(Error *err);
    /* Opens a window on the app and runs until it quits; returns the exit code. */
    int (*window)(App *app, const Fonts *fonts, uint32_t w, uint32_t h, bool software, bool gpu,
                  Error *err);
} CliHost;

int cli_main(int argc, char **argv, const CliHost *host);
