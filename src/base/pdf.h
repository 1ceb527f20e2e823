/* PDF: a page for each picture, with its title in the outline. By cairo, where it was built in.
 * Lengths are points (1/72 inch). Owner: the creator; pdf_end frees it, whatever it answers.
 * Thread: one at a time. Failure: false or NULL with *err filled. */
#pragma once

#include "base/buf.h"
#include "base/image.h"

typedef struct Pdf Pdf;

bool pdf_available(void);
/* What is made is appended to *out, which must stay until pdf_end. Titles end with a zero. */
Pdf *pdf_begin(Buf *out, const char *title, Error *err);
bool pdf_page(Pdf *pdf, const Image *image, double w, double h, const char *title, Error *err);
bool pdf_end(Pdf *pdf, Error *err);
