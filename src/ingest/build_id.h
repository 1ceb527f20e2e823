/* Build id: what tells one build of a program or kernel from every other. A plain value. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BUILD_ID_MAX = 20 };

typedef struct BuildId {
    uint8_t n;   /* bytes; 0: not known */
    bool padded; /* zeros at its end may be none of it: nobody said how long it is */
    uint8_t byte[BUILD_ID_MAX];
} BuildId;

static inline bool build_id_same(const BuildId *a, const BuildId *b) {
    return a->n == b->n && memcmp(a->byte, b->byte, a->n) == 0;
}

/* Whether a program with that id is the one that is wanted. */
static inline bool build_id_fits(const BuildId *want, const BuildId *own) {
    if (build_id_same(want, own))
        return true;
    if (!want->padded || own->n == 0 || own->n > want->n || memcmp(want->byte, own->byte, own->n))
        return false;
    for (uint8_t i = own->n; i < want->n; i++) {
        if (want->byte[i])
            return false;
    }
    return true;
}

/* A longer one is cut; zeros alone are none. */
static inline BuildId build_id_of(const uint8_t *byte, size_t n) {
    BuildId id = {0};
    uint8_t any = 0;
    n = n < BUILD_ID_MAX ? n : BUILD_ID_MAX;
    for (size_t i = 0; i < n; i++)
        any |= id.byte[i] = byte[i];
    if (any)
        id.n = (uint8_t)n;
    return id;
}
