/* zstd_frame: where a zstd frame ends, by its own words and without decoding it: the header and
 * the blocks say how long they are (RFC 8878). Nothing is verified beyond what finding the end
 * takes. Owner: none. Thread: any. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Bytes of the frame, or skippable frame, that begins at p; 0 when it is not all there or none
 * that a decoder takes. *text is as many bytes as can come of it, as far as n bytes tell:
 * exact where the header has the size, UINT64_MAX when it is none. */
size_t zstd_frame_size(const uint8_t *p, size_t n, uint64_t *text);
