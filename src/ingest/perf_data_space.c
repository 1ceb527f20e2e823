#include "ingest/perf_data_space.h"

#include <stdio.h>
#include <string.h>

/* ---- spaces -------------------------------------------------------------------------------
 */

static Space *space_new(PerfSpaces *s) {
    Space *space = mem_resize(NULL, 0, sizeof *space);
    *space = (Space){.users = 1, .version = ++s->versions, .asked_low = UINT64_MAX};
    return space;
}

static void space_drop(Space *space) {
    if (!space || --space->users)
        return;
    mappings_drop(space->list);
    mem_resize(space, sizeof *space, 0);
}

/* Takes over what lies where in another. */
static void space_copy(Space *to, Space *from) {
    mappings_drop(to->list);
    to->list = from->list;
    if (to->list)
        to->list->users++;
    to->version = from->version;
    to->asked_low = from->asked_low;
    to->asked_high = from->asked_high;
    to->shared = from->shared = true;
}

/* The list to be changed is this space's alone. */
static MappingList *own_list(PerfSpaces *s, Space *space) {
    MappingList *old = space->list;
    if (!old || old->users > 1) {
        space->list = old ? mappings_copy(old) : mappings_new(&s->mappings);
        mappings_drop(old);
    }
    return space->list;
}

/* Changing the list may copy it. */
static bool has_room(const PerfSpaces *s, const Space *space) {
    uint64_t n = space->list ? space->list->n : 0;
    bool copies = space->list && space->list->users > 1;
    return n < SPACE_MAPPINGS_MOST && s->mappings + (copies ? n : 0) < MAPPINGS_MOST;
}

static void new_version(PerfSpaces *s, Space *space) {
    space->version = ++s->versions;
    space->shared = false;
    space->asked_low = UINT64_MAX;
    space->asked_high = 0;
}

/* What the mapping covers of older ones is gone. */
static bool space_insert(PerfSpaces *s, Space *space, const Mapping *m) {
    if (m->end <= m->start)
        return true;
    const Mapping *old = mappings_behind(space->list, m->start);
    if (old && memcmp(old, m, sizeof *m) == 0)
        return true; /* again */
    if (!has_room(s, space))
        return false;
    bool met =
        (old && old->start < m->end) || (m->start < space->asked_high && m->end > space->asked_low);
    mappings_put(own_list(s, space), m);
    if (met || space->shared)
        new_version(s, space);
    return true;
}

static void space_remove(PerfSpaces *s, Space *space, uint64_t start, DsoId dso) {
    const Mapping *old = mappings_behind(space->list, start);
    if (!old || old->start != start || old->dso != dso)
        return;
    mappings_remove(own_list(s, space), start);
    new_version(s, space);
}

const Mapping *perf_space_find(Space *space, uint64_t address) {
    const Mapping *m = space ? mappings_behind(space->list, address) : NULL;
    if (m && m->start <= address)
        return m;
    if (space && address < space->asked_low)
        space->asked_low = address;
    if (space && address >= space->asked_high)
        space->asked_high = address + 1;
    return NULL;
}

/* ---- threads ------------------------------------------------------------------------------
 */

static void set_comm(PerfSpaces *s, PerfThread *t, Str comm) {
    t->comm = names_intern(&s->names, comm);
    t->epoch = 0;
}

static void adopt(PerfThread *t, Space *space) {
    space->users++;
    space_drop(t->space);
    t->space = space;
}

/* A thread of which nothing is known but its ids. */
static void begin_thread(PerfSpaces *s, PerfThread *t, int32_t pid, int32_t tid) {
    char comm[16];
    int n = snprintf(comm, sizeof comm, ":%d", tid);
    space_drop(t->space);
    *t = (PerfThread){.pid = pid, .tid = tid};
    set_comm(s, t, (Str){comm, (size_t)n});
    if (pid == tid || pid == -1)
        t->space = space_new(s);
    else
        adopt(t, perf_thread(s, pid, pid)->space);
}

static PerfThread *find_thread(const PerfSpaces *s, int32_t tid) {
    uint32_t at = id_map_find(&s->by_tid, (uint32_t)tid, 0);
    return at ? (PerfThread *)column_at(&s->thread, at - 1) : NULL;
}

PerfThread *perf_thread(PerfSpaces *s, int32_t pid, int32_t tid) {
    PerfThread **recent = &s->recent[(uint32_t)tid % THREADS_RECENT], *t = *recent;
    if (t && t->tid == tid && t->pid == pid && t->space)
        return t;
    t = find_thread(s, tid);
    if (!t) {
        t = (PerfThread *)column_push(&s->thread);
        id_map_add(&s->by_tid, (uint32_t)tid, 0, (uint32_t)s->thread.count);
        begin_thread(s, t, pid, tid);
    } else if (t->pid != pid && pid != -1 && t->pid == -1) {
        t->pid = pid;
        t->epoch = 0;
        if (pid != tid)
            adopt(t, perf_thread(s, pid, pid)->space);
    }
    if (!t->space) /* it has ended, or its process's first thread has */
        t->space = space_new(s);
    *recent = t;
    return t;
}

void perf_spaces_init(PerfSpaces *s, Dsos *dsos) {
    *s = (PerfSpaces){.dsos = dsos};
    column_init(&s->thread, sizeof(PerfThread), 6);
    id_map_init(&s->by_tid);
    names_init(&s->names);
    s->kernel = space_new(s);
    PerfThread *idle = perf_thread(s, 0, 0);
    set_comm(s, idle, STR("swapper"));
    idle->named = true;
}

