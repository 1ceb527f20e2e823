/* Perf data chain: callchains that no sample holds as a whole. With --call-graph lbr the user's
 * part lies in the calls that the processor remembered; with --call-graph dwarf it is found in
 * memory. Owner: who gives the room. Thread: any. Results lie in that room, with bytes that may be
 * read behind them as behind a record, until it is used again. Facts: what perf does
 * (tools/perf/util/machine.c, resolve_lbr_callchain_sample). */
#pragma once

#include "base/buf.h"
#include "ingest/perf_data_record.h"

/* The sample's chain, with the calls that the processor remembered instead of the user's part that
 * the kernel found; mode is what the sample's own address is of. Without any it stays as it is. */
void perf_chain_of_calls(PerfSample *s, uint32_t mode, bool swapped, Buf *room);
/* The sample's chain, and so many addresses of the user's part behind it, innermost first, in this
 * machine's byte order. */
void perf_chain_add_user(PerfSample *s, const uint64_t *address, uint32_t n, Buf *room);
