/* Any bytes as stacks of perf script: nothing is read out of bounds, every row can be absorbed. */
#include "fuzz/run_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    fuzz_format("perf script stacks", data, n);
    return 0;
}
