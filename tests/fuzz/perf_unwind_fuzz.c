/* Any registers and any stack, as perf record --call-graph dwarf copies them, of this very program:
 * it comes to an end, and nothing outside what was recorded is read. The highest byte of a word
 * says whether the rest is a place in this program's code, its libraries, the kernel's piece of
 * code, or the stack, so that few words are nonsense. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "ingest/perf_data_unwind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { REGISTERS = 20, MAPS_MOST = 64, STACK_BYTES = 4096 };
#define STACK_AT 0x7000000000u

typedef struct Code {
    uint64_t start, bytes;
} Code;

typedef struct World {
    PerfHeader header;
    Dict dict;
    FrameTable frames;
    Dsos dsos;
    PerfSpaces spaces;
    PerfUnwinder unwinder;
    Code code[MAPS_MOST];
    size_t codes;
} World;

static World world;

static void add_code(const char *line) {
    char file[512] = "", rights[8];
    unsigned long start, end, offset;
    int got = sscanf(line, "%lx-%lx %7s %lx %*s %*s %511s", &start, &end, rights, &offset, file);
    if (got < 5 || rights[2] != 'x' || world.codes == MAPS_MOST)
        return;
    PerfMmap map = {.pid = 8,
                    .tid = 8,
                    .start = start,
                    .length = end - start,
                    .offset = offset,
                    .executable = true,
                    .file = str_of(file)};
    perf_spaces_mmap(&world.spaces, &map, false);
    world.code[world.codes++] = (Code){start, end - start};
}

static void make_world(void) {
    char line[1024];
    perf_header_init(&world.header);
    dict_init(&world.dict);
    frame_table_init(&world.frames);
    dsos_init(&world.dsos, &world.header, &world.frames, &world.dict);
    perf_spaces_init(&world.spaces, &world.dsos);
    perf_unwinder_init(&world.unwinder, &world.spaces);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        add_code(line);
    if (!maps || world.codes == 0)
        panic("it does not know where its own code is");
    fclose(maps);
}

static uint64_t word(const uint8_t *data) {
    enum { CODE = 1, STACK = 0x81 };
    uint64_t w;
    memcpy(&w, data, sizeof w);
    uint64_t kind = w >> 56, low = w & 0xffffffff;
    if (kind == STACK)
        return STACK_AT + low % (STACK_BYTES + 64);
    if (kind < CODE || kind > world.codes)
        return w;
    const Code *code = &world.code[kind - 1];
    return code->start + low % code->bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static Buf room;
    uint64_t reg[REGISTERS];
    PerfAttr attr = {.user_regs = 0xff0fff};
    if (!world.codes)
        make_world();
    if (n < sizeof reg + 8 || n > sizeof reg + STACK_BYTES)
        return -1;
    for (int i = 0; i < REGISTERS; i++)
        reg[i] = word(data + i * 8);
    size_t words = (n - sizeof reg) / 8;
    uint64_t *stack = malloc(words * 8); /* exactly as long, for the sanitizer to see its end */
    for (size_t i = 0; i < words; i++)
        stack[i] = word(data + sizeof reg + i * 8);
    PerfSample s = {.pid = 8,
                    .tid = 8,
                    .ip = reg[8],
                    .lacks = LACKS_MEMORY,
                    .memory = {(const char *)stack, words * 8},
                    .regs = (const uint8_t *)reg,
                    .regs_abi = REGS_64};
    reg[7] = STACK_AT + reg[7] % 64;
    perf_unwind(&world.unwinder, &s, &attr, &room);
    bool nowhere = reg[8] >> 63;
    if (nowhere ? s.chain_n != 0
                : s.chain_n < 2 || s.chain_n > UNWIND_MOST + 1 ||
                      perf_get64(s.chain + 8, false) != reg[8])
        panic("the chain does not begin where the sample was taken");
    for (uint64_t i = 1; i < s.chain_n; i++) {
        if (perf_get64(s.chain + i * 8, false) >> 63)
            panic("an address that is the kernel's, or a mark");
    }
    (free)(stack);
    return 0;
}
