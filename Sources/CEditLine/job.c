// pipe2 and posix_spawn_file_actions_addtcsetpgrp_np are extensions.
#define _GNU_SOURCE

#include "CEditLine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(char *const *arguments, int input, pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (failure) {
    posix_spawn_file_actions_destroy(&actions);
    return failure;
  }
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  // The terminal is handed over while it is still standard input.
  failure = posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);
  if (!failure) failure = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (!failure) failure = posix_spawn(process, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

int cel_job_start(char *const *arguments, struct cel_job *job) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  job->group_before = tcgetpgrp(STDIN_FILENO);
  int failure = spawn(arguments, ends[0], &job->process);
  close(ends[0]);
  if (failure) close(ends[1]);
  job->input = failure ? -1 : ends[1];
  return failure;
}

/// Who is in the background is stopped for taking the terminal, unless the signal for it is blocked.
static void take_terminal_back(pid_t group) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  tcsetpgrp(STDIN_FILENO, group);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int cel_job_wait(const struct cel_job *job) {
  int status = 0;
  for (;;) {
    pid_t ended = waitpid(job->process, &status, WUNTRACED);
    // Nobody could bring a stopped job back, so it goes on.
    if (ended == job->process && WIFSTOPPED(status)) kill(-job->process, SIGCONT);
    else if (ended == job->process || errno != EINTR) break;
  }
  if (job->group_before > 0) take_terminal_back(job->group_before);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
