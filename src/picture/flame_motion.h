/* flame_motion: boxes that move from where they are drawn to where a new layout wants them, keyed
 * by box identity. Motion is a function of time alone: ease((now - start) / duration), with
 * duration ≤ 120 ms, so a settled picture is exact within 150 ms of the last change. A box that is
 * new grows from nothing inside its parent's old place; one that is gone shrinks inside its
 * parent's new place; a move that is interrupted goes on from where it is drawn.
 * Owner: the flame view. Thread: main. Memory: own arenas, flipped on each retarget. */
#pragma once

#include "picture/flame_layout.h"

typedef struct MovingBox {
    FlameBox box; /* numbers and target; box.parent is an index into this array */
    float from_x0, from_x1;
    bool leaving; /* not in the newest layout; gone when the motion ends */
} MovingBox;

typedef struct FlameMotion {
    Arena arena[2];
    uint32_t live;        /* which arena holds boxes */
    const MovingBox *box; /* those of the newest layout in its order, then those that leave */
    uint32_t count, staying;
    int64_t start_ns, duration_ns;
    uint32_t max_depth;
} FlameMotion;

void flame_motion_init(FlameMotion *motion);
void flame_motion_free(FlameMotion *motion);
/* duration 0: jump. */
void flame_motion_retarget(FlameMotion *motion, const FlameLayout *layout, const Tree *tree,
                           int64_t now_ns, int64_t duration_ns);
/* 0 … 1, eased; 1 when settled. */
float flame_motion_phase(const FlameMotion *motion, int64_t now_ns);
static inline float motion_mix(float from, float to, float phase) {
    return phase >= 1.0f ? to : from + (to - from) * phase;
}
