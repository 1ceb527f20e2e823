#include "app/command_search.h"

#include <stdlib.h>
#include <string.h>

/* What a word is worth by where it was found. */
enum {
    IN_KEYS = 8,
    WHOLE_WORD = 6,
    BEGINS_WORD = 4,
    INSIDE = 1,
    OF_HELP = 3,
    OF_NAME = 2,
    OF_GROUP = 1
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool in_word(char c) {
    return (unsigned char)c >= 0x80 || (lower(c) >= 'a' && lower(c) <= 'z') ||
           (c >= '0' && c <= '9');
}

static bool here(const char *text, Str word) {
    size_t i = 0;
    while (i < word.n && text[i] && lower(text[i]) == lower(word.s[i]))
        i++;
    return i == word.n;
}

static uint32_t found_in(const char *text, Str word) {
    uint32_t best = 0;
    for (const char *c = text; *c; c++) {
        if (!here(c, word))
            continue;
        bool begins = c == text || !in_word(c[-1]) || !in_word(*c);
        uint32_t worth = !begins ? INSIDE : in_word(c[word.n]) ? BEGINS_WORD : WHOLE_WORD;
        best = worth > best ? worth : best;
    }
    return best;
}

/* A whole chord; of a longer word than a key's also a part: "shift". */
static bool found_in_keys(const char *keys, Str word) {
    for (Str rest = str_of(keys); rest.n;) {
        Str key = str_cut(&rest, ' ');
        if (str_starts(key, STR("phys:")))
            key = str_slice(key, 5, key.n);
        if (key.n == word.n && here(key.s, word))
            return true;
    }
    return word.n >= 3 && found_in(keys, word) >= BEGINS_WORD;
}

static uint32_t best_of(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t worth_of_word(const Command *c, Str word) {
    uint32_t help = found_in(c->help, word) * OF_HELP, name = found_in(c->name, word) * OF_NAME;
    uint32_t group = found_in(c->group, word) * OF_GROUP,
             keys = found_in_keys(c->keys, word) ? IN_KEYS * OF_HELP : 0;
    return best_of(best_of(help, name), best_of(group, keys));
}

/* 0: a word is not found at all. */
static uint32_t worth_of(const Command *c, Str words) {
    uint32_t sum = 1;
    for (Str rest = str_trim(words); rest.n; rest = str_trim(rest)) {
        uint32_t worth = worth_of_word(c, str_cut(&rest, ' '));
        if (!worth)
            return 0;
        sum += worth;
    }
    return sum;
}

typedef struct Match {
    uint32_t worth;
    CommandId id;
} Match;

static int compare(const void *pa, const void *pb) {
    const Match *a = pa, *b = pb;
    if (a->worth != b->worth)
        return a->worth > b->worth ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

uint32_t command_search(Str words, CommandId *out) {
    Match match[CMD_COUNT];
    uint32_t n = 0;
    for (int i = 0; i < CMD_COUNT; i++) {
        uint32_t worth = worth_of(&commands[i], words);
        if (worth)
            match[n++] = (Match){worth, (CommandId)i};
    }
    qsort(match, n, sizeof(*match), compare);
    for (uint32_t i = 0; i < n; i++)
        out[i] = match[i].id;
    return n;
}
