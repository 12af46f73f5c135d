#include "CEditLine.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static long milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int has_input(int descriptor, long milliseconds) {
  struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
  int ready = poll(&waiting, 1, (int)milliseconds);
  return ready > 0 && waiting.revents & POLLIN;
}

size_t cel_terminal_ask(const char *question, char end, int milliseconds, char *answer, size_t room) {
  struct termios usual;
  // What was typed ahead would be taken for the answer, and in the background asking stops the process.
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
      has_input(STDIN_FILENO, 0) || tcgetattr(STDIN_FILENO, &usual) != 0)
    return 0;
  struct termios silent = usual;
  silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
  silent.c_cc[VMIN] = 0;
  silent.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &silent) != 0) return 0;
  size_t count = 0;
  size_t length = strlen(question);
  // A line that is not whole yet is seen only now.
  if (!has_input(STDIN_FILENO, 0) && write(STDOUT_FILENO, question, length) == (ssize_t)length) {
    long last = milliseconds_now() + milliseconds;
    for (;;) {
      long left = last - milliseconds_now();
      if (left <= 0 || !has_input(STDIN_FILENO, left)) break;
      char byte;
      ssize_t got = read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got != 1 || count + 1 >= room) break;
      answer[count++] = byte;
      if (byte == end) break;
    }
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &usual);
  return count;
}

int cel_cell_size(int descriptor, int *width, int *height) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || !size.ws_col || !size.ws_row) return 0;
  *width = size.ws_xpixel / size.ws_col;
  *height = size.ws_ypixel / size.ws_row;
  return *width > 0 && *height > 0;
}
