/* The functions of bindlink_process.h. */
#define _GNU_SOURCE
#include "bindlink_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int bindlink_fork(void) { return fork(); }

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
