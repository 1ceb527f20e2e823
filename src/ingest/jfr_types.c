#include "ingest/jfr_types.h"

#include <string.h>

enum {
    STEPS_MAX = 1024, /* of one type; the largest event of a JDK has some 60 */
    WORK_MAX = 8192,  /* fields looked at for one type: nested types may hold nothing */
    NESTED_MAX = 16,
    TREE_DEPTH = 32,
};

enum { STEP_NUMBER, STEP_FIXED, STEP_STRING, STEP_ARRAY };

void jfr_types_init(JfrTypes *t, const JfrWish *wish, uint32_t wishes) {
    *t = (JfrTypes){.wish = wish, .wishes = wishes};
    arena_init(&t->arena, 0);
    column_init(&t->string, sizeof(Str), 8);
    column_init(&t->type, sizeof(JfrType), 8);
    column_init(&t->field, sizeof(JfrField), 8);
    column_init(&t->step, sizeof(JfrStep), 8);
    column_init(&t->layout, sizeof(JfrLayout), 8);
    id_map_init(&t->by_id);
}

void jfr_types_free(JfrTypes *t) {
    arena_free(&t->arena);
    column_free(&t->string);
    column_free(&t->type);
    column_free(&t->field);
    column_free(&t->step);
    column_free(&t->layout);
    id_map_free(&t->by_id);
}

static void forget(JfrTypes *t) {
    arena_reset(&t->arena);
    column_clear(&t->string);
    column_clear(&t->type);
    column_clear(&t->field);
    column_clear(&t->step);
    column_clear(&t->layout);
    id_map_clear(&t->by_id);
}

/* ---- the metadata event -------------------------------------------------------------------
 */

static Str text_of(JfrTypes *t, const JfrValue *value) {
    if (value->encoding == JFR_UTF8)
        return (Str){(const char *)value->bytes, value->n};
    Buf decoded = {0};
    jfr_put(&decoded, value, t->compressed);
    Str copy = str_copy(&t->arena, buf_str(&decoded));
    buf_free(&decoded);
    return copy;
}

static Str string_at(const JfrTypes *t, JfrBytes *b) {
    uint32_t i = jfr_int(b);
    if (b->bad || i >= t->string.count) {
        jfr_fail(b);
        return (Str){"", 0};
    }
    return COLUMN_AT(&t->string, Str, i);
}

static uint64_t number_of(Str s) {
    int64_t number = 0;
    return str_to_i64(s, &number) ? (uint64_t)number : 0;
}

static uint8_t unit_named(Str name) {
    static const char *const names[] = {"TICKS", "NANOSECONDS", "MICROSECONDS", "MILLISECONDS",
                                        "SECONDS"};
    for (uint8_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_c(name, names[i]))
            return (uint8_t)(i + 1);
    return JFR_UNIT_NONE;
}

typedef struct Element {
    Str kind;
    Str name, id, class_id, value;
    bool constant, array;
} Element;

static void read_attributes(const JfrTypes *t, JfrBytes *b, Element *e) {
    for (uint32_t n = jfr_int(b); n > 0 && !b->bad; n--) {
        Str key = string_at(t, b), value = string_at(t, b);
        if (str_eq_c(key, "name"))
            e->name = value;
        else if (str_eq_c(key, "id"))
            e->id = value;
        else if (str_eq_c(key, "class"))
            e->class_id = value;
        else if (str_eq_c(key, "value"))
            e->value = value;
        else if (str_eq_c(key, "constantPool"))
            e->constant = str_eq_c(value, "true");
        else if (str_eq_c(key, "dimension"))
            e->array = str_eq_c(value, "1");
    }
}

static void add_type(JfrTypes *t, const Element *e) {
    uint64_t id = number_of(e->id);
    uint32_t hi = (uint32_t)(id >> 32), lo = (uint32_t)id;
    COLUMN_PUSH(&t->type, JfrType) = (JfrType){
        .id = id, .name = e->name, .field = (uint32_t)t->field.count, .layout = JFR_LAYOUT_NONE};
    if (!id_map_find(&t->by_id, hi, lo))
        id_map_add(&t->by_id, hi, lo, (uint32_t)t->type.count);
}

/* `of`: what the element lies in. Returns what its own children lie in. */
static char add_element(JfrTypes *t, const Element *e, char of) {
    if (str_eq_c(e->kind, "class")) {
        add_type(t, e);
        return 'c';
    }
    if (str_eq_c(e->kind, "field") && of == 'c') {
        COLUMN_PUSH(&t->field, JfrField) =
            (JfrField){e->name, number_of(e->class_id), e->constant, e->array, 0};
        ((JfrType *)column_at(&t->type, t->type.count - 1))->fields++;
        return 'f';
    }
    if (str_eq_c(e->kind, "annotation") && of == 'f') {
        JfrField *field = (JfrField *)column_at(&t->field, t->field.count - 1);
        if (!field->unit)
            field->unit = unit_named(e->value);
    }
    return 0;
}

