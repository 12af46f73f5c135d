#include "CEditLine.h"

#include <errno.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "layout.h"
#include "utf8.h"

struct cel_editor {
  EditLine *el;
  HistoryW *history;
  HistEventW event;
  cel_completer completer;
  void *context;
  // libedit keeps the pointer that the prompt function returns: the buffer lives until the next read.
  wchar_t *prompt;
  char *line;
  int interrupted;
};

static cel_editor *editor_of(EditLine *el) {
  void *data = NULL;
  el_wget(el, EL_CLIENTDATA, &data);
  return data;
}

static wchar_t *prompt_of(EditLine *el) { return editor_of(el)->prompt; }

/// The place of the cursor, or with `at_end` that of the text's end.
static struct layout_place place_of(cel_editor *editor, int at_end) {
  int columns = 80, rows = 24;
  cel_terminal_size(STDOUT_FILENO, &columns, &rows);
  const LineInfoW *info = el_wline(editor->el);
  const wchar_t *end = at_end ? info->lastchar : info->cursor;
  return layout_behind(editor->prompt, info->buffer, (size_t)(end - info->buffer), columns);
}

static void write_all(const char *text, size_t count) {
  while (count > 0) {
    ssize_t written = write(STDOUT_FILENO, text, count);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text += written, count -= (size_t)written;
  }
}

static void move_below(cel_editor *editor) {
  int rows = place_of(editor, 1).row - place_of(editor, 0).row;
  for (int i = 0; i <= rows; i++) write_all("\r\n", 2);
}

/// The terminal has wrapped the old rows anew: goes to where the first one starts, and draws from there.
static void redraw_resized(cel_editor *editor) {
  const char *terminal = getenv("TERM");
  if (terminal && strcmp(terminal, "dumb") != 0) {
    char sequence[32];
    int above = place_of(editor, 0).row;
    int count = above > 0 ? snprintf(sequence, sizeof sequence, "\r\033[%dA\033[J", above)
                          : snprintf(sequence, sizeof sequence, "\r\033[J");
    write_all(sequence, (size_t)count);
  }
  el_resize(editor->el);
  el_wset(editor->el, EL_REFRESH);
}

/// libedit's own reader would miss a signal that arrives just before it blocks.
static int read_scalar(EditLine *el, wchar_t *scalar) {
  for (;;) {
    switch (cel_wait(STDIN_FILENO)) {
      case CEL_READABLE: return utf8_read(STDIN_FILENO, scalar);
      case CEL_INTERRUPT:
        editor_of(el)->interrupted = 1;
        write_all("^C", 2);
        move_below(editor_of(el));
        errno = EINTR;
        return -1;
      case CEL_CONTINUE:
        // The shell had the terminal meanwhile; libedit sets it up again only when it isn't set up.
        el_wset(el, EL_PREP_TERM, 0);
        el_wset(el, EL_PREP_TERM, 1);
        el_wset(el, EL_REFRESH);
        break;
      case CEL_RESIZE:
        redraw_resized(editor_of(el));
        break;
      case CEL_FAILED: return -1;
    }
  }
}

static unsigned char complete(EditLine *el, int key) {
  (void)key;
  cel_editor *editor = editor_of(el);
  const LineInfoW *info = el_wline(el);
  size_t count = (size_t)(info->lastchar - info->buffer);
  size_t before = (size_t)(info->cursor - info->buffer);
  char *text = utf8_from_wide(info->buffer, count);
  if (!text) return CC_ERROR;
  size_t cursor = utf8_length(info->buffer, before);
  int changed = editor->completer(editor->context, text, cursor);
  free(text);
  return changed ? CC_REFRESH : CC_REFRESH_BEEP;
}

static int ends_paste(const wchar_t *text, size_t count) {
  static const wchar_t end[] = L"\033[201~";
  return count >= 6 && wmemcmp(text + count - 6, end, 6) == 0;
}

