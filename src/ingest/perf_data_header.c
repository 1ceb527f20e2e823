#include "ingest/perf_data_header.h"

#include "base/sizes.h"

enum {
    HEAD_PIPE = 16,
    HEAD_FILE = 104,
    DATA_SIZE_AT = 48,
    ENTRY_SECTION = 16, /* of an event's ids, behind the event */
    FEATURE_BITS_AT = 72,
    FEATURE_WORDS = 4,
    FEATURE_BYTES_MOST = 64 << 20,
    ATTRS_MOST = SIZED(1 << 16, 20),
};

enum { /* bits of the header */
       FEATURE_BUILD_ID = 2,
       FEATURE_HOSTNAME = 3,
       FEATURE_OSRELEASE = 4,
       FEATURE_ARCH = 6,
       FEATURE_EVENT_DESC = 12,
       FEATURE_FOLDER = 24,
};

enum { UPDATE_NAME = 2 };

void perf_header_init(PerfHeader *h) {
    *h = (PerfHeader){0};
    column_init(&h->attr, sizeof(PerfAttr), 3);
    column_init(&h->build_id, sizeof(PerfBuildId), 5);
    id_map_init(&h->ids);
    arena_init(&h->arena, 0);
}

void perf_header_free(PerfHeader *h) {
    column_free(&h->attr);
    column_free(&h->build_id);
    id_map_free(&h->ids);
    arena_free(&h->arena);
}

static PerfAttr *attr_at(const PerfHeader *h, uint64_t i) {
    return (PerfAttr *)column_at(&h->attr, i);
}

/* ---- events -------------------------------------------------------------------------------
 */

/* An event and the ids of its counters, which fill *ids. */
static bool add_attr(PerfHeader *h, const uint8_t *bytes, size_t n, PerfBytes *ids) {
    PerfAttr attr;
    if (!attr_read(&attr, bytes, n, h->swapped, h->big) || h->attr.count >= ATTRS_MOST)
        return false;
    attr.index = (uint32_t)h->attr.count;
    COLUMN_PUSH(&h->attr, PerfAttr) = attr;
    h->only = h->attr.count == 1 ? attr_at(h, 0) : NULL;
    while (perf_left(ids) >= 8) {
        uint64_t id = perf_u64(ids);
        uint32_t high = (uint32_t)(id >> 32), low = (uint32_t)id;
        if (!id_map_find(&h->ids, high, low))
            id_map_add(&h->ids, high, low, (uint32_t)h->attr.count);
    }
    return true;
}

/* A processor's records come in a row. */
const PerfAttr *perf_header_by_id(PerfHeader *h, uint64_t id) {
    if (!h->of_id || h->id != id) {
        uint32_t at = id_map_find(&h->ids, (uint32_t)(id >> 32), (uint32_t)id);
        h->id = id;
        h->of_id = at ? attr_at(h, at - 1) : NULL;
    }
    return h->of_id;
}

/* All events agree on where their ids stand, else nobody could tell them apart. */
const PerfAttr *perf_header_attr(PerfHeader *h, const PerfRecord *r) {
    enum { SAMPLE = 9 };
    if (h->attr.count == 0)
        return NULL;
    const PerfAttr *first = attr_at(h, 0);
    if (h->attr.count == 1)
        return first;
    bool sample = r->type == SAMPLE;
    uint32_t at = sample ? first->id_at : first->id_back ? r->size - first->id_back : 0;
    if (!sample && (!first->sample_id_all || first->id_back + PERF_RECORD_HEAD > r->size))
        return first;
    if (at == 0)
        return first;
    if (at + 8 > r->size)
        return NULL;
    uint64_t id = perf_get64(r->at + at, h->swapped);
    return id ? perf_header_by_id(h, id) : first;
}

/* ---- what stands behind the records -------------------------------------------------------
 */

static Str keep(PerfHeader *h, Str text) {
    return str_copy(&h->arena, text);
}

