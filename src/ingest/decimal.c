#include "ingest/decimal.h"

enum { EXPONENT_MOST = 9999 };

typedef struct Digits {
    uint64_t value; /* the first digits, up to 19 */
    int dropped;    /* digits of the whole part behind them, EXPONENT_MOST at most */
    int fraction;   /* how many of value's digits lie behind the point */
    char next;      /* the first digit dropped behind the point */
    int count;      /* digits seen at all */
} Digits;

/* More than 19 digits do not fit; of a fraction they are below any unit used here. */
static size_t read_digits(Str s, size_t i, Digits *d) {
    bool point = false;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned char)s.s[i] - (unsigned)'0';
        if (s.s[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (digit > 9)
            break;
        d->count++;
        if (d->value < 1000000000000000000u) {
            d->value = d->value * 10 + digit;
            d->fraction += point;
        } else if (!point) {
            d->dropped += d->dropped < EXPONENT_MOST;
        } else if (!d->next) {
            d->next = (char)('0' + digit);
        }
    }
    return i;
}

static bool read_exponent(Str s, size_t i, int *exponent) {
    if (i == s.n)
        return true;
    if (s.s[i] != 'e' && s.s[i] != 'E')
        return false;
    bool negative = ++i < s.n && s.s[i] == '-';
    i += i < s.n && (s.s[i] == '-' || s.s[i] == '+');
    if (i == s.n)
        return false;
    int value = 0;
    for (; i < s.n; i++) {
        unsigned digit = (unsigned char)s.s[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        if (value < EXPONENT_MOST)
            value = value * 10 + (int)digit;
    }
    *exponent = negative ? -value : value;
    return true;
}

/* value · 10^power, rounded. */
static bool shift(uint64_t value, int power, char next, uint64_t *out) {
    if (power == 0)
        value += next >= '5';
    for (; power > 0 && value; power--)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value))
            return false;
    for (; power < -1 && value; power++)
        value /= 10;
    if (power == -1)
        value = value / 10 + (value % 10 >= 5);
    *out = value;
    return value <= (uint64_t)DECIMAL_MOST;
}

/* Up to 18 digits without an exponent, as most numbers are; false: nothing is said of it. */
static bool read_short(Str text, Decimal *out) {
    size_t i = text.n && text.s[0] == '-', point = 0;
    uint64_t value = 0;
    if (text.n > 19 || text.n == i)
        return false;
    for (size_t first = i; i < text.n; i++) {
        unsigned digit = (unsigned char)text.s[i] - (unsigned)'0';
        if (digit <= 9)
            value = value * 10 + digit;
        else if (text.s[i] == '.' && !point && i > first)
            point = i + 1;
        else
            return false;
    }
    int fraction = point ? (int)(text.n - point) : 0;
    *out = (Decimal){value, (int16_t)-fraction, text.s[0] == '-', 0};
    return true;
}

bool decimal_read(Str text, Decimal *out) {
    Digits d = {0};
    int exponent = 0;
    if (read_short(text, out))
        return true;
    bool negative = text.n && text.s[0] == '-';
    size_t i = read_digits(text, negative, &d);
    if (d.count == 0 || !read_exponent(text, i, &exponent))
        return false;
    *out = (Decimal){d.value, (int16_t)(exponent + d.dropped - d.fraction), negative, d.next};
    return true;
}

bool decimal_to(const Decimal *d, int scale, int64_t *out) {
    uint64_t value;
    if (!shift(d->value, scale + d->power, d->next, &value))
        return false;
    *out = d->negative ? -(int64_t)value : (int64_t)value;
    return true;
}

bool decimal_scaled(Str text, int scale, int64_t *out) {
    Decimal d;
    return decimal_read(text, &d) && decimal_to(&d, scale, out);
}
