#include "ingest/jfr_pools.h"

#include <string.h>

const JfrWish jfr_pool_wish[JFR_POOLS] = {
    [JFR_STRINGS] = {"java.lang.String", {0}},
    [JFR_SYMBOLS] = {"jdk.types.Symbol", {"string"}},
    [JFR_CLASSES] = {"java.lang.Class", {"name"}},
    [JFR_METHODS] = {"jdk.types.Method", {"type", "name"}},
    [JFR_STACKS] = {"jdk.types.StackTrace", {"frames"}},
    [JFR_FRAME_TYPES] = {"jdk.types.FrameType", {"description"}},
    [JFR_STATES] = {"jdk.types.ThreadState", {"name"}},
    [JFR_THREADS] = {"java.lang.Thread", {"osName", "osThreadId", "javaName", "javaThreadId"}},
    [JFR_STACK_FRAMES] = {"jdk.types.StackFrame", {"method", "type"}},
};

void jfr_pools_init(JfrPools *p, JfrTypes *types) {
    *p = (JfrPools){.types = types};
    for (int i = 0; i < JFR_POOLS; i++) {
        id_map_init(&p->by_key[i]);
        column_init(&p->constant[i], sizeof(JfrConstant), 8);
    }
}

void jfr_pools_free(JfrPools *p) {
    for (int i = 0; i < JFR_POOLS; i++) {
        id_map_free(&p->by_key[i]);
        column_free(&p->constant[i]);
    }
}

void jfr_pools_begin(JfrPools *p) {
    for (int i = 0; i < JFR_POOLS; i++) {
        if (p->constant[i].count)
            id_map_clear(&p->by_key[i]);
        column_clear(&p->constant[i]);
        p->layout[i] = JFR_LAYOUT_NONE;
    }
}

static int pool_named(Str name) {
    for (int i = 0; i < JFR_POOLS; i++)
        if (str_eq_c(name, jfr_pool_wish[i].type))
            return i;
    return JFR_POOLS;
}

static void keep(JfrPools *p, int pool, JfrConstant constant) {
    uint32_t hi = (uint32_t)(constant.key >> 32), lo = (uint32_t)constant.key;
    uint32_t at = id_map_find(&p->by_key[pool], hi, lo);
    if (at) {
        COLUMN_AT(&p->constant[pool], JfrConstant, at - 1) = constant;
        return;
    }
    COLUMN_PUSH(&p->constant[pool], JfrConstant) = constant;
    id_map_add(&p->by_key[pool], hi, lo, (uint32_t)p->constant[pool].count);
}

/* False: a type that the metadata does not have; where its constants end cannot be known. */
static bool add_pool(JfrPools *p, JfrBytes *b) {
    uint64_t type = jfr_long(b);
    uint32_t count = jfr_int(b), layout = jfr_layout(p->types, type);
    if (b->bad || (layout == JFR_LAYOUT_NONE && count))
        return false;
    int pool = pool_named(jfr_type_name(p->types, type));
    if (pool < JFR_POOLS)
        p->layout[pool] = layout;
    for (; count > 0; count--) {
        JfrConstant constant = {.key = jfr_long(b)};
        constant.at = b->at;
        jfr_skip(p->types, layout, b);
        constant.end = b->at;
        if (b->bad)
            return false;
        if (pool < JFR_POOLS)
            keep(p, pool, constant);
    }
    return true;
}

bool jfr_pools_add(JfrPools *p, JfrBytes b) {
    jfr_long(&b); /* time, duration, distance to the checkpoint before, kind */
    jfr_long(&b);
    jfr_long(&b);
    jfr_fixed(&b, 1);
    for (uint32_t n = jfr_int(&b); n > 0 && !b.bad; n--)
        if (!add_pool(p, &b))
            return false;
    return !b.bad;
}

void jfr_constant_read(const JfrPools *p, JfrPool pool, uint32_t at, JfrValue slot[JFR_SLOTS]) {
    JfrConstant constant = COLUMN_AT(&p->constant[pool], JfrConstant, at - 1);
    JfrBytes b = {constant.at, constant.end, p->types->compressed, false};
    memset(slot, 0, JFR_SLOTS * sizeof *slot);
    jfr_read(p->types, p->layout[pool], &b, slot);
}

bool jfr_text(const JfrPools *p, const JfrValue *value, Buf *out) {
    JfrValue slot[JFR_SLOTS] = {*value};
    for (int hops = 0; hops < 2; hops++) {
        uint8_t encoding = slot[JFR_STRING].encoding;
        if (encoding != JFR_NO_STRING && encoding != JFR_CONSTANT)
            break;
        JfrPool pool = encoding == JFR_CONSTANT ? JFR_STRINGS : JFR_SYMBOLS;
        uint32_t at = jfr_constant(p, pool, slot[JFR_STRING].number);
        if (!at)
            return false;
        jfr_constant_read(p, pool, at, slot);
    }
    jfr_put(out, &slot[JFR_STRING], p->types->compressed);
    return true;
}
