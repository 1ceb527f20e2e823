/* Any bytes as perf.data: no crash, no endless loop, no memory without bound, and the same rows
 * from a file, whose header names places in it, and from a pipe. Names of programs
 * in them may be any path, but only what is an ELF file there is opened. */
#include "fuzz/run_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const Format *format = format_named("perf.data");
    if (format->probe((Str){(const char *)data, n}, true) != GUESS_YES)
        return -1;
    if (n <= FUZZ_PIPE_BYTES)
        fuzz_both_ways(format, data, n, false);
    else
        fuzz_read(format, fuzz_file(data, n), NULL);
    return 0;
}
