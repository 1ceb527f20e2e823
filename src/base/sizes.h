/* Sizes and limits that a fuzzer's build has smaller. There each input has caches and buffers of
 * its own, which took half of the time; few slots are taken away again soon, what is read in pieces
 * ends in the midst of things, and limits that files of gigabytes meet are met by a few bytes. */
#pragma once

#ifdef SMALL_SIZES
#define CACHE_LOG2(n) ((n) < 5 ? (n) : 5)      /* 2^that are a cache's slots */
#define READ_SIZE(n) ((n) < 4608 ? (n) : 4608) /* bytes of a buffer */
#define PIECE_SIZE(n) ((n) / 256)              /* bytes of the pieces a file is cut into */
#define SIZED(n, few) (few)                    /* a first room, a limit */
#else
#define CACHE_LOG2(n) (n)
#define READ_SIZE(n) (n)
#define PIECE_SIZE(n) (n)
#define SIZED(n, few) (n)
#endif
