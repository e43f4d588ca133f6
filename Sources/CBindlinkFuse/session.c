// libfuse's session on a given descriptor, and the state of the thread that serves a request.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bindlink_fuse.h"

#include <errno.h>
#include <semaphore.h>
#include <sys/ioctl.h>

struct fuse_session *bindlink_session_new(const struct fuse_lowlevel_ops *operations, void *userdata,
                                          int device, bindlink_read_hook read_hook,
                                          bindlink_writev_hook writev_hook) {
  char *argv[] = {"bindlink", NULL};
  struct fuse_args args = FUSE_ARGS_INIT(1, argv);
  const struct fuse_custom_io io = {.read = read_hook, .writev = writev_hook};
  struct fuse_session *session =
      fuse_session_new(&args, operations, sizeof(*operations), userdata);
  fuse_opt_free_args(&args);
  if (session == NULL) {
    errno = ENOMEM;
    return NULL;
  }
  int error = fuse_session_custom_io(session, &io, device);
  if (error != 0) {
    fuse_session_destroy(session);
    errno = -error;
    return NULL;
  }
  return session;
}

struct bindlink_thread *bindlink_thread(void) {
  static _Thread_local struct bindlink_thread thread;
  return &thread;
}

int32_t bindlink_backing_open(int device, int descriptor) {
  struct {
    int32_t fd;
    uint32_t flags;
    uint64_t padding;
  } map = {.fd = descriptor};
  // FUSE_DEV_IOC_BACKING_OPEN
  return ioctl(device, _IOW(229, 1, map), &map);
}

void bindlink_backing_close(int device, int32_t backing) {
  // FUSE_DEV_IOC_BACKING_CLOSE
  ioctl(device, _IOW(229, 2, uint32_t), &backing);
}

int bindlink_wait(void *semaphore, const struct timespec *deadline) {
  return sem_clockwait(semaphore, CLOCK_MONOTONIC, deadline);
}
