/// Where libedit has put the edited text on the screen.
#ifndef QATLAB_CEDITLINE_LAYOUT_H
#define QATLAB_CEDITLINE_LAYOUT_H

#include <stddef.h>
#include <wchar.h>

struct layout_place {
  int row;
  int column;
};

/// The place behind the prompt and `count` characters, in rows from the prompt's first.
struct layout_place layout_behind(const wchar_t *prompt, const wchar_t *text, size_t count, int columns);

#endif
