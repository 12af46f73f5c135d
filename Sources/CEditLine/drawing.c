// fopencookie is an extension.
#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor.h"

void cel_editor_send(cel_editor *editor, const char *bytes, size_t count) {
  if (editor->unsent_count + count > editor->unsent_capacity) {
    size_t capacity = 2 * (editor->unsent_count + count) + 4096;
    char *larger = realloc(editor->unsent, capacity);
    if (!larger) return;
    editor->unsent = larger;
    editor->unsent_capacity = capacity;
  }
  memcpy(editor->unsent + editor->unsent_count, bytes, count);
  editor->unsent_count += count;
}

void drawing_append(cel_editor *editor, const char *text) { cel_editor_send(editor, text, strlen(text)); }

/// libedit mistakes the places of wide characters and of rows beyond the screen: where the delegate draws, only
/// the bell is left of what libedit does.
static ssize_t take_output(void *cookie, const char *bytes, size_t count) {
  cel_editor *editor = cookie;
  if (!editor->can_draw) cel_editor_send(editor, bytes, count);
  else if (memchr(bytes, '\a', count)) drawing_append(editor, "\a");
  return (ssize_t)count;
}

/// libedit complains aloud about a terminal that it doesn't know, and then works with a dumb one.
static ssize_t pass_errors(void *cookie, const char *bytes, size_t count) {
  cel_editor *editor = cookie;
  return editor->is_opening ? (ssize_t)count : write(STDERR_FILENO, bytes, count);
}

int drawing_open(cel_editor *editor) {
  editor->output = fopencookie(editor, "w", (cookie_io_functions_t){.write = take_output});
  editor->errors = fopencookie(editor, "w", (cookie_io_functions_t){.write = pass_errors});
  if (!editor->output || !editor->errors) return 0;
  setvbuf(editor->errors, NULL, _IONBF, 0);
  return 1;
}

void drawing_send(cel_editor *editor) {
  fflush(editor->output);
  const char *bytes = editor->unsent;
  size_t count = editor->unsent_count;
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written < 0 && errno != EINTR) break;
    if (written > 0) bytes += written, count -= (size_t)written;
  }
  editor->unsent_count = 0;
}

void cel_editor_show(cel_editor *editor, const char *text) {
  fflush(editor->output);
  drawing_append(editor, "\r\n");
  for (const char *end; *text; text = end) {
    end = text + strcspn(text, "\n");
    cel_editor_send(editor, text, (size_t)(end - text));
    if (*end == '\n') drawing_append(editor, "\r\n"), end++;
  }
  el_wset(editor->el, EL_REFRESH);
}
