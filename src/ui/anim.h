/* Animation as functions of time: no state that depends on the frame rate. Pure. */
#pragma once

#include <stdint.h>

/* (now - start) / duration cut to 0 … 1, through a curve that starts fast and ends softly. */
float anim_ease_out(int64_t now_ns, int64_t start_ns, int64_t duration_ns);

/* A value that glides to a target. Zero-initialise, then anim_jump. */
typedef struct AnimValue {
    double from, to;
    int64_t start_ns, duration_ns;
} AnimValue;

void anim_jump(AnimValue *v, double to);
void anim_to(AnimValue *v, double to, int64_t now_ns, int64_t duration_ns); /* from where it is */
double anim_at(const AnimValue *v, int64_t now_ns);
int anim_moving(const AnimValue *v, int64_t now_ns);
