/* DESIGN
 * The raw bytes are cut into pieces where a member, or a block of the running member, seems to
 * begin, and a ring of pieces is decoded ahead by jobs. A piece is given out when the one before
 * it ended exactly where it begins: behind a whole member with its checksum, or on a block's end.
 * The first piece begins where the file does, so by induction each begins where the sequential
 * decoder would stand, too; and a piece that refers to bytes before it cannot be decoded without
 * them, so it does not come that far. A place that only looked like a beginning lets the piece
 * before it end in the middle: the two are decoded again as one.
 * The reader decodes the next piece itself unless a worker has begun it: it never sleeps while it
 * could work, and workers decode ahead only when there is nothing to parse.
 * Of a member in blocks, checksum and length are joined over its pieces and compared at its end.
 * Facts: RFC 1951, RFC 1952, and the SAM specification's section on BGZF. */
#include "ingest/gz_split.h"

#include <string.h>

#include "base/thread.h"

enum {
    WINDOW = 256 * 1024,     /* of raw bytes that is looked at for places to cut */
    RAW_FIRST = 4 * 1024,    /* a small first piece: the first text is there at once */
    RAW_LEAST = 2 * 1024,
    RAW_MOST = 64 * 1024,
    JOINED_MOST = 512 * 1024, /* raw bytes of pieces decoded as one */
    TEXT_AIM = 384 * 1024,
    TEXT_MOST = 8 << 20, /* a piece with more is left to the sequential decoder */
    TRAILER = 8,
    FIXED_HEADER = 10,
};

typedef enum Form { FORM_UNKNOWN, FORM_BGZF, FORM_MEMBERS, FORM_BLOCKS } Form;

typedef enum PieceEnd {
    PIECE_BAD,    /* damaged, too large, or refers to what is before it */
    PIECE_INSIDE, /* its end is no place to cut */
    PIECE_JOINS,  /* the next piece begins where a decoder stands now */
    PIECE_LAST,   /* the member ends within it, `used` raw bytes on */
} PieceEnd;

typedef enum PieceState { PIECE_WAITING, PIECE_RUNNING, PIECE_DONE } PieceState;

typedef struct Piece {
    PieceState state; /* protected by mutex; what is below is whose piece is running, or done */
    Codec *codec[2]; /* of members, of blocks; made when needed */
    CodecEngine engine;
    bool blocks;
    uint8_t *raw;
    size_t raw_n, raw_cap;
    int64_t at; /* of raw[0] */
    uint8_t *text;
    size_t text_n, text_cap;
    size_t used;
    uint32_t crc; /* of the text, of blocks */
    PieceEnd end;
} Piece;

/* A job to decode any piece that waits. */
typedef struct Helper {
    struct GzSplit *split;
    JobTicket ticket;
} Helper;

struct GzSplit {
    Mutex *mutex;
    Cond *decoded;
    Helper *helpers; /* as many as pieces */
    File *file;
    int64_t base;
    Jobs *jobs;
    Piece *ring;
    uint32_t ring_n, head, used; /* written under mutex */
    Form form;
    /* the window: look[look_at, look_n) is the raw bytes from `scan` on */
    uint8_t *look;
    size_t look_at, look_n;
    bool look_end; /* the file has no more */
    int64_t scan;
    size_t aim; /* raw bytes of the next piece */
    /* the running member, in blocks */
    int64_t member_at, member_text;
    uint32_t crc;
    /* what is given out: the ring's head from `text_at` on */
    bool giving;
    size_t text_at;
    int64_t consumed, text_total;
    int64_t doubt_at, doubt_given;
};

/* ---- decoding, on a worker ---------------------------------------------------------------- */

