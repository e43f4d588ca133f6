// What Swift cannot reach of libfuse3 and of the C library: versioned and function-like macros,
// a thread-local variable, ancillary data of a socket, statx(2).
#pragma once
#include "../../CFuse3/shim.h"
#include "bindlink_ring.h"
#include "fuse_wire.h"

#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

typedef ssize_t (*bindlink_read_hook)(int fd, void *buffer, size_t size, void *userdata);
typedef ssize_t (*bindlink_writev_hook)(int fd, struct iovec *iov, int count, void *userdata);

/// A session on `device`, whose messages go through the two hooks. It owns `device` from then on;
/// NULL with errno on failure, when the caller still does.
struct fuse_session *bindlink_session_new(const struct fuse_lowlevel_ops *operations, void *userdata,
                                          int device, bindlink_read_hook read_hook,
                                          bindlink_writev_hook writev_hook);

/// What the calling thread is at.
struct bindlink_thread {
  void *reply_buffer;  // page-aligned; NULL in a thread that is no worker
  uint64_t unique;     // of the request being served
  uint64_t nodeid;
  uint32_t opcode;
  uint32_t answered;  // a reply to that request has been written
  struct bindlink_ring *ring;  // by which the request came; NULL: by the device
  void *ring_queue;            // whose ring that is
};
struct bindlink_thread *bindlink_thread(void);

/// One descriptor passed over a socket; -1 with errno, ENODATA if the peer closed without one.
int bindlink_receive_descriptor(int socket);

/// Device number and mount id of what is at `path`, without asking any file system for attributes,
/// which would hang on a mount whose server is this process. 0, or -1 with errno.
int bindlink_mount_identity(const char *path, uint64_t *device, uint64_t *mount_id);

/// syncfs(2), which Glibc's module hides.
int bindlink_syncfs(int descriptor);

/// Whether `path` is in a FUSE mount whose connection has ended. A server that lives is asked, and
/// waited for.
int bindlink_is_dead(const char *path);

/// The process's environment, which Swift sees as an unguarded mutable global.
char *const *bindlink_environment(void);

/// Makes a file known to the kernel as one to read and write itself, with the calling thread's rights
/// as they are. Its number, from 1 on; -1 with errno.
int32_t bindlink_backing_open(int device, int descriptor);
void bindlink_backing_close(int device, int32_t backing);

/// A futex-backed wait with a time limit on the monotonic clock, which Glibc's module hides.
int bindlink_wait(void *semaphore, const struct timespec *deadline);
