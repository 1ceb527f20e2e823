/* Completion: the scripts by which shells complete our command lines, written from the tables of
 * verbs and options. Thread: any. Failure: none. */
#pragma once

#include "app/options.h"
#include "base/buf.h"

void completion_script(Shell shell, Buf *out);
