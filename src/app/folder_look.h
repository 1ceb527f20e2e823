/* FolderLook: what the browser says of one file: format, duration, samples and a small heat map
 * (columns so long that all of the recording is in it, idle samples hidden as in the window).
 * A plain value without pointers, so that it can be kept on disk. Thread: any. Failure: none.
 */
#pragma once

#include "ingest/loader.h"
#include "store/pack.h"

enum { LOOK_COLUMNS = 160, LOOK_ROWS = 24, LOOK_WHY = 160 };

typedef enum LookKind {
    LOOK_PROFILE,
    LOOK_LARGE,   /* too much to be read unasked: `format` may be known */
    LOOK_REFUSED, /* no profile: `why` has the reason */
} LookKind;

typedef struct FolderLook {
    uint64_t samples;
    int64_t duration_ns; /* from the first sample to the last */
    /* The map's times, in ns from its first column's start. */
    int64_t column_ns, first_ns, last_ns;
    uint32_t events;        /* that samples were taken of; 0: not counted */
    uint16_t columns, rows; /* 0: no map */
    uint8_t kind;           /* LookKind */
    uint8_t has_time;
    char format[32];
    char why[LOOK_WHY];
    uint8_t cell[LOOK_COLUMNS * LOOK_ROWS]; /* [column * rows + row]: 1 to 255 of the largest */
} FolderLook;

void look_large(FolderLook *look, const char *format);
/* In short; all of the reason is told when the file is opened. */
void look_refused(FolderLook *look, const Error *why);
/* Of a pack whose samples are not read: everything but the map. */
void look_pack(FolderLook *look, const PackFacts *facts);
void look_profile(FolderLook *look, const Profile *profile, const LoadStatus *status);
/* Whether a value that was read from elsewhere can be used as it is. */
bool look_sound(const FolderLook *look);
