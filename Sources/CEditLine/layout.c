// wcwidth is an extension.
#define _GNU_SOURCE

#include "layout.h"

static void advance(struct layout_place *place, wchar_t scalar, int columns) {
  if (scalar == L'\n') {
    place->row++;
    place->column = 0;
    return;
  }
  // libedit shows a control character as ^X.
  int width = wcwidth(scalar);
  if (width < 0) width = 2;
  if (place->column + width > columns) {
    place->row++;
    place->column = 0;
  }
  place->column += width;
  if (place->column == columns) {
    place->row++;
    place->column = 0;
  }
}

struct layout_place layout_behind(const wchar_t *prompt, const wchar_t *text, size_t count, int columns) {
  struct layout_place place = {0, 0};
  int is_escape = 0;
  for (; *prompt; prompt++) {
    if (*prompt == L'\001') is_escape = !is_escape;
    else if (!is_escape) advance(&place, *prompt, columns);
  }
  for (size_t i = 0; i < count; i++) advance(&place, text[i], columns);
  return place;
}
