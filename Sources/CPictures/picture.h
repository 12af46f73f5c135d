// What a picture is inside this target: the file's bytes, its measures, and the decoder of its format.
#ifndef QATLAB_PICTURE_H
#define QATLAB_PICTURE_H

#include "pictures.h"

typedef enum { CP_NO_FORMAT, CP_JPEG, CP_PNG } cp_format;

typedef struct cp_jpeg cp_jpeg;
typedef struct cp_png cp_png;

struct cp_picture {
  cp_format format;
  cp_jpeg *jpeg;
  cp_png *png;
  uint8_t *bytes;
  size_t count;
  int64_t most_pixels;
  char message[256];
  uint32_t width, height;
  uint32_t row_width, row_count;
  int channels;
  const uint8_t *exif;
  size_t exif_count;
};

// Stores a message, cut to its room.
void cp_say(cp_picture *picture, const char *message);

// Fine where the declared size is within the limit.
cp_status cp_check_size(cp_picture *picture);

cp_status cp_jpeg_open(cp_picture *picture);
cp_status cp_jpeg_start(cp_picture *picture, int reduction);
cp_status cp_jpeg_read_row(cp_picture *picture, uint8_t *row);
cp_status cp_jpeg_finish(cp_picture *picture);
void cp_jpeg_free(cp_picture *picture);

cp_status cp_png_open(cp_picture *picture);
cp_status cp_png_start(cp_picture *picture);
cp_status cp_png_read_row(cp_picture *picture, uint8_t *row);
cp_status cp_png_finish(cp_picture *picture);
void cp_png_free(cp_picture *picture);

#endif
