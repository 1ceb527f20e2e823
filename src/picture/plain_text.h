/* plain_text: names from a profile made safe for files that others open. A symbol may hold any
 * bytes; what comes out is UTF-8 of characters that XML 1.0 allows, in which nothing changes the
 * direction of what stands around it. Pure functions; output goes into the caller's Buf. */
#pragma once

#include "base/buf.h"

enum {
    PLAIN_XML = 1,      /* < > & " ' as entities: for text and attributes alike */
    PLAIN_ISOLATED = 2, /* right-to-left text between U+2068 and U+2069 */
};

/* Bytes that are no UTF-8, control characters, those that turn writing round (U+202A to U+202E,
 * U+2066 to U+2069) and those that are no characters become U+FFFD; tabs and line ends become
 * spaces. */
void plain_put(Buf *out, Str name, unsigned how);
/* Of plain text: at most `chars` characters, the last two of them ".." when that cuts it. */
void plain_cut(Buf *out, Str plain, size_t chars, unsigned how);
/* Only what is no UTF-8 becomes U+FFFD: for formats that can hold everything else. */
void plain_utf8(Buf *out, Str name);
