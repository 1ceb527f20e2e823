/* Why nothing sticks out or overlaps while it moves: all edges are the same mix of a start and
 * a target place, and at both ends a box lies within its parent and siblings lie side by side.
 * So a box that enters starts as a point at an edge of its neighbour's start place, and one
 * that leaves ends as a point at an edge of its neighbour's target. */
#include "picture/flame_motion.h"

#include <string.h>

#include "base/hash.h"

typedef struct KeyTable {
    uint32_t *slot; /* index + 1 */
    uint32_t mask;
} KeyTable;

typedef struct Retarget {
    const MovingBox *old;
    uint32_t old_count, old_staying;
    float phase;     /* of the old motion, now */
    KeyTable by_key; /* old boxes */
    uint32_t *moved; /* by old box: its index in the new array + 1; 0: gone for good */
    MovingBox *box;
    uint32_t count;
} Retarget;

void flame_motion_init(FlameMotion *motion) {
    memset(motion, 0, sizeof(*motion));
    arena_init(&motion->arena[0], 0);
    arena_init(&motion->arena[1], 0);
}

void flame_motion_free(FlameMotion *motion) {
    arena_free(&motion->arena[0]);
    arena_free(&motion->arena[1]);
    memset(motion, 0, sizeof(*motion));
}

float flame_motion_phase(const FlameMotion *motion, int64_t now_ns) {
    int64_t since = now_ns - motion->start_ns;
    if (motion->duration_ns <= 0 || since >= motion->duration_ns)
        return 1.0f;
    if (since <= 0)
        return 0.0f;
    float left = 1.0f - (float)since / (float)motion->duration_ns;
    return 1.0f - left * left * left;
}

/* ---- identity ---------------------------------------------------------------------------- */

static void index_keys(Retarget *r, Arena *arena) {
    uint32_t cap = 16;
    while (cap < r->old_count * 2)
        cap *= 2;
    r->by_key = (KeyTable){ARENA_ARRAY(arena, uint32_t, cap), cap - 1};
    for (uint32_t i = 0; i < r->old_count; i++) {
        uint32_t at = (uint32_t)hash_mix(r->old[i].box.key) & r->by_key.mask;
        while (r->by_key.slot[at])
            at = (at + 1) & r->by_key.mask;
        r->by_key.slot[at] = i + 1;
    }
}

/* Index of the old box with this key, or old_count. */
static uint32_t find(const Retarget *r, uint64_t key) {
    uint32_t at = (uint32_t)hash_mix(key) & r->by_key.mask;
    for (uint32_t i; (i = r->by_key.slot[at]) != 0; at = (at + 1) & r->by_key.mask)
        if (r->old[i - 1].box.key == key)
            return i - 1;
    return r->old_count;
}

/* ---- start places ------------------------------------------------------------------------ */

static float clamp(float x, float lo, float hi) {
    return x < lo ? lo : x > hi ? hi : x;
}

static float drawn_x0(const Retarget *r, uint32_t i) {
    return motion_mix(r->old[i].from_x0, r->old[i].box.x0, r->phase);
}

static float drawn_x1(const Retarget *r, uint32_t i) {
    return motion_mix(r->old[i].from_x1, r->old[i].box.x1, r->phase);
}

/* The new layout's box, from where it is drawn, or from a point beside its left neighbour. */
static void add_staying(Retarget *r, const FlameBox *box, bool first) {
    uint32_t i = r->count++, was = r->old_count ? find(r, box->key) : 0;
    MovingBox *m = &r->box[i];
    m->box = *box;
    const MovingBox *parent = &r->box[box->parent];
    if (was < r->old_count) {
        m->from_x0 = drawn_x0(r, was);
        m->from_x1 = drawn_x1(r, was);
        r->moved[was] = i + 1;
    } else if (box->parent == i) {
        m->from_x0 = m->box.x0;
        m->from_x1 = m->box.x1;
    } else {
        m->from_x0 = first ? parent->from_x0 : m[-1].from_x1;
        m->from_x1 = m->from_x0;
    }
    if (box->parent != i) { /* another order of siblings must not carry a point outside */
        m->from_x0 = clamp(m->from_x0, parent->from_x0, parent->from_x1);
        m->from_x1 = clamp(m->from_x1, parent->from_x0, parent->from_x1);
    }
}

