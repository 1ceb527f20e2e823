/* How many slots a cache has, and bytes a buffer: 2^CACHE_LOG2(n) are 2^n, READ_SIZE(n) is n, and
 * so is PIECE_SIZE(n), of the pieces that a file is cut into. In a fuzzer's build they are few:
 * there each input has caches and buffers of its own, which took half of the time; and few slots
 * are taken away again soon, and what is read in pieces ends in the midst of things. */
#pragma once

#ifdef SMALL_CACHES
#define CACHE_LOG2(n) ((n) < 5 ? (n) : 5)
#define READ_SIZE(n) ((n) < 4608 ? (n) : 4608)
#define PIECE_SIZE(n) ((n) / 256)
#else
#define CACHE_LOG2(n) (n)
#define READ_SIZE(n) (n)
#define PIECE_SIZE(n) (n)
#endif
