// The parts of mounting that need C: ancillary data and statx(2).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "bindlink_fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int bindlink_receive_descriptor(int socket) {
  char byte;
  struct iovec iov = {.iov_base = &byte, .iov_len = 1};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  struct msghdr message = {
      .msg_iov = &iov,
      .msg_iovlen = 1,
      .msg_control = control,
      .msg_controllen = sizeof(control),
  };
  ssize_t size;
  do {
    size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (size == -1 && errno == EINTR);
  if (size == -1) {
    return -1;
  }
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
    errno = ENODATA;
    return -1;
  }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
  return descriptor;
}

int bindlink_mount_identity(const char *path, uint64_t *device, uint64_t *mount_id) {
  struct statx status;
  const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  // Who asks for nothing is told the device and the mount, strangers to a FUSE mount included, who
  // get EACCES otherwise.
  if (statx(AT_FDCWD, path, flags, 0, &status) == -1) {
    return -1;
  }
  *device = makedev(status.stx_dev_major, status.stx_dev_minor);
  *mount_id = status.stx_mnt_id;
  return 0;
}

int bindlink_syncfs(int descriptor) { return syncfs(descriptor); }

int bindlink_is_dead(const char *path) {
  struct statx status;
  const int flags = AT_STATX_FORCE_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
  return statx(AT_FDCWD, path, flags, STATX_MODE, &status) == -1 && errno == ENOTCONN;
}

char *const *bindlink_environment(void) { return environ; }
