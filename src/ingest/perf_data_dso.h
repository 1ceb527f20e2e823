/* Perf data dso: the programs, libraries, kernel parts and runtime-compiled code that addresses
 * lie in, and the frames that their symbols (perf_data_find.h) make. Symbols are read when first
 * asked for.
 * Owner: a load. Thread: one at a time. Failure: a frame named by its place in the file. */
#pragma once

#include "ingest/call_frame.h"
#include "ingest/frame_table.h"
#include "ingest/id_map.h"
#include "ingest/inlined.h"
#include "ingest/perf_data_header.h"
#include "ingest/symbols.h"
#include "store/complaints.h"

typedef uint32_t DsoId; /* 0: nowhere */

typedef enum DsoKind {
    DSO_FILE,
    DSO_KERNEL,
    DSO_MODULE,  /* of the kernel */
    DSO_KSYMBOL, /* a piece of code that the kernel made: BPF and the like; it is its symbol */
    DSO_VDSO,
    DSO_MAP,     /* anonymous memory with code: /tmp/perf-PID.map */
    DSO_NOTHING, /* memory without symbols */
} DsoKind;

typedef struct Dso {
    DsoKind kind;
    Str path;   /* zero-terminated */
    Str module; /* as perf prints it */
    BuildId id;
    bool loaded;
    SymbolTable table;
    FrameValue *frame; /* by symbol; 0: not yet. NULL: none yet */
    FrameValue unknown;
    FunctionPlaces functions; /* of what has no name */
    bool functions_asked;
    InlinedFunctions *inlined; /* NULL: none, or not asked for yet */
    bool inlined_asked;
    IdMap runs;        /* of an inlined call and the function's frame, to the frames of both */
    CallFrames *calls; /* NULL: none, or not asked for yet */
    bool calls_asked;
} Dso;

typedef struct Dsos {
    Column entry; /* Dso */
    HashIndex index;
    Arena arena;
    Buf text;
    const PerfHeader *header;
    FrameTable *frames;
    Dict *dict;
    Complaints *complaints; /* about what is there and not used; NULL: nobody listens */
    uint32_t said;          /* SAID_…, once each */
    bool inlines;           /* functions that the compiler inlined are frames, too */
    bool no_modules;        /* the kernel's names are those of a vmlinux */
    Str list;               /* of the kernel, that was kept beside the recording; or empty */
    DsoId kernel;           /* 0: none was met */
    Str text_name;          /* a symbol of the kernel, and where it was when this was recorded */
    uint64_t text_at;
    uint64_t kernel_delta;           /* what is to be added to an address to find it in the list */
    uint64_t kernel_from, kernel_to; /* what the list covers, modules aside */
    FrameValue nowhere[2];           /* a frame of no dso; in the kernel's half of memory */
} Dsos;

void dsos_init(Dsos *d, const PerfHeader *header, FrameTable *frames, Dict *dict);
void dsos_free(Dsos *d);
/* Forgets frames, not symbols: the ids of the dict have gone. */
void dsos_forget(Dsos *d);
DsoId dso_of(Dsos *d, DsoKind kind, Str path, const BuildId *id);
/* The kernel when that covers an address that nothing is mapped to: it maps its code, but its
 * list also has what runs while it starts. 0: it does not. */
DsoId dso_of_kernel(Dsos *d, uint64_t address);
/* What tells callers in it; NULL: nothing does. */
CallFrames *dso_call_frames(Dsos *d, DsoId dso);
/* The frame of an address: `at` in the dso, `address` in memory. */
FrameValue dso_frame(Dsos *d, DsoId dso, uint64_t at, uint64_t address);
