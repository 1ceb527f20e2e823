/* Browser: the page that opens a file: a folder's entries with what is in them, to be sorted
 * and filtered. Shown when no file was given, and by Ctrl+O. Owner: the App. Thread: main. The
 * folder is listed by a job, never inside a frame, and its files are looked at one by one in
 * the background while the page is shown: those in view first, the newest of them before the
 * others, and at most BROWSER_LOOKS of a folder. In place of a folder it lists the files that were
 * opened last, by their whole paths; those that are gone are said to be. */
#pragma once

#include "app/folder_rows.h"
#include "app/folder_scan.h"
#include "app/view.h"

enum { BROWSER_LOOKS = 2000, BROWSER_FILTER = 128 };

typedef struct Browser {
    char folder[STATE_PATH];
    Arena arena[2]; /* one is shown, a job fills the other */
    FolderItem *item;
    uint32_t *rows;                                /* items that are listed, in order */
    size_t items, listed, files, looked, matching; /* matching: files that are listed */
    size_t selected;                               /* item */
    float scroll;
    size_t first_row, drawn; /* rows that were drawn last */
    bool reveal;             /* the keyboard moved: scroll the row into view */
    uint8_t order;           /* FolderOrder */
    bool ascending;
    char filter[BROWSER_FILTER];
    bool recent; /* files opened last are listed, in their order; `folder` is the one before */
    bool rows_stale;
    Error error;
    /* -- looking at files */
    FolderScan scan;
    size_t scanned; /* the item that is being looked at */
    bool scan_left; /* of a folder that is not shown any more */
    bool undrawn;   /* the listing is new */
    bool looking;   /* there is more to look at, and the page is shown */
    /* -- the listing job's */
    JobTicket ticket;
    bool listing;
    char wanted[STATE_PATH]; /* empty: wanted_files, lines of paths */
    Buf wanted_files;
    FileEntry *listed_entry;
    size_t listed_entries;
    Error listed_error;
    uint32_t filling;
} Browser;

void browser_init(Browser *b);
void browser_free(Browser *b, Jobs *jobs);
void browser_go(Browser *b, Jobs *jobs, const char *folder);
void browser_go_recent(Browser *b, Jobs *jobs, Str files);
/* Once a frame: takes a finished listing and what was found out in, and has the next file
 * looked at if `shown`; else what runs is given up. */
void browser_poll(Browser *b, Jobs *jobs, bool shown, bool use_cache, int64_t now_ns);
/* The listing is complete and all files were looked at. */
bool browser_settled(const Browser *b);
void browser_sort(Browser *b, FolderOrder order, bool ascending);
void browser_filter(Browser *b, Str text);
/* "3 of 12 looked at", or how many files there are; for the status line. */
Str browser_progress(const Browser *b, const View *v);
/* Opens item i: a folder is listed, a file becomes a wish. */
void browser_choose(Browser *b, const View *v, Jobs *jobs, size_t i);
/* Arrow keys, Home, End, Backspace; true when the key was used. */
bool browser_key(Browser *b, const View *v, Jobs *jobs, const InputEvent *event);
/* browser_draw.c */
void browser_draw(Browser *b, const View *v, Jobs *jobs, Rect area, const Error *failed);
