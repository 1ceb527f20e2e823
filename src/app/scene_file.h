/* Scene file: the scenes beside a profile, read when it opens and written behind each change, as a
 * job: a frame does no file work. A file that cannot be used is left as it is, with words, and is
 * not written over. Owner: the App. Thread: main; the job has its own buffers. */
#pragma once

#include "app/scenes.h"
#include "base/jobs.h"

typedef struct SceneMark {
    int64_t size, time_ns;
    uint64_t file; /* inode */
} SceneMark;

typedef struct SceneFile {
    char path[STATE_PATH + 16]; /* empty: there is no place for one (a pipe) */
    bool refused;               /* what is there could not be used */
    /* -- the job's, while it runs */
    JobTicket ticket;
    bool reading, writing;
    Buf text;
    uint64_t version; /* that is being written */
    Error error;
    SceneMark mark; /* the file as it was read or written last */
} SceneFile;

typedef enum SceneNews { SCENES_NO_NEWS, SCENES_READ, SCENES_FAILED } SceneNews;

/* Another file, or none ("", a pipe's): what is in it is asked for. What was changed before must
 * have been written. */
void scene_file_open(SceneFile *f, Jobs *jobs, const char *path);
/* Begins to write what was changed, takes what was read. SCENES_FAILED: *err says why. */
SceneNews scene_file_poll(SceneFile *f, Jobs *jobs, Scenes *scenes, Error *err);
/* Nothing is being read or written. */
bool scene_file_settled(const SceneFile *f);
/* Waits, and writes what is not written yet. False with words. */
bool scene_file_flush(SceneFile *f, Jobs *jobs, Scenes *scenes, Error *err);
void scene_file_free(SceneFile *f);
