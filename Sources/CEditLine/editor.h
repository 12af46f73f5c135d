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
  /// libedit draws into this stream, whose bytes are kept until they go out with what is drawn over them.
  FILE *output;
  FILE *errors;
  char *unsent;
  size_t unsent_count, unsent_capacity;
  // libedit keeps the pointer that the prompt function returns: the buffer lives until the next read.
  wchar_t *prompt;
  /// Text to start the next line with; NULL once it is in.
  wchar_t *start;
  char *line;
  int is_opening;
  int is_interrupted;
  int is_pasting;
  /// Something stands behind or below the line that libedit doesn't know of.
  int is_overdrawn;
};

cel_editor *editor_of(EditLine *el);

// drawing.c

/// Makes the two streams; 0 without memory.
int drawing_open(cel_editor *editor);

/// Adds bytes behind what libedit has drawn.
void drawing_append(cel_editor *editor, const char *bytes, size_t count);

/// Writes everything that was drawn in one go, as far as the terminal takes it.
void drawing_send(cel_editor *editor);

/// Goes to the line below the text.
void drawing_move_below(cel_editor *editor);

/// Goes to where the prompt starts and draws anew.
void drawing_restart(cel_editor *editor);

/// The same where the terminal has wrapped the rows for another width.
void drawing_resize(cel_editor *editor);

/// Has the delegate draw over the line.
void drawing_decorate(cel_editor *editor);

/// Takes away what stands behind and below the text.
void drawing_clear_decoration(cel_editor *editor);

// keys.c

/// Gives libedit the editor's own functions, reads the user's .editrc, and binds the keys.
void keys_bind(cel_editor *editor);

#endif
