// libpng: every kind of PNG file as 8-bit grey or colour; what says how transparent a pixel is is left out.
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "picture.h"

// Bytes of a chunk that holds no pixels, once inflated: a file of some kilobytes may promise gigabytes.
enum { most_chunk_bytes = 8 << 20, most_kept_chunks = 64 };

struct cp_png {
  png_structp png;
  png_infop info;
  cp_picture *picture;
  size_t position;
  uint8_t *whole;  // every row, where the file is interlaced
  size_t row_bytes;
  uint32_t next_row;
};

static void fail(png_structp png, png_const_charp message) {
  cp_png *own = png_get_error_ptr(png);
  cp_say(own->picture, message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  cp_png *own = png_get_io_ptr(png);
  if (count > own->picture->count - own->position) png_error(png, "the data end early");
  memcpy(target, own->picture->bytes + own->position, count);
  own->position += count;
}

cp_status cp_png_open(cp_picture *picture) {
  cp_png *own = calloc(1, sizeof *own);
  if (!own) return CP_NO_MEMORY;
  picture->png = own;
  own->picture = picture;
  own->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, own, fail, ignore);
  if (!own->png) return CP_NO_MEMORY;
  own->info = png_create_info_struct(own->png);
  if (!own->info) return CP_NO_MEMORY;
  if (setjmp(png_jmpbuf(own->png))) return CP_DAMAGED;
  png_set_chunk_malloc_max(own->png, most_chunk_bytes);
  png_set_chunk_cache_max(own->png, most_kept_chunks);
  // The size is held against the limit of pixels, not against libpng's own.
  png_set_user_limits(own->png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_read_fn(own->png, own, read_bytes);
  png_read_info(own->png, own->info);
  picture->width = png_get_image_width(own->png, own->info);
  picture->height = png_get_image_height(own->png, own->info);
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 count = 0;
  png_bytep exif = NULL;
  if (png_get_eXIf_1(own->png, own->info, &count, &exif)) {
    picture->exif = exif;
    picture->exif_count = count;
  }
#endif
  return cp_check_size(picture);
}

static void choose_bytes(png_structp png, png_infop info) {
  png_byte type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
  png_set_strip_alpha(png);
}

cp_status cp_png_start(cp_picture *picture) {
  cp_png *own = picture->png;
  if (setjmp(png_jmpbuf(own->png))) return CP_DAMAGED;
  choose_bytes(own->png, own->info);
  int passes = png_set_interlace_handling(own->png);
  png_read_update_info(own->png, own->info);
  picture->row_width = picture->width;
  picture->row_count = picture->height;
  picture->channels = png_get_channels(own->png, own->info);
  own->row_bytes = png_get_rowbytes(own->png, own->info);
  if ((picture->channels != 1 && picture->channels != 3) ||
      own->row_bytes != (size_t)picture->width * (size_t)picture->channels) {
    cp_say(picture, "its pixels are of an unknown form");
    return CP_DAMAGED;
  }
  if (passes == 1) return CP_FINE;
  // Pixels are at most `most_pixels`, which was checked, so the product fits.
  own->whole = calloc(picture->row_count, own->row_bytes);
  if (!own->whole) return CP_NO_MEMORY;
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t row = 0; row < picture->row_count; row++) {
      png_read_row(own->png, own->whole + row * own->row_bytes, NULL);
    }
  }
  return CP_FINE;
}

cp_status cp_png_read_row(cp_picture *picture, uint8_t *row) {
  cp_png *own = picture->png;
  if (own->next_row >= picture->row_count) {
    cp_say(picture, "a row is missing");
    return CP_DAMAGED;
  }
  uint32_t number = own->next_row++;
  if (own->whole) {
    memcpy(row, own->whole + number * own->row_bytes, own->row_bytes);
    return CP_FINE;
  }
  if (setjmp(png_jmpbuf(own->png))) return CP_DAMAGED;
  png_read_row(own->png, row, NULL);
  return CP_FINE;
}

cp_status cp_png_finish(cp_picture *picture) {
  cp_png *own = picture->png;
  if (setjmp(png_jmpbuf(own->png))) return CP_DAMAGED;
  png_read_end(own->png, NULL);
  return CP_FINE;
}

void cp_png_free(cp_picture *picture) {
  cp_png *own = picture->png;
  if (!own) return;
  picture->png = NULL;
  png_destroy_read_struct(&own->png, &own->info, NULL);
  free(own->whole);
  free(own);
}

cp_status cp_encode_png(
    const uint8_t *pixels, uint32_t width, uint32_t height, int is_grey, uint8_t **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  png_image image = {
      .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = is_grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
  png_alloc_size_t room = 0;
  if (!png_image_write_get_memory_size(image, room, 0, pixels, 0, NULL)) return CP_DAMAGED;
  uint8_t *memory = malloc(room);
  if (!memory) return CP_NO_MEMORY;
  if (!png_image_write_to_memory(&image, memory, &room, 0, pixels, 0, NULL)) {
    free(memory);
    return CP_DAMAGED;
  }
  *bytes = memory;
  *count = room;
  return CP_FINE;
}
