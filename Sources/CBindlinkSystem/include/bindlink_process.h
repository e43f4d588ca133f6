/* What the library and the command need of the C library and the kernel that Swift's Glibc module
 * hides or forbids: fork, close_range, O_PATH, and the names of errno. */
#pragma once

/* fork(2), for a process that has no second thread yet. The child calls `run` on a thread of its own
 * and exits with what that returns: the locks of Swift's runtime remember the id of the thread that
 * forked, and whoever waits for one that this thread holds in the child spins for ever. Returns the
 * child's id, or -1 and errno. */
int bindlink_fork(int (*run)(void *), void *context);

/* Closes every descriptor from `first` on but `kept` (-1: none). */
void bindlink_close_descriptors(int first, int kept);

/* Opens the directory `path` with O_PATH. Returns the descriptor, or -1 and errno. */
int bindlink_open_place(const char *path);

/* The symbolic name ("ENOENT"), or NULL. */
const char *bindlink_errno_name(int number);
