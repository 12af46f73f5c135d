// JPEG and PNG files in memory as rows of pixels, through libjpeg-turbo and libpng, and pixels as a PNG file.
//
// Both libraries report errors by jumping out of their functions: no jump leaves this target. What a file holds decides
// about memory only as far as it was checked against a limit of pixels.
#ifndef QATLAB_PICTURES_H
#define QATLAB_PICTURES_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CP_FINE,
  CP_UNKNOWN_FORMAT,  // neither JPEG nor PNG
  CP_DAMAGED,         // cp_message tells why
  CP_TOO_LARGE,       // more pixels are declared than the limit
  CP_NO_MEMORY,
} cp_status;

// A file that is being decoded; everything that it needs is in it.
typedef struct cp_picture cp_picture;

// Reads the header of a file, of which a copy is kept. *picture is set, also where this fails, unless memory is short.
cp_status cp_open(const uint8_t *bytes, size_t count, int64_t most_pixels, cp_picture **picture);

// Also of NULL.
void cp_free(cp_picture *picture);

// The library's own words on what failed; valid until cp_free.
const char *cp_message(const cp_picture *picture);

// Size in pixels as the header has it, before any scaling and turning.
uint32_t cp_width(const cp_picture *picture);
uint32_t cp_height(const cp_picture *picture);

// The EXIF block from its byte order mark on; NULL where there is none.
const uint8_t *cp_exif(const cp_picture *picture, size_t *count);

// Begins to decode at 1/reduction of the size (1, 2, 4 or 8) where the format can; call it once.
cp_status cp_start(cp_picture *picture, int reduction);

// What rows hold once decoding began: their length and number, and 1 (grey) or 3 (red, green, blue) bytes a pixel.
uint32_t cp_row_width(const cp_picture *picture);
uint32_t cp_row_count(const cp_picture *picture);
int cp_channels(const cp_picture *picture);

// Writes the next row; at most cp_row_count times.
cp_status cp_read_row(cp_picture *picture, uint8_t *row);

// Reads what follows the last row.
cp_status cp_finish(cp_picture *picture);

// Writes pixels (rows of red, green, blue) as a PNG file into memory that the caller frees with free().
cp_status cp_encode_png(
    const uint8_t *pixels, uint32_t width, uint32_t height, int is_grey, uint8_t **bytes, size_t *count);

#endif
