/* The functions of bindlink_process.h. */
#define _GNU_SOURCE
#include "bindlink_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif

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

int bindlink_mount_of(int descriptor, uint64_t *mount_id, bool *is_root) {
  struct statx status;
  int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
  if (statx(descriptor, "", flags, STATX_MNT_ID, &status) != 0) return -1;
  *mount_id = status.stx_mnt_id;
  *is_root = (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return 0;
}

const char *bindlink_errno_name(int number) {
  /* glibc calls it ENOTSUP; for what is not offered the other name says more. */
  if (number == EOPNOTSUPP) return "EOPNOTSUPP";
  return strerrorname_np(number);
}

int bindlink_unmount(const char *path, bool lazily) {
  return umount2(path, UMOUNT_NOFOLLOW | (lazily ? MNT_DETACH : 0));
}
