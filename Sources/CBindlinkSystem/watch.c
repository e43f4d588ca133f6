/* The watches and mounts of bindlink_system.h. */
#define _GNU_SOURCE
#include "bindlink_system.h"
#include "result.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef FAN_REPORT_DFID_NAME
#define FAN_REPORT_DFID_NAME 0x00000c00
#endif

int bl_watch_open(void)
{
	RESULT(fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME, O_RDONLY));
}

int bl_watch_add(int watcher, int fd, uint64_t mask)
{
	RESULT(fanotify_mark(watcher, FAN_MARK_ADD | FAN_MARK_ONLYDIR, mask, fd, "."));
}

int bl_watch_remove(int watcher, int fd, uint64_t mask)
{
	RESULT(fanotify_mark(watcher, FAN_MARK_REMOVE | FAN_MARK_ONLYDIR, mask, fd, "."));
}

static int set_handle(struct bl_handle *out, const void *fsid, const struct file_handle *handle)
{
	if (handle->handle_bytes > BL_HANDLE_SIZE)
		return -EOPNOTSUPP;
	memset(out, 0, sizeof *out);
	memcpy(&out->words[0], fsid, sizeof out->words[0]);
	out->words[1] = (uint64_t)(uint32_t)handle->handle_type << 32 | handle->handle_bytes;
	memcpy(&out->words[2], handle->f_handle, handle->handle_bytes);
	return 0;
}

int bl_directory_handle(int fd, struct bl_handle *out)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + BL_HANDLE_SIZE];
	} u;
	struct statfs status;
	int mount;
	u.handle.handle_bytes = BL_HANDLE_SIZE;
	if (name_to_handle_at(fd, "", &u.handle, &mount, AT_EMPTY_PATH) < 0)
		return errno == EOVERFLOW ? -EOPNOTSUPP : -errno;
	if (fstatfs(fd, &status) < 0)
		return -errno;
	return set_handle(out, &status.f_fsid, &u.handle);
}

ssize_t bl_watch_read(int watcher, void *buffer, size_t size)
{
	RESULT(read(watcher, buffer, size));
}

int bl_watch_next(const void *buffer, size_t size, size_t *position, struct bl_watch_event *out)
{
	while (size - *position >= FAN_EVENT_METADATA_LEN) {
		const struct fanotify_event_metadata *event =
			(const void *)((const char *)buffer + *position);
		const struct fanotify_event_info_fid *info = (const void *)(event + 1);
		if (event->event_len < FAN_EVENT_METADATA_LEN || event->event_len > size - *position)
			return 0;
		*position += event->event_len;
		memset(out, 0, sizeof *out);
		out->mask = event->mask;
		out->pid = event->pid;
		if (event->mask & FAN_Q_OVERFLOW)
			return 1;
		if (event->event_len < sizeof *event + sizeof *info + sizeof(struct file_handle))
			continue;
		const struct file_handle *handle = (const void *)info->handle;
		if (set_handle(&out->directory, &info->fsid, handle) < 0)
			continue;
		out->name = info->hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME
				    ? (const char *)handle->f_handle + handle->handle_bytes
				    : ".";
		return 1;
	}
	return 0;
}

int bl_watch_wait(int watcher, int mounts, int stop, int milliseconds)
{
	struct pollfd files[] = {
		{ .fd = watcher, .events = POLLIN },
		{ .fd = mounts, .events = POLLPRI },
		{ .fd = stop, .events = POLLIN },
	};
	int result = 0;
	if (poll(files, 3, milliseconds) < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < 3; i++)
		if (files[i].revents)
			result |= 1 << i;
	return result;
}

int bl_event_open(void)
{
	RESULT(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

void bl_event_signal(int fd)
{
	uint64_t one = 1;
	ssize_t ignored = write(fd, &one, sizeof one);
	(void)ignored;
}

/* linux/mount.h has these since 6.8. */
struct mount_request {
	uint32_t size;
	uint32_t spare;
	uint64_t id;
	uint64_t parameter;
};
struct mount_status {
	uint32_t words[27];
	uint32_t place; /* where in `text` */
	uint32_t rest[100];
	char text[4096];
};
enum { LIST_MOUNTS = 458, STAT_MOUNT = 457, MOUNT_PLACE = 0x10 };

ssize_t bl_mounts(uint64_t last, uint64_t *ids, size_t count)
{
	struct mount_request request = { .size = sizeof request, .id = UINT64_MAX, .parameter = last };
	RESULT(syscall(LIST_MOUNTS, &request, ids, count, 0));
}

int bl_mount_place(uint64_t id, char *place, size_t size)
{
	struct mount_request request = { .size = sizeof request, .id = id, .parameter = MOUNT_PLACE };
	struct mount_status status;
	memset(&status, 0, sizeof status);
	if (syscall(STAT_MOUNT, &request, &status, sizeof status, 0) < 0)
		return -errno;
	if (status.place >= sizeof status.text || strlen(status.text + status.place) >= size)
		return -ENAMETOOLONG;
	strcpy(place, status.text + status.place);
	return 0;
}