/// Puts pasted text in as it is: its tabs don't complete and its newlines don't run it.
static unsigned char paste(EditLine *el, int key) {
  (void)key;
  size_t count = 0, capacity = 256;
  wchar_t *text = malloc(capacity * sizeof *text);
  wchar_t scalar;
  while (text && !ends_paste(text, count) && el_wgetc(el, &scalar) == 1) {
    if (count + 2 > capacity) {
      wchar_t *larger = realloc(text, (capacity *= 2) * sizeof *text);
      if (!larger) break;
      text = larger;
    }
    text[count++] = scalar == L'\r' ? L'\n' : scalar == L'\t' ? L' ' : scalar;
  }
  if (!text) return CC_ERROR;
  if (ends_paste(text, count)) count -= 6;
  while (count > 0 && text[count - 1] == L'\n') count--;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (text[i] == L'\n' || text[i] >= L' ') text[kept++] = text[i];
  text[kept] = 0;
  int failed = kept > 0 && el_winsertstr(el, text) != 0;
  free(text);
  return failed ? CC_ERROR : CC_REFRESH;
}

static void bind_key(EditLine *el, const wchar_t *sequence, const wchar_t *command) {
  el_wset(el, EL_BIND, sequence, command, NULL);
}

static void bind_essentials(EditLine *el) {
  bind_key(el, L"\t", L"qatlab-complete");
  bind_key(el, L"\033[200~", L"qatlab-paste");
}

static void bind_keys(EditLine *el) {
  static const wchar_t *const keys[][2] = {
      {L"\033[1~", L"ed-move-to-beg"},       {L"\033[4~", L"ed-move-to-end"},
      {L"\033[7~", L"ed-move-to-beg"},       {L"\033[8~", L"ed-move-to-end"},
      {L"\033[H", L"ed-move-to-beg"},        {L"\033[F", L"ed-move-to-end"},
      {L"\033OH", L"ed-move-to-beg"},        {L"\033OF", L"ed-move-to-end"},
      {L"\033[3~", L"ed-delete-next-char"},  {L"\033[1;5C", L"em-next-word"},
      {L"\033[1;5D", L"ed-prev-word"},       {L"\033[5C", L"em-next-word"},
      {L"\033[5D", L"ed-prev-word"},         {L"\033[5~", L"ed-search-prev-history"},
      {L"\033[6~", L"ed-search-next-history"}, {L"\022", L"em-inc-search-prev"},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) bind_key(el, keys[i][0], keys[i][1]);
}

cel_editor *cel_editor_open(const char *program, cel_completer completer, void *context) {
  // libedit complains aloud about a missing TERM, and works with a dumb one.
  if (!getenv("TERM")) setenv("TERM", "dumb", 1);
  cel_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->completer = completer;
  editor->context = context;
  editor->el = el_init(program, stdin, stdout, stderr);
  editor->history = history_winit();
  if (!editor->el || !editor->history) {
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
  // Functions first: a user's `bind` to a name that libedit doesn't know corrupts its heap.
  el_wset(el, EL_ADDFN, L"qatlab-complete", L"Complete a name", complete);
  el_wset(el, EL_ADDFN, L"qatlab-paste", L"Insert pasted text", paste);
  bind_keys(el);
  el_source(el, NULL);
  bind_essentials(el);
  return editor;
}

void cel_editor_close(cel_editor *editor) {
  if (!editor) return;
  if (editor->el) el_end(editor->el);
  if (editor->history) history_wend(editor->history);
  free(editor->prompt);
  free(editor->line);
  free(editor);
}

void cel_editor_remember(cel_editor *editor, const char *entry) {
  wchar_t *wide = utf8_to_wide(entry);
  if (!wide) return;
  history_w(editor->history, &editor->event, H_ENTER, wide);
  free(wide);
}

enum cel_line cel_editor_read(cel_editor *editor, const char *prompt, const char **line) {
  free(editor->prompt);
  editor->prompt = utf8_to_wide(prompt);
  if (!editor->prompt) return CEL_LINE_FAILED;
  editor->interrupted = 0;
  // History starts at its newest entry for each line.
  history_w(editor->history, &editor->event, H_FIRST);
  int count = 0;
  errno = 0;
  const wchar_t *text = el_wgets(editor->el, &count);
  if (editor->interrupted) return CEL_LINE_INTERRUPTED;
  if (!text) return count < 0 ? CEL_LINE_FAILED : CEL_LINE_END;
  size_t length = wcslen(text);
  while (length > 0 && text[length - 1] == L'\n') length--;
  free(editor->line);
  editor->line = utf8_from_wide(text, length);
  if (!editor->line) return CEL_LINE_FAILED;
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

void cel_editor_show(cel_editor *editor, const char *text) {
  move_below(editor);
  for (; *text; text++) {
    if (*text == '\n') write_all("\r\n", 2);
    else write_all(text, 1);
  }
  el_wset(editor->el, EL_REFRESH);
}
