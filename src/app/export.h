/* Export: pictures and texts of what the App shows, and saving them by a job, since a frame does
 * no file work. Thread: main; the job reads only what was given to it and the published profile.
 * Failure: false with *err. */
#pragma once

#include "app/app.h"
#include "base/image.h"
#include "base/jobs.h"
#include "query/query.h"
#include "store/profile.h"

/* Paints the window's newest draw list, at its size, with the software painter, and writes it. */
bool export_window_png(App *app, const char *path, Error *err);
/* Folded stacks of the query's range; path "-" is standard output. */
bool export_folded_file(const Profile *profile, const Query *query, const char *path, Error *err);

/* One save at a time. Owner: the App; the profile must stay until save_wait or the end. */
typedef struct Saver {
    JobTicket ticket;
    bool busy;
    char path[2048];
    Error error;
    /* -- the job's, while busy */
    Image image; /* rgba NULL: folded stacks */
    Buf state;
    const Profile *profile;
    Query query;
} Saver;

/* False when one is still being saved, or nothing was drawn yet. */
bool save_png(App *app, const char *path, Error *err);
bool save_folded(App *app, const char *path, Error *err);
/* True once when a save has ended: error says how, path what. */
bool save_poll(Saver *saver);
void save_wait(Saver *saver, Jobs *jobs);
