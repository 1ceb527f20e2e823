/* Session: the files that are open (slots A and B), who loads them, and who answers about them.
 * Owner: the App. Thread: main. Names, frames and stacks are shared by all slots, and one loader
 * at a time adds to them: while one slot loads, the other's load waits for its end. A slot whose
 * pack was cut short by another program meanwhile ends as a load that failed. */
#pragma once

#include "app/cache.h"
#include "ingest/loader.h"
#include "query/engine.h"

enum { SESSION_PATH = 1024 };

typedef struct SessionSlot {
    bool open;
    bool waiting; /* its load has not begun: it has a path, and an empty profile */
    bool settled; /* the load is over */
    bool follow;  /* its file is still being written */
    bool inlined; /* what compilers inlined is looked for */
    char path[SESSION_PATH];
    LoadStatus load; /* as of the last poll; while waiting, running without progress */
    Profile profile;
    Loader *loader;   /* NULL while waiting, and when the load then could not begin: see `load` */
    ProfileView view; /* as of the last poll */
    CacheKey key;     /* of the file, from before it was read */
    bool from_cache, alone; /* read from its cache entry; nothing else filled the dictionary */
    CacheWrite *cache_write;
} SessionSlot;

typedef struct Session {
    Jobs *jobs;
    Jobs *readers; /* what files are read with instead, to their end at once; NULL as a rule */
    Dict dict;
    uint32_t dicts; /* that there were before it: ids of frames are of one alone */
    Engine *engine;
    SessionSlot slot[ENGINE_SLOTS];
    bool use_cache;   /* off unless the owner sets it */
    bool inlined;     /* what compilers inlined is looked for */
    bool follow_next; /* the file that is opened next is still being written */
    bool paused;      /* what is shown stays as it is; loads go on */
} Session;

/* workers 0: everything runs inline, between frames (session_work); of more than one reader, files
 * are read by so many all the same. */
void session_init(Session *session, uint32_t workers, uint32_t readers);
void session_free(Session *session);
/* Closes what the slot holds and starts loading, or waits while the other slot loads; never
 * blocks for that. On failure the slot is empty; of one that waits, `load` tells it later. */
bool session_open(Session *session, uint32_t slot, const char *path, Error *err);
void session_close(Session *session, uint32_t slot);
/* Of a pipe or a file that is followed: what is there by now is all. */
void session_end_load(Session *session, uint32_t slot);
/* Slot A is a pipe or a file that is followed, whose end has not come. */
bool session_live(const Session *session);
/* While paused samples are taken in, but nothing shows them. */
void session_pause(Session *session, bool paused);
/* A load that waits is forgotten: its slot is empty. */
void session_cancel_load(Session *session, uint32_t slot);
/* Once a frame: takes in what arrived. True when something changed. */
bool session_poll(Session *session, int64_t now_ns);
/* Inline mode: does one piece of pending work; false when there is none. */
bool session_work(Session *session);
bool session_loading(const Session *session);
