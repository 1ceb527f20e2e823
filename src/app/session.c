#include "app/session.h"

#include <string.h>

void session_init(Session *session, uint32_t workers) {
    memset(session, 0, sizeof *session);
    session->jobs = jobs_new(workers);
    dict_init(&session->dict);
    session->engine = engine_new(session->jobs);
}

void session_free(Session *session) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++)
        session_close(session, i);
    engine_free(session->engine);
    jobs_free(session->jobs);
    dict_free(&session->dict);
}

static bool any_open(const Session *session) {
    return session->slot[0].open || session->slot[1].open;
}

/* A loader that could not start leaves the profile as new. */
static bool start(Session *session, SessionSlot *slot, const char *path, Error *err) {
    LoadOptions options = {.path = path, .dict_in_use = !slot->alone};
    profile_init(&slot->profile, &session->dict);
    slot->loader = loader_start(session->jobs, &slot->profile, &options, err);
    if (slot->loader)
        return true;
    profile_free(&slot->profile);
    if (slot->alone) { /* it may have gone as far as lending names */
        dict_free(&session->dict);
        dict_init(&session->dict);
    }
    return false;
}

static bool start_cached(Session *session, SessionSlot *slot) {
    char entry[1100];
    if (!cache_find(&slot->key, entry, sizeof entry))
        return false;
    slot->from_cache = start(session, slot, entry, NULL);
    if (!slot->from_cache)
        cache_forget(entry);
    return slot->from_cache;
}

bool session_open(Session *session, uint32_t index, const char *path, Error *err) {
    SessionSlot *slot = &session->slot[index];
    session_close(session, index);
    if (!any_open(session)) { /* nobody refers to the old names any more */
        dict_free(&session->dict);
        dict_init(&session->dict);
    }
    slot->alone = !any_open(session);
    if (session->use_cache)
        cache_key(path, &slot->key);
    if (!start_cached(session, slot) && !start(session, slot, path, err)) {
        memset(slot, 0, sizeof *slot);
        return false;
    }
    slot->open = true;
    slot->view = profile_view(&slot->profile);
    loader_status(slot->loader, &slot->load);
    engine_set_profile(session->engine, index, &slot->profile);
    return true;
}

void session_close(Session *session, uint32_t index) {
    SessionSlot *slot = &session->slot[index];
    if (!slot->open)
        return;
    cache_write_free(slot->cache_write);
    loader_free(slot->loader);
    engine_set_profile(session->engine, index, NULL);
    profile_free(&slot->profile);
    memset(slot, 0, sizeof *slot);
}

void session_cancel_load(Session *session, uint32_t index) {
    if (session->slot[index].open)
        loader_cancel(session->slot[index].loader);
}

bool session_loading(const Session *session) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++)
        if (session->slot[i].open && !session->slot[i].settled)
            return true;
    return false;
}

/* The load of a slot is over. A cache entry that turned out damaged is read from its file after
 * all; what was read from a file may be worth an entry. */
static void settle(Session *session, uint32_t index) {
    SessionSlot *slot = &session->slot[index];
    if (slot->from_cache && slot->load.state == LOAD_FAILED) {
        char entry[1100], path[sizeof slot->key.path];
        memcpy(path, slot->key.path, sizeof path);
        if (cache_entry(&slot->key, entry, sizeof entry))
            cache_forget(entry);
        session_open(session, index, path, NULL);
        return;
    }
    slot->settled = true;
    if (session->use_cache && slot->alone)
        slot->cache_write = cache_write(session->jobs, &slot->profile, &slot->load, &slot->key);
}

bool session_poll(Session *session, int64_t now_ns) {
    bool changed = false;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (!slot->open || slot->settled)
            continue;
        /* status before view: when the load is over, the view is the last one */
        loader_status(slot->loader, &slot->load);
        ProfileView view = profile_view(&slot->profile);
        changed |= view.samples != slot->view.samples;
        slot->view = view;
        if (slot->load.state != LOAD_RUNNING) {
            settle(session, i);
            changed = true;
        }
    }
    changed |= engine_poll(session->engine, now_ns, session_loading(session));
    return changed;
}

bool session_work(Session *session) {
    if (jobs_run_one(session->jobs))
        return true;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (slot->open && !slot->settled && slot->load.state == LOAD_RUNNING &&
            jobs_workers(session->jobs) == 0 && loader_step(slot->loader))
            return true;
    }
    return false;
}
