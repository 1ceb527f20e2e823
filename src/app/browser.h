/* Browser: the page that opens a file: a folder's entries, sorted, with sizes. Shown when no file
 * was given, and by Ctrl+O. Owner: the App. Thread: main. The folder is listed by a job, never
 * inside a frame. */
#pragma once

#include "app/view.h"
#include "base/file.h"

typedef struct Browser {
    char folder[STATE_PATH];
    Arena arena[2];     /* one is shown, a job fills the other */
    FileEntry *entry;
    size_t entries;
    size_t selected;
    float scroll;
    bool reveal;        /* the keyboard moved: scroll the row into view */
    Error error;
    /* -- the listing job's */
    JobTicket ticket;
    bool listing;
    char wanted[STATE_PATH];
    FileEntry *listed_entry;
    size_t listed_entries;
    Error listed_error;
    uint32_t filling;
} Browser;

void browser_init(Browser *b);
void browser_free(Browser *b, Jobs *jobs);
void browser_go(Browser *b, Jobs *jobs, const char *folder);
/* Takes a finished listing in. */
void browser_poll(Browser *b);
void browser_draw(Browser *b, const View *v, Jobs *jobs, Rect area, const Error *failed);
/* Arrow keys and Enter; true when the key was used. */
bool browser_key(Browser *b, const View *v, Jobs *jobs, const InputEvent *event);
