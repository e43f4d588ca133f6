/* What compiled programs rely on: sizes, offsets and constants of the header. One that changes by
 * mistake does not compile; one that changes on purpose changes BINDLINK_ABI_VERSION, too. */
#include "bindlink.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), "the size of " #type)
#define OFFSET(type, member, offset) \
	_Static_assert(offsetof(type, member) == (offset), "the place of " #type "." #member)
#define VALUE(constant, value) _Static_assert((constant) == (value), #constant)
#define SIGNED(type) _Static_assert((type)-1 < 0, #type " is signed")
#define UNSIGNED(type) _Static_assert((type)-1 > 0, #type " is unsigned")

VALUE(BINDLINK_ABI_VERSION, 1);

SIZE(bindlink_error, 64);
OFFSET(bindlink_error, number, 0);
OFFSET(bindlink_error, windows_code, 4);
OFFSET(bindlink_error, exit_status, 8);
OFFSET(bindlink_error, reserved, 12);
OFFSET(bindlink_error, message, 16);
OFFSET(bindlink_error, what, 24);
OFFSET(bindlink_error, why, 32);
OFFSET(bindlink_error, rule, 40);
OFFSET(bindlink_error, subject, 48);
OFFSET(bindlink_error, remedy, 56);

SIZE(bindlink_paths, 16);
OFFSET(bindlink_paths, count, 0);
OFFSET(bindlink_paths, paths, 8);

SIZE(bindlink_inherited, 32);
OFFSET(bindlink_inherited, size, 0);
OFFSET(bindlink_inherited, base, 8);
OFFSET(bindlink_inherited, exceptions, 16);
OFFSET(bindlink_inherited, exception_count, 24);

SIZE(bindlink_link, 64);
OFFSET(bindlink_link, size, 0);
OFFSET(bindlink_link, virtual_path, 8);
OFFSET(bindlink_link, backing_path, 16);
OFFSET(bindlink_link, flags, 24);
OFFSET(bindlink_link, reserved, 28);
OFFSET(bindlink_link, exceptions, 32);
OFFSET(bindlink_link, exception_count, 40);
OFFSET(bindlink_link, inherited, 48);
OFFSET(bindlink_link, inherited_count, 56);

SIZE(bindlink_view, 112);
OFFSET(bindlink_view, size, 0);
OFFSET(bindlink_view, source, 8);
OFFSET(bindlink_view, anchor, 16);
OFFSET(bindlink_view, links, 24);
OFFSET(bindlink_view, link_count, 32);
OFFSET(bindlink_view, exceptions, 40);
OFFSET(bindlink_view, exception_count, 48);
OFFSET(bindlink_view, exception_files, 56);
OFFSET(bindlink_view, exception_file_count, 64);
OFFSET(bindlink_view, file_system_name, 72);
OFFSET(bindlink_view, flags, 80);
OFFSET(bindlink_view, workers, 84);
OFFSET(bindlink_view, entry_timeout, 88);
OFFSET(bindlink_view, attribute_timeout, 96);
OFFSET(bindlink_view, negative_timeout, 104);

SIZE(bindlink_link_status, 16);
OFFSET(bindlink_link_status, link, 0);
OFFSET(bindlink_link_status, kind, 8);
OFFSET(bindlink_link_status, state, 12);

SIZE(bindlink_links, 16);
OFFSET(bindlink_links, count, 0);
OFFSET(bindlink_links, links, 8);

SIZE(bindlink_explanation, 48);
OFFSET(bindlink_explanation, path, 0);
OFFSET(bindlink_explanation, link, 8);
OFFSET(bindlink_explanation, physical_path, 16);
OFFSET(bindlink_explanation, rule, 24);
OFFSET(bindlink_explanation, reason, 32);
OFFSET(bindlink_explanation, is_visible, 40);
OFFSET(bindlink_explanation, reserved, 44);

SIZE(bindlink_table, 72);
OFFSET(bindlink_table, size, 0);
OFFSET(bindlink_table, flags, 8);
OFFSET(bindlink_table, anchor_kind, 12);
OFFSET(bindlink_table, anchor, 16);
OFFSET(bindlink_table, links, 24);
OFFSET(bindlink_table, link_count, 32);
OFFSET(bindlink_table, exceptions, 40);
OFFSET(bindlink_table, exception_count, 48);
OFFSET(bindlink_table, anchor_exceptions, 56);
OFFSET(bindlink_table, anchor_exception_count, 64);

VALUE(BINDLINK_LINK_READ_ONLY, 0x1);
VALUE(BINDLINK_LINK_MERGED, 0x2);
VALUE(BINDLINK_LINK_PARENTS, 0x4);
VALUE(BINDLINK_LINK_KEEP_SYMLINKS_INSIDE, 0x8);
VALUE(BINDLINK_LINK_FLAGS, 0xf);
VALUE(BINDLINK_VIEW_EMPTY, 0x1);
VALUE(BINDLINK_VIEW_PARENTS, 0x2);
VALUE(BINDLINK_VIEW_READ_ONLY, 0x4);
VALUE(BINDLINK_VIEW_ONE_FILE_SYSTEM, 0x8);
VALUE(BINDLINK_VIEW_ALLOW_OTHER, 0x10);
VALUE(BINDLINK_VIEW_CHECK_PERMISSIONS, 0x20);
VALUE(BINDLINK_VIEW_SUID, 0x40);
VALUE(BINDLINK_VIEW_DEV, 0x80);
VALUE(BINDLINK_VIEW_NO_EXEC, 0x100);
VALUE(BINDLINK_VIEW_NO_ATIME, 0x200);
VALUE(BINDLINK_VIEW_SYNC, 0x400);
VALUE(BINDLINK_VIEW_DIR_SYNC, 0x800);
VALUE(BINDLINK_VIEW_KERNEL_CACHE, 0x1000);
VALUE(BINDLINK_VIEW_TRACE, 0x2000);
VALUE(BINDLINK_VIEW_NO_OPEN, 0x4000);
VALUE(BINDLINK_VIEW_OPEN, 0x8000);
VALUE(BINDLINK_VIEW_LOCAL_LOCKS, 0x10000);
VALUE(BINDLINK_VIEW_CACHE_ALWAYS, 0x20000);
VALUE(BINDLINK_VIEW_CACHE_NEVER, 0x40000);
VALUE(BINDLINK_VIEW_WRITEBACK, 0x80000);
VALUE(BINDLINK_VIEW_NO_PASSTHROUGH, 0x100000);
VALUE(BINDLINK_VIEW_NO_IO_URING, 0x200000);
VALUE(BINDLINK_VIEW_FLAGS, 0x3fffff);
VALUE(BINDLINK_UNMOUNT_LAZY, 0x1);
VALUE(BINDLINK_REMOVE_RECURSIVE, 0x1);
VALUE(BINDLINK_KIND_ANCHORED, 0);
VALUE(BINDLINK_KIND_ANCHORLESS, 1);
VALUE(BINDLINK_STATE_LIVE, 0);
VALUE(BINDLINK_STATE_DANGLING, 1);
VALUE(BINDLINK_TABLE_LINKS, 0x1);
VALUE(BINDLINK_TABLE_EXCEPTIONS, 0x2);
VALUE(BINDLINK_TABLE_ANCHOR_EXCEPTIONS, 0x4);
VALUE(BINDLINK_TABLE_ANCHOR, 0x8);
VALUE(BINDLINK_TABLE_PARENTS, 0x10);
VALUE(BINDLINK_TABLE_FLAGS, 0x1f);
VALUE(BINDLINK_ANCHOR_NONE, 0);
VALUE(BINDLINK_ANCHOR_UNDER_MOUNTPOINT, 1);
VALUE(BINDLINK_ANCHOR_DIRECTORY, 2);
VALUE(BINDLINK_STYLE_POSIX, 0);
VALUE(BINDLINK_STYLE_WINDOWS, 1);
VALUE(BINDLINK_SYMLINK_DIRECTORY, 0x1);
VALUE(BINDLINK_SYMLINK_ALLOW_UNPRIVILEGED, 0x2);
VALUE(BINDLINK_HARDLINK_NTFS_LIMIT, 0x1);
VALUE(BINDLINK_NTFSLINK_OVERWRITE, 0x1);

/* As on Windows. */
SIZE(HRESULT, 4);
SIGNED(HRESULT);
SIZE(DWORD, 4);
UNSIGNED(DWORD);
SIZE(UINT32, 4);
UNSIGNED(UINT32);
SIZE(BOOL, 4);
SIGNED(BOOL);
SIZE(BOOLEAN, 1);
UNSIGNED(BOOLEAN);
SIZE(WCHAR, 2);
SIZE(CREATE_BIND_LINK_FLAGS, 4);
VALUE(CREATE_BIND_LINK_FLAG_NONE, 0);
VALUE(CREATE_BIND_LINK_FLAG_READ_ONLY, 1);
VALUE(CREATE_BIND_LINK_FLAG_MERGED, 2);
VALUE(SYMBOLIC_LINK_FLAG_FILE, 0);
VALUE(SYMBOLIC_LINK_FLAG_DIRECTORY, 1);
VALUE(SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE, 2);
VALUE(S_OK, 0);
VALUE((uint32_t)E_INVALIDARG, 0x80070057);
VALUE((uint32_t)E_ACCESSDENIED, 0x80070005);
VALUE((uint32_t)HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), 0x80070002);
VALUE(ERROR_SUCCESS, 0);
VALUE(ERROR_FILE_NOT_FOUND, 2);
VALUE(ERROR_PATH_NOT_FOUND, 3);
VALUE(ERROR_TOO_MANY_OPEN_FILES, 4);
VALUE(ERROR_ACCESS_DENIED, 5);
VALUE(ERROR_INVALID_HANDLE, 6);
VALUE(ERROR_NOT_ENOUGH_MEMORY, 8);
VALUE(ERROR_NOT_SAME_DEVICE, 17);
VALUE(ERROR_WRITE_PROTECT, 19);
VALUE(ERROR_GEN_FAILURE, 31);
VALUE(ERROR_SHARING_VIOLATION, 32);
VALUE(ERROR_NOT_SUPPORTED, 50);
VALUE(ERROR_INVALID_PARAMETER, 87);
VALUE(ERROR_DISK_FULL, 112);
VALUE(ERROR_DIR_NOT_EMPTY, 145);
VALUE(ERROR_BUSY, 170);
VALUE(ERROR_ALREADY_EXISTS, 183);
VALUE(ERROR_FILENAME_EXCED_RANGE, 206);
VALUE(ERROR_DIRECTORY, 267);
VALUE(ERROR_DIRECTORY_NOT_SUPPORTED, 336);
VALUE(ERROR_OPERATION_ABORTED, 995);
VALUE(ERROR_IO_DEVICE, 1117);
VALUE(ERROR_TOO_MANY_LINKS, 1142);
VALUE(ERROR_DISK_QUOTA_EXCEEDED, 1295);
VALUE(ERROR_PRIVILEGE_NOT_HELD, 1314);
VALUE(ERROR_CANT_RESOLVE_FILENAME, 1921);
VALUE(ERROR_NOT_CONNECTED, 2250);
