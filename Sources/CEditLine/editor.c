#include "editor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "typed.h"
#include "utf8.h"

cel_editor *editor_of(EditLine *el) {
  void *data = NULL;
  el_wget(el, EL_CLIENTDATA, &data);
  return data;
}

static wchar_t *prompt_of(EditLine *el) { return editor_of(el)->prompt; }

char *editor_line(EditLine *el, size_t *cursor) {
  const LineInfoW *info = el_wline(el);
  *cursor = utf8_length(info->buffer, (size_t)(info->cursor - info->buffer));
  return utf8_from_wide(info->buffer, (size_t)(info->lastchar - info->buffer));
}

/// libedit crashes where a text with wide characters is taller than its screen: where it isn't libedit that
/// draws, its screen is so large that this doesn't happen.
static void widen_screen(EditLine *el) {
  el_wset(el, EL_SETTC, L"co", L"2000", NULL);
  el_wset(el, EL_SETTC, L"li", L"500", NULL);
  el_wset(el, EL_REFRESH);
}

/// Prepares the line, for which libedit has just asked the terminal's size, and puts in what it starts with.
static void start_line(cel_editor *editor) {
  wchar_t *start = editor->start;
  editor->start = NULL;
  if (editor->can_draw) widen_screen(editor->el);
  if (start[0]) {
    fflush(editor->output);
    if (!editor->can_draw) drawing_append(editor, "\r");
    el_winsertstr(editor->el, start);
    el_wset(editor->el, EL_REFRESH);
  }
  free(start);
}

