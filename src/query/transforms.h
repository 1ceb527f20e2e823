/* Transforms: what is done to the tree before it is drawn, in the order of the list, each to what
 * the one before left. A plain bounded value with a one-line language (the state, replay scripts,
 * --transform):
 *   transforms  t||t||…                 "off:" before one: kept, not applied
 *   t           focus-subtree=PATH      only samples through this node; its ancestors go
 *               focus-function=FRAME    only samples with it, from its topmost occurrence down
 *               drop-function=FRAME     samples with it go
 *               merge-node=PATH         the node goes; what it had is its parent's
 *               merge-function=FRAME    so do all nodes of this function
 *               collapse-module=MODULE  each run of its frames is one frame named after it
 *               collapse-recursion[=FRAME]  what lies between the outermost and the deepest
 *                                       of a path goes; what those called, the outermost called
 *               collapse-direct[=FRAME] f calling f is one f; without a frame: every function
 *               hide-kernel             kernel frames go; what they had is their callers'
 *               group=process|thread|cpu|event|module|package   a frame above all others
 *               callers-of=FRAME        only samples with it, cut below its topmost occurrence
 *   PATH        FRAME;FRAME;…           from below the root of the tree as transformed so far
 *   FRAME       SYMBOL or SYMBOL|MODULE no module: any; a module without a / may lie anywhere
 * A backslash stands before each backslash, | and ; of a name. Blanks belong to names.
 * A later group goes below an earlier one. Groups stay on top when a focus cuts ancestors off,
 * and when the tree is inverted. Function means every frame of that symbol and module.
 * Owner: the caller's value, copied freely; what is unused is zero, so that values may be
 * compared as memory. Thread: pure functions. Failure: false and words. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef enum TransformKind {
    TRANSFORM_FOCUS_SUBTREE,
    TRANSFORM_FOCUS_FUNCTION,
    TRANSFORM_DROP_FUNCTION,
    TRANSFORM_MERGE_NODE,
    TRANSFORM_MERGE_FUNCTION,
    TRANSFORM_COLLAPSE_MODULE,
    TRANSFORM_COLLAPSE_RECURSION,
    TRANSFORM_COLLAPSE_DIRECT,
    TRANSFORM_HIDE_KERNEL,
    TRANSFORM_GROUP,
    TRANSFORM_CALLERS_OF, /* the upper half of a sandwich, inverted; its lower: FOCUS_FUNCTION */
    TRANSFORM_KINDS
} TransformKind;

typedef enum GroupKey {
    GROUP_PROCESS,
    GROUP_THREAD,
    GROUP_CPU,
    GROUP_EVENT,
    GROUP_MODULE,  /* of the leaf */
    GROUP_PACKAGE, /* of the leaf */
    GROUP_KEYS
} GroupKey;

enum { TRANSFORMS = 16, TRANSFORM_TEXT = 8192 };

typedef struct Transform {
    uint8_t kind;   /* TransformKind */
    bool off;       /* a breadcrumb that is switched off: kept, not applied */
    uint8_t group;  /* GroupKey */
    uint16_t at, n; /* text[at, at + n): its frames as "symbol\tmodule\n", root first */
} Transform;

typedef struct Transforms {
    uint32_t count, used; /* items; bytes of text */
    Transform item[TRANSFORMS];
    char text[TRANSFORM_TEXT];
} Transforms;

/* frames: "symbol\tmodule\n" a frame, root first, as many as the kind wants: a path for
 * FOCUS_SUBTREE and MERGE_NODE, none or one for the collapses of recursion, one for a function or
 * a module (whose symbol is not looked at), none for HIDE_KERNEL and GROUP. */
bool transforms_add(Transforms *transforms, TransformKind kind, GroupKey group, Str frames,
                    Error *err);
void transforms_remove(Transforms *transforms, uint32_t i);
/* By what is in force: transforms that are off do not count. */
bool transforms_same(const Transforms *a, const Transforms *b);
uint64_t transforms_hash(const Transforms *transforms); /* of what is in force; 0: nothing is */
Str transform_frames(const Transforms *transforms, uint32_t i);
/* Whether what is in force tells samples of one pair on different cpus apart. */
bool transforms_by_cpu(const Transforms *transforms);

/* Adds what `text` says behind what is there; nothing where it is wrong. */
bool transforms_parse(Str text, Transforms *transforms, Error *err);
void transforms_format(const Transforms *transforms, Buf *out);
/* For a breadcrumb: "focus on parse", "by thread". */
void transform_describe(const Transforms *transforms, uint32_t i, Buf *out);
const char *group_key_name(GroupKey key);
