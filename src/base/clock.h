/* Clocks, for hosts, workers and benches; app and views take their time from FrameInput.
 * Thread: any. All in ns. */
#pragma once

#include <stdint.h>

int64_t clock_now_ns(void);        /* monotonic */
int64_t clock_thread_cpu_ns(void); /* cpu time of the calling thread */
int64_t clock_process_cpu_ns(void);
int64_t clock_process_start_ns(void); /* monotonic time at which this process was started */
/* Largest resident size that this process ever had. */
uint64_t clock_peak_rss_bytes(void);
