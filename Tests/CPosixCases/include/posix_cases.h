// The system calls of the table of POSIX cases: what Swift's Glibc module hides or makes variadic,
// and all others too, so that there is one convention: a result >= 0, or -errno.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct px_stat {
  uint32_t mode, nlink, uid, gid;
  uint64_t ino, dev, rdev, size, blocks;
  int64_t mtime, ctime, atime, btime;  // nanoseconds
  int has_btime;
};

struct px_statfs {
  uint64_t type, bsize, blocks, bfree, bavail, files, ffree, namelen, flags;
};

struct px_dirent {
  uint64_t ino;
  int64_t position;  // telldir after the entry
  int type;
  char name[256];
};

extern const int px_O_PATH, px_O_TMPFILE, px_O_DIRECT, px_O_NOATIME;
extern const int px_AT_EMPTY_PATH, px_AT_SYMLINK_FOLLOW, px_AT_SYMLINK_NOFOLLOW, px_AT_EACCESS;
extern const int px_RENAME_NOREPLACE, px_RENAME_EXCHANGE, px_RENAME_WHITEOUT;
extern const int px_FALLOC_KEEP_SIZE, px_FALLOC_PUNCH_HOLE, px_FALLOC_ZERO_RANGE;
extern const int px_FALLOC_COLLAPSE_RANGE, px_FALLOC_INSERT_RANGE;
extern const int px_SEEK_DATA, px_SEEK_HOLE;
extern const int px_XATTR_CREATE, px_XATTR_REPLACE;
extern const int64_t px_UTIME_NOW, px_UTIME_OMIT;

// "ENOENT" for ENOENT; NULL for what is no error number.
const char *px_error_name(int error);

// Runs body(context) on a thread of its own that shares neither working directory nor umask with
// the process, with directory as its working directory and umask 022.
int px_run_apart(const char *directory, void (*body)(void *), void *context);

int px_open(int dir, const char *path, int flags, unsigned mode);
int px_openat2_beneath(int dir, const char *path, int flags);
int px_close(int fd);
long px_read(int fd, void *buffer, size_t count);
long px_pread(int fd, void *buffer, size_t count, int64_t offset);
long px_write(int fd, const void *buffer, size_t count);
long px_pwrite(int fd, const void *buffer, size_t count, int64_t offset);
// The buffer's count bytes as vectors of piece bytes each.
long px_readv(int fd, void *buffer, size_t count, size_t piece);
long px_writev(int fd, const void *buffer, size_t count, size_t piece);
int64_t px_lseek(int fd, int64_t offset, int whence);
int px_truncate(const char *path, int64_t size);
int px_ftruncate(int fd, int64_t size);
int px_fallocate(int fd, int mode, int64_t offset, int64_t length);
long px_copy_file_range(int in, int64_t in_offset, int out, int64_t out_offset, size_t count);
long px_sendfile(int out, int in, int64_t offset, size_t count);
int px_fsync(int fd);
int px_fdatasync(int fd);
int px_syncfs(int fd);
int px_fadvise(int fd, int64_t offset, int64_t length, int advice);
int px_dup(int fd);
int px_getfl(int fd);
int px_setfl(int fd, int flags);
// One aligned O_DIRECT transfer: count bytes of value written at offset, or read and checked.
long px_direct_write(int fd, int value, size_t count, int64_t offset, size_t misalign);
long px_direct_read(int fd, int value, size_t count, int64_t offset);

// Maps length bytes shared or private, stores text at offset, syncs; out gets count bytes back.
int px_map_store(int fd, int shared, size_t length, size_t offset, const char *text);
int px_map_load(int fd, size_t length, size_t offset, char *out, size_t count);
// A map made, the descriptor closed, the name unlinked, then a store and a load through the map.
int px_map_outlives(int fd, const char *name, size_t length);

