/* What the head of a JSON text has, for probes; part of json_pull.h. */
#include <string.h>

#include "ingest/json_pull.h"

enum { PATH_KEYS = 3, KEY_BYTES = 16, PATH_BYTES = PATH_KEYS * (KEY_BYTES + 1) };

typedef struct Path {
    char text[PATH_KEYS][PATH_BYTES]; /* "a.b.c" up to each key */
    uint32_t keys;                    /* of the value at hand */
} Path;

static void path_key(Path *path, uint32_t nth, Str key) {
    Str before = nth ? str_of(path->text[nth - 1]) : STR("");
    char *out = path->text[nth];
    size_t n = 0;
    for (size_t i = 0; i < before.n; i++)
        out[n++] = before.s[i];
    if (nth)
        out[n++] = '.';
    if (key.n > KEY_BYTES)
        key.n = KEY_BYTES;
    memcpy(out + n, key.s, key.n);
    out[n + key.n] = 0;
}

static bool leads_on(const char *path, const char *const *paths, uint32_t n) {
    size_t length = strlen(path);
    for (uint32_t i = 0; i < n; i++)
        if (strncmp(path, paths[i], length) == 0 && paths[i][length] == '.')
            return true;
    return false;
}

/* The object or array that was just begun, whose path has `keys` keys. */
static void look_into(JsonPull *p, Path *path, uint32_t keys, const char *const *paths, uint32_t n,
                      uint32_t *found) {
    uint32_t depth = p->depth;
    for (;;) {
        JsonToken token = json_pull_next(p);
        if (token == JSON_BROKEN || token == JSON_END || p->depth < depth)
            return;
        uint32_t deeper = keys;
        bool on = true;
        if (token == JSON_KEY) {
            path_key(path, keys, p->text);
            for (uint32_t i = 0; i < n; i++)
                if (strcmp(path->text[keys], paths[i]) == 0)
                    *found |= 1u << i;
            on = leads_on(path->text[keys], paths, n);
            deeper++;
            token = json_pull_next(p);
        }
        if (token != JSON_OBJECT && token != JSON_ARRAY)
            continue;
        if (on && deeper < PATH_KEYS && p->depth < 2 * PATH_KEYS)
            look_into(p, path, deeper, paths, n, found);
        else
            json_pull_skip(p, token);
    }
}

uint32_t json_pull_paths(Str head, const char *const *paths, uint32_t n, bool *array) {
    uint32_t found = 0;
    Path path = {0};
    JsonPull p;
    *array = false;
    size_t blank = 0;
    while (blank < head.n && strchr(" \t\r\n", head.s[blank]) && head.s[blank])
        blank++;
    if (blank == head.n || (head.s[blank] != '{' && head.s[blank] != '['))
        return 0;
    json_pull_open_text(&p, head);
    JsonToken token = json_pull_next(&p);
    *array = token == JSON_ARRAY;
    if (token == JSON_OBJECT || token == JSON_ARRAY)
        look_into(&p, &path, 0, paths, n, &found);
    json_pull_close(&p);
    return found;
}
