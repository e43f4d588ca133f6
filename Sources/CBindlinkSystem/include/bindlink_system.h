/*
 * What the kernel offers and Swift's Glibc module hides: system calls behind _GNU_SOURCE, calls that
 * are newer than Debian 12's glibc, and per-thread credentials, which glibc would spread over the
 * whole process. Every function is the call of its name; results are the kernel's own: >= 0, or
 * -errno. errno itself is left alone. All are safe to call from any thread.
 */
#ifndef BINDLINK_SYSTEM_H
#define BINDLINK_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's struct statx (256 bytes, stable). Glibc's own is hidden from Swift. */
struct bl_timestamp {
	int64_t seconds;
	uint32_t nanoseconds;
	int32_t reserved;
};
struct bl_statx {
	uint32_t mask;
	uint32_t block_size;
	uint64_t attributes;
	uint32_t link_count;
	uint32_t uid;
	uint32_t gid;
	uint16_t mode;
	uint16_t spare0;
	uint64_t inode;
	uint64_t size;
	uint64_t blocks;
	uint64_t attributes_mask;
	struct bl_timestamp accessed, born, changed, modified;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mount_id;
	uint32_t dio_memory_alignment, dio_offset_alignment;
	uint64_t spare[12];
};
_Static_assert(sizeof(struct bl_statx) == 256, "the kernel's struct statx");

enum {
	BL_O_PATH = 010000000,
	BL_O_TMPFILE_BIT = 020000000, /* without O_DIRECTORY */
	BL_O_DIRECT = 040000,
	BL_O_NOATIME = 01000000,
	BL_AT_EMPTY_PATH = 0x1000,
	BL_AT_NO_AUTOMOUNT = 0x800,
	BL_AT_STATX_DONT_SYNC = 0x4000,
	BL_STATX_BASIC = 0x7ff,
	BL_STATX_BIRTH = 0x800,
	BL_STATX_MOUNT_ID = 0x1000,
	BL_RENAME_NOREPLACE = 1,
	BL_RENAME_EXCHANGE = 2,
	BL_RESOLVE_NO_MAGICLINKS = 2,
	BL_RESOLVE_NO_SYMLINKS = 4,
	BL_RESOLVE_BENEATH = 8,
	BL_RESOLVE_CACHED = 0x20,
	BL_LOCK_TEST = 36, /* F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW */
	BL_LOCK_SET = 37,
	BL_LOCK_SET_WAIT = 38,
};

int bl_statx(int directory, const char *path, int flags, unsigned mask, struct bl_statx *out);
int bl_openat(int directory, const char *path, int flags, unsigned mode);
int bl_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve);
int bl_close(int fd);
int bl_duplicate(int fd);
int bl_faccess(int fd, int mode);
int bl_chmod(int fd, unsigned mode); /* also of an O_PATH descriptor */
int bl_fchmod(int fd, unsigned mode);
int bl_chown(int fd, unsigned uid, unsigned gid);
int bl_truncate(int fd, int64_t size);
/* Nanoseconds UTIME_NOW (0x3fffffff) and UTIME_OMIT (0x3ffffffe) as usual. */
int bl_set_times(int fd, int64_t access_seconds, int64_t access_nanoseconds, int64_t modify_seconds,
		 int64_t modify_nanoseconds);
int bl_mkdirat(int directory, const char *name, unsigned mode);
int bl_mknodat(int directory, const char *name, unsigned mode, uint64_t device);
int bl_symlinkat(const char *target, int directory, const char *name);
int bl_unlinkat(int directory, const char *name, int flags);
/* Gives the object behind fd (also O_PATH, also O_TMPFILE) a further name. */
int bl_link_descriptor(int fd, int directory, const char *name);
int bl_renameat2(int from, const char *name, int to, const char *new_name, unsigned flags);
ssize_t bl_readlinkat(int directory, const char *name, char *buffer, size_t size);
ssize_t bl_pread(int fd, void *buffer, size_t size, int64_t offset);
/* Of this one write: at the file's end, whatever the offset says (RWF_APPEND); RWF_DSYNC, RWF_SYNC. */
enum { BL_WRITE_DATA_SYNC = 2, BL_WRITE_SYNC = 4, BL_WRITE_APPEND = 16 };
ssize_t bl_pwrite(int fd, const void *data, size_t size, int64_t offset, int flags);
int bl_fallocate(int fd, int mode, int64_t offset, int64_t length);
int64_t bl_lseek(int fd, int64_t offset, int whence);
ssize_t bl_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t length,
			   unsigned flags);
