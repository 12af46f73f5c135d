#include "utf8.h"

#include "typed.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const wchar_t replacement = 0xFFFD;

static size_t bytes_of(uint32_t scalar) {
  return scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
}

static size_t encode(uint32_t scalar, char *out) {
  static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t count = bytes_of(scalar);
  if (count == 1) {
    out[0] = (char)scalar;
    return 1;
  }
  for (size_t i = count - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (scalar & 0x3F));
    scalar >>= 6;
  }
  out[0] = (char)(lead[count] | scalar);
  return count;
}

/// Bytes that follow a lead byte; -1 where it can't lead.
static int following(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead < 0xE0) return 1;
  if (lead >= 0xE0 && lead < 0xF0) return 2;
  if (lead >= 0xF0 && lead < 0xF5) return 3;
  return -1;
}

static int is_scalar(uint32_t value, int following_bytes) {
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF) &&
         bytes_of(value) == (size_t)following_bytes + 1;
}

static ssize_t read_byte(int descriptor, unsigned char *byte) {
  if (typed_take(byte)) return 1;
  ssize_t count;
  do count = read(descriptor, byte, 1);
  while (count < 0 && errno == EINTR);
  return count;
}

int utf8_read(int descriptor, wchar_t *scalar) {
  unsigned char byte;
  ssize_t count = read_byte(descriptor, &byte);
  if (count <= 0) return (int)count;
  int rest = following(byte);
  uint32_t value = rest <= 0 ? byte : byte & (0x3Fu >> rest);
  for (int i = 0; i < rest; i++) {
    // A sender that stops in the middle of a character must not block the editor.
    struct pollfd more = {descriptor, POLLIN, 0};
    if ((!typed_waits() && poll(&more, 1, 100) <= 0) || read_byte(descriptor, &byte) != 1 || (byte & 0xC0) != 0x80) rest = -1;
    else value = value << 6 | (byte & 0x3F);
  }
  *scalar = rest >= 0 && is_scalar(value, rest) ? (wchar_t)value : replacement;
  return 1;
}

wchar_t *utf8_to_wide(const char *text) {
  const unsigned char *bytes = (const unsigned char *)text;
  wchar_t *wide = malloc((strlen(text) + 1) * sizeof *wide);
  if (!wide) return NULL;
  size_t count = 0;
  while (*bytes) {
    int rest = following(*bytes);
    uint32_t value = rest <= 0 ? *bytes : *bytes & (0x3Fu >> rest);
    bytes++;
    int taken = 0;
    while (taken < rest && (*bytes & 0xC0) == 0x80) {
      value = value << 6 | (*bytes++ & 0x3F);
      taken++;
    }
    wide[count++] = rest == taken && is_scalar(value, rest) ? (wchar_t)value : replacement;
  }
  wide[count] = 0;
  return wide;
}

size_t utf8_length(const wchar_t *text, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += bytes_of((uint32_t)text[i]);
  return bytes;
}

char *utf8_from_wide(const wchar_t *text, size_t count) {
  char *bytes = malloc(utf8_length(text, count) + 1);
  if (!bytes) return NULL;
  size_t length = 0;
  for (size_t i = 0; i < count; i++) length += encode((uint32_t)text[i], bytes + length);
  bytes[length] = 0;
  return bytes;
}

size_t utf8_scalars(const wchar_t *text, size_t count, size_t offset) {
  size_t scalars = 0, bytes = 0;
  while (scalars < count && bytes < offset) bytes += bytes_of((uint32_t)text[scalars++]);
  return scalars;
}
