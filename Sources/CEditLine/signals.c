// pipe2 is an extension.
#define _GNU_SOURCE

#include "CEditLine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

static int signal_pipe[2] = {-1, -1};
static int stop_pipe[2] = {-1, -1};
static struct termios original_terminal;
static volatile sig_atomic_t has_original_terminal;
/// Whether work goes on that is written down when it is stopped.
static volatile sig_atomic_t is_watched;
/// The signal that asked the program to end while it was watched; 0 where none did.
static volatile sig_atomic_t end_number;

static void on_event(int number) {
  int saved = errno;
  char byte = number == SIGINT || number == SIGTERM || number == SIGHUP ? 'I' : number == SIGWINCH ? 'W' : 'C';
  // A full pipe means that the event is waiting already.
  ssize_t ignored = write(signal_pipe[1], &byte, 1);
  (void)ignored;
  errno = saved;
}

/// Changing the terminal from the background would stop the process.
static int is_in_foreground(void) { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

static void on_end(int number) {
  if (is_watched && !end_number) {
    end_number = number;
    on_event(number);
    return;
  }
  if (has_original_terminal && is_in_foreground()) {
    static const char paste_off[] = "\033[?2004l";
    tcsetattr(STDIN_FILENO, TCSANOW, &original_terminal);
    ssize_t ignored = write(STDOUT_FILENO, paste_off, sizeof paste_off - 1);
    (void)ignored;
  }
  // The signal's own meaning follows.
  signal(number, SIG_DFL);
  raise(number);
}

static int make_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
}

static int handle(int number, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, NULL) == 0 ? 0 : errno;
}

/// Handles a request to end, unless the program was started so that it outlives it.
static int handle_end(int number, void (*handler)(int), int flags) {
  struct sigaction before;
  if (sigaction(number, NULL, &before) != 0) return errno;
  return before.sa_handler == SIG_IGN ? 0 : handle(number, handler, flags);
}

int cel_signals_install(void) {
  if (signal_pipe[0] >= 0) return 0;
  int failure = make_pipe(signal_pipe);
  if (!failure) failure = make_pipe(stop_pipe);
  // Reads and writes elsewhere go on by themselves; whoever waits here sees the pipe.
  if (!failure) failure = handle(SIGINT, on_event, SA_RESTART);
  if (!failure) failure = handle(SIGWINCH, on_event, SA_RESTART);
  if (!failure) failure = handle(SIGCONT, on_event, SA_RESTART);
  if (!failure) failure = handle(SIGPIPE, SIG_IGN, 0);
  if (!failure && isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &original_terminal) == 0) {
    has_original_terminal = 1;
  }
  // SA_NODEFER lets the signal that is raised again arrive inside the handler.
  if (!failure) failure = handle_end(SIGTERM, on_end, SA_RESTART | SA_NODEFER);
  if (!failure) failure = handle_end(SIGHUP, on_end, SA_RESTART | SA_NODEFER);
  // A parent may start the program with signals blocked, as threads of its own libraries do; the mask is inherited.
  sigset_t handled;
  sigemptyset(&handled);
  const int numbers[] = {SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGTSTP, SIGQUIT};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; ++i) sigaddset(&handled, numbers[i]);
  if (!failure) failure = pthread_sigmask(SIG_UNBLOCK, &handled, NULL);
  return failure;
}

int cel_signals_stop_at_end(void) {
  // The second one has its own meaning: a step that takes too long can be ended.
  int failure = handle_end(SIGTERM, on_event, (int)(SA_RESTART | SA_RESETHAND));
  return failure ? failure : handle_end(SIGHUP, on_event, (int)(SA_RESTART | SA_RESETHAND));
}

int cel_end_requested(void) { return end_number; }

static enum cel_event event_of(char byte) {
  return byte == 'I' ? CEL_INTERRUPT : byte == 'W' ? CEL_RESIZE : CEL_CONTINUE;
}

enum cel_event cel_wait(int descriptor) {
  // poll skips negative descriptors: without installed signals only the descriptor counts.
  struct pollfd waiting[2] = {{descriptor, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
  for (;;) {
    if (poll(waiting, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return CEL_FAILED;
    }
    char byte;
    if (waiting[1].revents & POLLIN && read(signal_pipe[0], &byte, 1) == 1) return event_of(byte);
    // POLLHUP and POLLERR: the read that follows tells which.
    if (waiting[0].revents) return CEL_READABLE;
  }
}

void cel_signals_drain(void) {
  char bytes[64];
  while (signal_pipe[0] >= 0 && read(signal_pipe[0], bytes, sizeof bytes) > 0) {
  }
}

struct watch {
  void (*interrupted)(void *);
  void *context;
  pthread_t thread;
};
static struct watch watch;

static void *watch_signals(void *unused) {
  (void)unused;
  for (;;) {
    switch (cel_wait(stop_pipe[0])) {
      case CEL_INTERRUPT:
        // Where the terminal is told not to, it doesn't drop what was typed before Ctrl-C itself.
        if (is_in_foreground()) tcflush(STDIN_FILENO, TCIFLUSH);
        watch.interrupted(watch.context);
        break;
      case CEL_RESIZE:
      case CEL_CONTINUE: break;
      case CEL_READABLE:
      case CEL_FAILED: return NULL;
    }
  }
}

int cel_watch_start(void (*interrupted)(void *), void *context) {
  watch.interrupted = interrupted;
  watch.context = context;
  // Signals are for the main thread; this one only reads what the handler wrote.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failure = pthread_create(&watch.thread, NULL, watch_signals, NULL);
  is_watched = !failure;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failure;
}

void cel_watch_stop(void) {
  is_watched = 0;
  char byte = 'S';
  ssize_t ignored = write(stop_pipe[1], &byte, 1);
  pthread_join(watch.thread, NULL);
  ignored = read(stop_pipe[0], &byte, 1);
  (void)ignored;
}

static struct termios echoing_terminal;

int cel_echo_off(void) {
  if (!is_in_foreground() || tcgetattr(STDIN_FILENO, &echoing_terminal) != 0) return 0;
  struct termios quiet = echoing_terminal;
  quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
  // Else Ctrl-C drops output that is on its way, and lines that are rewritten in place lose their place.
  quiet.c_lflag |= NOFLSH;
  return tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0;
}

void cel_echo_on(void) {
  if (is_in_foreground()) tcsetattr(STDIN_FILENO, TCSANOW, &echoing_terminal);
}
