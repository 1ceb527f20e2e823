/* Any bytes as a Firefox profile in JsonSlabs: nothing is read out of bounds, every row can be
 * absorbed. */
#include "fuzz/run_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    fuzz_format("Firefox profile, JsonSlabs", data, n);
    return 0;
}