static void read_names(PerfHeader *h, PerfBytes *b) {
    uint32_t events = perf_u32(b), attr_bytes = perf_u32(b);
    for (uint32_t i = 0; i < events && i < h->attr.count && !b->bad; i++) {
        perf_take(b, attr_bytes);
        uint32_t ids = perf_u32(b);
        Str name = perf_long_text(b);
        perf_take(b, (uint64_t)ids * 8);
        if (!b->bad && name.n)
            attr_at(h, i)->name = keep(h, name);
    }
}

/* What follows the head of a build id's record. */
static bool read_build_id(PerfHeader *h, uint16_t misc, PerfBytes *b) {
    enum { CPUMODE = 7, KERNEL = 1, HAS_SIZE = 1 << 15, ID_ROOM = 24 };
    perf_u32(b); /* pid */
    const uint8_t *id = perf_take(b, ID_ROOM);
    if (!id)
        return false;
    size_t n = misc & HAS_SIZE ? id[BUILD_ID_MAX] : BUILD_ID_MAX;
    Str file = perf_rest_text(b);
    PerfBuildId entry = {keep(h, file), (misc & CPUMODE) == KERNEL, build_id_of(id, n)};
    entry.id.padded = !(misc & HAS_SIZE); /* before perf 5.11 */
    if (entry.id.n)
        COLUMN_PUSH(&h->build_id, PerfBuildId) = entry;
    return true;
}

static void read_build_ids(PerfHeader *h, PerfBytes *b) {
    while (perf_left(b) >= PERF_RECORD_HEAD) {
        perf_u32(b); /* type */
        uint16_t misc = perf_u16(b), size = perf_u16(b);
        if (size < PERF_RECORD_HEAD)
            return;
        const uint8_t *body = perf_take(b, size - PERF_RECORD_HEAD);
        if (!body)
            return;
        PerfBytes inner = perf_bytes(body, size - PERF_RECORD_HEAD, h->swapped);
        read_build_id(h, misc, &inner);
    }
}

static void read_feature(PerfHeader *h, uint64_t feature, PerfBytes *b) {
    switch (feature) {
    case FEATURE_BUILD_ID:
        read_build_ids(h, b);
        break;
    case FEATURE_HOSTNAME:
        h->host = keep(h, perf_long_text(b));
        break;
    case FEATURE_OSRELEASE:
        h->release = keep(h, perf_long_text(b));
        break;
    case FEATURE_ARCH:
        h->arch = keep(h, perf_long_text(b));
        break;
    case FEATURE_EVENT_DESC:
        read_names(h, b);
        break;
    default:
        break;
    }
}

static bool is_wanted(uint32_t feature) {
    return feature == FEATURE_BUILD_ID || feature == FEATURE_HOSTNAME ||
           feature == FEATURE_OSRELEASE || feature == FEATURE_ARCH || feature == FEATURE_EVENT_DESC;
}

/* The places of all features stand side by side behind the records. */
static void read_features(PerfHeader *h, PerfInput *in, const uint8_t *head) {
    int64_t at = h->data_at + (int64_t)h->data_bytes;
    for (uint32_t feature = 0; feature < FEATURE_WORDS * 64; feature++) {
        uint64_t word = perf_get64(head + FEATURE_BITS_AT + feature / 64 * 8, h->swapped);
        uint8_t place[16];
        if (!(word >> feature % 64 & 1))
            continue;
        if (!perf_input_at(in, at, place, sizeof place))
            return;
        at += (int64_t)sizeof place;
        h->folder = h->folder || feature == FEATURE_FOLDER;
        uint64_t offset = perf_get64(place, h->swapped);
        uint64_t n = perf_get64(place + 8, h->swapped);
        if (!is_wanted(feature) || n > FEATURE_BYTES_MOST || offset > INT64_MAX)
            continue;
        uint8_t last;
        if (n == 0 || !perf_input_at(in, (int64_t)(offset + n - 1), &last, 1))
            continue; /* so no more memory than there are bytes */
        uint8_t *bytes = mem_resize(NULL, 0, n);
        if (perf_input_at(in, (int64_t)offset, bytes, n)) {
            PerfBytes b = perf_bytes(bytes, n, h->swapped);
            read_feature(h, feature, &b);
        }
        mem_resize(bytes, n, 0);
    }
}

