/* Error: why something could not be done, in words a user can act on.
 * Owner: the caller's variable. Functions that can fail return bool and fill *err on false.
 * err may be NULL. The first error stays: error_set does nothing on one already set. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum ErrorKind {
    ERROR_NONE,
    ERROR_IO,     /* the system said no */
    ERROR_FORMAT, /* the bytes are not what they should be */
    ERROR_USAGE,  /* the caller's wish makes no sense */
    ERROR_LIMIT,  /* too large for a documented limit */
    ERROR_CANCELLED,
} ErrorKind;

typedef struct Error {
    ErrorKind kind;
    char message[320]; /* one sentence, no full stop, no file name */
    char file[256];    /* empty when none is concerned */
    int64_t offset;    /* byte offset in file, or -1 */
} Error;

/* Returns false, so that `return error_set(…);` reads well. */
bool error_set(Error *err, ErrorKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As error_set, with the text of errno behind the message. */
bool error_errno(Error *err, const char *file, const char *doing);
/* Invariant broken or memory gone: prints and aborts. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
