#include "app/info.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/thread.h"
#include "picture/amount.h"
#include "query/detect.h"
#include "query/idle.h"
#include "query/slice.h"
#include "query/tree.h"
#include "query/packed.h"
#include "store/pack.h"

bool loaded_open(Loaded *l, const char *path, ReadHow how, Error *err) {
    memset(l, 0, sizeof *l);
    l->how = how;
    l->how.threads = how.threads ? how.threads : thread_cpu_count();
    l->jobs = jobs_new(l->how.threads);
    dict_init(&l->dict);
    profile_init(&l->profile, &l->dict);
    LoadOptions options = {.path = path, .inlined = how.inlined};
    Loader *loader = loader_start(l->jobs, &l->profile, &options, err);
    if (loader) {
        loader_wait(loader);
        loader_status(loader, &l->status);
        loader_free(loader);
        if (l->status.state == LOAD_DONE)
            return true;
        if (err)
            *err = l->status.error;
    }
    loaded_close(l);
    return false;
}

void loaded_close(Loaded *l) {
    profile_free(&l->profile);
    dict_free(&l->dict);
    jobs_free(l->jobs);
}

bool loaded_beside(Loaded *l, const char *path, Profile *out, Error *err) {
    LoadOptions options = {.path = path, .inlined = l->how.inlined, .dict_in_use = true};
    LoadStatus status = {.state = LOAD_FAILED};
    profile_init(out, &l->dict);
    Loader *loader = loader_start(l->jobs, out, &options, err);
    if (loader) {
        loader_wait(loader);
        loader_status(loader, &status);
        loader_free(loader);
        if (status.state == LOAD_DONE)
            return true;
        if (err)
            *err = status.error;
    }
    profile_free(out);
    return false;
}

void loaded_complaints(const Profile *profile, const char *path, Buf *out) {
    Complaints all;
    profile_complaints(profile, &all);
    for (int k = 0; k < COMPLAINT_KINDS; k++) {
        const Complaint *c = &all.of[k];
        if (!c->count)
            continue;
        buf_printf(out, "flamescope: %s: ", path);
        if (c->count > 1 || complaint_is_counted((ComplaintKind)k))
            buf_printf(out, "%llu ", (unsigned long long)c->count);
        buf_puts(out, complaint_text((ComplaintKind)k));
        if (c->examples && c->example[0].offset >= 0)
            buf_printf(out, ", first at byte %lld", (long long)c->example[0].offset);
        if (c->examples && c->example[0].excerpt[0])
            buf_printf(out, ": %s", c->example[0].excerpt);
        buf_putc(out, '\n');
    }
    Error lost = {.offset = -1};
    if (pack_lost(profile->pack) && !pack_say_lost(&lost))
        buf_printf(out, "flamescope: %s: %s\n", path, lost.message);
}

/* -- counting */

typedef struct Facts {
    ProfileView view;
    uint64_t idle, *event_samples; /* by EventId */
    uint32_t processes, threads, cpus, nodes;
} Facts;

/* A process is a pid where the input says one, a thread a tid; else names stand in. */
static uint64_t process_key(const Context *c) {
    return c->pid >= 0 ? (uint64_t)(uint32_t)c->pid : (1ull << 40) | c->comm;
}

static uint64_t thread_key(const Context *c) {
    return c->tid >= 0 ? (uint64_t)(uint32_t)c->tid : (1ull << 40) | c->comm;
}

static int compare_u64(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t distinct(uint64_t *keys, uint32_t n) {
    qsort(keys, n, sizeof *keys, compare_u64);
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++)
        found += i == 0 || keys[i] != keys[i - 1];
    return found;
}

static uint32_t count_cpus(const Loaded *l, uint64_t samples) {
    uint8_t seen[65536 / 8] = {0};
    uint32_t cpus = 0;
    for (uint64_t i = 0; i < samples;) {
        uint64_t n;
        const uint16_t *cpu = column_span(&l->profile.cpu, i, samples, &n);
        for (uint64_t k = 0; k < n; k++) {
            uint16_t c = cpu[k];
            if (c == CPU_NONE || (seen[c / 8] >> (c % 8) & 1))
                continue;
            seen[c / 8] |= (uint8_t)(1u << (c % 8));
            cpus++;
        }
        i += n;
    }
    return cpus;
}

