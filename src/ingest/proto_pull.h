/* ProtoPull: the fields of a protobuf message, one by one. The outermost message is read from a
 * source, field by field, so that only the longest field must fit into memory
 * (PROTO_FIELD_MOST); messages within it are read from the bytes of their field. Owner: the
 * caller, who calls proto_pull_close; bytes are good until the next call. Thread: one. Facts:
 * protobuf.dev/programming-guides/encoding. */
#pragma once

#include "ingest/source_window.h"

typedef enum ProtoWire { PROTO_VARINT = 0, PROTO_64 = 1, PROTO_BYTES = 2, PROTO_32 = 5 } ProtoWire;

enum { PROTO_FIELD_MOST = 1 << 30 };

typedef struct ProtoField {
    uint32_t number;
    uint32_t wire;  /* ProtoWire */
    uint64_t value; /* 0 of PROTO_BYTES */
    Str bytes;      /* empty of PROTO_VARINT */
} ProtoField;

/* Takes a field off a message. False: at its end (rest->n is 0), or it is not one. */
bool proto_field(Str *rest, ProtoField *field);
/* Takes a number off packed ones. */
bool proto_number(Str *rest, uint64_t *value);
double proto_double(uint64_t value);

typedef struct ProtoPull {
    bool ended;  /* the message ends within a field */
    bool broken; /* that, or reading failed, or what stands there is no field */
    SourceWindow window;
} ProtoPull;

void proto_pull_open(ProtoPull *p, Source *source, Rows *rows, Error *err);
void proto_pull_close(ProtoPull *p);
bool proto_pull_next(ProtoPull *p, ProtoField *field);
/* At the end of a load: says what was wrong, if anything. False: reading failed. */
bool proto_pull_finish(const ProtoPull *p, Rows *rows);
