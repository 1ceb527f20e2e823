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
 * zstd frames say where they end, so a piece is some whole ones, and either all of it comes or
 * the decoder in sequence is asked what is wrong. `pzstd` writes frames of 8 MiB of text and
 * more, which is why their pieces are limited by their bytes and not only by their number. */
#include "ingest/split.h"

#include <string.h>

#include "base/sizes.h"
#include "base/thread.h"
#include "ingest/gz_places.h"
#include "ingest/zstd_frame.h"

enum {
    WINDOW = PIECE_SIZE(256 * 1024),  /* of raw bytes that is looked at for places to cut */
    RAW_FIRST = PIECE_SIZE(4 * 1024), /* a small first piece: the first text is there at once */
    RAW_LEAST = PIECE_SIZE(2 * 1024),
    RAW_MOST = PIECE_SIZE(64 * 1024),
    JOINED_MOST = PIECE_SIZE(512 * 1024), /* raw bytes of pieces decoded as one */
    TEXT_AIM = PIECE_SIZE(384 * 1024),
    TEXT_MOST = PIECE_SIZE(8 << 20),      /* a piece with more is left to the sequential decoder */
    FRAME_RAW_MOST = PIECE_SIZE(8 << 20), /* so is a zstd frame of more than these */
    FRAME_TEXT_MOST = PIECE_SIZE(32 << 20),
    FRAMES_AHEAD = PIECE_SIZE(48 << 20), /* raw bytes and text of zstd frames in pieces, but for
                                            one piece */
    ROOM_STEP = PIECE_SIZE(256 << 10),
};

typedef enum Form { FORM_UNKNOWN, FORM_BGZF, FORM_MEMBERS, FORM_BLOCKS, FORM_FRAMES } Form;

typedef enum PieceEnd {
    PIECE_BAD,    /* damaged, too large, or refers to what is before it */
    PIECE_INSIDE, /* its end is no place to cut */
    PIECE_JOINS,  /* the next piece begins where a decoder stands now */
    PIECE_LAST,   /* the member ends within it, `used` raw bytes on */
} PieceEnd;

typedef enum PieceState { PIECE_WAITING, PIECE_RUNNING, PIECE_DONE } PieceState;

typedef struct Piece {
    PieceState state; /* protected by mutex; what is below is whose piece is running, or done */
    Codec *codec[2];  /* of members or frames, of blocks; made when needed */
    CodecKind kind;   /* of the file */
    CodecEngine engine;
    bool blocks;
    size_t weight; /* of frames: raw bytes and room for their text */
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
    struct Split *split;
    JobTicket ticket;
} Helper;