/* ---- before them --------------------------------------------------------------------------
 */

static bool broken(Error *err, int64_t offset, const char *what) {
    error_set(err, ERROR_FORMAT, "the file is damaged or cut: %s was expected at byte %lld", what,
              (long long)offset);
    if (err)
        err->offset = offset;
    return false;
}

static bool read_attrs(PerfHeader *h, PerfInput *in, const uint8_t *head, Error *err) {
    uint64_t entry = perf_get64(head + 16, h->swapped);
    uint64_t at = perf_get64(head + 24, h->swapped), n = perf_get64(head + 32, h->swapped);
    if (entry < ATTR_BYTES_LEAST + ENTRY_SECTION || entry > UINT16_MAX)
        return broken(err, 16, "the size of an event");
    if (at > INT64_MAX || n > (uint64_t)ATTRS_MOST * entry || n < entry)
        return broken(err, 24, "a list of events");
    uint8_t *bytes = mem_resize(NULL, 0, entry);
    bool ok = true;
    for (uint64_t done = 0; ok && done + entry <= n; done += entry) {
        ok = perf_input_at(in, (int64_t)(at + done), bytes, entry);
        if (!ok) {
            broken(err, (int64_t)(at + done), "an event");
            break;
        }
        uint64_t ids_at = perf_get64(bytes + entry - ENTRY_SECTION, h->swapped);
        uint64_t ids_n = perf_get64(bytes + entry - 8, h->swapped);
        uint8_t *ids = NULL, last;
        if (ids_n && ids_n <= FEATURE_BYTES_MOST && ids_at <= INT64_MAX &&
            perf_input_at(in, (int64_t)(ids_at + ids_n - 1), &last, 1)) {
            ids = mem_resize(NULL, 0, ids_n);
            if (!perf_input_at(in, (int64_t)ids_at, ids, ids_n))
                memset(ids, 0, ids_n);
        }
        PerfBytes list = perf_bytes(ids, ids ? ids_n : 0, h->swapped);
        uint32_t said = perf_get32(bytes + 4, h->swapped);
        uint64_t attr_n = entry - ENTRY_SECTION;
        if (said >= ATTR_BYTES_LEAST && said < attr_n)
            attr_n = said;
        ok = add_attr(h, bytes, attr_n, &list);
        mem_resize(ids, ids ? ids_n : 0, 0);
    }
    mem_resize(bytes, entry, 0);
    return ok || broken(err, (int64_t)at, "an event");
}

static void name_attrs(PerfHeader *h) {
    for (uint64_t i = 0; i < h->attr.count; i++) {
        PerfAttr *a = attr_at(h, i);
        if (a->name.n == 0)
            a->name = attr_name(a, &h->arena);
    }
}

typedef enum Magic { MAGIC_NONE, MAGIC_OLD, MAGIC_LITTLE, MAGIC_BIG } Magic;

static Magic magic_of(Str head) {
    return str_starts(head, STR("PERFILE2"))   ? MAGIC_LITTLE
           : str_starts(head, STR("2ELIFREP")) ? MAGIC_BIG
           : str_starts(head, STR("PERFFILE")) ? MAGIC_OLD
                                               : MAGIC_NONE;
}

bool perf_header_probe(Str head) {
    return magic_of(head) != MAGIC_NONE;
}

