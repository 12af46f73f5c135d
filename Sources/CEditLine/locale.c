// strcasestr is an extension.
#define _GNU_SOURCE

#include "CEditLine.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// The value that decides LC_CTYPE: the first of these that is set and not empty.
static const char *requested_locale(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = getenv(names[i]);
    if (value && *value) return value;
  }
  return "C";
}

static int is_utf8(const char *name) {
  return strcasestr(name, "utf-8") != NULL || strcasestr(name, "utf8") != NULL;
}

int cel_locale_prepare(void) {
  if (setlocale(LC_CTYPE, "") && is_utf8(nl_langinfo(CODESET))) return 1;
  // A container often names a locale that isn't installed: the wish for UTF-8 still counts.
  int wanted = is_utf8(requested_locale());
  if (setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "C.utf8")) return wanted;
  setlocale(LC_CTYPE, "C");
  return 0;
}

int cel_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (!isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 0;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 1;
}