static PieceEnd decode(Piece *p) {
    Codec **slot = &p->codec[p->blocks];
    if (!*slot)
        *slot = codec_new(p->blocks ? CODEC_DEFLATE : CODEC_GZIP, p->engine, NULL);
    Codec *c = *slot;
    codec_restart(c, 0);
    CodecIo io = {.in = p->raw, .in_n = p->raw_n};
    p->text_n = 0;
    for (;;) {
        if (p->text_n == p->text_cap) {
            size_t cap = p->text_cap ? p->text_cap * 2 : TEXT_AIM + TEXT_AIM / 2;
            if (cap > TEXT_MOST)
                return PIECE_BAD;
            p->text = mem_resize(p->text, p->text_cap, cap);
            p->text_cap = cap;
        }
        io.out = p->text + p->text_n;
        io.out_n = p->text_cap - p->text_n;
        CodecStop stop = CODEC_STOP_FULL;
        if (p->blocks)
            stop = codec_run_deflate(c, &io);
        else if (!codec_run(c, &io, NULL))
            stop = CODEC_STOP_DAMAGED;
        p->text_n = p->text_cap - io.out_n;
        if (stop == CODEC_STOP_DAMAGED)
            return PIECE_BAD;
        if (io.out_n == 0)
            continue;
        if (!p->blocks)
            return codec_between(c) ? PIECE_JOINS : PIECE_INSIDE;
        p->used = p->raw_n - io.in_n;
        p->crc = codec_crc(0, p->text, p->text_n);
        return stop == CODEC_STOP_LAST    ? PIECE_LAST
               : stop == CODEC_STOP_BLOCK ? PIECE_JOINS
                                          : PIECE_INSIDE;
    }
}

static Piece *piece_at(GzSplit *s, uint32_t i) {
    return &s->ring[(s->head + i) % s->ring_n];
}

/* Called and left with the mutex held. */
static void run_piece(GzSplit *s, Piece *p) {
    p->state = PIECE_RUNNING;
    mutex_unlock(s->mutex);
    p->end = decode(p);
    mutex_lock(s->mutex);
    p->state = PIECE_DONE;
    cond_broadcast(s->decoded);
}

static void help(void *arg, uint32_t worker) {
    (void)worker;
    GzSplit *s = ((Helper *)arg)->split;
    mutex_lock(s->mutex);
    for (uint32_t i = 0; i < s->used; i++) {
        if (piece_at(s, i)->state == PIECE_WAITING) {
            run_piece(s, piece_at(s, i));
            break;
        }
    }
    mutex_unlock(s->mutex);
}

static void finish_piece(GzSplit *s, Piece *p) {
    mutex_lock(s->mutex);
    if (p->state == PIECE_WAITING)
        run_piece(s, p);
    while (p->state != PIECE_DONE)
        cond_wait(s->decoded, s->mutex);
    mutex_unlock(s->mutex);
}

/* ---- places to cut ------------------------------------------------------------------------ */

static uint32_t read16(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t read32(const uint8_t *p) {
    return read16(p) | read16(p + 2) << 16;
}

/* False on a read error. */
static bool look_ahead(GzSplit *s) {
    if (s->look_end || s->look_n - s->look_at >= WINDOW)
        return true;
    memmove(s->look, s->look + s->look_at, s->look_n - s->look_at);
    s->look_n -= s->look_at;
    s->look_at = 0;
    size_t want = 2 * WINDOW - s->look_n;
    if (s->scan == 0)
        want = WINDOW; /* of a file that is not split, no more is read in vain */
    int64_t from = s->base + s->scan + (int64_t)s->look_n;
    int64_t got = file_pread(s->file, s->look + s->look_n, want, from, NULL);
    if (got < 0)
        return false;
    s->look_n += (size_t)got;
    s->look_end = (size_t)got < want;
    return true;
}

static void look_from(GzSplit *s, int64_t scan) {
    s->scan = scan;
    s->look_at = s->look_n = 0;
    s->look_end = false;
}

/* What a member may begin with. What writers never put there is ruled out, so that hits within
 * compressed data are rare: three flags and more for the speed, a system that was never given. */
static bool member_like(const uint8_t *p, size_t n) {
    return n >= FIXED_HEADER && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && p[3] < 0x20 &&
           (p[8] == 0 || p[8] == 2 || p[8] == 4) && (p[9] < 14 || p[9] == 255);
}

/* The length that a BGZF member has by its own words, 0: it is none. */
static size_t bgzf_size(const uint8_t *p, size_t n, size_t *text) {
    enum { HAS_EXTRA = 4, EXTRA_AT = 12 };
    if (!member_like(p, n) || p[3] != HAS_EXTRA || n < EXTRA_AT)
        return 0;
    size_t end = EXTRA_AT + read16(p + 10);
    for (size_t at = EXTRA_AT; at + 6 <= end && end <= n; at += 4 + read16(p + at + 2)) {
        if (p[at] != 'B' || p[at + 1] != 'C' || read16(p + at + 2) != 2)
            continue;
        size_t size = (size_t)read16(p + at + 4) + 1;
        if (size < end + TRAILER || size > n)
            return 0;
        *text = read32(p + size - 4);
        return size;
    }
    return 0;
}

/* Length of a member's header, 0: not all there or nothing that is split. */
static size_t header_size(const uint8_t *p, size_t n) {
    enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16 };
    if (!member_like(p, n) || p[3] & HAS_CRC)
        return 0;
    size_t at = FIXED_HEADER;
    if (p[3] & HAS_EXTRA)
        at += at + 2 <= n ? 2 + read16(p + at) : n;
    for (int strings = !!(p[3] & HAS_NAME) + !!(p[3] & HAS_COMMENT); strings > 0; strings--) {
        const uint8_t *zero = at < n ? memchr(p + at, 0, n - at) : NULL;
        at = zero ? (size_t)(zero - p) + 1 : n;
    }
    return at < n ? at : 0;
}

