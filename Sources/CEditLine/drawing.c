// fopencookie is an extension.
#define _GNU_SOURCE

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "editor.h"
#include "utf8.h"

void drawing_append(cel_editor *editor, const char *bytes, size_t count) {
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

static ssize_t keep_output(void *cookie, const char *bytes, size_t count) {
  drawing_append(cookie, bytes, count);
  return (ssize_t)count;
}

/// libedit complains aloud about a terminal that it doesn't know, and then works with a dumb one.
static ssize_t pass_errors(void *cookie, const char *bytes, size_t count) {
  cel_editor *editor = cookie;
  return editor->is_opening ? (ssize_t)count : write(STDERR_FILENO, bytes, count);
}

int drawing_open(cel_editor *editor) {
  editor->output = fopencookie(editor, "w", (cookie_io_functions_t){.write = keep_output});
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

static void append_text(cel_editor *editor, const char *text) { drawing_append(editor, text, strlen(text)); }

static void append_move(cel_editor *editor, int count, char direction) {
  char sequence[32];
  if (count <= 0) return;
  int length = snprintf(sequence, sizeof sequence, "\033[%d%c", count, direction);
  drawing_append(editor, sequence, (size_t)length);
}

struct text_places {
  struct cel_place cursor, end;
  int rows;
};

/// Places of the cursor and of the text's end, in rows from the prompt's first.
static struct text_places places_of(cel_editor *editor) {
  int columns = 80;
  struct text_places places = {.rows = 24};
  cel_terminal_size(STDOUT_FILENO, &columns, &places.rows);
  struct cel_place place = {0, 0};
  int is_escape = 0;
  for (const wchar_t *scalar = editor->prompt; *scalar; scalar++) {
    if (*scalar == L'\001') is_escape = !is_escape;
    else if (!is_escape) cel_place_take(&place, (uint32_t)*scalar, columns);
  }
  const LineInfoW *info = el_wline(editor->el);
  for (const wchar_t *scalar = info->buffer; scalar < info->lastchar; scalar++) {
    struct cel_place start = cel_place_take(&place, (uint32_t)*scalar, columns);
    if (scalar == info->cursor) places.cursor = start;
  }
  places.end = place;
  if (info->cursor >= info->lastchar) places.cursor = place;
  return places;
}

/// The row on the screen: of a text that is taller, libedit shows the end, but leaves the cursor's row as it is.
static int on_screen(int row, int rows) { return row < rows ? row : rows - 1; }

void drawing_move_below(cel_editor *editor) {
  fflush(editor->output);
  struct text_places places = places_of(editor);
  int rows = on_screen(places.end.row, places.rows) - on_screen(places.cursor.row, places.rows);
  for (int i = 0; i <= rows; i++) append_text(editor, "\r\n");
}

static int terminal_moves(void) {
  const char *terminal = getenv("TERM");
  return terminal && strcmp(terminal, "dumb") != 0;
}

void drawing_restart(cel_editor *editor) {
  fflush(editor->output);
  struct text_places places = places_of(editor);
  append_text(editor, "\r");
  if (terminal_moves()) {
    append_move(editor, on_screen(places.cursor.row, places.rows), 'A');
    append_text(editor, "\033[J");
  }
  editor->is_overdrawn = 0;
}

void drawing_resize(cel_editor *editor) {
  drawing_restart(editor);
  el_resize(editor->el);
  el_wset(editor->el, EL_REFRESH);
}

void drawing_decorate(cel_editor *editor) {
  if (!editor->delegate.draw) return;
  const LineInfoW *info = el_wline(editor->el);
  size_t count = (size_t)(info->lastchar - info->buffer);
  char *text = utf8_from_wide(info->buffer, count);
  if (!text) return;
  size_t cursor = utf8_length(info->buffer, (size_t)(info->cursor - info->buffer));
  fflush(editor->output);
  if (!editor->delegate.draw(editor->delegate.context, text, cursor)) drawing_clear_decoration(editor);
  free(text);
}

void drawing_clear_decoration(cel_editor *editor) {
  if (!editor->is_overdrawn) return;
  editor->is_overdrawn = 0;
  fflush(editor->output);
  struct text_places places = places_of(editor);
  int rows = on_screen(places.end.row, places.rows) - on_screen(places.cursor.row, places.rows);
  for (int i = 0; i < rows; i++) append_text(editor, "\n");
  append_text(editor, "\r");
  append_move(editor, places.end.column, 'C');
  append_text(editor, "\033[J");
  append_move(editor, rows, 'A');
  append_text(editor, "\r");
  append_move(editor, places.cursor.column, 'C');
}

void cel_editor_decorate(cel_editor *editor, const char *bytes, size_t count, int is_beyond) {
  drawing_append(editor, bytes, count);
  editor->is_overdrawn = is_beyond;
}

void cel_editor_show(cel_editor *editor, const char *text) {
  drawing_clear_decoration(editor);
  drawing_move_below(editor);
  for (const char *end; *text; text = end) {
    end = text + strcspn(text, "\n");
    drawing_append(editor, text, (size_t)(end - text));
    if (*end == '\n') append_text(editor, "\r\n"), end++;
  }
  el_wset(editor->el, EL_REFRESH);
}