/* A class within a class would tear the fields of the outer one apart: nobody writes that. */
static void read_tree(JfrTypes *t, JfrBytes *b) {
    uint32_t left[TREE_DEPTH] = {1}, depth = 0;
    char of[TREE_DEPTH] = {0};
    for (;;) {
        while (left[depth] == 0) {
            if (depth-- == 0)
                return;
        }
        left[depth]--;
        Element e = {.kind = string_at(t, b)};
        read_attributes(t, b, &e);
        uint32_t children = jfr_int(b);
        if (b->bad)
            return;
        char is = add_element(t, &e, of[depth]);
        if (depth + 1 == TREE_DEPTH) {
            jfr_fail(b);
            return;
        }
        left[++depth] = children;
        of[depth] = is;
    }
}

bool jfr_types_read(JfrTypes *t, JfrBytes b) {
    forget(t);
    t->compressed = b.compressed;
    jfr_long(&b); /* time, duration, the metadata's id */
    jfr_long(&b);
    jfr_long(&b);
    for (uint32_t n = jfr_int(&b); n > 0 && !b.bad; n--) {
        JfrValue value;
        jfr_string(&b, &value);
        COLUMN_PUSH(&t->string, Str) = text_of(t, &value);
    }
    if (!b.bad)
        read_tree(t, &b);
    return !b.bad && t->type.count > 0;
}

/* ---- layouts ------------------------------------------------------------------------------
 */

static JfrType *type_by_id(const JfrTypes *t, uint64_t id) {
    uint32_t at = id_map_find(&t->by_id, (uint32_t)(id >> 32), (uint32_t)id);
    return at ? (JfrType *)column_at(&t->type, at - 1) : NULL;
}

Str jfr_type_name(const JfrTypes *t, uint64_t type_id) {
    const JfrType *type = type_by_id(t, type_id);
    return type ? type->name : (Str){"", 0};
}

/* Steps of one type while they are put together. */
typedef struct Draft {
    JfrStep step[STEPS_MAX];
    uint32_t n, work;
    uint64_t unit;
    bool broken;
} Draft;

static void add_step(Draft *d, JfrStep step) {
    if (d->n == STEPS_MAX)
        d->broken = true;
    else
        d->step[d->n++] = step;
}

/* What has no fields of its own; false: it is no such type. */
static bool simple_step(const JfrTypes *t, Str name, JfrStep *step) {
    static const struct {
        const char *name;
        uint8_t bytes;
        bool compressed; /* where integers are */
    } simple[] = {{"long", 8, true},    {"int", 4, true},   {"short", 2, true},
                  {"char", 2, true},    {"byte", 1, false}, {"boolean", 1, false},
                  {"double", 8, false}, {"float", 4, false}};
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
        if (!str_eq_c(name, simple[i].name))
            continue;
        step->code = simple[i].compressed && t->compressed ? STEP_NUMBER : STEP_FIXED;
        step->fixed = simple[i].bytes;
        return true;
    }
    step->code = STEP_STRING;
    return str_eq_c(name, "java.lang.String");
}

static uint32_t wish_slot(const JfrWish *wish, Str field) {
    for (uint32_t i = 0; wish && i < JFR_SLOTS; i++)
        if (wish->field[i] && str_eq_c(field, wish->field[i]))
            return i;
    return JFR_SLOTS;
}

static uint32_t make_layout(JfrTypes *t, JfrType *type, uint32_t depth);

static uint32_t key_layout(JfrTypes *t) {
    JfrStep step = {t->compressed ? STEP_NUMBER : STEP_FIXED, JFR_SLOTS, 8, 0};
    COLUMN_PUSH(&t->layout, JfrLayout) =
        (JfrLayout){.first = (uint32_t)t->step.count, .n = 1, .numbers = t->compressed};
    COLUMN_PUSH(&t->step, JfrStep) = step;
    return (uint32_t)t->layout.count - 1;
}

static void add_fields(JfrTypes *t, Draft *d, const JfrType *type, const JfrWish *wish,
                       uint32_t depth);

