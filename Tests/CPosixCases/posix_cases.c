// One wrapper per call, see posix_cases.h for the convention. Long because there are many calls.
#define _GNU_SOURCE
#include "posix_cases.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define RESULT(call)                         \
  ({                                         \
    __typeof__(call) result_ = (call);       \
    result_ < 0 ? (__typeof__(call))-errno : result_; \
  })

const int px_O_PATH = O_PATH, px_O_TMPFILE = O_TMPFILE, px_O_DIRECT = O_DIRECT;
const int px_O_NOATIME = O_NOATIME;
const int px_AT_EMPTY_PATH = AT_EMPTY_PATH, px_AT_SYMLINK_FOLLOW = AT_SYMLINK_FOLLOW;
const int px_AT_SYMLINK_NOFOLLOW = AT_SYMLINK_NOFOLLOW, px_AT_EACCESS = AT_EACCESS;
const int px_RENAME_NOREPLACE = RENAME_NOREPLACE, px_RENAME_EXCHANGE = RENAME_EXCHANGE;
const int px_RENAME_WHITEOUT = RENAME_WHITEOUT;
const int px_FALLOC_KEEP_SIZE = FALLOC_FL_KEEP_SIZE, px_FALLOC_PUNCH_HOLE = FALLOC_FL_PUNCH_HOLE;
const int px_FALLOC_ZERO_RANGE = FALLOC_FL_ZERO_RANGE;
const int px_FALLOC_COLLAPSE_RANGE = FALLOC_FL_COLLAPSE_RANGE;
const int px_FALLOC_INSERT_RANGE = FALLOC_FL_INSERT_RANGE;
const int px_SEEK_DATA = SEEK_DATA, px_SEEK_HOLE = SEEK_HOLE;
const int px_XATTR_CREATE = XATTR_CREATE, px_XATTR_REPLACE = XATTR_REPLACE;
const int64_t px_UTIME_NOW = UTIME_NOW, px_UTIME_OMIT = UTIME_OMIT;

const char *px_error_name(int error) { return strerrorname_np(error); }

struct apart {
  const char *directory;
  void (*body)(void *);
  void *context;
  int result;
};

static void *run_apart(void *argument) {
  struct apart *apart = argument;
  if (unshare(CLONE_FS) < 0 || chdir(apart->directory) < 0) {
    apart->result = -errno;
    return NULL;
  }
  umask(022);
  apart->body(apart->context);
  return NULL;
}

int px_run_apart(const char *directory, void (*body)(void *), void *context) {
  struct apart apart = {directory, body, context, 0};
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run_apart, &apart);
  if (error) return -error;
  pthread_join(thread, NULL);
  return apart.result;
}

int px_open(int dir, const char *path, int flags, unsigned mode) {
  return RESULT(openat(dir, path, flags | O_CLOEXEC, mode));
}

int px_openat2_beneath(int dir, const char *path, int flags) {
  struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
  return (int)RESULT(syscall(SYS_openat2, dir, path, &how, sizeof how));
}

int px_close(int fd) { return RESULT(close(fd)); }
long px_read(int fd, void *buffer, size_t count) { return RESULT(read(fd, buffer, count)); }
long px_pread(int fd, void *buffer, size_t count, int64_t offset) {
  return RESULT(pread(fd, buffer, count, offset));
}
long px_write(int fd, const void *buffer, size_t count) { return RESULT(write(fd, buffer, count)); }
long px_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
  return RESULT(pwrite(fd, buffer, count, offset));
}

static int vectors(struct iovec *out, void *buffer, size_t count, size_t piece) {
  int n = 0;
  for (size_t at = 0; at < count && n < 64; at += piece, n++) {
    out[n].iov_base = (char *)buffer + at;
    out[n].iov_len = count - at < piece ? count - at : piece;
  }
  return n;
}

long px_readv(int fd, void *buffer, size_t count, size_t piece) {
  struct iovec vector[64];
  return RESULT(readv(fd, vector, vectors(vector, buffer, count, piece)));
}
long px_writev(int fd, const void *buffer, size_t count, size_t piece) {
  struct iovec vector[64];
  return RESULT(writev(fd, vector, vectors(vector, (void *)buffer, count, piece)));
}

