/* Export: pictures and texts of what the App or a State shows, and saving them by a job, since a
 * frame does no file work. Thread: main; the job reads only what was given to it and the
 * published profile. Failure: false with *err. */
#pragma once

#include "app/app.h"
#include "app/export_page.h"
#include "base/image.h"
#include "base/jobs.h"
#include "query/query.h"
#include "store/profile.h"

typedef enum ExportFormat {
    EXPORT_PNG,
    EXPORT_SVG,
    EXPORT_HTML,
    EXPORT_FOLDED,
    EXPORT_HEATMAP_JSON,
    EXPORT_SPEEDSCOPE,
    EXPORT_PPROF,
    /* -- more than one picture (app/reel.h) */
    EXPORT_FRAMES,
    EXPORT_APNG,
    EXPORT_PDF,
    EXPORT_FORMATS,
} ExportFormat;

const char *export_format_name(ExportFormat format);
bool export_format_named(Str name, ExportFormat *out);

/* Paints the window's newest draw list, at its size, with the software painter, and writes it. */
/* The picture alone, of memory that the caller gives back, and what it shows as text. */
bool export_window_image(App *app, Image *image, Buf *state, Error *err);
bool export_window_png(App *app, const char *path, Error *err);

/* -- the flame graph as a picture of its own: laid out on the main thread, written anywhere */

typedef struct SvgFile {
    Arena arena; /* of all that follows */
    ExportPage page;
    FlameLayout layout, callers; /* callers: of a sandwich */
    SvgFlame flame;              /* holds its trees */
} SvgFile;

typedef struct SvgSize {
    uint32_t width, least_height; /* 0: usual */
} SvgSize;

/* Of this answer, which may be for another tree than the window's; of a sandwich with its callers,
 * as they were answered last. */
void svg_file_make(const App *app, const Answer *answer, SvgSize size, SvgFile *out);
void svg_file_free(SvgFile *file);

/* -- what is made from samples alone */

typedef struct ExportSource {
    const Profile *profile, *profile_b; /* the second file's; NULL: none is open */
    ProfileView view, view_b;
    State state;
    Query query;
    HeatSpec heat;
    const char *theme; /* of a page: "dark", "light", or "auto", which is the reader's */
} ExportSource;

/* From what the state says; state->selection is in the profile's clock. */
void export_source(const Profile *profile, const Profile *profile_b, const State *state,
                   ExportFormat format, ExportSource *out);
bool export_bytes(ExportFormat format, const ExportSource *source, Buf *out, Error *err);
/* False with *err: a second file without the event, which would make all of the first one look new.
 */
bool export_lacks_event(const Profile *profile, const ProfileView *view, EventId event,
                        const char *path, Error *err);

/* -- saving from the window. One save at a time. Owner: the App; the profile must stay until
 * save_wait or the end. */

typedef struct Saver {
    JobTicket ticket;
    bool busy;
    char path[2048];
    Error error;
    /* -- the job's, while busy */
    ExportFormat format;
    Image image; /* PNG */
    Buf state;
    SvgFile svg;
    ExportSource source;
} Saver;

/* False when one is still being saved, or nothing was drawn yet. */
bool save_as(App *app, ExportFormat format, const char *path, Error *err);
/* True once when a save has ended: error says how, path what. */
bool save_poll(Saver *saver);
void save_wait(Saver *saver, Jobs *jobs);
void save_free(Saver *saver);
