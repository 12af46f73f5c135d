#include <stdlib.h>
#include <string.h>

#include "editor.h"
#include "utf8.h"

static unsigned char answer(EditLine *el, enum cel_key key) {
  cel_editor *editor = editor_of(el);
  size_t cursor;
  char *text = editor_line(el, &cursor);
  if (!text) return CC_ERROR;
  enum cel_answer answer = editor->delegate.key(editor->delegate.context, key, text, cursor);
  free(text);
  if (answer == CEL_ANSWER_CHANGED) return CC_REFRESH;
  const LineInfoW *info = el_wline(el);
  int behind = (int)(info->lastchar - info->cursor);
  if (answer == CEL_ANSWER_REFUSED || behind == 0) return CC_REFRESH_BEEP;
  el_cursor(el, key == CEL_KEY_END ? behind : 1);
  return CC_CURSOR;
}

static unsigned char complete(EditLine *el, int key) { return (void)key, answer(el, CEL_KEY_COMPLETE); }
static unsigned char older(EditLine *el, int key) { return (void)key, answer(el, CEL_KEY_OLDER); }
static unsigned char newer(EditLine *el, int key) { return (void)key, answer(el, CEL_KEY_NEWER); }
static unsigned char forward(EditLine *el, int key) { return (void)key, answer(el, CEL_KEY_FORWARD); }
static unsigned char to_end(EditLine *el, int key) { return (void)key, answer(el, CEL_KEY_END); }

static unsigned char clear_screen(EditLine *el, int key) {
  (void)key;
  cel_editor *editor = editor_of(el);
  drawing_append(editor, "\033[H\033[2J");
  editor->is_afresh = 1;
  return CC_REFRESH;
}

static int ends_paste(const wchar_t *text, size_t count) {
  static const wchar_t end[] = L"\033[201~";
  return count >= 6 && wmemcmp(text + count - 6, end, 6) == 0;
}

/// Reads up to the end of the paste; the text for `free`, or NULL without memory.
static wchar_t *read_paste(EditLine *el, size_t *length) {
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
  if (text && ends_paste(text, count)) count -= 6;
  *length = count;
  return text;
}

/// Puts pasted text in without what the delegate takes out: its tabs don't complete and its newlines don't run it.
static unsigned char paste(EditLine *el, int key) {
  (void)key;
  cel_editor *editor = editor_of(el);
  size_t count = 0;
  editor->is_pasting = 1;
  wchar_t *text = read_paste(el, &count);
  editor->is_pasting = 0;
  if (!text) return CC_ERROR;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (text[i] == L'\n' || text[i] >= L' ') text[kept++] = text[i];
  char *plain = utf8_from_wide(text, kept);
  free(text);
  char *cleaned = plain ? editor->delegate.pasted(editor->delegate.context, plain) : NULL;
  wchar_t *wide = cleaned ? utf8_to_wide(cleaned) : NULL;
  free(plain);
  free(cleaned);
  int failed = !wide || (wide[0] && el_winsertstr(el, wide) != 0);
  free(wide);
  return failed ? CC_ERROR : CC_REFRESH;
}

static void bind_all(EditLine *el, const wchar_t *const keys[][2], size_t count) {
  for (size_t i = 0; i < count; i++) el_wset(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

void keys_bind(cel_editor *editor) {
  static const wchar_t *const usual[][2] = {
      {L"\033[1~", L"ed-move-to-beg"},       {L"\033[4~", L"qatlab-end"},
      {L"\033[7~", L"ed-move-to-beg"},       {L"\033[8~", L"qatlab-end"},
      {L"\033[H", L"ed-move-to-beg"},        {L"\033[F", L"qatlab-end"},
      {L"\033OH", L"ed-move-to-beg"},        {L"\033OF", L"qatlab-end"},
      {L"\033[3~", L"ed-delete-next-char"},  {L"\033[1;5C", L"em-next-word"},
      {L"\033[1;5D", L"ed-prev-word"},       {L"\033[5C", L"em-next-word"},
      {L"\033[5D", L"ed-prev-word"},         {L"\033[5~", L"qatlab-older"},
      {L"\033[6~", L"qatlab-newer"},         {L"\022", L"em-inc-search-prev"},
      {L"\033[A", L"qatlab-older"},          {L"\033OA", L"qatlab-older"},
      {L"\033[B", L"qatlab-newer"},          {L"\033OB", L"qatlab-newer"},
      {L"\020", L"qatlab-older"},            {L"\016", L"qatlab-newer"},
      {L"\033[C", L"qatlab-forward"},        {L"\033OC", L"qatlab-forward"},
      {L"\006", L"qatlab-forward"},          {L"\005", L"qatlab-end"},
  };
  static const wchar_t *const essential[][2] = {
      {L"\t", L"qatlab-complete"}, {L"\033[200~", L"qatlab-paste"}};
  EditLine *el = editor->el;
  // Functions first: a user's `bind` to a name that libedit doesn't know corrupts its heap.
  el_wset(el, EL_ADDFN, L"qatlab-complete", L"Complete a name", complete);
  el_wset(el, EL_ADDFN, L"qatlab-older", L"Go to an older cell that starts so", older);
  el_wset(el, EL_ADDFN, L"qatlab-newer", L"Go to a newer cell that starts so", newer);
  el_wset(el, EL_ADDFN, L"qatlab-forward", L"Go right, or take the hint", forward);
  el_wset(el, EL_ADDFN, L"qatlab-end", L"Go to the end, or take the hint", to_end);
  el_wset(el, EL_ADDFN, L"qatlab-paste", L"Insert pasted text", paste);
  el_wset(el, EL_ADDFN, L"qatlab-clear", L"Clear the screen", clear_screen);
  bind_all(el, usual, sizeof usual / sizeof *usual);
  if (editor->can_draw) el_wset(el, EL_BIND, L"\014", L"qatlab-clear", NULL);
  el_source(el, NULL);
  bind_all(el, essential, sizeof essential / sizeof *essential);
}