struct Split {
    Mutex *mutex;
    Cond *decoded;
    Helper *helpers; /* as many as pieces */
    File *file;
    int64_t base;
    CodecKind kind;
    Jobs *jobs;
    Piece *ring;
    uint32_t ring_n, head, used; /* written under mutex */
    Form form;
    /* the window: look[look_at, look_n) is the raw bytes from `scan` on */
    uint8_t *look;
    size_t look_at, look_n, look_cap;
    bool look_end; /* the file has no more */
    int64_t scan;
    size_t aim;         /* raw bytes of the next piece */
    size_t ahead, held; /* of frames: weight of the pieces, and memory that the ring has */
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
        *slot = codec_new(p->blocks ? CODEC_DEFLATE : p->kind, p->engine, NULL);
    Codec *c = *slot;
    codec_restart(c, 0);
    CodecIo io = {.in = p->raw, .in_n = p->raw_n};
    p->text_n = 0;
    if (p->kind == CODEC_ZSTD) { /* its room is there */
        io.out = p->text;
        io.out_n = p->text_cap;
        bool whole = codec_run_frames(c, &io);
        p->text_n = whole ? p->text_cap - io.out_n : 0;
        return whole ? PIECE_JOINS : PIECE_BAD;
    }
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

static Piece *piece_at(Split *s, uint32_t i) {
    return &s->ring[(s->head + i) % s->ring_n];
}

/* Called and left with the mutex held. */
static void run_piece(Split *s, Piece *p) {
    p->state = PIECE_RUNNING;
    mutex_unlock(s->mutex);
    p->end = decode(p);
    mutex_lock(s->mutex);
    p->state = PIECE_DONE;
    cond_broadcast(s->decoded);
}

static void help(void *arg, uint32_t worker) {
    (void)worker;
    Split *s = ((Helper *)arg)->split;
    mutex_lock(s->mutex);
    for (uint32_t i = 0; i < s->used; i++) {
        if (piece_at(s, i)->state == PIECE_WAITING) {
            run_piece(s, piece_at(s, i));
            break;
        }
    }
    mutex_unlock(s->mutex);
}

static void finish_piece(Split *s, Piece *p) {
    mutex_lock(s->mutex);
    if (p->state == PIECE_WAITING)
        run_piece(s, p);
    while (p->state != PIECE_DONE)
        cond_wait(s->decoded, s->mutex);
    mutex_unlock(s->mutex);
}

/* ---- places to cut ------------------------------------------------------------------------ */

/* Has `need` bytes in the window, or all there are; false on a read error. */
static bool look_ahead(Split *s, size_t need) {
    if (s->look_end || s->look_n - s->look_at >= need)
        return true;
    if (s->look_at > 0) {
        memmove(s->look, s->look + s->look_at, s->look_n - s->look_at);
        s->look_n -= s->look_at;
        s->look_at = 0;
    }
    if (s->look_cap < 2 * need) {
        s->look = mem_resize(s->look, s->look_cap, 2 * need);
        s->look_cap = 2 * need;
    }
    size_t want = s->look_cap - s->look_n;
    if (s->scan == 0)
        want = need - s->look_n; /* of a file that is not split, no more is read in vain */
    int64_t from = s->base + s->scan + (int64_t)s->look_n;
    int64_t got = file_pread(s->file, s->look + s->look_n, want, from, NULL);
    if (got < 0)
        return false;
    s->look_n += (size_t)got;
    s->look_end = (size_t)got < want;
    return true;
}

static void look_from(Split *s, int64_t scan) {
    s->scan = scan;
    s->look_at = s->look_n = 0;
    s->look_end = false;
}

static size_t bgzf_cut(const uint8_t *p, size_t n, size_t aim) {
    size_t at = 0, text = 0;
    while (at < aim && text < TEXT_AIM) {
        size_t one = 0, size = gz_bgzf_size(p + at, n - at, &one);
        if (size == 0)
            break;
        at += size;
        text += one;
    }
    return at;
}

/* Bytes of whole frames, 0: the next is too large, damaged, truncated, or all there is: text that
 * nothing follows is there sooner when it is decoded in sequence. */
static size_t frames_cut(Split *s, size_t *text) {
    size_t at = 0, aim = s->scan > 0 ? TEXT_AIM : 1;
    for (size_t need = WINDOW; at == 0; need *= 2) {
        if (need > FRAME_RAW_MOST || !look_ahead(s, need))
            return 0;
        const uint8_t *p = s->look + s->look_at;
        size_t n = s->look_n - s->look_at;
        uint64_t one = 0;
        for (*text = 0; at < RAW_MOST && *text < aim; *text += one) {
            size_t size = zstd_frame_size(p + at, n - at, &one);
            if (size == 0 || one > FRAME_TEXT_MOST)
                break;
            at += size;
        }
        if (at == 0 && (s->look_end || one > FRAME_TEXT_MOST))
            return 0;
        if (s->scan == 0 && s->look_end && at == n)
            return 0;
    }
    return at;
}

/* Bytes of the next piece, 0: there is no place to cut. */
static size_t next_cut(const Split *s) {
    const uint8_t *p = s->look + s->look_at;
    size_t n = s->look_n - s->look_at, at = 0;
    if (s->form == FORM_BGZF)
        return bgzf_cut(p, n, s->aim);
    size_t window = n < WINDOW ? n : WINDOW;
    while (at < s->aim) {
        size_t hit = s->form == FORM_MEMBERS ? gz_find_member(p, at + 1, window)
                                             : gz_find_marker(p, at + 1, window);
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

static void empty_piece(Piece *p) {
    mem_resize(p->raw, p->raw_cap, 0);
    if (p->kind == CODEC_ZSTD)
        mem_table_free(p->text, p->text_cap);
    else
        mem_resize(p->text, p->text_cap, 0);
    p->raw = p->text = NULL;
    p->raw_cap = p->text_cap = 0;
}

/* Room for frames and all that comes of them; false: there is enough ahead. */
static bool frames_room(Split *s, Piece *p, size_t n, size_t text) {
    if (s->used && s->ahead + n + text > FRAMES_AHEAD)
        return false;
    if (n > p->raw_cap || text > p->text_cap || p->text_cap == 0) {
        s->held -= p->raw_cap + p->text_cap;
        empty_piece(p); /* what is old need not be copied */
        piece_room(p, n);
        p->text_cap = (text / ROOM_STEP + 1) * ROOM_STEP;
        p->text = mem_table(p->text_cap);
        s->held += p->raw_cap + p->text_cap;
    }
    p->weight = n + text;
    s->ahead += p->weight;
    return true;
}

/* Cuts a piece off the window and has it decoded; false when there is none to cut. */
static bool cut(Split *s) {
    if (s->form == FORM_UNKNOWN || !look_ahead(s, WINDOW))
        return false;
    size_t text = 0, n = s->form == FORM_FRAMES ? frames_cut(s, &text) : next_cut(s);
    Piece *p = piece_at(s, s->used);
    if (n == 0 || (s->form == FORM_FRAMES && !frames_room(s, p, n, text)))
        return false;
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
static void drop_behind(Split *s, uint32_t keep) {
    mutex_lock(s->mutex);
    for (uint32_t i = keep; i < s->used; i++) {
        while (piece_at(s, i)->state == PIECE_RUNNING)
            cond_wait(s->decoded, s->mutex);
        piece_at(s, i)->state = PIECE_DONE;
        s->ahead -= piece_at(s, i)->weight;
    }
    if (s->used > keep)
        s->used = keep;
    mutex_unlock(s->mutex);
}

static void drop_head(Split *s) {
    Piece *p = piece_at(s, 0);
    s->ahead -= p->weight;
    if (s->held > FRAMES_AHEAD) {
        s->held -= p->raw_cap + p->text_cap;
        empty_piece(p);
    }
    mutex_lock(s->mutex);
    s->head = (s->head + 1) % s->ring_n;
    s->used--;
    mutex_unlock(s->mutex);
}

/* The head ends in the middle: it and the next are decoded as one. False: that cannot be. */
static bool join_next(Split *s) {
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
static void aim_next(Split *s, const Piece *p) {
    size_t aim = p->text_n ? p->raw_n * (TEXT_AIM / 1024) / (p->text_n / 1024 + 1) : RAW_MOST;
    if (aim > s->aim * 2)
        aim = s->aim * 2;
    s->aim = aim > RAW_MOST ? RAW_MOST : aim < RAW_LEAST ? RAW_LEAST : aim;
}

/* ---- from member to member ---------------------------------------------------------------- */

typedef enum Verdict { VERDICT_GO_ON, VERDICT_END, VERDICT_DOUBT } Verdict;

/* At `scan`, surely behind a member or at the start: what follows? */
static Verdict begin(Split *s) {
    s->form = FORM_UNKNOWN;
    s->member_at = s->scan;
    s->member_text = 0;
    s->crc = 0;
    if (!look_ahead(s, WINDOW))
        return VERDICT_DOUBT;
    const uint8_t *p = s->look + s->look_at;
    size_t n = s->look_n - s->look_at, text;
    if (n == 0)
        return s->scan > 0 ? VERDICT_END : VERDICT_DOUBT;
    if (s->kind == CODEC_ZSTD) {
        s->form = FORM_FRAMES;
        return cut(s) ? VERDICT_GO_ON : VERDICT_DOUBT;
    }
    if (n > WINDOW)
        n = WINDOW;
    size_t header = gz_header_size(p, n);
    if (header == 0)
        return VERDICT_DOUBT;
    if (gz_bgzf_size(p, n, &text)) {
        s->form = FORM_BGZF;
    } else if (gz_find_member(p, header, n) < n) {
        s->form = FORM_MEMBERS;
    } else if (gz_find_marker(p, header, n) < n) {
        s->form = FORM_BLOCKS;
        s->look_at += header;
        s->scan += (int64_t)header;
    }
    return s->form != FORM_UNKNOWN && cut(s) ? VERDICT_GO_ON : VERDICT_DOUBT;
}

/* The member ends within the head: are its checksum and length what it says? */
static bool member_ends(Split *s, const Piece *p) {
    uint8_t trailer[GZ_TRAILER];
    int64_t at = p->at + (int64_t)p->used;
    if (file_pread(s->file, trailer, GZ_TRAILER, s->base + at, NULL) != GZ_TRAILER ||
        gz_read32(trailer) != s->crc || gz_read32(trailer + 4) != (uint32_t)s->member_text)
        return false;
    drop_behind(s, 1);
    look_from(s, at + GZ_TRAILER);
    s->form = FORM_UNKNOWN;
    return true;
}

static Verdict doubt(Split *s, const Piece *p) {
    bool blocks = p ? p->blocks : s->form == FORM_BLOCKS;
    s->doubt_at = blocks || !p ? s->member_at : p->at;
    s->doubt_given = blocks ? s->member_text : 0;
    return VERDICT_DOUBT;
}

/* Comes to the next piece of text, or an end. */
static Verdict advance(Split *s) {
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

int64_t split_read(Split *s, char *out, size_t n) {
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

void split_doubt(const Split *s, int64_t *at, int64_t *given) {
    *at = s->doubt_at;
    *given = s->doubt_given;
}

int64_t split_consumed(const Split *s) {
    return s->consumed;
}

int64_t split_text(const Split *s) {
    return s->text_total;
}

Split *split_new(File *file, int64_t base, CodecKind kind, CodecEngine engine, Jobs *jobs) {
    Split *s = mem_resize(NULL, 0, sizeof *s);
    s->file = file;
    s->base = base;
    s->kind = kind;
    s->jobs = jobs;
    s->ring_n = 2 * jobs_workers(jobs) + 1;
    s->ring = mem_resize(NULL, 0, s->ring_n * sizeof *s->ring);
    s->helpers = mem_resize(NULL, 0, s->ring_n * sizeof *s->helpers);
    for (uint32_t i = 0; i < s->ring_n; i++) {
        s->ring[i].kind = kind;
        s->ring[i].engine = engine;
        s->helpers[i].split = s;
    }
    s->mutex = mutex_new();
    s->decoded = cond_new();
    s->aim = RAW_FIRST;
    return s;
}

void split_free(Split *s) {
    if (!s)
        return;
    drop_behind(s, 0);
    for (uint32_t i = 0; i < s->ring_n; i++) {
        jobs_wait(s->jobs, &s->helpers[i].ticket);
        Piece *p = &s->ring[i];
        codec_free(p->codec[0]);
        codec_free(p->codec[1]);
        empty_piece(p);
    }
    mem_resize(s->ring, s->ring_n * sizeof *s->ring, 0);
    mem_resize(s->helpers, s->ring_n * sizeof *s->helpers, 0);
    mutex_free(s->mutex);
    cond_free(s->decoded);
    mem_resize(s->look, s->look_cap, 0);
    mem_resize(s, sizeof *s, 0);
}
