/* The functions of bindlink_process.h. */
#define _GNU_SOURCE
#include "bindlink_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct child {
  int (*run)(void *);
  void *context;
  sigset_t signals;
};

static void *run_child(void *argument) {
  struct child *child = argument;
  pthread_sigmask(SIG_SETMASK, &child->signals, NULL);
  exit(child->run(child->context));
}

int bindlink_fork(int (*run)(void *), void *context) {
  struct child child = {.run = run, .context = context};
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &child.signals);
  int process = fork();
  if (process != 0) {
    pthread_sigmask(SIG_SETMASK, &child.signals, NULL);
    return process;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, run_child, &child) != 0) _exit(1);
  for (;;) pause();
}

void bindlink_close_descriptors(int first, int kept) {
  if (kept < first) {
    close_range((unsigned)first, ~0U, 0);
    return;
  }
  if (kept > first) close_range((unsigned)first, (unsigned)kept - 1, 0);
  close_range((unsigned)kept + 1, ~0U, 0);
}

int bindlink_open_place(const char *path) {
  return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

const char *bindlink_errno_name(int number) {
  /* glibc calls it ENOTSUP; for what is not offered the other name says more. */
  if (number == EOPNOTSUPP) return "EOPNOTSUPP";
  return strerrorname_np(number);
}