static void count_facts(const Loaded *l, Arena *arena, Facts *f) {
    f->view = profile_view(&l->profile);
    f->event_samples = ARENA_ARRAY(arena, uint64_t, f->view.events + 1);
    Query q = {.whole = true, .event = EVENT_ALL, .idle = IDLE_KEEP};
    Slice slice;
    if (!slice_scan(&l->profile, &f->view, &q, arena, &slice, NULL))
        return;
    uint32_t n = 0;
    uint64_t *process = ARENA_ARRAY(arena, uint64_t, f->view.pairs + 1);
    uint64_t *thread = ARENA_ARRAY(arena, uint64_t, f->view.pairs + 1);
    for (uint32_t p = 1; p < f->view.pairs; p++) {
        Context c = contexts_get(&l->dict.contexts, pairs_get(&l->profile.pairs, p).context);
        if (idle_pair(&l->profile, p, IDLE_HIDE))
            f->idle += slice.count[p];
        f->event_samples[c.event] += slice.count[p];
        process[n] = process_key(&c);
        thread[n++] = thread_key(&c);
    }
    /* without pids, processes are told apart by their threads' ids or names */
    f->processes = distinct(process, n);
    f->threads = distinct(thread, n);
    f->cpus = count_cpus(l, f->view.samples);
    Tree *tree = packed_or_built_tree(&l->profile, &f->view);
    f->nodes = tree->nodes;
    tree_drop(tree);
}

/* -- JSON */

