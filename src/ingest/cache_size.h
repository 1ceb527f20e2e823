/* How many slots a cache has: 2^CACHE_LOG2(n) are 2^n. In a fuzzer's build they are few: there each
 * input has caches of its own, which took half of the time, and few slots are also taken away
 * again soon. */
#pragma once

#ifdef SMALL_CACHES
#define CACHE_LOG2(n) ((n) < 5 ? (n) : 5)
#else
#define CACHE_LOG2(n) (n)
#endif
