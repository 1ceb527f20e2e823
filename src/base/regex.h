/* Regular expressions by PCRE2, just-in-time compiled, with a match limit so that a bad pattern
 * cannot hang. Owner: the creator. Thread: one Regex is for one thread at a time.
 * A pattern without upper-case letters (A to Z outside escapes) ignores case when
 * REGEX_SMART_CASE is given. A text on which the limit strikes does not match; after 64 of them
 * nothing matches any more, so that a million names cost no more than 64 bad ones. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct Regex Regex;
typedef enum RegexFlags { REGEX_PLAIN = 0, REGEX_IGNORE_CASE = 1, REGEX_SMART_CASE = 2 } RegexFlags;

/* NULL with *err in words ("missing ) at character 7"). */
Regex *regex_new(Str pattern, unsigned flags, Error *err);
void regex_free(Regex *re);
bool regex_match(Regex *re, Str text);
/* Texts on which the limit struck: above 0 the user must be told that answers are missing. */
uint32_t regex_limited(const Regex *re);
