#include "picture/proto.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

void proto_varint(Buf *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        buf_putc(out, (char)(value | 0x80));
    buf_putc(out, (char)value);
}

void proto_u64(Buf *out, uint32_t field, uint64_t value) {
    if (!value)
        return;
    proto_varint(out, (uint64_t)field << 3 | WIRE_VARINT);
    proto_varint(out, value);
}

void proto_i64(Buf *out, uint32_t field, int64_t value) {
    proto_u64(out, field, (uint64_t)value);
}

void proto_bytes(Buf *out, uint32_t field, Str bytes) {
    proto_varint(out, (uint64_t)field << 3 | WIRE_BYTES);
    proto_varint(out, bytes.n);
    buf_put(out, bytes);
}