int64_t px_lseek(int fd, int64_t offset, int whence) { return RESULT(lseek(fd, offset, whence)); }
int px_truncate(const char *path, int64_t size) { return RESULT(truncate(path, size)); }
int px_ftruncate(int fd, int64_t size) { return RESULT(ftruncate(fd, size)); }
int px_fallocate(int fd, int mode, int64_t offset, int64_t length) {
  return RESULT(fallocate(fd, mode, offset, length));
}
long px_copy_file_range(int in, int64_t in_offset, int out, int64_t out_offset, size_t count) {
  off_t from = in_offset, to = out_offset;
  return RESULT(copy_file_range(in, &from, out, &to, count, 0));
}
long px_sendfile(int out, int in, int64_t offset, size_t count) {
  off_t from = offset;
  return RESULT(sendfile(out, in, &from, count));
}
int px_fsync(int fd) { return RESULT(fsync(fd)); }
int px_fdatasync(int fd) { return RESULT(fdatasync(fd)); }
int px_syncfs(int fd) { return RESULT(syncfs(fd)); }
int px_fadvise(int fd, int64_t offset, int64_t length, int advice) {
  return -posix_fadvise(fd, offset, length, advice);
}
int px_dup(int fd) { return RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }
int px_getfl(int fd) { return RESULT(fcntl(fd, F_GETFL)); }
int px_setfl(int fd, int flags) { return RESULT(fcntl(fd, F_SETFL, flags)); }

long px_direct_write(int fd, int value, size_t count, int64_t offset, size_t misalign) {
  char *buffer = NULL;
  if (posix_memalign((void **)&buffer, 4096, count + 4096)) return -ENOMEM;
  memset(buffer, value, count + 4096);
  long result = RESULT(pwrite(fd, buffer + misalign, count, offset));
  free(buffer);
  return result;
}

long px_direct_read(int fd, int value, size_t count, int64_t offset) {
  char *buffer = NULL;
  if (posix_memalign((void **)&buffer, 4096, count)) return -ENOMEM;
  memset(buffer, ~value, count);
  long result = RESULT(pread(fd, buffer, count, offset));
  for (long i = 0; i < result; i++)
    if (buffer[i] != (char)value) result = -EBADMSG;
  free(buffer);
  return result;
}

int px_map_store(int fd, int shared, size_t length, size_t offset, const char *text) {
  int flags = shared ? MAP_SHARED : MAP_PRIVATE;
  char *map = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (map == MAP_FAILED) return -errno;
  memcpy(map + offset, text, strlen(text));
  int result = RESULT(msync(map, length, MS_SYNC));
  munmap(map, length);
  return result;
}

int px_map_load(int fd, size_t length, size_t offset, char *out, size_t count) {
  char *map = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) return -errno;
  memcpy(out, map + offset, count);
  munmap(map, length);
  return 0;
}

int px_map_outlives(int fd, const char *name, size_t length) {
  char *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) return -errno;
  int result = 0;
  if (close(fd) < 0 || unlink(name) < 0) result = -errno;
  memcpy(map, "kept", 4);
  if (msync(map, length, MS_SYNC) < 0) result = -errno;
  if (memcmp(map, "kept", 4) != 0) result = -EBADMSG;
  munmap(map, length);
  return result;
}

static int64_t nanoseconds(struct statx_timestamp time) {
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int px_stat(int dir, const char *path, int flags, struct px_stat *out) {
  struct statx x;
  if (statx(dir, path, flags, STATX_BASIC_STATS | STATX_BTIME, &x) < 0) return -errno;
  *out = (struct px_stat){
      .mode = x.stx_mode, .nlink = x.stx_nlink, .uid = x.stx_uid, .gid = x.stx_gid,
      .ino = x.stx_ino, .dev = makedev(x.stx_dev_major, x.stx_dev_minor),
      .rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor), .size = x.stx_size,
      .blocks = x.stx_blocks, .mtime = nanoseconds(x.stx_mtime), .ctime = nanoseconds(x.stx_ctime),
      .atime = nanoseconds(x.stx_atime), .btime = nanoseconds(x.stx_btime),
      .has_btime = (x.stx_mask & STATX_BTIME) != 0};
  return 0;
}

int px_statfs(const char *path, struct px_statfs *out) {
  struct statfs s;
  if (statfs(path, &s) < 0) return -errno;
  *out = (struct px_statfs){
      .type = (uint64_t)s.f_type, .bsize = (uint64_t)s.f_bsize, .blocks = s.f_blocks,
      .bfree = s.f_bfree, .bavail = s.f_bavail, .files = s.f_files, .ffree = s.f_ffree,
      .namelen = (uint64_t)s.f_namelen, .flags = (uint64_t)s.f_flags};
  return 0;
}