static void add_value(JfrTypes *t, Draft *d, JfrField f, uint32_t slot, uint32_t depth) {
    JfrStep step = {.slot = (uint8_t)slot, .fixed = 8};
    JfrType *of = type_by_id(t, f.type);
    d->broken = d->broken || depth > NESTED_MAX || ++d->work > WORK_MAX;
    if (d->broken)
        return;
    step.code = t->compressed ? STEP_NUMBER : STEP_FIXED;
    if (f.array) {
        step.code = STEP_ARRAY;
        step.element = f.constant ? key_layout(t) : of ? make_layout(t, of, depth + 1) : 0;
        d->broken = d->broken || (!f.constant && !of);
        add_step(d, step);
    } else if (f.constant) {
        add_step(d, step);
    } else if (!of) {
        d->broken = true;
    } else if (simple_step(t, of->name, &step)) {
        add_step(d, step);
    } else if (of->fields == 1 && slot < JFR_SLOTS) {
        /* a wanted value in a box of its own */
        add_value(t, d, COLUMN_AT(&t->field, JfrField, of->field), slot, depth + 1);
    } else {
        add_fields(t, d, of, NULL, depth + 1);
    }
}

static void add_fields(JfrTypes *t, Draft *d, const JfrType *type, const JfrWish *wish,
                       uint32_t depth) {
    for (uint32_t i = 0; i < type->fields && !d->broken; i++) {
        JfrField f = COLUMN_AT(&t->field, JfrField, type->field + i);
        uint32_t slot = wish_slot(wish, f.name);
        if (slot < JFR_SLOTS)
            d->unit |= (uint64_t)f.unit << 8 * slot;
        add_value(t, d, f, slot, depth);
    }
}

/* The layout's number is known before its steps are, for arrays of what an array lies in. */
static uint32_t make_layout(JfrTypes *t, JfrType *type, uint32_t depth) {
    if (type->layout != JFR_LAYOUT_NONE)
        return type->layout;
    uint32_t at = type->layout = (uint32_t)t->layout.count;
    column_push(&t->layout);
    const JfrWish *wish = NULL;
    for (uint32_t i = 0; i < t->wishes; i++)
        if (str_eq_c(type->name, t->wish[i].type))
            wish = &t->wish[i];
    Draft *d = mem_resize(NULL, 0, sizeof *d);
    JfrStep step = {.slot = 0};
    d->broken = depth > NESTED_MAX;
    if (simple_step(t, type->name, &step))
        add_step(d, step);
    else if (!d->broken)
        add_fields(t, d, type, wish, depth);
    JfrLayout layout = {.n = d->n, .broken = d->broken, .slot_unit = d->unit};
    bool numbers = d->n > 0 && d->n < 256;
    for (uint32_t i = 0; i < d->n; i++)
        numbers = numbers && d->step[i].code == STEP_NUMBER;
    if (d->n) {
        uint64_t first;
        memcpy(column_push_run(&t->step, d->n, &first), d->step, d->n * sizeof *d->step);
        layout.first = (uint32_t)first;
    }
    layout.numbers = numbers ? (uint8_t)d->n : 0;
    COLUMN_AT(&t->layout, JfrLayout, at) = layout;
    mem_resize(d, sizeof *d, 0);
    return at;
}

uint32_t jfr_layout(JfrTypes *t, uint64_t type_id) {
    JfrType *type = type_by_id(t, type_id);
    return type ? make_layout(t, type, 0) : JFR_LAYOUT_NONE;
}

const JfrLayout *jfr_layout_at(const JfrTypes *t, uint32_t layout) {
    return (const JfrLayout *)column_at(&t->layout, layout);
}

/* ---- reading ------------------------------------------------------------------------------
 */

static void skip_number(JfrBytes *b) {
    const uint8_t *at = b->at, *ninth = jfr_left(b) > 8 ? at + 8 : b->end;
    while (at < ninth && *at >= 0x80)
        at++;
    if (at == b->end)
        jfr_fail(b);
    else
        b->at = at + 1;
}

/* Eight bytes at a time: a number ends with a byte below 0x80. One of nine bytes need not, so
 * where eight bytes in a row are all above, numbers are looked at one by one. (Measured: one by
 * one took 35 % of the time of a load, the constants of stacks being most of a file.) */
static void skip_numbers(JfrBytes *b, uint64_t n) {
    const uint64_t high = 0x8080808080808080u, ones = 0x0101010101010101u;
    uint32_t begun = 0; /* bytes of a number that has not ended */
    while (n > 8 && jfr_left(b) >= 8) {
        uint64_t word;
        memcpy(&word, b->at, sizeof word);
        uint64_t ends = ~word & high;
        uint32_t before = ends ? (uint32_t)__builtin_ctzll(ends) / 8 : 8;
        if (begun + before >= 8) {
            b->at -= begun;
            begun = 0;
            skip_number(b);
            n--;
            continue;
        }
        n -= (ends >> 7) * ones >> 56;
        begun = (uint32_t)__builtin_clzll(ends) / 8;
        b->at += 8;
    }
    b->at -= begun;
    for (; n > 0 && !b->bad; n--)
        skip_number(b);
}

