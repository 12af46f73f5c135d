#include "picture.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t png_signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
static const uint8_t jpeg_signature[3] = {0xFF, 0xD8, 0xFF};

void cp_say(cp_picture *picture, const char *message) {
  size_t room = sizeof picture->message - 1;
  strncpy(picture->message, message, room);
  picture->message[room] = 0;
}

cp_status cp_check_size(cp_picture *picture) {
  int64_t pixels = (int64_t)picture->width * picture->height;
  return pixels > picture->most_pixels ? CP_TOO_LARGE : CP_FINE;
}

static int starts_with(const cp_picture *picture, const uint8_t *signature, size_t count) {
  return picture->count >= count && memcmp(picture->bytes, signature, count) == 0;
}

cp_status cp_open(const uint8_t *bytes, size_t count, int64_t most_pixels, cp_picture **result) {
  *result = NULL;
  cp_picture *picture = calloc(1, sizeof *picture);
  uint8_t *copy = malloc(count > 0 ? count : 1);
  if (!picture || !copy) {
    free(picture);
    free(copy);
    return CP_NO_MEMORY;
  }
  if (count > 0) memcpy(copy, bytes, count);
  picture->bytes = copy;
  picture->count = count;
  picture->most_pixels = most_pixels;
  *result = picture;
  if (starts_with(picture, jpeg_signature, sizeof jpeg_signature)) {
    picture->format = CP_JPEG;
    return cp_jpeg_open(picture);
  }
  if (starts_with(picture, png_signature, sizeof png_signature)) {
    picture->format = CP_PNG;
    return cp_png_open(picture);
  }
  return CP_UNKNOWN_FORMAT;
}

void cp_free(cp_picture *picture) {
  if (!picture) return;
  cp_jpeg_free(picture);
  cp_png_free(picture);
  free(picture->bytes);
  free(picture);
}

const char *cp_message(const cp_picture *picture) { return picture->message; }
uint32_t cp_width(const cp_picture *picture) { return picture->width; }
uint32_t cp_height(const cp_picture *picture) { return picture->height; }
uint32_t cp_row_width(const cp_picture *picture) { return picture->row_width; }
uint32_t cp_row_count(const cp_picture *picture) { return picture->row_count; }
int cp_channels(const cp_picture *picture) { return picture->channels; }

const uint8_t *cp_exif(const cp_picture *picture, size_t *count) {
  *count = picture->exif_count;
  return picture->exif;
}

cp_status cp_start(cp_picture *picture, int reduction) {
  return picture->format == CP_JPEG ? cp_jpeg_start(picture, reduction) : cp_png_start(picture);
}

cp_status cp_read_row(cp_picture *picture, uint8_t *row) {
  return picture->format == CP_JPEG ? cp_jpeg_read_row(picture, row) : cp_png_read_row(picture, row);
}

cp_status cp_finish(cp_picture *picture) {
  return picture->format == CP_JPEG ? cp_jpeg_finish(picture) : cp_png_finish(picture);
}