int px_chmod(const char *path, unsigned mode) { return RESULT(chmod(path, mode)); }
int px_fchmod(int fd, unsigned mode) { return RESULT(fchmod(fd, mode)); }
int px_chown(const char *path, uint32_t uid, uint32_t gid) { return RESULT(chown(path, uid, gid)); }
int px_lchown(const char *path, uint32_t uid, uint32_t gid) {
  return RESULT(lchown(path, uid, gid));
}
int px_fchown(int fd, uint32_t uid, uint32_t gid) { return RESULT(fchown(fd, uid, gid)); }

int px_utimens(int dir, const char *path, int64_t asec, int64_t ansec, int64_t msec, int64_t mnsec,
               int flags) {
  struct timespec times[2] = {{asec, ansec}, {msec, mnsec}};
  return RESULT(utimensat(dir, path, times, flags));
}
int px_futimens(int fd, int64_t asec, int64_t ansec, int64_t msec, int64_t mnsec) {
  struct timespec times[2] = {{asec, ansec}, {msec, mnsec}};
  return RESULT(futimens(fd, times));
}
int px_access(const char *path, int mode, int flags) {
  return RESULT(faccessat(AT_FDCWD, path, mode, flags));
}
unsigned px_umask(unsigned mask) { return umask(mask); }

int px_mkdir(int dir, const char *path, unsigned mode) { return RESULT(mkdirat(dir, path, mode)); }
int px_rmdir(const char *path) { return RESULT(rmdir(path)); }
int px_unlink(int dir, const char *path, int flags) { return RESULT(unlinkat(dir, path, flags)); }
int px_rename(int old_dir, const char *old, int new_dir, const char *new_name, int flags) {
  return RESULT(renameat2(old_dir, old, new_dir, new_name, (unsigned)flags));
}
int px_link(int old_dir, const char *old, int new_dir, const char *new_name, int flags) {
  return RESULT(linkat(old_dir, old, new_dir, new_name, flags));
}
int px_symlink(const char *text, const char *path) { return RESULT(symlink(text, path)); }
long px_readlink(int dir, const char *path, char *out, size_t size) {
  return RESULT(readlinkat(dir, path, out, size));
}
int px_mknod(const char *path, unsigned mode, unsigned major, unsigned minor) {
  return RESULT(mknod(path, mode, makedev(major, minor)));
}
int px_chdir(const char *path) { return RESULT(chdir(path)); }
int px_fchdir(int fd) { return RESULT(fchdir(fd)); }
long px_getcwd(char *out, size_t size) { return RESULT(syscall(SYS_getcwd, out, size)); }

int px_setxattr(const char *path, const char *name, const void *value, size_t size, int flags,
                int follow) {
  return follow ? RESULT(setxattr(path, name, value, size, flags))
                : RESULT(lsetxattr(path, name, value, size, flags));
}
int px_fsetxattr(int fd, const char *name, const void *value, size_t size) {
  return RESULT(fsetxattr(fd, name, value, size, 0));
}
long px_getxattr(const char *path, const char *name, void *value, size_t size, int follow) {
  return follow ? RESULT(getxattr(path, name, value, size))
                : RESULT(lgetxattr(path, name, value, size));
}
long px_listxattr(const char *path, char *out, size_t size, int follow) {
  return follow ? RESULT(listxattr(path, out, size)) : RESULT(llistxattr(path, out, size));
}
int px_removexattr(const char *path, const char *name, int follow) {
  return follow ? RESULT(removexattr(path, name)) : RESULT(lremovexattr(path, name));
}

int px_opendir(const char *path, void **stream) {
  DIR *dir = opendir(path);
  if (dir == NULL) return -errno;
  *stream = dir;
  return 0;
}
int px_readdir(void *stream, struct px_dirent *out) {
  errno = 0;
  struct dirent *entry = readdir(stream);
  if (entry == NULL) return -errno;
  out->ino = entry->d_ino;
  out->type = entry->d_type;
  out->position = telldir(stream);
  snprintf(out->name, sizeof out->name, "%s", entry->d_name);
  return 1;
}
void px_seekdir(void *stream, int64_t position) { seekdir(stream, position); }
void px_rewinddir(void *stream) { rewinddir(stream); }
void px_closedir(void *stream) { closedir(stream); }

