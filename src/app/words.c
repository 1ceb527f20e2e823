#include "app/words.h"

/* The longest beginning of *rest that is no wider than w. */
static Str take_line(const Ui *ui, Str *rest, Face face, float size, float w) {
    size_t fits = 0;
    for (size_t i = 0; i <= rest->n; i++) {
        if (i < rest->n && rest->s[i] != ' ')
            continue;
        if (fits && ui_text_width(ui, str_slice(*rest, 0, i), face, size) > w)
            break;
        fits = i;
    }
    Str line = str_slice(*rest, 0, fits);
    *rest = str_trim(str_slice(*rest, fits, rest->n));
    return line;
}

uint32_t words_wrap(const Ui *ui, Str text, Face face, float size, float w, Str *line,
                    uint32_t most) {
    uint32_t n = 0;
    while (text.n && n < most) {
        Str own = str_cut(&text, '\n');
        do {
            line[n] = n + 1 < most ? take_line(ui, &own, face, size, w) : own;
            n++;
        } while (own.n && n < most);
    }
    return n;
}
