#include "ingest/perf_folder.h"

#include <stdio.h>
#include <string.h>

#include "ingest/perf_data_header.h"

enum { PARTS_MOST = 4096 };

bool perf_folder(const char *path, char *out, size_t cap) {
    enum { MAGIC = 8 };
    char magic[MAGIC];
    File f;
    if (!file_is_folder(path))
        return false;
    path_join(out, cap, path, "data");
    if (!file_is_plain(out) || !file_open(&f, out, NULL))
        return false;
    bool is =
        file_pread(&f, magic, MAGIC, 0, NULL) == MAGIC && perf_header_probe((Str){magic, MAGIC});
    file_close(&f);
    return is;
}

bool perf_folder_list(const char *data, char *out, size_t cap) {
    const char *name = path_name(data);
    if (strcmp(name, "data") != 0)
        return false;
    int n = snprintf(out, cap, "%.*skcore_dir/kallsyms", (int)(name - data), data);
    return n > 0 && (size_t)n < cap && file_is_plain(out);
}

static bool part_path(const char *data, uint32_t i, char *out, size_t cap) {
    int n = snprintf(out, cap, "%s.%u", data, (unsigned)i);
    return n > 0 && (size_t)n < cap && file_is_plain(out);
}

int64_t perf_folder_bytes(const char *data) {
    char path[1024];
    FileEntry e;
    int64_t sum = file_stat(data, &e) ? e.size : 0;
    for (uint32_t i = 0; i < PARTS_MOST && part_path(data, i, path, sizeof path); i++)
        sum += file_stat(path, &e) ? e.size : 0;
    return sum;
}

void perf_parts_open(PerfParts *parts, const PerfInput *data, Error *err) {
    char path[1024];
    const char *first = source_path(data->source);
    uint32_t n = 0;
    while (n < PARTS_MOST && part_path(first, n, path, sizeof path))
        n++;
    *parts = (PerfParts){.part = n ? mem_resize(NULL, 0, n * sizeof *parts->part) : NULL, .n = n};
    for (uint32_t i = 0; i < n; i++) {
        PerfPart *p = &parts->part[i];
        part_path(first, i, path, sizeof path);
        p->source = source_open(path, CODEC_AUTO, err);
        if (p->source)
            source_is_part(p->source, data->source);
        perf_input_init(&p->input, p->source);
        p->input.swapped = data->swapped;
        p->input.left = p->source ? UINT64_MAX : 0;
    }
}

void perf_parts_free(PerfParts *parts) {
    for (uint32_t i = 0; i < parts->n; i++) {
        perf_input_free(&parts->part[i].input);
        source_close(parts->part[i].source);
    }
    mem_resize(parts->part, parts->n * sizeof *parts->part, 0);
    *parts = (PerfParts){0};
}

PerfLane *perf_lanes_new(const PerfParts *parts, PerfInput *data, uint32_t *n) {
    *n = parts->n + 1;
    PerfLane *lane = mem_resize(NULL, 0, *n * sizeof *lane);
    lane[0].input = data;
    for (uint32_t i = 0; i < parts->n; i++)
        lane[i + 1] = (PerfLane){.input = &parts->part[i].input, .ended = !parts->part[i].source};
    return lane;
}

PerfLane *perf_lane_last(PerfLane *lane, uint32_t n) {
    PerfLane *last = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (!lane[i].ended && (!last || lane[i].seen < last->seen))
            last = &lane[i];
    }
    return last;
}

bool perf_lanes_are_read(const PerfLane *lane, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (!lane[i].ended && !lane[i].read)
            return false;
    }
    return true;
}
