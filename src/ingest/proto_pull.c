#include "ingest/proto_pull.h"

#include <string.h>

enum { VARINT_MOST = 10, HEAD_MOST = 2 * VARINT_MOST };

bool proto_number(Str *rest, uint64_t *value) {
    uint64_t sum = 0;
    for (size_t i = 0; i < rest->n && i < VARINT_MOST; i++) {
        unsigned char byte = (unsigned char)rest->s[i];
        sum |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            *rest = str_slice(*rest, i + 1, rest->n);
            return true;
        }
    }
    return false;
}

double proto_double(uint64_t value) {
    double d;
    memcpy(&d, &value, sizeof d);
    return d;
}

/* Number, wire and, of bytes, how many follow. */
static bool read_head(Str *rest, ProtoField *field, uint64_t *bytes) {
    uint64_t tag;
    if (!proto_number(rest, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return false;
    field->number = (uint32_t)(tag >> 3);
    field->wire = (uint32_t)(tag & 7);
    field->value = 0; /* of bytes, too: who takes them for a number gets none at random */
    switch (field->wire) {
    case PROTO_VARINT:
        *bytes = 0;
        return proto_number(rest, &field->value);
    case PROTO_64:
        *bytes = 8;
        return true;
    case PROTO_32:
        *bytes = 4;
        return true;
    case PROTO_BYTES:
        return proto_number(rest, bytes);
    default:
        return false;
    }
}

static void take_bytes(Str *rest, ProtoField *field, size_t bytes) {
    field->bytes = str_slice(*rest, 0, bytes);
    *rest = str_slice(*rest, bytes, rest->n);
    if (field->wire != PROTO_64 && field->wire != PROTO_32)
        return;
    field->value = 0;
    for (size_t i = 0; i < bytes; i++) /* little-endian on any machine */
        field->value |= (uint64_t)(unsigned char)field->bytes.s[i] << (8 * i);
}

bool proto_field(Str *rest, ProtoField *field) {
    uint64_t bytes;
    Str from = *rest;
    if (!read_head(&from, field, &bytes) || bytes > from.n)
        return false;
    take_bytes(&from, field, (size_t)bytes);
    *rest = from;
    return true;
}

void proto_pull_open(ProtoPull *p, Source *source, Rows *rows, Error *err) {
    *p = (ProtoPull){0};
    source_window_open(&p->window, source, rows, err);
}

void proto_pull_close(ProtoPull *p) {
    source_window_close(&p->window);
    *p = (ProtoPull){0};
}

static bool broken(ProtoPull *p, bool ended) {
    p->broken = true;
    p->ended = ended && !p->window.failed && !p->window.rows->stopped;
    return false;
}

bool proto_pull_next(ProtoPull *p, ProtoField *field) {
    SourceWindow *w = &p->window;
    uint64_t bytes = 0;
    Str rest;
    if (p->broken)
        return false;
    for (;;) {
        rest = (Str){w->buf + w->at, w->end - w->at};
        if (read_head(&rest, field, &bytes))
            break;
        if (w->end - w->at >= HEAD_MOST)
            return broken(p, false);
        if (!source_window_more(w)) {
            if (w->at == w->end && !w->failed)
                return false;
            return broken(p, w->end - w->at < HEAD_MOST);
        }
    }
    if (bytes > PROTO_FIELD_MOST)
        return broken(p, false);
    size_t head = w->end - w->at - rest.n;
    while (w->end - w->at - head < bytes)
        if (!source_window_more(w))
            return broken(p, true);
    rest = (Str){w->buf + w->at + head, w->end - w->at - head};
    take_bytes(&rest, field, (size_t)bytes);
    w->at += head + (size_t)bytes;
    return true;
}

/* Else the loader says how it ended. Only to be asked behind the end: before, a thread that reads
 * ahead may be about to find it. */
static bool ends_plainly(const Source *source) {
    SourceEnding ending = source_ending(source);
    return ending == SOURCE_WHOLE || ending == SOURCE_OPEN;
}

bool proto_pull_finish(const ProtoPull *p, Rows *rows) {
    const SourceWindow *w = &p->window;
    if (w->failed)
        return false;
    if (!p->broken || rows->stopped)
        return true;
    int64_t offset = w->offset + (int64_t)w->at;
    if (!p->ended)
        rows_complain(rows, COMPLAINT_DAMAGED, offset, STR("no protobuf field stands here"));
    else if (ends_plainly(w->source))
        rows_complain(rows, COMPLAINT_TRUNCATED, offset, (Str){0});
    return true;
}
