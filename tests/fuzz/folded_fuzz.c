/* Any bytes as folded stacks: every line is rows or a complaint. */
#include "fuzz/run_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    fuzz_format("folded stacks", data, n);
    return 0;
}
