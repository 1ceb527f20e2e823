/* Amount: a number of samples, or a sum of weights, in words that fit what is weighed.
 * Pure; what is put goes into the caller's Buf. */
#pragma once

#include "base/buf.h"

/* "8 213 samples", "1 sample", "1.597 s", "12.3 MB"; kind: a WeightKind. */
void amount_put(Buf *out, uint64_t n, uint32_t kind);
/* Likewise where another amount beside it names the unit: "8 213", but "1.597 s". */
void amount_put_bare(Buf *out, uint64_t n, uint32_t kind);
/* What stands over amounts without their unit: "samples", "periods"; "time", "bytes". */
const char *amount_heading(uint32_t kind);
/* A duration, with three digits and its unit. */
void amount_put_span(Buf *out, int64_t ns);