/* The first place in [from, n) where a member seems to begin, n if there is none. */
static size_t find_member(const uint8_t *p, size_t from, size_t n) {
    while (from < n) {
        const uint8_t *hit = memchr(p + from, 0x1f, n - from);
        if (!hit)
            return n;
        from = (size_t)(hit - p);
        if (member_like(hit, n - from))
            return from;
        from++;
    }
    return n;
}

/* The same behind an empty stored block, bytes 00 00 FF FF. */
static size_t find_marker(const uint8_t *p, size_t from, size_t n) {
    for (from += 2; from + 1 < n; from++) {
        const uint8_t *hit = memchr(p + from, 0xff, n - 1 - from);
        if (!hit)
            return n;
        from = (size_t)(hit - p);
        if (hit[1] == 0xff && hit[-1] == 0 && hit[-2] == 0)
            return from + 2;
    }
    return n;
}

static size_t bgzf_cut(const uint8_t *p, size_t n, size_t aim) {
    size_t at = 0, text = 0;
    while (at < aim && text < TEXT_AIM) {
        size_t one = 0, size = bgzf_size(p + at, n - at, &one);
        if (size == 0)
            break;
        at += size;
        text += one;
    }
    return at;
}

/* Bytes of the next piece, 0: there is no place to cut. */
static size_t next_cut(const GzSplit *s) {
    const uint8_t *p = s->look + s->look_at;
    size_t n = s->look_n - s->look_at, at = 0;
    if (s->form == FORM_BGZF)
        return bgzf_cut(p, n, s->aim);
    size_t window = n < WINDOW ? n : WINDOW;
    while (at < s->aim) {
        size_t hit = s->form == FORM_MEMBERS ? find_member(p, at + 1, window)
                                             : find_marker(p, at + 1, window);
        if (hit >= window)
            break;
        at = hit;
    }
    if (at < s->aim && s->look_end && window == n)
        at = n; /* the rest, for what it is worth */
    return at;
}

/* ---- the pieces --------------------------------------------------------------------------- */

static void piece_room(Piece *p, size_t n) {
    if (n <= p->raw_cap)
        return;
    p->raw = mem_resize(p->raw, p->raw_cap, n);
    p->raw_cap = n;
}

/* Cuts a piece off the window and has it decoded; false when there is none to cut. */
static bool cut(GzSplit *s) {
    if (s->form == FORM_UNKNOWN || !look_ahead(s))
        return false;
    size_t n = next_cut(s);
    if (n == 0)
        return false;
    Piece *p = piece_at(s, s->used);
    piece_room(p, n);
    memcpy(p->raw, s->look + s->look_at, n);
    p->raw_n = n;
    p->at = s->scan;
    p->blocks = s->form == FORM_BLOCKS;
    s->look_at += n;
    s->scan += (int64_t)n;
    mutex_lock(s->mutex);
    p->state = PIECE_WAITING;
    s->used++;
    mutex_unlock(s->mutex);
    for (uint32_t i = 0; i < s->ring_n; i++) {
        if (jobs_done(&s->helpers[i].ticket)) {
            jobs_submit(s->jobs, JOB_BACKGROUND, help, &s->helpers[i], &s->helpers[i].ticket);
            break;
        }
    }
    return true;
}

