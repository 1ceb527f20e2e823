/* Any bytes as a Java Flight Recorder file: no crash, and the same rows from a file and from a
 * pipe, which is read in order while a file is read chunk by chunk. */
#include "fuzz/run_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    fuzz_both_ways(format_named("Java Flight Recorder"), data,
                   n < FUZZ_PIPE_BYTES ? n : FUZZ_PIPE_BYTES, true);
    return 0;
}
