#include "query/findings.h"

static bool same(const void *a, const void *b) {
    const FindingsWish *x = a, *y = b;
    return x->event == y->event && x->idle == y->idle && filter_same(&x->filter, &y->filter);
}

static void *run(void *state, const AsideSource *source, const void *wish, const void *before,
                 const CancelToken *token) {
    const FindingsWish *w = wish;
    (void)state, (void)before;
    DetectWish all = {.profile = source->profile,
                      .view = source->view,
                      .event = w->event,
                      .idle = w->idle,
                      .filter = w->filter};
    return detect_run(&all, token);
}

static void result_free(void *result) {
    detect_drop(result);
}

const AsideKind findings_aside = {
    .wish_bytes = sizeof(FindingsWish),
    .follows = true,
    .priority = JOB_BACKGROUND,
    .same = same,
    .run = run,
    .free = result_free,
};
