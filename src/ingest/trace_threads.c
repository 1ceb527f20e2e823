#include "ingest/trace_threads.h"

void trace_threads_init(TraceThreads *t, Rows *rows) {
    *t = (TraceThreads){.rows = rows, .latest = UINT32_MAX};
    column_init(&t->thread, sizeof(TraceThread), 6);
    hash_init(&t->number);
    id_map_init(&t->first);
}

void trace_threads_free(TraceThreads *t) {
    column_free(&t->thread);
    hash_free(&t->number);
    id_map_free(&t->first);
}

static TraceThread *thread_at(const TraceThreads *t, uint32_t number) {
    return (TraceThread *)column_at(&t->thread, number);
}

static uint32_t thread_hash(int64_t pid, int64_t tid, bool whole) {
    return (uint32_t)(hash_mix((uint64_t)pid * 0x9e3779b97f4a7c15u ^ (uint64_t)tid) >> 8) + whole;
}

uint32_t trace_threads_find(TraceThreads *t, int64_t pid, int64_t tid, bool whole) {
    t->last = (TraceThread){.pid = pid, .tid = tid, .whole = whole};
    uint32_t hash = thread_hash(pid, tid, whole), id;
    for (uint32_t i = hash_first(&t->number, hash); (id = hash_candidate(&t->number, hash, &i));
         i = hash_next(&t->number, i)) {
        const TraceThread *known = thread_at(t, id - 1);
        if (known->pid == pid && known->tid == tid && known->whole == whole)
            return t->latest = id - 1;
    }
    COLUMN_PUSH(&t->thread, TraceThread) = t->last;
    hash_insert(&t->number, hash, (uint32_t)t->thread.count);
    return t->latest = (uint32_t)t->thread.count - 1;
}

void trace_threads_name(TraceThreads *t, uint32_t number, NameId name) {
    thread_at(t, number)->name = name;
}

bool trace_threads_named(const TraceThreads *t, uint32_t number) {
    return thread_at(t, number)->name != 0;
}

/* Ids that are texts are numbers of their own, below those that systems give. */
int64_t trace_threads_id(NameId name) {
    return INT64_MIN / 2 + name;
}

/* 0: it is a number. */
static NameId name_of_id(int64_t id) {
    int64_t name = id < 0 ? id - INT64_MIN / 2 : 0;
    return name > 0 && name <= UINT32_MAX ? (NameId)name : 0;
}

static NameId name_of(TraceThreads *t, uint32_t number) {
    TraceThread thread = *thread_at(t, number);
    NameId name = thread.name ? thread.name : name_of_id(thread.tid);
    if (!name)
        name = thread_at(t, trace_threads_of(t, thread.pid, 0, true))->name;
    if (!name)
        name = name_of_id(thread.pid);
    if (!name) {
        Buf text = {0};
        buf_printf(&text, "thread %lld", (long long)thread.tid);
        name = rows_name(t->rows, buf_str(&text));
        buf_free(&text);
    }
    return name;
}

/* What the thread is shown as among those of this pid that have no tid. */
static NameId shown_as(TraceThreads *t, uint32_t number, NameId name, uint32_t pid) {
    TraceThread *thread = thread_at(t, number);
    if (thread->shown && thread->called == name)
        return thread->shown;
    uint32_t first = id_map_find(&t->first, name, pid);
    TraceThread *alike = first ? thread_at(t, first - 1) : thread;
    Buf text = {0};
    thread->called = thread->shown = name;
    while (first && first != number + 1) {
        buf_clear(&text);
        buf_put(&text, names_get(&t->rows->part.dict.names, name));
        buf_printf(&text, " (%u)", ++alike->alike + 1);
        thread->shown = rows_name(t->rows, buf_str(&text));
        first = id_map_find(&t->first, thread->shown, pid); /* another may be called just so */
    }
    if (!first)
        id_map_add(&t->first, thread->shown, pid, number + 1);
    buf_free(&text);
    return thread->shown;
}

Context trace_threads_context(TraceThreads *t, uint32_t number) {
    NameId name = name_of(t, number);
    TraceThread thread = *thread_at(t, number);
    int32_t pid = thread.pid >= 0 && thread.pid <= INT32_MAX ? (int32_t)thread.pid : -1;
    int32_t tid = thread.tid >= 0 && thread.tid <= INT32_MAX ? (int32_t)thread.tid : -1;
    if (tid < 0)
        name = shown_as(t, number, name, (uint32_t)pid);
    return (Context){name, pid, tid, 0};
}