void perf_spaces_free(PerfSpaces *s) {
    for (uint64_t i = 0; i < s->thread.count; i++)
        space_drop(((PerfThread *)column_at(&s->thread, i))->space);
    space_drop(s->kernel);
    column_free(&s->thread);
    id_map_free(&s->by_tid);
    names_free(&s->names);
}

void perf_spaces_comm(PerfSpaces *s, const PerfTask *task) {
    PerfThread *t = perf_thread(s, task->pid, task->tid);
    set_comm(s, t, task->comm);
    t->named = true;
}

void perf_spaces_fork(PerfSpaces *s, const PerfTask *task, bool ran_already) {
    PerfThread *parent = perf_thread(s, task->parent_pid, task->parent_tid);
    if (parent->pid != task->parent_pid) /* that one's end was lost */
        begin_thread(s, parent, task->parent_pid, task->parent_tid);
    PerfThread *t = find_thread(s, task->tid);
    if (t && t != parent)
        begin_thread(s, t, task->pid, task->tid);
    else if (!t)
        t = perf_thread(s, task->pid, task->tid);
    if (t == parent)
        return;
    if (parent->named) {
        set_comm(s, t, names_get(&s->names, parent->comm));
        t->named = true;
    }
    if (t->space == parent->space)
        return;
    if (t->pid == parent->pid) { /* the process's first thread ended, and was forgotten */
        adopt(t, parent->space);
    } else if (!ran_already) {
        space_copy(t->space, parent->space);
        t->epoch = 0;
    }
}

void perf_spaces_exit(PerfSpaces *s, const PerfTask *task) {
    PerfThread *t = find_thread(s, task->tid);
    if (!t || t->pid != task->pid || t->ended)
        return;
    int32_t *slot = &s->ended[s->ends++ % SPACES_ENDED];
    PerfThread *old = s->ends > SPACES_ENDED ? find_thread(s, *slot) : NULL;
    if (old && old->ended) {
        space_drop(old->space);
        old->space = NULL;
        old->epoch = 0;
    }
    *slot = task->tid;
    t->ended = true;
}

/* ---- mappings -----------------------------------------------------------------------------
 */

static bool is_anonymous(Str file) {
    return str_starts(file, STR("//anon")) || str_starts(file, STR("/dev/zero")) ||
           str_starts(file, STR("/anon_hugepage"));
}

static bool is_no_file(Str file) {
    return str_starts(file, STR("[stack")) || str_starts(file, STR("/SYSV")) ||
           str_eq(file, STR("[heap]"));
}

static bool map_user(PerfSpaces *s, const PerfMmap *map) {
    char name[64];
    PerfThread *t = perf_thread(s, map->pid, map->tid);
    Mapping m = {.start = map->start, .end = map->start + map->length};
    bool bare = map->huge || is_anonymous(map->file) || is_no_file(map->file);
    if (m.end < m.start)
        m.end = UINT64_MAX;
    m.shift = map->offset - map->start;
    if (str_starts(map->file, STR("[vdso]"))) {
        m.shift = 0 - map->start;
        m.dso = dso_of(s->dsos, DSO_VDSO, STR("[vdso]"), &map->build_id);
    } else if (bare && map->executable) {
        int n = snprintf(name, sizeof name, "/tmp/perf-%d.map", map->pid);
        m.shift = 0;
        m.dso = dso_of(s->dsos, DSO_MAP, (Str){name, (size_t)n}, NULL);
    } else if (bare) {
        m.shift = 0;
        m.dso = dso_of(s->dsos, DSO_NOTHING, map->file, NULL);
    } else {
        m.dso = dso_of(s->dsos, DSO_FILE, map->file, &map->build_id);
    }
    return space_insert(s, t->space, &m);
}

static bool map_kernel(PerfSpaces *s, const PerfMmap *map) {
    Mapping m = {.start = map->start, .end = map->start + map->length};
    Str whole = STR("[kernel.kallsyms]");
    if (m.end < m.start)
        m.end = UINT64_MAX;
    if (str_starts(map->file, whole)) {
        m.dso = dso_of(s->dsos, DSO_KERNEL, whole, &map->build_id);
        if (!s->dsos->kernel) {
            s->dsos->kernel = m.dso;
            s->dsos->text_name =
                str_copy(&s->dsos->arena, str_slice(map->file, whole.n, map->file.n));
            s->dsos->text_at = map->offset;
        }
    } else if (map->file.n && (map->file.s[0] == '/' || map->file.s[0] == '[')) {
        m.dso = dso_of(s->dsos, DSO_MODULE, map->file, &map->build_id);
    } else {
        return true;
    }
    return space_insert(s, s->kernel, &m);
}

bool perf_spaces_mmap(PerfSpaces *s, const PerfMmap *map, bool kernel) {
    return kernel ? map_kernel(s, map) : map_user(s, map);
}

/* Within what is mapped already, it is a name among others; the list of symbols may have it. */
bool perf_spaces_ksymbol(PerfSpaces *s, const PerfKsymbol *symbol) {
    DsoId dso = dso_of(s->dsos, DSO_KSYMBOL, symbol->name, NULL);
    if (symbol->gone) {
        space_remove(s, s->kernel, symbol->start, dso);
        return true;
    }
    if (perf_space_find(s->kernel, symbol->start))
        return true;
    return space_insert(
        s, s->kernel,
        &(Mapping){.start = symbol->start, .end = symbol->start + symbol->length, .dso = dso});
}
