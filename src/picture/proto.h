/* proto: the few writes of Google's protobuf wire format that exports need. A message within a
 * message is written into a Buf of its own first. Pure; output goes into the caller's Buf. */
#pragma once

#include "base/buf.h"

void proto_varint(Buf *out, uint64_t value);
/* A field of a number; 0 is left out, as the format's default. */
void proto_u64(Buf *out, uint32_t field, uint64_t value);
void proto_i64(Buf *out, uint32_t field, int64_t value);
/* A field of bytes: a string, a message, or packed numbers. */
void proto_bytes(Buf *out, uint32_t field, Str bytes);
