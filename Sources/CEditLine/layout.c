// wcwidth is an extension.
#define _GNU_SOURCE

#include "CEditLine.h"

#include <wchar.h>

/// Columns as libedit counts them: it shows a control character as ^X.
static int columns_of(uint32_t scalar) {
  int width = wcwidth((wchar_t)scalar);
  return width < 0 ? 2 : width;
}

struct cel_place cel_place_take(struct cel_place *place, uint32_t scalar, int columns) {
  struct cel_place start = *place;
  if (scalar == L'\n') {
    place->row++;
    place->column = 0;
    return start;
  }
  int width = columns_of(scalar);
  if (place->column + width > columns) {
    start.row++;
    start.column = 0;
  }
  *place = start;
  place->column += width;
  if (place->column >= columns) {
    place->row++;
    place->column = 0;
  }
  return start;
}