/* Forgets the pieces behind the first `keep`. */
static void drop_behind(GzSplit *s, uint32_t keep) {
    mutex_lock(s->mutex);
    for (uint32_t i = keep; i < s->used; i++) {
        while (piece_at(s, i)->state == PIECE_RUNNING)
            cond_wait(s->decoded, s->mutex);
        piece_at(s, i)->state = PIECE_DONE;
    }
    if (s->used > keep)
        s->used = keep;
    mutex_unlock(s->mutex);
}

static void drop_head(GzSplit *s) {
    mutex_lock(s->mutex);
    s->head = (s->head + 1) % s->ring_n;
    s->used--;
    mutex_unlock(s->mutex);
}

/* The head ends in the middle: it and the next are decoded as one. False: that cannot be. */
static bool join_next(GzSplit *s) {
    if (s->used < 2 && !cut(s))
        return false;
    Piece *a = piece_at(s, 0), *b = piece_at(s, 1);
    finish_piece(s, b);
    size_t n = a->raw_n + b->raw_n;
    if (n > JOINED_MOST)
        return false;
    piece_room(b, n);
    memmove(b->raw + a->raw_n, b->raw, b->raw_n);
    memcpy(b->raw, a->raw, a->raw_n);
    b->raw_n = n;
    b->at = a->at;
    drop_head(s);
    b->end = decode(b);
    return true;
}

/* Text per raw byte hardly changes within a file. */
static void aim_next(GzSplit *s, const Piece *p) {
    size_t aim = p->text_n ? p->raw_n * (TEXT_AIM / 1024) / (p->text_n / 1024 + 1) : RAW_MOST;
    if (aim > s->aim * 2)
        aim = s->aim * 2;
    s->aim = aim > RAW_MOST ? RAW_MOST : aim < RAW_LEAST ? RAW_LEAST : aim;
}

/* ---- from member to member ---------------------------------------------------------------- */

typedef enum Verdict { VERDICT_GO_ON, VERDICT_END, VERDICT_DOUBT } Verdict;

/* At `scan`, surely behind a member or at the start: what follows? */
static Verdict begin(GzSplit *s) {
    s->form = FORM_UNKNOWN;
    s->member_at = s->scan;
    s->member_text = 0;
    s->crc = 0;
    if (!look_ahead(s))
        return VERDICT_DOUBT;
    const uint8_t *p = s->look + s->look_at;
    size_t n = s->look_n - s->look_at, text;
    if (n == 0)
        return s->scan > 0 ? VERDICT_END : VERDICT_DOUBT;
    if (n > WINDOW)
        n = WINDOW;
    size_t header = header_size(p, n);
    if (header == 0)
        return VERDICT_DOUBT;
    if (bgzf_size(p, n, &text)) {
        s->form = FORM_BGZF;
    } else if (find_member(p, header, n) < n) {
        s->form = FORM_MEMBERS;
    } else if (find_marker(p, header, n) < n) {
        s->form = FORM_BLOCKS;
        s->look_at += header;
        s->scan += (int64_t)header;
    }
    return s->form != FORM_UNKNOWN && cut(s) ? VERDICT_GO_ON : VERDICT_DOUBT;
}

/* The member ends within the head: are its checksum and length what it says? */
static bool member_ends(GzSplit *s, const Piece *p) {
    uint8_t trailer[TRAILER];
    int64_t at = p->at + (int64_t)p->used;
    if (file_pread(s->file, trailer, TRAILER, s->base + at, NULL) != TRAILER ||
        read32(trailer) != s->crc || read32(trailer + 4) != (uint32_t)s->member_text)
        return false;
    drop_behind(s, 1);
    look_from(s, at + TRAILER);
    s->form = FORM_UNKNOWN;
    return true;
}

static Verdict doubt(GzSplit *s, const Piece *p) {
    bool blocks = p ? p->blocks : s->form == FORM_BLOCKS;
    s->doubt_at = blocks || !p ? s->member_at : p->at;
    s->doubt_given = blocks ? s->member_text : 0;
    return VERDICT_DOUBT;
}

