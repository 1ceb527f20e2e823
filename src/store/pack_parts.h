/* What pack_read.c and pack_write.c share. Private to pack_*.c. */
#pragma once

#include <stdint.h>

/* The hash of a certain name: equal in writer and reader as long as names are hashed alike. */
uint64_t pack_name_probe(void);
