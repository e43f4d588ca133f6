/* What the C client's parts share: checks that print one line each, and plain calls on files. */
#pragma once

#include <bindlink.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line, "ok WHAT" or "not ok WHAT: ...". */
void check(bool holds, const char *what, const char *detail);
void check_number(long long got, long long wanted, const char *what);
void check_text(const char *got, const char *wanted, const char *what);

/* The last error and errno of a Windows-shaped call that returned `result`. */
void check_failure(long long result, DWORD code, int number, const char *what);

/* A path below the scratch directory; valid until sixteen others were asked for. */
const char *in(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same as UTF-16; each byte is a character. */
PCWSTR wide(const char *format, ...) __attribute__((format(printf, 1, 2)));

void put(const char *path, const char *content);
void make(const char *directory);
/* The content of a file, or the name of the error; the names in a directory, with spaces. */
const char *content(const char *path);
const char *names(const char *directory);
const char *target(const char *link);
bool same_file(const char *a, const char *b);

void check_native(void);
void check_threads(void);
void check_bind_links(void);
void check_exceptions(void);
void check_symbolic_links(void);
void check_hard_links(void);
void check_ntfs_links(void);
