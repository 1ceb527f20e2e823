/* FolderRows: which entries of a folder are listed, and in which order. Folders come first
 * whatever the order, ".." before them; what is not known yet comes last. A filter is words,
 * all of which must be in the name or the format, whatever their case. Pure functions. Thread:
 * any. */
#pragma once

#include "app/folder_look.h"
#include "base/file.h"

typedef enum FolderOrder {
    FOLDER_BY_NAME,
    FOLDER_BY_FORMAT,
    FOLDER_BY_DURATION,
    FOLDER_BY_SAMPLES,
    FOLDER_BY_SIZE,
    FOLDER_BY_MODIFIED,
    FOLDER_ORDERS,
    FOLDER_AS_LISTED /* as the items come: files opened last */
} FolderOrder;

typedef struct FolderItem {
    FileEntry file;
    const FolderLook *look; /* NULL: not looked at yet */
} FolderItem;

const char *folder_order_name(uint32_t order); /* "name", "format", … */
bool folder_order_named(Str name, uint8_t *out);
/* Names and formats begin with the first, numbers with the largest, times with the newest. */
bool folder_order_ascends(uint32_t order);
bool folder_is_up(const FolderItem *item);
bool folder_matches(const FolderItem *item, Str filter);
/* Room for `count` indices in rows; returns how many are listed. */
size_t folder_rows(const FolderItem *item, size_t count, Str filter, FolderOrder order,
                   bool ascending, uint32_t *rows);
