/* Reel file: pictures, one after the other, as files of their own in a folder, as an animation, as
 * a page for a browser or as a PDF. Owner: the caller; reel_file_free at the end, whatever
 * happened. Thread: one at a time, any. Failure: false with words; then nothing takes its place. */
#pragma once

#include "base/apng.h"
#include "base/pdf.h"
#include "picture/export_deck.h"

typedef enum ReelFormat { REEL_FRAMES, REEL_APNG, REEL_HTML, REEL_PDF } ReelFormat;

typedef struct ReelFile {
    /* -- as the caller set it */
    ReelFormat format;
    char path[1100]; /* FRAMES: a folder, made if need be */
    char title[256];
    const char *stem;                /* FRAMES: stem-01.png … */
    bool dark;                       /* HTML: the pictures are */
    uint32_t count;                  /* pictures that will come */
    uint16_t numerator, denominator; /* APNG: seconds for each */
    double scale;                    /* pixels for each logical pixel */
    /* -- its own */
    uint32_t done;
    bool writes; /* apng is begun */
    Apng apng;
    Pdf *pdf;
    Buf bytes;      /* of the PDF */
    DeckPage *page; /* of HTML: `count` */
    Buf *png;
} ReelFile;

/* `path` and the like are set. */
bool reel_file_begin(ReelFile *f, Error *err);
/* title and note must stay until the end. state: what is shown, as text. */
bool reel_file_add(ReelFile *f, const Image *image, const char *state, const char *title,
                   const char *note, Error *err);
bool reel_file_end(ReelFile *f, Error *err);
void reel_file_free(ReelFile *f);
