/* JFR types: what the metadata event of a chunk says about its events and constants, made into
 * layouts: flat lists of steps that read a value and put its wanted fields into slots. No order
 * of fields is assumed anywhere else.
 * The metadata event is a tree of elements with attributes: below root and metadata, a `class`
 * has name and id, each `field` in it has name, class (an id), maybe constantPool="true" (a key
 * is written) and dimension="1" (an array); an annotation of a field may name its unit of time.
 * Facts: the JDK's jdk.jfr.internal.MetadataReader and MetadataDescriptor.
 * Owner: a reader of one file; the metadata's bytes must live as long. Thread: one at a time.
 * Failure: jfr_types_read says no; a type that makes no sense (endless nesting, unknown parts)
 * has a broken layout, and reading one is `bad`. Every step takes a byte at least, so that
 * reading ends with the bytes. */
#pragma once

#include "base/column.h"
#include "ingest/id_map.h"
#include "ingest/jfr_bytes.h"

enum { JFR_SLOTS = 8, JFR_LAYOUT_NONE = UINT32_MAX };

/* Fields that somebody wants of a type, by name, in the order of their slots. */
typedef struct JfrWish {
    const char *type;
    const char *field[JFR_SLOTS]; /* NULL: nothing in this slot */
} JfrWish;

typedef struct JfrStep {
    uint8_t code; /* private to jfr_types.c */
    uint8_t slot; /* JFR_SLOTS: not wanted */
    uint16_t fixed;
    uint32_t element; /* of an array: the layout of its elements */
} JfrStep;

typedef struct JfrLayout {
    uint32_t first, n; /* steps */
    bool broken;
    uint8_t numbers;    /* all steps are compressed numbers: so many; 0 if not */
    uint64_t slot_unit; /* of each slot a byte: JfrUnit */
} JfrLayout;

typedef enum JfrUnit {
    JFR_UNIT_NONE,
    JFR_UNIT_TICKS,
    JFR_UNIT_NS,
    JFR_UNIT_US,
    JFR_UNIT_MS,
    JFR_UNIT_S
} JfrUnit;

typedef struct JfrType {
    uint64_t id;
    Str name;
    uint32_t field, fields; /* side by side in JfrTypes.field */
    uint32_t layout;        /* JFR_LAYOUT_NONE until asked for */
} JfrType;

typedef struct JfrField {
    Str name;
    uint64_t type;
    bool constant, array;
    uint8_t unit;
} JfrField;

typedef struct JfrTypes {
    const JfrWish *wish;
    uint32_t wishes;
    bool compressed;
    Arena arena;   /* strings that had to be decoded */
    Column string; /* Str */
    Column type, field, step, layout;
    IdMap by_id; /* type id to place in `type`, plus 1 */
} JfrTypes;

void jfr_types_init(JfrTypes *types, const JfrWish *wish, uint32_t wishes);
void jfr_types_free(JfrTypes *types);
/* Forgets what it knew and reads the payload of a metadata event (behind its size and type).
 * False: it makes no sense; what was understood until there stays. */
bool jfr_types_read(JfrTypes *types, JfrBytes payload);
/* The layout of a type, made on demand; JFR_LAYOUT_NONE when there is no such type. */
uint32_t jfr_layout(JfrTypes *types, uint64_t type_id);
const JfrLayout *jfr_layout_at(const JfrTypes *types, uint32_t layout);
/* The name of a type; empty when there is none. */
Str jfr_type_name(const JfrTypes *types, uint64_t type_id);
/* Reads one value, whose bytes end with b's; slots that it does not fill are left alone. A
 * wanted array is given as number: how many; bytes: where they lie; encoding JFR_NO_STRING. */
void jfr_read(const JfrTypes *types, uint32_t layout, JfrBytes *b, JfrValue slot[JFR_SLOTS]);
void jfr_skip(const JfrTypes *types, uint32_t layout, JfrBytes *b);
/* The layout of the elements of the array that is in this slot. */
uint32_t jfr_element(const JfrTypes *types, uint32_t layout, uint32_t slot);
/* Whether values of this layout are *n compressed numbers, of which the one at *place is what
 * belongs into the slot: for who reads very many. */
bool jfr_numbers(const JfrTypes *types, uint32_t layout, uint32_t slot, uint32_t *place,
                 uint32_t *n);
JfrUnit jfr_unit(const JfrTypes *types, uint32_t layout, uint32_t slot);