static bool machine_is_big(void) {
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

/* Old files say their byte order by their sizes alone. */
static bool is_big(Magic magic, const uint8_t *head) {
    if (magic != MAGIC_OLD)
        return magic == MAGIC_BIG;
    uint64_t little = perf_get64(head + 8, machine_is_big());
    return little > UINT32_MAX;
}

static bool read_file(PerfHeader *h, PerfInput *in, Error *err) {
    uint8_t head[HEAD_FILE];
    if (!perf_input_position(in)) {
        if (in->error.kind && err)
            *err = in->error;
        else
            error_set(err, ERROR_CANCELLED, "given up");
        return false;
    }
    if (!perf_input_at(in, 0, head, sizeof head))
        return broken(err, HEAD_PIPE, "a header of 104 bytes");
    if (!read_attrs(h, in, head, err))
        return false;
    uint64_t data_at = perf_get64(head + 40, h->swapped);
    uint64_t bytes = perf_get64(head + DATA_SIZE_AT, h->swapped);
    if (data_at < HEAD_FILE || data_at > INT64_MAX / 2)
        return broken(err, 40, "the place of the records");
    h->data_at = (int64_t)data_at;
    h->data_bytes = bytes;
    if (bytes && bytes <= INT64_MAX / 2) {
        read_features(h, in, head);
    } else {
        h->data_bytes = UINT64_MAX; /* perf was killed before it could say, if it does not go on */
        h->goes_on = perf_input_follow(in, DATA_SIZE_AT);
    }
    return true;
}

bool perf_header_read(PerfHeader *h, PerfInput *in, Error *err) {
    Str head;
    bool whole;
    if (!source_peek(in->source, HEAD_PIPE, &head, &whole, err))
        return false;
    Magic magic = magic_of(head);
    if (magic == MAGIC_NONE)
        return error_set(err, ERROR_FORMAT,
                         "this is no perf.data file: neither PERFILE2 nor "
                         "PERFFILE was found at its start");
    if (head.n < HEAD_PIPE)
        return broken(err, (int64_t)head.n, "the size of the header");
    const uint8_t *bytes = (const uint8_t *)head.s;
    h->big = is_big(magic, bytes);
    h->swapped = in->swapped = h->big != machine_is_big();
    h->pipe = magic != MAGIC_OLD && perf_get64(bytes + 8, h->swapped) == HEAD_PIPE;
    h->data_at = HEAD_PIPE;
    h->data_bytes = UINT64_MAX;
    if (!h->pipe && !read_file(h, in, err))
        return false;
    name_attrs(h);
    return true;
}

/* ---- as records ---------------------------------------------------------------------------
 */

static bool take_attr(PerfHeader *h, PerfBytes *b) {
    if (perf_left(b) < 8)
        return false;
    uint32_t n = perf_get32(b->at + 4, h->swapped);
    if (n < ATTR_BYTES_LEAST)
        n = ATTR_BYTES_LEAST;
    const uint8_t *bytes = perf_take(b, n);
    if (!bytes || !add_attr(h, bytes, n, b))
        return false;
    name_attrs(h);
    return true;
}

static bool take_update(PerfHeader *h, PerfBytes *b) {
    uint64_t what = perf_u64(b), id = perf_u64(b);
    uint32_t at = id_map_find(&h->ids, (uint32_t)(id >> 32), (uint32_t)id);
    Str text = perf_rest_text(b);
    if (what != UPDATE_NAME || !at || !text.n)
        return !b->bad;
    attr_at(h, at - 1)->name = keep(h, text);
    return true;
}

bool perf_header_record(PerfHeader *h, const PerfRecord *r) {
    PerfBytes b = perf_bytes(r->at + PERF_RECORD_HEAD, r->size - PERF_RECORD_HEAD, h->swapped);
    switch (r->type) {
    case PERF_HEADER_ATTR:
        return take_attr(h, &b);
    case PERF_EVENT_UPDATE:
        return take_update(h, &b);
    case PERF_BUILD_ID:
        return read_build_id(h, r->misc, &b);
    case PERF_HEADER_FEATURE:
        read_feature(h, perf_u64(&b), &b);
        return true;
    default:
        return false;
    }
}

uint64_t perf_header_tail(const PerfRecord *r, bool swapped) {
    const uint8_t *body = r->at + PERF_RECORD_HEAD;
    size_t n = r->size - PERF_RECORD_HEAD;
    if (r->type == PERF_AUXTRACE && n >= 8)
        return perf_get64(body, swapped);
    if (r->type == PERF_TRACING_DATA && n >= 4)
        return ((uint64_t)perf_get32(body, swapped) + 7) & ~7ull;
    return 0;
}