static void read_at(const JfrTypes *t, uint32_t layout, JfrBytes *b, JfrValue *slot,
                    uint32_t depth);

static void read_array(const JfrTypes *t, uint32_t element, JfrBytes *b, uint32_t depth) {
    uint32_t count = jfr_int(b);
    JfrLayout of = *jfr_layout_at(t, element);
    if (of.broken || depth == NESTED_MAX)
        jfr_fail(b);
    else if (of.numbers)
        skip_numbers(b, (uint64_t)count * of.numbers);
    else
        for (uint32_t i = 0; i < count && of.n && !b->bad; i++)
            read_at(t, element, b, NULL, depth + 1);
}

/* What most events are, and so worth a loop of its own. */
static void read_numbers(const JfrStep *step, uint32_t n, JfrBytes *b, JfrValue *slot) {
    for (uint32_t i = 0; i < n; i++) {
        uint64_t number = jfr_varint(b);
        if (slot && step[i].slot < JFR_SLOTS && !b->bad)
            slot[step[i].slot] = (JfrValue){.number = number, .encoding = JFR_NO_STRING};
    }
}

/* What comes last has the rest for itself and need not be walked through: constants are read
 * within their own bytes. */
static void read_list(const JfrTypes *t, uint32_t element, JfrBytes *b, JfrValue *out, bool last) {
    JfrBytes items = *b;
    out->number = jfr_int(&items);
    out->bytes = items.at;
    if (last)
        b->at = b->end;
    else
        read_array(t, element, b, 0);
    out->n = (uint32_t)(b->at - items.at);
}

/* slot NULL: nothing is wanted. */
static void read_at(const JfrTypes *t, uint32_t layout, JfrBytes *b, JfrValue *slot,
                    uint32_t depth) {
    JfrLayout l = *jfr_layout_at(t, layout);
    if (l.broken) {
        jfr_fail(b);
        return;
    }
    if (l.n == 0)
        return;
    const JfrStep *steps = (const JfrStep *)column_at(&t->step, l.first);
    if (l.numbers) {
        read_numbers(steps, l.numbers, b, slot);
        return;
    }
    for (uint32_t i = 0; i < l.n && !b->bad; i++) {
        JfrStep step = steps[i];
        JfrValue value = {.encoding = JFR_NO_STRING};
        switch (step.code) {
        case STEP_NUMBER:
            value.number = jfr_varint(b);
            break;
        case STEP_FIXED:
            value.number = jfr_fixed(b, step.fixed);
            break;
        case STEP_STRING:
            jfr_string(b, &value);
            break;
        default:
            if (slot && step.slot < JFR_SLOTS)
                read_list(t, step.element, b, &value, i + 1 == l.n);
            else
                read_array(t, step.element, b, depth);
        }
        if (slot && step.slot < JFR_SLOTS && !b->bad)
            slot[step.slot] = value;
    }
}

void jfr_read(const JfrTypes *t, uint32_t layout, JfrBytes *b, JfrValue slot[JFR_SLOTS]) {
    read_at(t, layout, b, slot, 0);
}

void jfr_skip(const JfrTypes *t, uint32_t layout, JfrBytes *b) {
    read_at(t, layout, b, NULL, 0);
}

uint32_t jfr_element(const JfrTypes *t, uint32_t layout, uint32_t slot) {
    const JfrLayout *l = jfr_layout_at(t, layout);
    for (uint32_t i = 0; i < l->n; i++) {
        JfrStep step = COLUMN_AT(&t->step, JfrStep, l->first + i);
        if (step.code == STEP_ARRAY && step.slot == slot)
            return step.element;
    }
    return JFR_LAYOUT_NONE;
}

bool jfr_numbers(const JfrTypes *t, uint32_t layout, uint32_t slot, uint32_t *place, uint32_t *n) {
    const JfrLayout *l = jfr_layout_at(t, layout);
    *n = l->numbers;
    for (uint32_t i = 0; i < l->numbers; i++) {
        *place = i;
        if (COLUMN_AT(&t->step, JfrStep, l->first + i).slot == slot)
            return true;
    }
    return false;
}

JfrUnit jfr_unit(const JfrTypes *t, uint32_t layout, uint32_t slot) {
    return (JfrUnit)(jfr_layout_at(t, layout)->slot_unit >> 8 * slot & 0xff);
}
