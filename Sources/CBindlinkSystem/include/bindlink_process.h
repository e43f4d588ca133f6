/* What the library and the command need of the C library and the kernel that Swift's Glibc module
 * hides or forbids: fork, close_range, the place of a mount, and the names of errno. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* fork(2), for a process that has no second thread yet. */
int bindlink_fork(void);

/* Closes every descriptor from `first` on but `kept` (-1: none). */
void bindlink_close_descriptors(int first, int kept);

/* Opens the directory `path` with O_PATH. Returns the descriptor, or -1 and errno. */
int bindlink_open_place(const char *path);

/* The mount that an O_PATH descriptor is in. Never asks a file system's server.
 * Returns 0, or -1 and errno. */
int bindlink_mount_of(int descriptor, uint64_t *mount_id, bool *is_root);

/* The symbolic name ("ENOENT"), or NULL. */
const char *bindlink_errno_name(int number);

/* umount2(2) of what is mounted at `path`, which is not followed. Returns 0, or -1 and errno. */
int bindlink_unmount(const char *path, bool lazily);
