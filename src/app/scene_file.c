#include "app/scene_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

/* What tells the file as it is from what somebody else makes of it; size -1: there is none. */
static SceneMark mark_of(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0)
        return (SceneMark){.size = -1};
    return (SceneMark){st.st_size, st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
                       st.st_ino};
}

static void read_job(void *arg, uint32_t worker) {
    SceneFile *f = arg;
    (void)worker;
    f->mark = mark_of(f->path); /* before: what changes meanwhile is another's */
    if (file_exists(f->path))
        file_read_all(f->path, &f->text, SCENES_BYTES, &f->error);
}

static void write_job(void *arg, uint32_t worker) {
    SceneFile *f = arg;
    (void)worker;
    SceneMark now = mark_of(f->path);
    if (now.size != f->mark.size || now.time_ns != f->mark.time_ns || now.file != f->mark.file) {
        error_set(
            &f->error, ERROR_IO,
            "another window or program changed it: open the profile again to go on from there");
        snprintf(f->error.file, sizeof f->error.file, "%.*s", (int)sizeof f->error.file - 1,
                 path_name(f->path));
    } else if (file_write_all(f->path, buf_str(&f->text), &f->error)) {
        f->mark = mark_of(f->path);
    }
}

void scene_file_open(SceneFile *f, Jobs *jobs, const char *path) {
    jobs_wait(jobs, &f->ticket);
    buf_clear(&f->text);
    f->error = (Error){0};
    f->path[0] = 0;
    f->refused = f->reading = f->writing = false;
    if (!path[0])
        return;
    snprintf(f->path, sizeof(f->path), "%s", path);
    f->reading = true;
    jobs_submit(jobs, JOB_QUERY, read_job, f, &f->ticket); /* small; a load must not hold it up */
}

static SceneNews take_read(SceneFile *f, Scenes *scenes, Error *err) {
    f->reading = false;
    if (!f->error.kind && !f->text.n)
        return SCENES_NO_NEWS;
    if (!f->error.kind && scenes_parse(buf_str(&f->text), scenes, &f->error)) {
        scenes->saved = scenes->version;
        return SCENES_READ;
    }
    f->refused = true;
    *err = f->error;
    return SCENES_FAILED;
}

static SceneNews take_written(SceneFile *f, Scenes *scenes, Error *err) {
    f->writing = false;
    scenes->saved = f->version; /* a write that failed is not tried again until the next change */
    if (!f->error.kind)
        return SCENES_NO_NEWS;
    *err = f->error;
    return SCENES_FAILED;
}

static void begin_write(SceneFile *f, Jobs *jobs, const Scenes *scenes) {
    buf_clear(&f->text);
    f->error = (Error){0};
    scenes_format(scenes, &f->text);
    f->version = scenes->version;
    f->writing = true;
    jobs_submit(jobs, JOB_BACKGROUND, write_job, f, &f->ticket);
}

SceneNews scene_file_poll(SceneFile *f, Jobs *jobs, Scenes *scenes, Error *err) {
    if (!f->path[0] || !jobs_done(&f->ticket))
        return SCENES_NO_NEWS;
    if (f->reading)
        return take_read(f, scenes, err);
    if (f->writing)
        return take_written(f, scenes, err);
    if (scenes->saved != scenes->version && !f->refused)
        begin_write(f, jobs, scenes);
    return SCENES_NO_NEWS;
}

bool scene_file_settled(const SceneFile *f) {
    return !f->reading && !f->writing;
}

bool scene_file_flush(SceneFile *f, Jobs *jobs, Scenes *scenes, Error *err) {
    SceneNews news = SCENES_NO_NEWS;
    do {
        jobs_wait(jobs, &f->ticket);
        news = scene_file_poll(f, jobs, scenes, err);
    } while (!scene_file_settled(f) && news != SCENES_FAILED);
    return news != SCENES_FAILED;
}

void scene_file_free(SceneFile *f) {
    buf_free(&f->text);
    memset(f, 0, sizeof(*f));
}
