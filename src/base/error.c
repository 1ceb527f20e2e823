#define _GNU_SOURCE 1

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool error_set(Error *err, ErrorKind kind, const char *format, ...) {
    if (!err || err->kind != ERROR_NONE)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    err->kind = kind;
    err->file[0] = 0;
    err->offset = -1;
    return false;
}

bool error_errno(Error *err, const char *file, const char *doing) {
    int number = errno;
    if (!err || err->kind != ERROR_NONE)
        return false;
    char room[128];
    error_set(err, ERROR_IO, "%s: %s", doing, strerror_r(number, room, sizeof room));
    snprintf(err->file, sizeof err->file, "%s", file ? file : "");
    return false;
}

_Noreturn void panic(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("flamescope: internal error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}
