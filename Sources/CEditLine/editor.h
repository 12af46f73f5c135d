/// The editor's state, shared by the files that draw, answer keys and read lines.
#ifndef QATLAB_CEDITLINE_EDITOR_H
#define QATLAB_CEDITLINE_EDITOR_H

#include <histedit.h>
#include <stdio.h>
#include <wchar.h>

#include "CEditLine.h"

struct cel_editor {
  EditLine *el;
  HistoryW *history;
  HistEventW event;
  cel_delegate delegate;
  /// libedit draws into this stream.
  FILE *output;
  FILE *errors;
  /// What goes to the terminal when the editor waits, in one write.
  char *unsent;
  size_t unsent_count, unsent_capacity;
  // libedit keeps the pointer that the prompt function returns: the buffer lives until the next read.
  wchar_t *prompt;
  /// Text to start the next line with; NULL once it is in.
  wchar_t *start;
  char *line;
  int can_draw;
  int is_opening;
  int is_interrupted;
  int is_pasting;
  int is_afresh;
};

cel_editor *editor_of(EditLine *el);

/// The line as UTF-8 for `free`, and the cursor's byte offset; NULL without memory.
char *editor_line(EditLine *el, size_t *cursor);

// drawing.c

/// Makes the two streams; 0 without memory.
int drawing_open(cel_editor *editor);

/// Adds bytes to what is sent next.
void drawing_append(cel_editor *editor, const char *text);

/// Writes everything that was drawn in one go, as far as the terminal takes it.
void drawing_send(cel_editor *editor);

// keys.c

/// Gives libedit the editor's own functions, reads the user's .editrc, and binds the keys.
void keys_bind(cel_editor *editor);

#endif