static int has_input(void) {
  if (typed_waits()) return 1;
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

static void draw(cel_editor *editor) {
  // What is typed faster than it can be drawn is drawn together.
  if (!editor->can_draw || editor->is_pasting || has_input()) return;
  size_t cursor;
  char *line = editor_line(editor->el, &cursor);
  if (!line) return;
  editor->delegate.draw(editor->delegate.context, line, cursor, editor->is_afresh);
  editor->is_afresh = 0;
  free(line);
}

static void finish(cel_editor *editor, const char *line) {
  if (editor->can_draw) editor->delegate.finish(editor->delegate.context, line, editor->is_interrupted);
  else if (editor->is_interrupted) drawing_append(editor, "^C\r\n");
  drawing_send(editor);
}

static void interrupt(cel_editor *editor) {
  size_t cursor;
  char *line = editor_line(editor->el, &cursor);
  editor->is_interrupted = 1;
  finish(editor, line ? line : "");
  free(line);
}

/// libedit's own reader would miss a signal that arrives just before it blocks.
static int read_scalar(EditLine *el, wchar_t *scalar) {
  cel_editor *editor = editor_of(el);
  if (editor->start) start_line(editor);
  for (;;) {
    draw(editor);
    drawing_send(editor);
    switch (typed_waits() ? CEL_READABLE : cel_wait(STDIN_FILENO)) {
      case CEL_READABLE: return utf8_read(STDIN_FILENO, scalar);
      case CEL_INTERRUPT:
        interrupt(editor);
        errno = EINTR;
        return -1;
      case CEL_CONTINUE:
        // The shell had the terminal meanwhile; libedit sets it up again only when it isn't set up.
        el_wset(el, EL_PREP_TERM, 0);
        el_wset(el, EL_PREP_TERM, 1);
        editor->is_afresh = 1;
        if (!editor->can_draw) el_wset(el, EL_REFRESH);
        break;
      case CEL_RESIZE:
        if (!editor->can_draw) el_resize(el);
        break;
      case CEL_FAILED: return -1;
    }
  }
}

/// Whether the terminal can go up and clear a line.
static int can_draw(EditLine *el) {
  char *up = NULL, *clear = NULL;
  return el_get(el, EL_GETTC, "up", &up) == 0 && up && *up && el_get(el, EL_GETTC, "ce", &clear) == 0 &&
         clear && *clear;
}

static int open_libedit(cel_editor *editor, const char *program) {
  if (!drawing_open(editor)) return 0;
  editor->is_opening = 1;
  editor->el = el_init_fd(
      program, stdin, editor->output, editor->errors, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  editor->is_opening = 0;
  editor->history = history_winit();
  if (!editor->el || !editor->history) return 0;
  editor->can_draw = can_draw(editor->el);
  return 1;
}

cel_editor *cel_editor_open(const char *program, const cel_delegate *delegate) {
  // libedit complains aloud about a missing TERM, and works with a dumb one.
  if (!getenv("TERM")) setenv("TERM", "dumb", 1);
  cel_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->delegate = *delegate;
  if (!open_libedit(editor, program)) {
    cel_editor_close(editor);
    return NULL;
  }
  EditLine *el = editor->el;
  el_wset(el, EL_CLIENTDATA, editor);
  // libedit's own handlers work in signal context and signal the whole process group.
  el_wset(el, EL_SIGNAL, 0);
  el_wset(el, EL_EDITOR, L"emacs");
  el_wset(el, EL_PROMPT_ESC, prompt_of, L'\001');
  el_wset(el, EL_GETCFN, read_scalar);
  history_w(editor->history, &editor->event, H_SETSIZE, 2000);
  history_w(editor->history, &editor->event, H_SETUNIQUE, 1);
  el_wset(el, EL_HIST, history_w, editor->history);
  keys_bind(editor);
  return editor;
}

void cel_editor_close(cel_editor *editor) {
  if (!editor) return;
  if (editor->el) el_end(editor->el);
  if (editor->history) history_wend(editor->history);
  if (editor->output) fclose(editor->output);
  if (editor->errors) fclose(editor->errors);
  free(editor->unsent);
  free(editor->prompt);
  free(editor->start);
  free(editor->line);
  free(editor);
}

int cel_editor_can_draw(cel_editor *editor) { return editor->can_draw; }

void cel_editor_remember(cel_editor *editor, const char *entry) {
  wchar_t *wide = utf8_to_wide(entry);
  if (!wide) return;
  history_w(editor->history, &editor->event, H_ENTER, wide);
  free(wide);
}

enum cel_line cel_editor_read(cel_editor *editor, const char *prompt, const char *start, const char **line) {
  free(editor->prompt);
  free(editor->start);
  editor->prompt = utf8_to_wide(prompt);
  editor->start = utf8_to_wide(start);
  if (!editor->prompt || !editor->start) return CEL_LINE_FAILED;
  editor->is_interrupted = 0;
  editor->is_afresh = 1;
  // History starts at its newest entry for each line.
  history_w(editor->history, &editor->event, H_FIRST);
  int count = 0;
  errno = 0;
  const wchar_t *text = el_wgets(editor->el, &count);
  if (editor->is_interrupted) return CEL_LINE_INTERRUPTED;
  if (!text) {
    drawing_send(editor);
    return count < 0 ? CEL_LINE_FAILED : CEL_LINE_END;
  }
  size_t length = wcslen(text);
  while (length > 0 && text[length - 1] == L'\n') length--;
  free(editor->line);
  editor->line = utf8_from_wide(text, length);
  if (!editor->line) return CEL_LINE_FAILED;
  finish(editor, editor->line);
  *line = editor->line;
  return CEL_LINE;
}

int cel_editor_replace(cel_editor *editor, size_t start, size_t end, const char *text) {
  const LineInfoW *info = el_wline(editor->el);
  size_t count = (size_t)(info->lastchar - info->buffer);
  size_t cursor = (size_t)(info->cursor - info->buffer);
  size_t from = utf8_scalars(info->buffer, count, start);
  size_t to = utf8_scalars(info->buffer, count, end);
  if (from > to) return 0;
  wchar_t *wide = utf8_to_wide(text);
  if (!wide) return 0;
  el_cursor(editor->el, (int)to - (int)cursor);
  el_wdeletestr(editor->el, (int)(to - from));
  int inserted = wide[0] == 0 || el_winsertstr(editor->el, wide) == 0;
  free(wide);
  return inserted;
}