/* ---- boxes that leave -------------------------------------------------------------------- */

/* By old box: the index + 1 in the new array of the nearest sibling to the right that stays. */
static uint32_t *next_staying(const Retarget *r, Arena *arena) {
    uint32_t *next = ARENA_ARRAY(arena, uint32_t, r->old_count);
    for (uint32_t i = r->old_staying; i-- > 1;) {
        bool sibling = i + 1 < r->old_staying && r->old[i + 1].box.parent == r->old[i].box.parent;
        if (sibling)
            next[i] = r->moved[i + 1] ? r->moved[i + 1] : next[i + 1];
    }
    return next;
}

/* Where an old box goes to disappear: the right end of the gap that it stands in (what is new
 * in that gap grows from its left end). One that was leaving already goes where it is. */
static float vanishing_point(const Retarget *r, uint32_t i, uint32_t next,
                             const MovingBox *parent) {
    float at = parent->box.x1;
    if (i >= r->old_staying)
        at = drawn_x0(r, i);
    else if (next)
        at = r->box[next - 1].box.x0;
    return clamp(at, parent->box.x0, parent->box.x1);
}

static void add_leaving(Retarget *r, Arena *arena) {
    const uint32_t *next = next_staying(r, arena);
    for (uint32_t i = 0; i < r->old_count; i++) {
        const MovingBox *was = &r->old[i];
        float x0 = drawn_x0(r, i), x1 = drawn_x1(r, i);
        if (r->moved[i] || was->box.parent == i || x1 <= x0 || !r->moved[was->box.parent])
            continue;
        uint32_t below = r->moved[was->box.parent] - 1;
        const MovingBox *parent = &r->box[below];
        float at = vanishing_point(r, i, next[i], parent);
        MovingBox *m = &r->box[r->count];
        *m = (MovingBox){.box = was->box,
                         .leaving = true,
                         .from_x0 = clamp(x0, parent->from_x0, parent->from_x1),
                         .from_x1 = clamp(x1, parent->from_x0, parent->from_x1)};
        m->box.parent = below;
        m->box.depth = (uint16_t)(parent->box.depth + 1);
        m->box.x0 = m->box.x1 = at;
        r->moved[i] = ++r->count;
    }
}

void flame_motion_retarget(FlameMotion *motion, const FlameLayout *layout, const Tree *tree,
                           int64_t now_ns, int64_t duration_ns) {
    (void)tree; /* parents are in the layout */
    Arena *arena = &motion->arena[motion->live ^ 1];
    arena_reset(arena);
    Retarget r = {.old = motion->box,
                  .old_count = duration_ns > 0 ? motion->count : 0,
                  .old_staying = motion->staying,
                  .phase = flame_motion_phase(motion, now_ns)};
    r.box = ARENA_ARRAY(arena, MovingBox, (size_t)layout->count + r.old_count);
    r.moved = ARENA_ARRAY(arena, uint32_t, r.old_count);
    if (r.phase >= 1.0f && r.old_count > r.old_staying)
        r.old_count = r.old_staying; /* what was leaving has left */
    if (r.old_count)
        index_keys(&r, arena);
    uint32_t max_depth = layout->max_depth;
    for (uint32_t i = 0; i < layout->count; i++)
        add_staying(&r, &layout->box[i],
                    i == 0 || layout->box[i - 1].parent != layout->box[i].parent ||
                        layout->box[i - 1].parent == i - 1);
    uint32_t staying = r.count;
    if (r.old_count)
        add_leaving(&r, arena);
    for (uint32_t i = staying; i < r.count; i++)
        if (r.box[i].box.depth > max_depth)
            max_depth = r.box[i].box.depth;
    if (duration_ns <= 0) {
        for (uint32_t i = 0; i < r.count; i++) {
            r.box[i].from_x0 = r.box[i].box.x0;
            r.box[i].from_x1 = r.box[i].box.x1;
        }
    }
    motion->live ^= 1;
    motion->box = r.box;
    motion->count = r.count;
    motion->staying = staying;
    motion->start_ns = now_ns;
    motion->duration_ns = duration_ns > 0 ? duration_ns : 0;
    motion->max_depth = max_depth;
}
