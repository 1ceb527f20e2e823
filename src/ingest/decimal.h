/* Decimal: a JSON number as an integer of a smaller unit, exact, without a double in between:
 * "12.5" with scale 6 (ms to ns) is 12500000. Pure. */
#pragma once

#include "base/str.h"

/* A number as it was read, for when its unit is not known yet. */
typedef struct Decimal {
    uint64_t value; /* the first digits, up to 19 */
    int16_t power;  /* of ten that value is to be multiplied with */
    bool negative;
    char next; /* the digit behind those of value; 0: none */
} Decimal;

bool decimal_read(Str text, Decimal *out); /* false: it is no number */
bool decimal_to(const Decimal *d, int scale, int64_t *out);

/* value · 10^scale, rounded half away from zero; exponents allowed. False when the text is no
 * number or the result does not fit into ±DECIMAL_MOST. */
bool decimal_scaled(Str text, int scale, int64_t *out);

#define DECIMAL_MOST (INT64_MAX / 2) /* so that two of them can be added */