int px_flock(int fd, int operation) { return RESULT(flock(fd, operation)); }

static int lock(int fd, int command, int type, int64_t start, int64_t length) {
  struct flock lock = {
      .l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  int result = RESULT(fcntl(fd, command, &lock));
  return result < 0 || command != F_GETLK ? result : lock.l_type;
}

int px_setlk(int fd, int type, int64_t start, int64_t length) {
  return lock(fd, F_SETLK, type, start, length);
}

static int lock_in_child(int fd, int command, int type, int64_t start, int64_t length) {
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    int result = lock(fd, command, type, start, length);
    _exit(result < 0 ? 128 - result : result);
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  int code = WEXITSTATUS(status);
  return code >= 128 ? 128 - code : code;
}

int px_child_getlk(int fd, int type, int64_t start, int64_t length) {
  return lock_in_child(fd, F_GETLK, type, start, length);
}
int px_child_setlk(int fd, int type, int64_t start, int64_t length) {
  return lock_in_child(fd, F_SETLK, type, start, length);
}

static void on_alarm(int signal) { (void)signal; }

static void interrupt_soon(void) {
  struct sigaction action = {.sa_handler = on_alarm};  // no SA_RESTART
  sigaction(SIGALRM, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  // Again and again: the first may come before the call waits.
  struct itimerval timer = {{0, 100000}, {0, 100000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

int px_child_start_setlkw(int fd, int interrupted) {
  pid_t child = fork();
  if (child != 0) return RESULT(child);
  if (interrupted) interrupt_soon();
  _exit(-lock(fd, F_SETLKW, F_WRLCK, 0, 0));
}

int px_child_start_flock(const char *path, int interrupted) {
  pid_t child = fork();
  if (child != 0) return RESULT(child);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) _exit(errno);
  if (interrupted) interrupt_soon();
  _exit(flock(fd, LOCK_EX) < 0 ? errno : 0);
}

static int lock_all(int fd, int type, int whole_file) {
  if (!whole_file) return lock(fd, F_SETLKW, type, 0, 0);
  return flock(fd, type == F_UNLCK ? LOCK_UN : LOCK_EX) < 0 ? -errno : 0;
}

int px_child_start_counting(const char *path, int rounds, int whole_file) {
  pid_t child = fork();
  if (child != 0) return RESULT(child);
  int fd = open(path, O_RDWR | O_CLOEXEC), result = fd < 0 ? -errno : 0;
  for (int turn = 0; turn < 2 * rounds && result >= 0; turn++) {
    uint32_t number = 0;
    result = lock_all(fd, F_WRLCK, whole_file);
    if (result < 0) break;
    if (pread(fd, &number, sizeof number, 0) != sizeof number) result = -EIO;
    number++;
    if (turn % 2 && pwrite(fd, &number, sizeof number, 0) != sizeof number) result = -EIO;
    if (result >= 0) result = lock_all(fd, F_UNLCK, whole_file);
    usleep(500);
  }
  _exit(-result);
}

int px_crowd_for_lock(const char *path, int count, int on_last) {
  cpu_set_t before, one;
  if (sched_getaffinity(0, sizeof before, &before) < 0) return -errno;
  int processor = on_last ? CPU_SETSIZE - 1 : 0;
  while (!CPU_ISSET(processor, &before)) processor += on_last ? -1 : 1;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  pid_t children[count];
  int start[2], fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || flock(fd, LOCK_EX) < 0 || pipe2(start, O_CLOEXEC) < 0) return -errno;
  sched_setaffinity(0, sizeof one, &one);
  for (int index = 0; index < count; index++) {
    children[index] = fork();
    if (children[index] < 0) count = index;
    if (children[index] != 0) continue;
    char nothing;
    close(start[1]);
    int own = open(path, O_RDWR | O_CLOEXEC);
    // The end of the pipe wakes them all.
    if (own < 0 || read(start[0], &nothing, 1) != 0) _exit(1);
    _exit(flock(own, LOCK_EX) < 0);
  }
  px_pause(200);
  close(start[1]);
  close(start[0]);
  px_pause(300);
  flock(fd, LOCK_UN);
  sched_setaffinity(0, sizeof before, &before);
  int done = 0;
  for (int turn = 0; turn < 500 && done < count; turn++) {
    done = 0;
    for (int index = 0; index < count; index++) {
      siginfo_t information = {0};
      waitid(P_PID, children[index], &information, WEXITED | WNOHANG | WNOWAIT);
      done += information.si_pid != 0 && information.si_status == 0;
    }
    px_pause(10);
  }
  for (int index = 0; index < count; index++) {
    kill(children[index], SIGKILL);
    waitpid(children[index], NULL, 0);
  }
  close(fd);
  return done;
}

int px_child_wait(int pid) {
  for (int turn = 0; turn < 500; turn++) {
    int status;
    pid_t done = waitpid(pid, &status, WNOHANG);
    if (done < 0) return -errno;
    if (done > 0) return WIFSIGNALED(status) ? -EINTR : -WEXITSTATUS(status);
    px_pause(10);
  }
  kill(pid, SIGKILL);
  return -ETIMEDOUT;
}

static int address(const char *path, struct sockaddr_un *out) {
  *out = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof out->sun_path) return -ENAMETOOLONG;
  strcpy(out->sun_path, path);
  return 0;
}

int px_bind(const char *path) {
  struct sockaddr_un name;
  int result = address(path, &name);
  if (result < 0) return result;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return -errno;
  if (bind(listener, (struct sockaddr *)&name, sizeof name) < 0 || listen(listener, 1) < 0) {
    result = -errno;
    close(listener);
    return result;
  }
  return listener;
}

int px_connect_and_echo(int listener, const char *path) {
  struct sockaddr_un name;
  int result = address(path, &name);
  if (result < 0) return result;
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0) return -errno;
  char got[5] = {0};
  if (connect(client, (struct sockaddr *)&name, sizeof name) < 0) {
    result = -errno;
  } else {
    int served = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (served < 0 || write(client, "hello", 5) != 5 || read(served, got, 5) != 5) result = -errno;
    if (served >= 0) close(served);
  }
  close(client);
  return result < 0 ? result : memcmp(got, "hello", 5) == 0 ? 5 : 0;
}

extern char **environ;

int px_spawn_start(const char *path, const char *argument) {
  char *arguments[] = {(char *)path, (char *)argument, NULL};
  pid_t child;
  int error = posix_spawn(&child, path, NULL, NULL, arguments, environ);
  return error ? -error : child;
}

static int wait_for(int pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -errno;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int px_spawn(const char *path, const char *argument) {
  int child = px_spawn_start(path, argument);
  return child < 0 ? child : wait_for(child);
}

int px_spawn_stop(int pid) {
  kill(pid, SIGKILL);
  return wait_for(pid);
}

int px_getflags(int fd, uint32_t *flags) {
  int value = 0;
  int result = RESULT(ioctl(fd, FS_IOC_GETFLAGS, &value));
  *flags = (uint32_t)value;
  return result;
}

int px_handle(const char *path) {
  union {
    struct file_handle handle;
    char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } buffer;
  int mount;
  buffer.handle.handle_bytes = MAX_HANDLE_SZ;
  return RESULT(name_to_handle_at(AT_FDCWD, path, &buffer.handle, &mount, 0));
}

int px_bind_mount(const char *from, const char *at) {
  return RESULT(mount(from, at, NULL, MS_BIND, NULL));
}
// Of a megabyte.
int px_mount_tmpfs(const char *at) { return RESULT(mount("none", at, "tmpfs", 0, "size=1m")); }
int px_unmount(const char *at) { return RESULT(umount2(at, MNT_DETACH)); }

static gid_t own_groups[256];
static int own_group_count = -1;

int px_become(uint32_t uid, uint32_t gid) {
  if (geteuid() != 0) return -EPERM;
  if (own_group_count < 0) own_group_count = getgroups(256, own_groups);
  // The raw call concerns this thread alone; libc's would change the whole process.
  if (syscall(SYS_setgroups, 0, NULL) < 0) return -errno;
  setfsgid(gid);
  setfsuid(uid);
  return (uint32_t)setfsuid((uid_t)-1) == uid ? 0 : -EPERM;
}

int px_become_self(void) {
  setfsuid(geteuid());
  setfsgid(getegid());
  if (own_group_count < 0) return 0;
  return (int)RESULT(syscall(SYS_setgroups, own_group_count, own_groups));
}

void px_pause(int milliseconds) {
  struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
  nanosleep(&time, NULL);
}
