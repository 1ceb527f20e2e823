#include "ui/anim.h"

float anim_ease_out(int64_t now_ns, int64_t start_ns, int64_t duration_ns) {
    if (duration_ns <= 0 || now_ns >= start_ns + duration_ns)
        return 1;
    if (now_ns <= start_ns)
        return 0;
    double rest = 1 - (double)(now_ns - start_ns) / (double)duration_ns;
    return (float)(1 - rest * rest * rest);
}

void anim_jump(AnimValue *v, double to) {
    *v = (AnimValue){.from = to, .to = to};
}

/* The same target again goes on with the glide under way: callers may ask every frame. */
void anim_to(AnimValue *v, double to, int64_t now_ns, int64_t duration_ns) {
    if (to == v->to)
        return;
    double from = anim_at(v, now_ns);
    *v = (AnimValue){.from = from, .to = to, .start_ns = now_ns, .duration_ns = duration_ns};
}

double anim_at(const AnimValue *v, int64_t now_ns) {
    float t = anim_ease_out(now_ns, v->start_ns, v->duration_ns);
    if (t >= 1) /* exactly, whatever the rounding of the mix */
        return v->to;
    return v->from + (v->to - v->from) * (double)t;
}

int anim_moving(const AnimValue *v, int64_t now_ns) {
    return v->from != v->to && v->duration_ns > 0 && now_ns < v->start_ns + v->duration_ns;
}
