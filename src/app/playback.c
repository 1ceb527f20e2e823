#include "app/playback.h"

#include <string.h>

#define USUAL_NS INT64_C(30000000000) /* the whole recording, about */
#define STEP_NS INT64_C(1000000000)

const int64_t play_speeds[PLAY_SPEEDS] = {100000,  200000,   500000,   1000000,  2000000,
                                          5000000, 10000000, 20000000, 50000000, 100000000};

static int64_t travel(const Playback *p) {
    int64_t way = p->bounds.t1_ns - p->bounds.t0_ns - p->window_ns;
    return way > 0 ? way : 0;
}

/* The nearest as one reads them, 1 2 5 10. */
static int64_t usual_speed(int64_t span_ns) {
    double wanted = (double)span_ns / (double)USUAL_NS * (double)PLAY_SPEED_ONE;
    int best = 0;
    for (int i = 1; i < PLAY_SPEEDS; i++)
        if (wanted * wanted > (double)play_speeds[i - 1] * (double)play_speeds[i])
            best = i;
    return play_speeds[best];
}

void playback_begin(Playback *p, Range bounds, const Range *selection, int64_t column_ns,
                    int64_t now_ns) {
    bool loop = p->loop, steps = p->steps;
    memset(p, 0, sizeof *p);
    p->on = true;
    p->loop = loop;
    p->steps = steps;
    p->bounds = bounds;
    int64_t span = bounds.t1_ns - bounds.t0_ns;
    int64_t chosen = selection->on ? selection->t1_ns - selection->t0_ns : 0;
    p->window_ns = chosen > 0 && chosen < span ? chosen
                   : column_ns < span          ? column_ns
                                               : (span + 9) / 10;
    p->speed = usual_speed(span);
    playback_seek(p, p->window_ns == chosen ? selection->t0_ns : bounds.t0_ns, now_ns);
}

Range playback_range(const Playback *p, int64_t now_ns, bool *ended) {
    int64_t passed = p->playing && now_ns > p->start_ns ? now_ns - p->start_ns : 0;
    if (p->steps)
        passed -= passed % STEP_NS;
    __int128 way = (__int128)passed * p->speed / PLAY_SPEED_ONE + (p->at_ns - p->bounds.t0_ns);
    int64_t most = travel(p);
    bool loops = p->loop && p->playing && most > 0 && way > most;
    way = loops ? way % most : way > most ? most : way;
    *ended = p->playing && !p->loop && way >= most;
    int64_t t0 = p->bounds.t0_ns + (int64_t)way;
    return (Range){true, t0, t0 + p->window_ns};
}

void playback_rebase(Playback *p, int64_t now_ns) {
    bool ended;
    p->at_ns = playback_range(p, now_ns, &ended).t0_ns;
    p->start_ns = now_ns;
}

void playback_set_bounds(Playback *p, Range bounds, int64_t now_ns) {
    playback_rebase(p, now_ns);
    p->bounds = bounds;
    playback_seek(p, p->at_ns, now_ns);
}

void playback_set_speed(Playback *p, int64_t speed, int64_t now_ns) {
    playback_rebase(p, now_ns);
    p->speed = speed;
}

bool playback_set_window(Playback *p, int64_t window_ns, int64_t now_ns) {
    if (window_ns < 1 || window_ns >= p->bounds.t1_ns - p->bounds.t0_ns)
        return false;
    playback_rebase(p, now_ns);
    p->window_ns = window_ns;
    playback_seek(p, p->at_ns, now_ns);
    return true;
}

void playback_seek(Playback *p, int64_t t0_ns, int64_t now_ns) {
    int64_t last = p->bounds.t0_ns + travel(p);
    p->at_ns = t0_ns > last ? last : t0_ns < p->bounds.t0_ns ? p->bounds.t0_ns : t0_ns;
    p->start_ns = now_ns;
}

void playback_play(Playback *p, bool playing, int64_t now_ns) {
    playback_rebase(p, now_ns);
    if (playing && !p->playing && p->at_ns >= p->bounds.t0_ns + travel(p))
        p->at_ns = p->bounds.t0_ns;
    p->playing = playing;
}

int64_t playback_lasts_ns(const Playback *p) {
    __int128 ns = (__int128)travel(p) * PLAY_SPEED_ONE / (p->speed > 0 ? p->speed : 1);
    return ns < INT64_MAX ? (int64_t)ns : INT64_MAX;
}
