/* The system calls of bindlink_system.h, in its order. */
#define _GNU_SOURCE
#include "bindlink_system.h"
#include "result.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <linux/capability.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 0x10
#endif

/* The path by which the kernel reaches the object behind a descriptor. */
struct fd_path {
	char text[32];
};
static struct fd_path fd_path(int fd)
{
	struct fd_path path;
	snprintf(path.text, sizeof path.text, "/proc/self/fd/%d", fd);
	return path;
}

int bl_statx(int directory, const char *path, int flags, unsigned mask, struct bl_statx *out)
{
	RESULT(syscall(SYS_statx, directory, path, flags, mask, out));
}

int bl_openat(int directory, const char *path, int flags, unsigned mode)
{
	RESULT(openat(directory, path, flags | O_CLOEXEC, mode));
}

int bl_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {flags | O_CLOEXEC, 0, resolve};
	RESULT(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int bl_close(int fd)
{
	RESULT(close(fd));
}

int bl_duplicate(int fd)
{
	RESULT(fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

int bl_faccess(int fd, int mode)
{
	RESULT(syscall(SYS_faccessat2, fd, "", mode, AT_EMPTY_PATH | AT_EACCESS));
}

int bl_chmod(int fd, unsigned mode)
{
	if (syscall(SYS_fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return -errno;
	/* before Linux 6.6; EPERM is also what an older seccomp filter says */
	RESULT(chmod(fd_path(fd).text, mode));
}

int bl_fchmod(int fd, unsigned mode)
{
	RESULT(fchmod(fd, mode));
}

int bl_chown(int fd, unsigned uid, unsigned gid)
{
	RESULT(fchownat(fd, "", uid, gid, AT_EMPTY_PATH));
}

int bl_truncate(int fd, int64_t size)
{
	RESULT(ftruncate(fd, size));
}

int bl_set_times(int fd, int64_t access_seconds, int64_t access_nanoseconds, int64_t modify_seconds,
		 int64_t modify_nanoseconds)
{
	struct timespec times[2] = {{access_seconds, access_nanoseconds}, {modify_seconds, modify_nanoseconds}};
	RESULT(syscall(SYS_utimensat, fd, "", times, AT_EMPTY_PATH));
}

int bl_mkdirat(int directory, const char *name, unsigned mode)
{
	RESULT(mkdirat(directory, name, mode));
}

int bl_mknodat(int directory, const char *name, unsigned mode, uint64_t device)
{
	RESULT(mknodat(directory, name, mode, device));
}

int bl_symlinkat(const char *target, int directory, const char *name)
{
	RESULT(symlinkat(target, directory, name));
}

int bl_unlinkat(int directory, const char *name, int flags)
{
	RESULT(unlinkat(directory, name, flags));
}

int bl_link_descriptor(int fd, int directory, const char *name)
{
	RESULT(linkat(AT_FDCWD, fd_path(fd).text, directory, name, AT_SYMLINK_FOLLOW));
}

int bl_renameat2(int from, const char *name, int to, const char *new_name, unsigned flags)
{
	RESULT(syscall(SYS_renameat2, from, name, to, new_name, flags));
}

ssize_t bl_readlinkat(int directory, const char *name, char *buffer, size_t size)
{
	RESULT(readlinkat(directory, name, buffer, size));
}

ssize_t bl_pread(int fd, void *buffer, size_t size, int64_t offset)
{
	RESULT(pread(fd, buffer, size, offset));
}

ssize_t bl_pwrite(int fd, const void *data, size_t size, int64_t offset, int flags)
{
	if (!flags)
		RESULT(pwrite(fd, data, size, offset));
	struct iovec vector = {(void *)data, size};
	RESULT(pwritev2(fd, &vector, 1, offset, flags));
}

int bl_fallocate(int fd, int mode, int64_t offset, int64_t length)
{
	RESULT(fallocate(fd, mode, offset, length));
}

int64_t bl_lseek(int fd, int64_t offset, int whence)
{
	RESULT(lseek(fd, offset, whence));
}

ssize_t bl_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t length,
			   unsigned flags)
{
	RESULT(copy_file_range(from, &from_offset, to, &to_offset, length, flags));
}

int bl_fsync(int fd, int data_only)
{
	RESULT(data_only ? fdatasync(fd) : fsync(fd));
}

int bl_syncfs(int fd)
{
	RESULT(syncfs(fd));
}

int bl_flock(int fd, int operation)
{
	RESULT(flock(fd, operation));
}

int bl_lock(int fd, int command, int *type, int64_t *start, int64_t *length, int *pid)
{
	struct flock lock = {.l_type = (short)*type, .l_whence = SEEK_SET, .l_start = *start, .l_len = *length};
	if (fcntl(fd, command, &lock) < 0)
		return -errno;
	*type = lock.l_type;
	*start = lock.l_start;
	*length = lock.l_len;
	*pid = lock.l_pid;
	return 0;
}

int bl_ioctl(int fd, unsigned command, void *argument)
{
	RESULT(ioctl(fd, command, argument));
}

int bl_get_flags(int fd)
{
	RESULT(fcntl(fd, F_GETFL));
}

int bl_set_flags(int fd, int flags)
{
	RESULT(fcntl(fd, F_SETFL, flags));
}

ssize_t bl_getdents(int fd, void *buffer, size_t size)
{
	RESULT(syscall(SYS_getdents64, fd, buffer, size));
}

ssize_t bl_getxattr(int fd, const char *name, void *value, size_t size)
{
	RESULT(getxattr(fd_path(fd).text, name, value, size));
}

ssize_t bl_listxattr(int fd, char *list, size_t size)
{
	RESULT(listxattr(fd_path(fd).text, list, size));
}

int bl_setxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	RESULT(setxattr(fd_path(fd).text, name, value, size, flags));
}

int bl_removexattr(int fd, const char *name)
{
	RESULT(removexattr(fd_path(fd).text, name));
}

int bl_reopen(int fd, int flags)
{
	if (flags == O_PATH) {
		/* A third of the time; containers may forbid it. */
		long place = syscall(SYS_open_tree, fd, "", AT_EMPTY_PATH | O_CLOEXEC);
		if (place >= 0)
			return (int)place;
	}
	RESULT(open(fd_path(fd).text, flags | O_CLOEXEC));
}

int64_t bl_file_system_type(int fd)
{
	struct statfs status;
	if (fstatfs(fd, &status) < 0)
		return -errno;
	return (int64_t)(uint32_t)status.f_type;
}

static _Thread_local int thread_has_umask;
static _Thread_local unsigned thread_umask = ~0u;

void bl_prepare_umask(void)
{
	if (unshare(CLONE_FS) == 0)
		thread_has_umask = 1;
	else
		umask(0);
}

int bl_set_umask(unsigned mask)
{
	if (thread_has_umask && mask != thread_umask)
		umask(thread_umask = mask & 0777);
	return thread_has_umask;
}

int bl_set_fsuid(unsigned uid)
{
	syscall(SYS_setfsuid, uid);
	return (unsigned)syscall(SYS_setfsuid, -1) == uid ? 0 : -EPERM;
}

int bl_set_fsgid(unsigned gid)
{
	syscall(SYS_setfsgid, gid);
	return (unsigned)syscall(SYS_setfsgid, -1) == gid ? 0 : -EPERM;
}

int bl_set_groups(const uint32_t *groups, size_t count)
{
	RESULT(syscall(SYS_setgroups, count, groups));
}

int bl_get_groups(uint32_t *groups, size_t capacity)
{
	RESULT(syscall(SYS_getgroups, capacity, groups));
}

int bl_get_capabilities(struct bl_capabilities *out)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	out->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	out->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	out->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

int bl_set_capabilities(const struct bl_capabilities *in)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {
		{(uint32_t)in->effective, (uint32_t)in->permitted, (uint32_t)in->inheritable},
		{(uint32_t)(in->effective >> 32), (uint32_t)(in->permitted >> 32), (uint32_t)(in->inheritable >> 32)},
	};
	RESULT(syscall(SYS_capset, &header, data));
}
