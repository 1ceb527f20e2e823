/* quiet_bench [SECONDS]: how many nanoseconds quiet.h's work takes when nobody disturbs it: the
 * best of these seconds (3), for QUIET_NS. */
#include <stdio.h>

#include "quiet.h"

int main(int argc, char **argv) {
    double best = 1e18;
    int64_t end = clock_now_ns() + (argc > 1 ? atoi(argv[1]) : 3) * 1000000000ll;
    while (clock_now_ns() < end) {
        double now = quiet_probe();
        best = now < best ? now : best;
    }
    printf("%.0f\n", best);
    return 0;
}
