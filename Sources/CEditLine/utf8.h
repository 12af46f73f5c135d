/// UTF-8 to wide characters and back, whatever the locale.
#ifndef QATLAB_CEDITLINE_UTF8_H
#define QATLAB_CEDITLINE_UTF8_H

#include <stddef.h>
#include <wchar.h>

/// Reads one scalar of what was typed, from keys that are kept or from the terminal, where that is ready: 1, 0 at the end, -1 with errno.
/// Bytes that aren't UTF-8 become U+FFFD.
int utf8_read(int descriptor, wchar_t *scalar);

/// A copy for `free`, or NULL without memory.
wchar_t *utf8_to_wide(const char *text);
char *utf8_from_wide(const wchar_t *text, size_t count);

/// Bytes that the first `count` scalars take.
size_t utf8_length(const wchar_t *text, size_t count);

/// How many of the `count` scalars start before the byte offset.
size_t utf8_scalars(const wchar_t *text, size_t count, size_t offset);

#endif