static void complaints_json(JsonWriter *w, const Loaded *l) {
    Complaints all;
    profile_complaints(&l->profile, &all);
    json_key(w, "complaints");
    json_array(w);
    for (int k = 0; k < COMPLAINT_KINDS; k++) {
        if (!all.of[k].count)
            continue;
        json_object(w);
        json_key(w, "kind");
        json_str(w, str_of(complaint_name((ComplaintKind)k)));
        json_key(w, "count");
        json_u64(w, all.of[k].count);
        json_key(w, "examples");
        json_array(w);
        for (uint32_t i = 0; i < all.of[k].examples; i++) {
            json_object(w);
            json_key(w, "offset");
            json_i64(w, all.of[k].example[i].offset);
            json_key(w, "excerpt");
            json_str(w, str_of(all.of[k].example[i].excerpt));
            json_object_end(w);
        }
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void events_json(JsonWriter *w, const Loaded *l, const Facts *f) {
    json_key(w, "events");
    json_array(w);
    for (uint32_t e = 0; e < f->view.events; e++) {
        if (!f->event_samples[e])
            continue;
        Event event = contexts_get_event(&l->dict.contexts, e);
        json_object(w);
        json_key(w, "name");
        json_str(w, names_get(&l->dict.names, event.name));
        json_key(w, "samples");
        json_u64(w, f->event_samples[e]);
        json_key(w, "weight");
        json_str(w, str_of(weight_unit(event.weight)));
        json_object_end(w);
    }
    json_array_end(w);
}

static void member_u64(JsonWriter *w, const char *key, uint64_t v) {
    json_key(w, key);
    json_u64(w, v);
}

static void member_i64(JsonWriter *w, const char *key, int64_t v) {
    json_key(w, key);
    json_i64(w, v);
}

/* The list of what is unusual, idle hidden, of the event that the window shows first. */
static DetectList *find(const Loaded *l) {
    DetectWish wish = {
        .profile = &l->profile, .view = profile_view(&l->profile), .idle = IDLE_HIDE};
    wish.event = query_default_event(&l->profile, &wish.view);
    return detect_run(&wish, NULL);
}

static void ranges_json(JsonWriter *w, const Finding *f) {
    json_key(w, "ranges");
    json_array(w);
    for (uint32_t i = 0; i < f->ranges; i++) {
        json_array(w);
        json_i64(w, f->range[i].t0_ns);
        json_i64(w, f->range[i].t1_ns);
        json_array_end(w);
    }
    json_array_end(w);
}

static void finding_json(JsonWriter *w, const Loaded *l, const DetectList *list, uint32_t nth) {
    const Finding *f = &list->finding[nth];
    Buf text = {0};
    finding_text(list, nth, &l->dict, &text);
    json_object(w);
    json_key(w, "kind");
    json_str(w, str_of(finding_name(f->kind)));
    json_key(w, "score");
    json_double(w, f->score, 1);
    member_i64(w, "t0_ns", f->t0_ns);
    member_i64(w, "t1_ns", f->t1_ns);
    member_u64(w, "count", f->count);
    ranges_json(w, f);
    member_i64(w, "typical_ns", f->typical_ns);
    member_i64(w, "period_ns", f->period_ns);
    member_i64(w, "phase_ns", f->phase_ns);
    member_u64(w, "samples", f->samples);
    member_u64(w, "expected", f->expected);
    json_key(w, "frame");
    json_str(w, f->frame ? dict_symbol(&l->dict, f->frame) : str_of(""));
    member_u64(w, "frame_samples", f->frame_samples);
    member_u64(w, "frame_expected", f->frame_expected);
    member_i64(w, "tid", f->tid);
    member_i64(w, "cpu", f->cpu);
    json_key(w, "text");
    json_str(w, buf_str(&text));
    json_object_end(w);
    buf_free(&text);
}

/* Empty: nothing. */
static Buf not_shown(const Loaded *l) {
    const Format *format = l->status.format ? format_named(l->status.format) : NULL;
    Buf out = {0};
    if (format)
        format_left_out(format, l->how.inlined || l->status.packed, &out);
    return out;
}

static void findings_json(JsonWriter *w, const Loaded *l) {
    DetectList *list = find(l);
    member_i64(w, "findings_bin_ns", list->bin_ns);
    json_key(w, "findings");
    json_array(w);
    for (uint32_t i = 0; i < list->count; i++)
        finding_json(w, l, list, i);
    json_array_end(w);
    detect_drop(list);
}

void info_json(const Loaded *l, bool findings, Buf *out) {
    Arena arena;
    arena_init(&arena, 1 << 20);
    Facts f = {0};
    count_facts(l, &arena, &f);
    JsonWriter w;
    json_begin(&w, out, true);
    json_object(&w);
    json_key(&w, "format");
    json_str(&w, str_of(l->status.format));
    Buf left_out = not_shown(l);
    if (left_out.n) {
        json_key(&w, "not_shown");
        json_str(&w, buf_str(&left_out));
    }
    buf_free(&left_out);
    member_i64(&w, "bytes", l->status.bytes_read);
    member_i64(&w, "text_bytes", l->status.bytes_text);
    member_u64(&w, "samples", f.view.samples);
    member_u64(&w, "idle_samples", f.idle);
    complaints_json(&w, l);
    json_key(&w, "has_time");
    json_bool(&w, f.view.has_time);
    json_key(&w, "in_order");
    json_bool(&w, f.view.in_order);
    member_i64(&w, "origin_ns", profile_origin(&f.view));
    member_i64(&w, "first_ns", f.view.first_ns);
    member_i64(&w, "last_ns", f.view.last_ns);
    events_json(&w, l, &f);
    member_u64(&w, "processes", f.processes);
    member_u64(&w, "threads", f.threads);
    member_u64(&w, "cpus", f.cpus);
    member_u64(&w, "stacks", f.view.stacks ? f.view.stacks - 1 : 0);
    member_u64(&w, "frames", f.view.frames ? f.view.frames - 1 : 0);
    member_u64(&w, "pairs", f.view.pairs ? f.view.pairs - 1 : 0);
    member_u64(&w, "nodes", f.nodes);
    json_key(&w, "load_seconds");
    json_double(&w, (double)l->status.elapsed_ns / 1e9, 4);
    member_u64(&w, "threads_used", l->how.threads);
    if (findings)
        findings_json(&w, l);
    member_u64(&w, "peak_rss_bytes", clock_peak_rss_bytes());
    json_object_end(&w);
    buf_putc(out, '\n');
    arena_free(&arena);
}

/* -- text */

static void line(Buf *out, const char *name, uint64_t value, const char *note) {
    buf_printf(out, "%-12s %llu%s\n", name, (unsigned long long)value, note);
}

/* The findings, strongest first, and where "unusual" begins. */
static void findings_text(const Loaded *l, Buf *out) {
    DetectList *list = find(l);
    if (list->bin_ns)
        buf_printf(
            out,
            "\nwhere to look, in bins of %lld ms; what needs at least %d nats is not there by chance\n",
            (long long)(list->bin_ns / 1000000), DETECT_GROUP_SCORE);
    for (uint32_t i = 0; i < list->count; i++) {
        buf_printf(out, "%2u. %8.0f  ", i + 1, list->finding[i].score);
        finding_text(list, i, &l->dict, out);
        buf_putc(out, '\n');
    }
    if (list->count == 0)
        buf_puts(out,
                 list->bin_ns ? "nothing unusual\n" : "\nnowhere to look: no samples with times\n");
    detect_drop(list);
}

void info_text(const Loaded *l, const char *path, bool findings, Buf *out) {
    Arena arena;
    arena_init(&arena, 1 << 20);
    Facts f = {0};
    count_facts(l, &arena, &f);
    double seconds = (double)l->status.elapsed_ns / 1e9, mb = (double)l->status.bytes_text / 1e6;
    buf_printf(out, "%-12s %s\n%-12s %s\n", "file", path, "format", l->status.format);
    Buf left_out = not_shown(l);
    if (left_out.n)
        buf_printf(out, "%-12s %s\n", "not shown", left_out.s);
    buf_free(&left_out);
    buf_printf(out, "%-12s ", "size");
    amount_put(out, (uint64_t)l->status.bytes_text, WEIGHT_BYTES);
    buf_puts(out, " of text, ");
    amount_put(out, (uint64_t)l->status.bytes_read, WEIGHT_BYTES);
    buf_puts(out, " read\n");
    line(out, "samples", f.view.samples, "");
    line(out, "idle", f.idle, " of them");
    if (f.view.has_time)
        buf_printf(out, "%-12s %.6f s, from %.6f s%s\n", "span",
                   (double)(f.view.last_ns - f.view.first_ns) / 1e9, (double)f.view.first_ns / 1e9,
                   f.view.in_order ? "" : ", not in order of time");
    else
        buf_printf(out, "%-12s none: flame graph only\n", "times");
    for (uint32_t e = 0; e < f.view.events; e++) {
        Event event = contexts_get_event(&l->dict.contexts, e);
        Str name = names_get(&l->dict.names, event.name);
        if (!f.event_samples[e])
            continue;
        buf_printf(out, "%-12s %.*s: %llu samples", "event", name.n ? (int)name.n : 7,
                   name.n ? name.s : "(none) ", (unsigned long long)f.event_samples[e]);
        if (event.weight != WEIGHT_SAMPLES)
            buf_printf(out, ", weights in %s", weight_unit(event.weight));
        buf_putc(out, '\n');
    }
    line(out, "processes", f.processes, "");
    line(out, "threads", f.threads, "");
    line(out, "cpus", f.cpus, "");
    line(out, "stacks", f.view.stacks ? f.view.stacks - 1 : 0, "");
    line(out, "frames", f.view.frames ? f.view.frames - 1 : 0, "");
    buf_printf(out, "%-12s %.3f s, %.0f MB/s of text, %u threads\n", "loaded in", seconds,
               seconds > 0 ? mb / seconds : 0, l->how.threads);
    if (f.view.complaints)
        line(out, "complaints", f.view.complaints, " (on standard error)");
    if (findings)
        findings_text(l, out);
    arena_free(&arena);
}
