/* Manual: the page for man(1), written from the tables of verbs, options, commands and formats, so
 * that it says what the program does. Thread: any. Failure: none. */
#pragma once

#include "base/buf.h"

/* The whole page in roff's man macros, in ASCII. */
void manual_page(Buf *out);
