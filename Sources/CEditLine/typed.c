#include "typed.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "CEditLine.h"

static unsigned char kept[8192];
static size_t first, count;

int typed_waits(void) { return count > 0; }

int typed_take(unsigned char *byte) {
  if (count == 0) return 0;
  *byte = kept[first++];
  if (--count == 0) first = 0;
  return 1;
}

void cel_typed_keep(void) {
  struct termios usual;
  if (!isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &usual) != 0)
    return;
  struct termios at_once = usual;
  // A line that is not whole yet is there to be read only so.
  at_once.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
  at_once.c_cc[VMIN] = 0;
  at_once.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &at_once) != 0) return;
  memmove(kept, kept + first, count);
  first = 0;
  while (count < sizeof kept) {
    ssize_t got = read(STDIN_FILENO, kept + count, sizeof kept - count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    count += (size_t)got;
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &usual);
}
