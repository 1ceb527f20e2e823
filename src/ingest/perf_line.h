/* The kinds of line that `perf script` prints: what starts a sample, frames, and what else it has.
 * Pure functions of the text of one line (without its newline; a carriage return at its end is
 * ignored): what a line means never depends on its neighbours, so an input may be cut anywhere
 * between records. Thread: any. The Str given back are slices of the line.
 * Failure: false, the line is none of that kind. */
#pragma once

#include "base/str.h"
#include "store/batch.h"

static inline bool perf_line_blank(char c) {
    return c == ' ' || c == '\t';
}

static inline bool perf_line_hex(char c) {
    return (unsigned char)(c - '0') < 10 || (unsigned char)(c - 'a') < 6;
}

/* "java 4711/4712 [002] 12.345678:   1001001 cycles:u:   7f01 main+0x1 (/bin/java)" */
typedef struct EventLine {
    Str thread;      /* "java 4711/4712", see event_line_thread */
    int64_t time_ns; /* TIME_NONE when there is none */
    uint64_t period; /* 0 when there is none */
    uint16_t cpu;    /* CPU_NONE when there is none */
    Str event;       /* "cycles:u"; empty when there is none */
    Str rest;        /* behind the event: the text of a tracepoint, or the only frame */
    uint32_t gap;    /* blanks before it */
    bool ended;      /* the event's colon is there: the line was not cut before it */
} EventLine;

bool event_line_split(Str line, EventLine *out);
/* The process name may be any text; the ids, if printed, are taken off its end. -1: not said.
 */
void event_line_thread(Str thread, Str *comm, int32_t *pid, int32_t *tid);

/* "\t    7f01 main+0x1 (/bin/java)" */
typedef struct FrameLine {
    Str symbol; /* as printed, less its +0x offset */
    Str module; /* less its +0x offset; empty when there is none */
    bool inlined;
    bool kernel_half; /* the address is one of the kernel's */
    bool ended;       /* closed by ')': the line was not cut */
} FrameLine;

bool frame_line_split(Str line, FrameLine *out);
/* The only frame of a sample that is printed on one line. */
bool event_line_frame(const EventLine *event, FrameLine *out);
/* Lines that perf prints between frames and that say nothing here: source lines, registers,
 * branch stacks. */
bool frame_line_is_note(Str line);
/* Fields that perf prints behind a sample's frames, on a line of their own: instructions, branches
 * with symbols, the physical address. Some look like an event line or a frame. */
bool frame_line_is_field(Str line);
/* FrameKind of what has this module. */
uint32_t frame_kind_of(const FrameLine *frame);
/* Cuts the outermost of "a->b->c" (Java's way to say that a inlined b) off *symbol. */
Str frame_inline_cut(Str *symbol);
