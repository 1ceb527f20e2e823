/* Export deck: scenes as one page for a browser that needs nothing else: pictures inside it, titles
 * and notes as text; keys turn it scene by scene, paper has a scene a page.
 * Owner: the caller; nothing is kept. Thread: any. Failure: none. */
#pragma once

#include "base/buf.h"

typedef struct DeckPage {
    Str title, note; /* lines of a note end with \n */
    Str png;
    uint32_t w, h; /* logical pixels */
} DeckPage;

/* dark: the pictures are, so that the page around them is, too. */
void export_deck(Str title, bool dark, const DeckPage *pages, uint32_t count, Buf *out);
