/* Seeds of jfr_fuzz: jfr_seeds FOLDER writes a recording for each of some ways to write one,
 * and files of several. */
#include <stdio.h>

#include "base/error.h"
#include "unit/jfr_helper.h"

static void save(const char *folder, uint32_t number, Buf *bytes) {
    char path[1024];
    snprintf(path, sizeof path, "%s/generated-%03u.jfr", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes->s, 1, bytes->n, file) != bytes->n || fclose(file) != 0)
        panic("%s cannot be written", path);
}

int main(int argc, char **argv) {
    if (argc != 2)
        panic("usage: jfr_seeds FOLDER");
    for (uint32_t i = 0; i < JFR_GEN_WAYS; i += 5) {
        JfrGen g = {0};
        for (uint32_t k = 0; k <= i % 3; k++)
            jfr_gen_world(&g, jfr_gen_ways(i + k * 77), k);
        save(argv[1], i, &g.out);
        jfr_gen_free(&g);
    }
    return 0;
}