int bl_fsync(int fd, int data_only);
int bl_syncfs(int fd);
int bl_flock(int fd, int operation);
/* type, start, length, pid of the lock in and out. */
int bl_lock(int fd, int command, int *type, int64_t *start, int64_t *length, int *pid);
int bl_ioctl(int fd, unsigned command, void *argument);
int bl_get_flags(int fd);
int bl_set_flags(int fd, int flags);
ssize_t bl_getdents(int fd, void *buffer, size_t size);
/* Of the object behind any descriptor, O_PATH and symbolic links included. */
ssize_t bl_getxattr(int fd, const char *name, void *value, size_t size);
ssize_t bl_listxattr(int fd, char *list, size_t size);
int bl_setxattr(int fd, const char *name, const void *value, size_t size, int flags);
int bl_removexattr(int fd, const char *name);
/* An O_PATH descriptor's object, opened anew; follows nothing. */
int bl_reopen(int fd, int flags);
/* The file system's magic number, or -errno. */
int64_t bl_file_system_type(int fd);

/* Watches on directories (fanotify, also unprivileged: Linux >= 5.13). Events name the directory by its
   file handle, the entry by its name, and this process by its id. */
enum {
	BL_WATCH_ATTRIBUTES = 0x4,
	BL_WATCH_MODIFIED = 0x2,
	BL_WATCH_CLOSED = 0x8,
	BL_WATCH_MOVED_FROM = 0x40,
	BL_WATCH_MOVED_TO = 0x80,
	BL_WATCH_CREATED = 0x100,
	BL_WATCH_DELETED = 0x200,
	BL_WATCH_SELF_DELETED = 0x400,
	BL_WATCH_SELF_MOVED = 0x800,
	BL_WATCH_OVERFLOW = 0x4000,
	BL_WATCH_CHILDREN = 0x08000000,
	BL_WATCH_DIRECTORIES = 0x40000000, /* in an event: it is about a directory */
	BL_HANDLE_SIZE = 48,
};
/* Which directory: the file system, then the handle's type, length and bytes; unused ones are 0. */
struct bl_handle {
	uint64_t words[8];
};
struct bl_watch_event {
	uint64_t mask;
	int pid; /* 0 where it is another process and the caller may not know */
	struct bl_handle directory;
	const char *name; /* in the buffer; "." is the directory itself */
};
int bl_watch_open(void);
/* Adds to (or takes from) what is watched of a directory; fd may be an O_PATH descriptor. */
int bl_watch_add(int watcher, int fd, uint64_t mask);
int bl_watch_remove(int watcher, int fd, uint64_t mask);
/* -EOPNOTSUPP where the file system gives no handle or none that fits. */
int bl_directory_handle(int fd, struct bl_handle *out);
/* The number of bytes read; the events are taken out of them one by one by bl_watch_next, which
   returns 0 at the end. */
ssize_t bl_watch_read(int watcher, void *buffer, size_t size);
int bl_watch_next(const void *buffer, size_t size, size_t *position, struct bl_watch_event *out);
/* Waits until there are events (1), the host's mounts have changed (2) or `stop` can be read (4).
   `mounts` may be -1. */
int bl_watch_wait(int watcher, int mounts, int stop, int milliseconds);
int bl_event_open(void);
void bl_event_signal(int fd);

/* The mounts of this process's namespace, by numbers that are never used again (Linux >= 6.8): up to
   `count` of those after `last` (0: from the first). Returns how many, or -errno. */
ssize_t bl_mounts(uint64_t last, uint64_t *ids, size_t count);
/* Where the mount is, as an absolute path; -ENOENT: it is gone. */
int bl_mount_place(uint64_t id, char *place, size_t size);

/* Gives this thread an umask of its own, which bl_set_umask then sets. Where unshare(2) is forbidden
   (some containers), or the thread was not prepared, bl_set_umask does nothing and returns 0. */
void bl_prepare_umask(void);
int bl_set_umask(unsigned umask);

/* Credentials of this thread alone. */
enum { BL_MAX_GROUPS = 65536 };
struct bl_capabilities {
	uint64_t effective, permitted, inheritable;
};
int bl_set_fsuid(unsigned uid); /* 0, or -EPERM where the thread did not become it */
int bl_set_fsgid(unsigned gid);
int bl_set_groups(const uint32_t *groups, size_t count);
int bl_get_groups(uint32_t *groups, size_t capacity);
int bl_get_capabilities(struct bl_capabilities *out);
int bl_set_capabilities(const struct bl_capabilities *in);

#endif
