/* FolderCache: what the browser found out about files (FolderLook), kept for the next time, one
 * small file each in `looks` below the cache's folder. An entry belongs to a file by its path,
 * size, time of change and content (cache_key_any) and carries a version and a checksum; one
 * that is stale or damaged counts as none. At most FOLDER_CACHE_MOST of them, those used
 * longest ago go first. Thread: one at a time. Failure: never one of the program. */
#pragma once

#include "app/cache.h"
#include "app/folder_look.h"

enum { FOLDER_CACHE_MOST = 4000 };

bool folder_cache_find(const CacheKey *key, FolderLook *look);
void folder_cache_keep(const CacheKey *key, const FolderLook *look);
/* Where the entry of that file is; false when there can be none. */
bool folder_cache_entry(const CacheKey *key, char *out, size_t cap);
/* Deletes the entries used longest ago until `most` are left. */
void folder_cache_trim(uint32_t most);