/* Comes to the next piece of text, or an end. */
static Verdict advance(GzSplit *s) {
    while (s->used < s->ring_n && cut(s))
        ;
    if (s->used == 0) {
        if (s->form == FORM_BLOCKS)
            return doubt(s, NULL); /* it lacks its end */
        Verdict verdict = begin(s);
        if (verdict == VERDICT_DOUBT) {
            s->form = FORM_UNKNOWN;
            return doubt(s, NULL);
        }
        return verdict;
    }
    Piece *p = piece_at(s, 0);
    finish_piece(s, p);
    while (p->end == PIECE_INSIDE) {
        if (!join_next(s))
            return doubt(s, p);
        p = piece_at(s, 0);
    }
    if (p->end == PIECE_BAD)
        return doubt(s, p);
    aim_next(s, p);
    s->consumed = p->at + (int64_t)p->raw_n;
    if (p->blocks) {
        int64_t given = s->member_text;
        s->crc = codec_crc_join(s->crc, p->crc, (int64_t)p->text_n);
        s->member_text += (int64_t)p->text_n;
        if (p->end == PIECE_LAST) {
            if (!member_ends(s, p)) {
                s->member_text = given;
                return doubt(s, p);
            }
            s->consumed = s->scan;
        }
    }
    s->giving = true;
    s->text_at = 0;
    return VERDICT_GO_ON;
}

int64_t gz_split_read(GzSplit *s, char *out, size_t n) {
    for (;;) {
        Piece *p = piece_at(s, 0);
        if (s->giving && s->text_at < p->text_n) {
            size_t take = p->text_n - s->text_at < n ? p->text_n - s->text_at : n;
            memcpy(out, p->text + s->text_at, take);
            s->text_at += take;
            s->text_total += (int64_t)take;
            return (int64_t)take;
        }
        if (s->giving)
            drop_head(s);
        s->giving = false;
        Verdict verdict = advance(s);
        if (verdict != VERDICT_GO_ON)
            return verdict == VERDICT_END ? 0 : -1;
    }
}

void gz_split_doubt(const GzSplit *s, int64_t *at, int64_t *given) {
    *at = s->doubt_at;
    *given = s->doubt_given;
}

int64_t gz_split_consumed(const GzSplit *s) {
    return s->consumed;
}

int64_t gz_split_text(const GzSplit *s) {
    return s->text_total;
}

GzSplit *gz_split_new(File *file, int64_t base, CodecEngine engine, Jobs *jobs) {
    GzSplit *s = mem_resize(NULL, 0, sizeof *s);
    s->file = file;
    s->base = base;
    s->jobs = jobs;
    s->ring_n = 2 * jobs_workers(jobs) + 1;
    s->ring = mem_resize(NULL, 0, s->ring_n * sizeof *s->ring);
    s->helpers = mem_resize(NULL, 0, s->ring_n * sizeof *s->helpers);
    for (uint32_t i = 0; i < s->ring_n; i++) {
        s->ring[i].engine = engine;
        s->helpers[i].split = s;
    }
    s->mutex = mutex_new();
    s->decoded = cond_new();
    s->look = mem_resize(NULL, 0, 2 * WINDOW);
    s->aim = RAW_FIRST;
    return s;
}

void gz_split_free(GzSplit *s) {
    if (!s)
        return;
    drop_behind(s, 0);
    for (uint32_t i = 0; i < s->ring_n; i++) {
        jobs_wait(s->jobs, &s->helpers[i].ticket);
        Piece *p = &s->ring[i];
        codec_free(p->codec[0]);
        codec_free(p->codec[1]);
        mem_resize(p->raw, p->raw_cap, 0);
        mem_resize(p->text, p->text_cap, 0);
    }
    mem_resize(s->ring, s->ring_n * sizeof *s->ring, 0);
    mem_resize(s->helpers, s->ring_n * sizeof *s->helpers, 0);
    mutex_free(s->mutex);
    cond_free(s->decoded);
    mem_resize(s->look, 2 * WINDOW, 0);
    mem_resize(s, sizeof *s, 0);
}