int px_stat(int dir, const char *path, int flags, struct px_stat *out);
int px_statfs(const char *path, struct px_statfs *out);
int px_chmod(const char *path, unsigned mode);
int px_fchmod(int fd, unsigned mode);
int px_chown(const char *path, uint32_t uid, uint32_t gid);
int px_lchown(const char *path, uint32_t uid, uint32_t gid);
int px_fchown(int fd, uint32_t uid, uint32_t gid);
int px_utimens(int dir, const char *path, int64_t asec, int64_t ansec, int64_t msec, int64_t mnsec,
               int flags);
int px_futimens(int fd, int64_t asec, int64_t ansec, int64_t msec, int64_t mnsec);
int px_access(const char *path, int mode, int flags);
unsigned px_umask(unsigned mask);

int px_mkdir(int dir, const char *path, unsigned mode);
int px_rmdir(const char *path);
int px_unlink(int dir, const char *path, int flags);
int px_rename(int old_dir, const char *old, int new_dir, const char *new_name, int flags);
int px_link(int old_dir, const char *old, int new_dir, const char *new_name, int flags);
int px_symlink(const char *text, const char *path);
long px_readlink(int dir, const char *path, char *out, size_t size);
int px_mknod(const char *path, unsigned mode, unsigned major, unsigned minor);
int px_chdir(const char *path);
int px_fchdir(int fd);
long px_getcwd(char *out, size_t size);
// name_to_handle_at: whether path has a file handle.
int px_handle(const char *path);
// A bind mount, and its end (lazily).
int px_bind_mount(const char *from, const char *at);
int px_mount_tmpfs(const char *at);
int px_unmount(const char *at);

int px_setxattr(const char *path, const char *name, const void *value, size_t size, int flags,
                int follow);
int px_fsetxattr(int fd, const char *name, const void *value, size_t size);
long px_getxattr(const char *path, const char *name, void *value, size_t size, int follow);
long px_listxattr(const char *path, char *out, size_t size, int follow);
int px_removexattr(const char *path, const char *name, int follow);

// Directory streams, as handles >= 0 of px_opendir's own; px_readdir says 1, or 0 at the end.
int px_opendir(const char *path, void **stream);
int px_readdir(void *stream, struct px_dirent *out);
void px_seekdir(void *stream, int64_t position);
void px_rewinddir(void *stream);
void px_closedir(void *stream);

int px_flock(int fd, int operation);
int px_setlk(int fd, int type, int64_t start, int64_t length);
// In a child process: F_GETLK or F_SETLK on fd; the type that F_GETLK finds.
int px_child_getlk(int fd, int type, int64_t start, int64_t length);
int px_child_setlk(int fd, int type, int64_t start, int64_t length);

// A child that waits for a lock that the caller holds: a record lock on fd, or flock on its own
// opening of path. A signal comes after 100 ms. px_child_wait gives the child's result, 0 or -errno,
// or -ETIMEDOUT if it had to be killed after five seconds.
int px_child_start_setlkw(int fd, int interrupted);
int px_child_start_flock(const char *path, int interrupted);
int px_child_wait(int pid);
// A child that opens path and adds 1 to the 32-bit number that it holds, `rounds` times, each time
// under a lock of its own: a record lock, or flock. Before each it takes the lock only to read, and
// it pauses between, so that several take turns.
int px_child_start_counting(const char *path, int rounds, int whole_file);

// `count` children on one processor (the first or the last that the caller may run on), who ask for a lock
// of the file at the same moment, while the caller has it; then the caller, on the same processor, gives
// it back. How many had it within five seconds.
int px_crowd_for_lock(const char *path, int count, int on_last);

int px_bind(const char *path);
int px_connect_and_echo(int listener, const char *path);

// Runs path with one argument; the exit status, 128 + n for signal n, or -errno of the exec.
int px_spawn(const char *path, const char *argument);
int px_spawn_start(const char *path, const char *argument);
int px_spawn_stop(int pid);

int px_getflags(int fd, uint32_t *flags);
// The thread's file system identity, where the process may change it: uid, gid and no groups.
int px_become(uint32_t uid, uint32_t gid);
int px_become_self(void);
void px_pause(int milliseconds);
