// libjpeg-turbo: baseline and progressive files, grey, colour, and CMYK as Adobe's programs write it.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#include "picture.h"

// A progressive file of more scans than any encoder writes would be decoded once for each of them.
enum { most_scans = 200 };

struct cp_jpeg {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  cp_picture *picture;
  uint8_t *cmyk;  // a row, where the file has four channels
  cp_status status;
};

static cp_jpeg *owner(j_common_ptr info) { return info->client_data; }

static void fail(j_common_ptr info) {
  cp_jpeg *jpeg = owner(info);
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  cp_say(jpeg->picture, message);
  jpeg->status = info->err->msg_code == JERR_OUT_OF_MEMORY ? CP_NO_MEMORY : CP_DAMAGED;
  longjmp(jpeg->jump, 1);
}

// The library goes on after data that are missing or make no sense, with grey in their place: here they end it.
static void hear(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      fail(info);
    default:
      break;
  }
}

static void watch(j_common_ptr info) {
  if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= most_scans) return;
  cp_jpeg *jpeg = owner(info);
  cp_say(jpeg->picture, "it has more scans than a picture needs");
  jpeg->status = CP_DAMAGED;
  longjmp(jpeg->jump, 1);
}

static void find_exif(cp_picture *picture, jpeg_saved_marker_ptr marker) {
  for (; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || marker->data_length < 6) continue;
    if (memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
    picture->exif = marker->data + 6;
    picture->exif_count = marker->data_length - 6;
    return;
  }
}

cp_status cp_jpeg_open(cp_picture *picture) {
  cp_jpeg *jpeg = calloc(1, sizeof *jpeg);
  if (!jpeg) return CP_NO_MEMORY;
  picture->jpeg = jpeg;
  jpeg->picture = picture;
  jpeg->info.err = jpeg_std_error(&jpeg->errors);
  jpeg->errors.error_exit = fail;
  jpeg->errors.emit_message = hear;
  jpeg->info.client_data = jpeg;
  if (setjmp(jpeg->jump)) return jpeg->status;
  jpeg_create_decompress(&jpeg->info);
  jpeg->progress.progress_monitor = watch;
  jpeg->info.progress = &jpeg->progress;
  jpeg_mem_src(&jpeg->info, picture->bytes, picture->count);
  jpeg_save_markers(&jpeg->info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&jpeg->info, TRUE);
  picture->width = jpeg->info.image_width;
  picture->height = jpeg->info.image_height;
  find_exif(picture, jpeg->info.marker_list);
  return cp_check_size(picture);
}

cp_status cp_jpeg_start(cp_picture *picture, int reduction) {
  cp_jpeg *jpeg = picture->jpeg;
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (setjmp(jpeg->jump)) return jpeg->status;
  switch (info->num_components) {
    case 1: info->out_color_space = JCS_GRAYSCALE; break;
    case 3: info->out_color_space = JCS_RGB; break;
    case 4: info->out_color_space = JCS_CMYK; break;
    default: cp_say(picture, "it has neither one nor three nor four channels"); return CP_DAMAGED;
  }
  info->scale_num = 1;
  info->scale_denom = (unsigned int)reduction;
  jpeg_start_decompress(info);
  picture->row_width = info->output_width;
  picture->row_count = info->output_height;
  picture->channels = info->num_components == 1 ? 1 : 3;
  if (info->num_components == 4) {
    jpeg->cmyk = malloc((size_t)info->output_width * 4);
    if (!jpeg->cmyk) return CP_NO_MEMORY;
  }
  return CP_FINE;
}

// Adobe's programs store what is left of the paper's white: a colour is the product of its own share and black's.
static void from_inverted_cmyk(const uint8_t *cmyk, uint8_t *row, size_t width) {
  for (size_t x = 0; x < width; x++, cmyk += 4, row += 3) {
    for (int channel = 0; channel < 3; channel++) {
      unsigned product = (unsigned)cmyk[channel] * cmyk[3];
      row[channel] = (uint8_t)((product + 127) / 255);
    }
  }
}

cp_status cp_jpeg_read_row(cp_picture *picture, uint8_t *row) {
  cp_jpeg *jpeg = picture->jpeg;
  if (setjmp(jpeg->jump)) return jpeg->status;
  JSAMPROW target = jpeg->cmyk ? jpeg->cmyk : row;
  if (jpeg_read_scanlines(&jpeg->info, &target, 1) != 1) {
    cp_say(picture, "a row is missing");
    return CP_DAMAGED;
  }
  if (jpeg->cmyk) from_inverted_cmyk(jpeg->cmyk, row, picture->row_width);
  return CP_FINE;
}

cp_status cp_jpeg_finish(cp_picture *picture) {
  cp_jpeg *jpeg = picture->jpeg;
  if (setjmp(jpeg->jump)) return jpeg->status;
  jpeg_finish_decompress(&jpeg->info);
  return CP_FINE;
}

void cp_jpeg_free(cp_picture *picture) {
  cp_jpeg *jpeg = picture->jpeg;
  if (!jpeg) return;
  picture->jpeg = NULL;
  // Where the library could not even be set up, destroying does nothing.
  if (!setjmp(jpeg->jump)) jpeg_destroy_decompress(&jpeg->info);
  free(jpeg->cmyk);
  free(jpeg);
}
