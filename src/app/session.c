#include "app/session.h"

#include <string.h>

#include "store/pack.h"

void session_init(Session *session, uint32_t workers, uint32_t readers) {
    memset(session, 0, sizeof *session);
    session->jobs = jobs_new(workers);
    session->readers = readers > 1 ? jobs_new(readers) : NULL;
    dict_init(&session->dict);
    session->engine = engine_new(session->jobs);
}

void session_free(Session *session) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++)
        session_close(session, i);
    engine_free(session->engine);
    jobs_free(session->jobs);
    if (session->readers)
        jobs_free(session->readers);
    dict_free(&session->dict);
}

/* Another slot has, or gives, names to the dictionary. */
static bool others_begun(const Session *session, uint32_t index) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++)
        if (i != index && session->slot[i].open && !session->slot[i].waiting)
            return true;
    return false;
}

static bool others_load(const Session *session, uint32_t index) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        const SessionSlot *slot = &session->slot[i];
        if (i != index && slot->open && !slot->waiting && !slot->settled)
            return true;
    }
    return false;
}

static void new_names(Session *session) {
    dict_free(&session->dict);
    dict_init(&session->dict);
    session->dicts++;
}

/* A loader that could not start leaves the profile as new. */
static bool start(Session *session, SessionSlot *slot, const char *path, Error *err) {
    LoadOptions options = {.path = path,
                           .inlined = slot->inlined,
                           .dict_in_use = !slot->alone,
                           .follow = slot->follow};
    profile_init(&slot->profile, &session->dict);
    Jobs *jobs = session->readers ? session->readers : session->jobs;
    slot->loader = loader_start(jobs, &slot->profile, &options, err);
    if (slot->loader)
        return true;
    profile_free(&slot->profile);
    if (slot->alone) /* it may have gone as far as lending names */
        new_names(session);
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

static bool begin(Session *session, uint32_t index, Error *err) {
    SessionSlot *slot = &session->slot[index];
    slot->alone = !others_begun(session, index);
    if (slot->alone) /* nobody refers to the old names any more */
        new_names(session);
    if (session->use_cache && !slot->follow)
        cache_key(slot->path, &slot->key);
    if (!start_cached(session, slot) && !start(session, slot, slot->path, err))
        return false;
    slot->view = profile_view(&slot->profile);
    loader_status(slot->loader, &slot->load);
    engine_set_profile(session->engine, index, &slot->profile);
    return true;
}

/* A profile that is empty for all who ask. */
static void hold_nothing(Session *session, SessionSlot *slot) {
    profile_init(&slot->profile, &session->dict);
    slot->view = profile_view(&slot->profile);
}

bool session_open(Session *session, uint32_t index, const char *path, Error *err) {
    SessionSlot *slot = &session->slot[index];
    char copy[SESSION_PATH] = ""; /* the path may be the slot's own */
    strncpy(copy, path, sizeof copy - 1);
    session_close(session, index);
    session_pause(session, false);
    memcpy(slot->path, copy, sizeof copy);
    slot->open = true;
    slot->follow = session->follow_next;
    slot->inlined = session->inlined;
    session->follow_next = false;
    slot->waiting = others_load(session, index);
    if (slot->waiting)
        hold_nothing(session, slot);
    if (slot->waiting || begin(session, index, err))
        return true;
    memset(slot, 0, sizeof *slot);
    return false;
}

/* Begins a load whose turn has come; false when there is none. */
static bool begin_waiting(Session *session) {
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (!slot->open || !slot->waiting || others_load(session, i))
            continue;
        Error error = {.offset = -1};
        slot->waiting = false;
        profile_free(&slot->profile);
        if (!begin(session, i, &error)) {
            hold_nothing(session, slot);
            slot->load.state = LOAD_FAILED;
            slot->load.error = error;
            slot->settled = true;
        }
        return true;
    }
    return false;
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
    SessionSlot *slot = &session->slot[index];
    if (slot->waiting)
        session_close(session, index);
    else if (slot->loader)
        loader_cancel(slot->loader);
}

void session_end_load(Session *session, uint32_t index) {
    SessionSlot *slot = &session->slot[index];
    if (slot->loader)
        loader_end(slot->loader);
}

bool session_live(const Session *session) {
    const SessionSlot *slot = &session->slot[0];
    return slot->open && !slot->waiting && !slot->settled && slot->load.size < 0;
}

void session_pause(Session *session, bool paused) {
    session->paused = paused;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        engine_hold(session->engine, i, paused);
        if (slot->settled && !paused) /* what came last is not polled any more */
            slot->view = profile_view(&slot->profile);
    }
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
        char entry[1100];
        if (cache_entry(&slot->key, entry, sizeof entry))
            cache_forget(entry);
        session_open(session, index, slot->path, NULL);
        return;
    }
    slot->settled = true;
    if (session->use_cache && slot->alone && !slot->follow)
        slot->cache_write = cache_write(session->jobs, &slot->profile, &slot->load, &slot->key);
}

/* What lies in a pack that was cut short is given up, as are those whose names lie in it. */
static bool give_up_lost(Session *session) {
    bool names = pack_lost(session->dict.pack), changed = false;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (!slot->settled || slot->load.state == LOAD_FAILED ||
            !(names || pack_lost(slot->profile.pack)))
            continue;
        slot->load.state = LOAD_FAILED;
        slot->load.error = (Error){.offset = -1};
        pack_say_lost(&slot->load.error);
        slot->settled = false;
        settle(session, i);
        changed = true;
    }
    return changed;
}

bool session_poll(Session *session, int64_t now_ns) {
    bool changed = false;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (!slot->open || slot->waiting || slot->settled)
            continue;
        /* status before view: when the load is over, the view is the last one */
        loader_status(slot->loader, &slot->load);
        ProfileView view = session->paused ? slot->view : profile_view(&slot->profile);
        changed |= view.samples != slot->view.samples;
        slot->view = view;
        if (slot->load.state != LOAD_RUNNING) {
            settle(session, i);
            changed = true;
        }
    }
    changed |= give_up_lost(session);
    changed |= begin_waiting(session);
    changed |= engine_poll(session->engine, now_ns, session_loading(session));
    return changed;
}

bool session_work(Session *session) {
    if (jobs_run_one(session->jobs))
        return true;
    for (uint32_t i = 0; i < ENGINE_SLOTS; i++) {
        SessionSlot *slot = &session->slot[i];
        if (!slot->loader || slot->settled || slot->load.state != LOAD_RUNNING)
            continue;
        if (session->readers) {
            loader_wait(slot->loader);
            loader_status(slot->loader, &slot->load);
            return true;
        }
        if (jobs_workers(session->jobs) == 0 && loader_step(slot->loader))
            return true;
    }
    return false;
}
