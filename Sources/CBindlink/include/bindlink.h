/* The C interface of bindlink: views of the file system that are made of links, in user space.
 *
 * Two interfaces in one library, libbindlink.so:
 *
 *  - The native one, bindlink_*: paths are bytes, UTF-8 as a rule and not required to be; a
 *    function returns 0 or a negative errno.
 *  - The Windows-shaped one: CreateBindLink, RemoveBindLink, CreateSymbolicLink, CreateHardLink
 *    with the names, argument orders, flags and results that Windows programs know, and
 *    FileCreateNTFSLink.
 *
 * Rule ids, such as C1, are those of the project's semantics; an error names the one that
 * decided.
 *
 * Threads. Every function may be called from any thread at any time, also while others run,
 * unless it says otherwise. None is async-signal-safe, none may be interrupted by
 * pthread_cancel, and the child of a fork must not call any before exec. A signal handler that
 * interrupts a call delays it. The working directory and the environment must not change during
 * a call that is given a relative path, or one that starts with "~/".
 *
 * Ownership. What is passed in is only read, and only during the call. What comes out through a
 * pointer to a pointer belongs to the caller: it is one block of memory with everything that it
 * points to, is never changed by the library, and is given back whole by bindlink_free. Such a
 * pointer is set by every call: to NULL by one that fails.
 *
 * Structs. `size` is sizeof the struct, as the program was compiled; a size that the library
 * does not know is EINVAL. Members that are not needed are 0 or NULL, and so are `reserved`
 * ones. Flags that are not defined are EINVAL. A text that must be there and is NULL is EINVAL.
 *
 * // Long because: one header is all that a program includes, and all that its author reads.
 */
#ifndef BINDLINK_H
#define BINDLINK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BINDLINK_API __attribute__((visibility("default")))
#else
#define BINDLINK_API
#endif

/* Grows with each change of this header that a compiled program can notice. */
#define BINDLINK_ABI_VERSION 1

/* BINDLINK_ABI_VERSION of the library that is loaded. A library can be used by programs that were
 * compiled with an older header. */
BINDLINK_API uint32_t bindlink_version(void);

/* Gives back what another function made: errors, lists, explanations, tables. NULL is allowed. */
BINDLINK_API void bindlink_free(void *result);

/* ------------------------------------------------------------------ Results and errors
 *
 * Functions that return int return 0, or a negative errno such as -ENOENT; then errno is set as
 * well, and nothing was changed. errno after success means nothing.
 *
 * The last argument of each is where a description of the error goes, or NULL if it is not wanted.
 * It is also NULL afterwards if there was no memory for it.
 */
typedef struct bindlink_error {
  int32_t number;        /* the errno, positive */
  uint32_t windows_code; /* bindlink_windows_code of it, more precise where the library can be */
  int32_t exit_status;   /* the command's: 1 failed, 64 wrong usage, 77 something is missing */
  uint32_t reserved;
  const char *message; /* all of what follows in one line: "WHAT: WHY (ERRNO, RULE)" */
  const char *what;    /* "cannot create link /src" */
  const char *why;     /* "/data does not exist" */
  const char *rule;    /* "C1", or NULL */
  const char *subject; /* the path or text in question: "/data", or NULL */
  const char *remedy;  /* what to do about it, or NULL */
} bindlink_error;

/* A list of paths, absolute. */
typedef struct bindlink_paths {
  size_t count;
  const char *const *paths;
} bindlink_paths;

/* ------------------------------------------------------------------ Links */

#define BINDLINK_LINK_READ_ONLY 0x1u /* nothing can be changed through the link (W1) */
#define BINDLINK_LINK_MERGED 0x2u    /* what is there without the link shows as well (M1) */
#define BINDLINK_LINK_PARENTS 0x4u   /* missing parents of the virtual path are made up (R8) */
/* Absolute symbolic links to places below the backing lead to the same places of the view (R6). */
#define BINDLINK_LINK_KEEP_SYMLINKS_INSIDE 0x8u
#define BINDLINK_LINK_FLAGS 0xfu

/* A list of exceptions that governed a link's backing where it lay in the view when the link was
 * made (C3). Found out by the view; here so that an exported table loses nothing. */
typedef struct bindlink_inherited {
  size_t size;
  const char *base; /* from the list's owner to the link's backing: "/" or "/sub/directory" */
  const char *const *exceptions;
  size_t exception_count;
} bindlink_inherited;

/* What lies at `backing_path` on the host shows at `virtual_path` in the view. */
typedef struct bindlink_link {
  size_t size;
  const char *virtual_path; /* absolute in the view, not on the host (C2) */
  /* Of the host: a file or a directory; absolute, relative to the working directory, or with "~/"
   * for the home directory. The view's server looks it up in its own mount namespace (C9). */
  const char *backing_path;
  uint32_t flags; /* BINDLINK_LINK_... */
  uint32_t reserved;
  /* Where the link does not apply: lines with the syntax of a .gitignore, relative to the link; the
   * last one that matches decides (E4). */
  const char *const *exceptions;
  size_t exception_count;
  const bindlink_inherited *const *inherited; /* NULL, but for links that were exported */
  size_t inherited_count;
} bindlink_link;

/* ------------------------------------------------------------------ Mounting */

#define BINDLINK_VIEW_EMPTY 0x1u             /* no anchor: where no link applies there is nothing */
#define BINDLINK_VIEW_PARENTS 0x2u           /* BINDLINK_LINK_PARENTS for every link */
#define BINDLINK_VIEW_READ_ONLY 0x4u         /* nothing at all can be changed */
#define BINDLINK_VIEW_ONE_FILE_SYSTEM 0x8u   /* other mounts inside a backing are left out (R9) */
#define BINDLINK_VIEW_ALLOW_OTHER 0x10u      /* other users may enter (O6) */
#define BINDLINK_VIEW_CHECK_PERMISSIONS 0x20u /* the kernel checks modes and ACLs for each caller */
#define BINDLINK_VIEW_SUID 0x40u             /* set-user-ID and set-group-ID bits have effect */
#define BINDLINK_VIEW_DEV 0x80u              /* device nodes can be opened */
#define BINDLINK_VIEW_NO_EXEC 0x100u         /* programs cannot be executed */
#define BINDLINK_VIEW_NO_ATIME 0x200u        /* the mount table says noatime */
#define BINDLINK_VIEW_SYNC 0x400u            /* every write goes to the disk before it returns */
#define BINDLINK_VIEW_DIR_SYNC 0x800u        /* every change of a directory does */
#define BINDLINK_VIEW_KERNEL_CACHE 0x1000u   /* cached file data stays from one open to the next */
#define BINDLINK_VIEW_TRACE 0x2000u          /* each request is written to standard error */
#define BINDLINK_VIEW_NO_OPEN 0x4000u        /* opening a file costs no message; locks are the view's
                                               * own, and no link can be read-only by itself. The
                                               * default with BINDLINK_VIEW_READ_ONLY */
#define BINDLINK_VIEW_OPEN 0x8000u           /* opening a file costs a message, also in such a view */
#define BINDLINK_VIEW_LOCAL_LOCKS 0x10000u   /* locks are the view's own; closing costs no message */
#define BINDLINK_VIEW_CACHE_ALWAYS 0x20000u  /* nobody changes the backings but through the view */
#define BINDLINK_VIEW_CACHE_NEVER 0x40000u   /* each operation asks; neither: what is watched is kept */
#define BINDLINK_VIEW_WRITEBACK 0x80000u     /* the kernel keeps what is written for a while: for backings
                                               * that nobody else writes */
#define BINDLINK_VIEW_NO_PASSTHROUGH 0x100000u /* the server reads and writes, also where the kernel
                                               * could do it itself */
#define BINDLINK_VIEW_NO_IO_URING 0x200000u  /* requests come by the device, also where io_uring is on
                                               * for FUSE */
#define BINDLINK_VIEW_FLAGS 0x3fffffu

/* What a view is to be. */
typedef struct bindlink_view {
  size_t size;
  const char *source; /* the link at the view's root; such a view has no anchor. Or NULL */
  const char *anchor; /* shows where no link applies. NULL: what lies under the mountpoint */
  const bindlink_link *const *links; /* in any order (R1) */
  size_t link_count;
  /* As the command's --except: an absolute path or pattern of the view, which belongs to the link
   * that governs it or to the anchor, or a pattern that does not start with '/', for every link. */
  const char *const *exceptions;
  size_t exception_count;
  const char *const *exception_files; /* files of such patterns, one per line; after the others */
  size_t exception_file_count;
  const char *file_system_name; /* the source that the mount table shows. NULL: `source` */
  uint32_t flags;               /* BINDLINK_VIEW_... */
  uint32_t workers; /* how many requests are worked on at a time; 0: 64. Started as needed */
  /* For how many seconds the kernel may believe, without asking, where a name leads, what the
   * attributes of an object are, that a name is missing. 0: it always asks. */
  double entry_timeout;
  double attribute_timeout;
  double negative_timeout;
} bindlink_view;

/* A view that threads of this process serve. */
typedef struct bindlink_server bindlink_server;

/* Mounts `view` at the directory `mountpoint`. When this returns 0 the view is there, and
 * threads of the library, on which all signals are blocked, serve it until it is unmounted.
 *
 * The process must not end, nor exec, before: the mount would stay, and answer ENOTCONN to all
 * until it is unmounted. As root and in a user namespace mount(2) is called; otherwise
 * fusermount3(1) is run, for which SIGCHLD must not be ignored and nobody else may wait for all
 * children.
 *
 * *server is to be given to bindlink_server_wait, once. Errors: those of C1 to C3, E2, E4, R9;
 * of the mountpoint ENOENT, ENOTDIR, or EBUSY where a view is mounted already; exit_status 77
 * where FUSE or fusermount3 is missing. */
BINDLINK_API int bindlink_mount(const bindlink_view *view, const char *mountpoint,
                                bindlink_server **server, bindlink_error **error);

/* Waits until the view is unmounted and no request is being answered any more, and gives `server`
 * back, which must not be used afterwards. After a lazy unmount that is when nobody uses the view
 * any more. NULL is allowed. */
BINDLINK_API void bindlink_server_wait(bindlink_server *server);

#define BINDLINK_UNMOUNT_LAZY 0x1u /* the view vanishes at once, although it is in use */

/* Unmounts the view at `mountpoint`, whoever serves it, even if its server hangs or has died.
 * Errors: ENOENT or EINVAL where there is no view, EBUSY where it is in use, EPERM where it is
 * another user's. */
BINDLINK_API int bindlink_unmount(const char *mountpoint, uint32_t flags, bindlink_error **error);

/* The mountpoints of all views that this process sees, in the order in which they were mounted. */
BINDLINK_API int bindlink_views(bindlink_paths **mountpoints, bindlink_error **error);

/* Splits a path of the host, which need not exist, into the mountpoint of the view that it lies in
 * and the path there: place->paths[0] and [1]. Nothing is asked of the view. EINVAL: in no view. */
BINDLINK_API int bindlink_locate(const char *path, bindlink_paths **place, bindlink_error **error);

/* ------------------------------------------------------------------ Changing a mounted view
 *
 * `view` is the mountpoint, or any path in the view. Changes are accepted from the owner of the
 * mount and from root; everybody else gets EPERM (C9). A change is seen whole by every process, and
 * by every lookup after the call returns (C6, C7). The calls wait for the view's server; ENOTCONN
 * where it has died.
 */

/* Adds a link. EEXIST where a link stands, ENOENT where the backing or the parent of the virtual
 * path is missing, EINVAL for a path that is not absolute or leads out of the view (C1, C2). */
BINDLINK_API int bindlink_create(const char *view, const bindlink_link *link,
                                 bindlink_error **error);

/* Changes the link that stands at link->virtual_path, atomically. ENOENT where none stands (P6). */
BINDLINK_API int bindlink_replace(const char *view, const bindlink_link *link,
                                  bindlink_error **error);

#define BINDLINK_REMOVE_RECURSIVE 0x1u /* links that lie below are removed, too */

/* Removes the link that stands at a virtual path. Files that are open stay open (R4). ENOENT where
 * none stands, EBUSY while others lie below, unless recursive (C5). */
BINDLINK_API int bindlink_remove(const char *view, const char *virtual_path, uint32_t flags,
                                 bindlink_error **error);

#define BINDLINK_KIND_ANCHORED 0u   /* the view would show something there without the link */
#define BINDLINK_KIND_ANCHORLESS 1u /* there would be nothing */

#define BINDLINK_STATE_LIVE 0u
#define BINDLINK_STATE_DANGLING 1u /* the backing is missing, and so is the virtual path (R3) */

/* A link as it stands. Its exceptions are there only for those who may change the view (C9). */
typedef struct bindlink_link_status {
  const bindlink_link *link; /* its paths resolved */
  uint32_t kind;             /* BINDLINK_KIND_... */
  uint32_t state;            /* BINDLINK_STATE_... */
} bindlink_link_status;

typedef struct bindlink_links {
  size_t count;
  const bindlink_link_status *const *links;
} bindlink_links;

/* The links of a view, in the order of their virtual paths. For all who see the view. */
BINDLINK_API int bindlink_list(const char *view, bindlink_links **links, bindlink_error **error);

/* What governs a path of a view, and why (C10). */
typedef struct bindlink_explanation {
  const char *path;          /* in the view, in its one spelling (C2) */
  const char *link;          /* the governing link's virtual path; NULL: the anchor, or none */
  const char *physical_path; /* the host's object; NULL: none, or not for this caller (C9) */
  const char *rule;          /* the rule that decided, such as "R1" or "E4" */
  const char *reason;        /* to be read after the path: "is excepted by '*.pem' of /src" */
  int32_t is_visible;        /* 1: something is there for those who use the view; 0 */
  uint32_t reserved;
} bindlink_explanation;

/* `virtual_path` is absolute in the view and need not exist. For all who see the view. */
BINDLINK_API int bindlink_explain(const char *view, const char *virtual_path,
                                  bindlink_explanation **explanation, bindlink_error **error);

#define BINDLINK_TABLE_LINKS 0x1u             /* `links` is all links; otherwise they stay */
#define BINDLINK_TABLE_EXCEPTIONS 0x2u        /* `exceptions` is all of the view's own */
#define BINDLINK_TABLE_ANCHOR_EXCEPTIONS 0x4u /* `anchor_exceptions` is all of the anchor's */
#define BINDLINK_TABLE_ANCHOR 0x8u            /* the anchor is what `anchor_kind` says */
#define BINDLINK_TABLE_PARENTS 0x10u          /* BINDLINK_LINK_PARENTS for every link */
#define BINDLINK_TABLE_FLAGS 0x1fu

#define BINDLINK_ANCHOR_NONE 0u
#define BINDLINK_ANCHOR_UNDER_MOUNTPOINT 1u
#define BINDLINK_ANCHOR_DIRECTORY 2u /* `anchor` */

/* A whole table, or the parts of it that `flags` name. */
typedef struct bindlink_table {
  size_t size;
  uint32_t flags;       /* BINDLINK_TABLE_... */
  uint32_t anchor_kind; /* BINDLINK_ANCHOR_... */
  const char *anchor;
  const bindlink_link *const *links;
  size_t link_count;
  const char *const *exceptions; /* lines with the syntax of a .gitignore, for every link (E4) */
  size_t exception_count;
  const char *const *anchor_exceptions; /* relative to the view's root */
  size_t anchor_exception_count;
} bindlink_table;

/* Makes the table what `table` says, atomically (C6). EINVAL for another anchor than the mounted
 * one; otherwise as bindlink_create, of the first link in question. */
BINDLINK_API int bindlink_apply(const char *view, const bindlink_table *table,
                                bindlink_error **error);

/* The running table, such that applying it changes nothing. EPERM for those who may not change the
 * view (C9). */
BINDLINK_API int bindlink_export(const char *view, bindlink_table **table, bindlink_error **error);

/* ------------------------------------------------------------------ The other links
 *
 * On plain directories and in views alike. The new name comes first, as in CreateSymbolicLink and
 * CreateHardLink, but for bindlink_ntfslink, which has the order of FileCreateNTFSLink (J2).
 */

#define BINDLINK_SYMLINK_DIRECTORY 0x1u          /* the target is a directory; no effect here */
#define BINDLINK_SYMLINK_ALLOW_UNPRIVILEGED 0x2u /* no effect here */

/* Makes the symbolic link `name`. `target` is stored byte for byte and need not exist (S1, S2). */
BINDLINK_API int bindlink_symlink(const char *name, const char *target, uint32_t flags,
                                  bindlink_error **error);

#define BINDLINK_HARDLINK_NTFS_LIMIT 0x1u /* EMLINK beyond the 1,024 names that NTFS allows */

/* Gives the file `existing` another name. A symbolic link as `existing` stands for its target.
 * EPERM for a directory, EXDEV for another file system, EEXIST where `name` is taken, EMLINK
 * (H1). */
BINDLINK_API int bindlink_hardlink(const char *name, const char *existing, uint32_t flags,
                                   bindlink_error **error);

/* Lets `name` lead to the directory: in a view by a bind link, elsewhere by an absolute symbolic
 * link (J1). */
BINDLINK_API int bindlink_junction(const char *name, const char *directory,
                                   bindlink_error **error);

#define BINDLINK_NTFSLINK_OVERWRITE 0x1u /* a `name` that exists is replaced, atomically */

/* Lets `name` lead to `source`: a file gets a hard link, a directory a junction (J1). EEXIST
 * where `name` exists, unless overwriting is asked for; a directory that is not empty is never
 * replaced. */
BINDLINK_API int bindlink_ntfslink(const char *source, const char *name, uint32_t flags,
                                   bindlink_error **error);

/* All names of the file that lie in the view that it is in; with `directory`, which may be NULL,
 * all that lie below that directory (H1). */
BINDLINK_API int bindlink_names(const char *file, const char *directory, bindlink_paths **names,
                                bindlink_error **error);

/* ------------------------------------------------------------------ Windows' paths
 *
 * The Windows-shaped functions below take Windows' forms of paths through a table of drives and
 * shares: "C:\view\src" and "\\machine\share\src" lead to the directory that the table has for
 * "C:" or for "\\machine\share". Where nothing else was said, "C:" is "/". What has none of
 * these forms is a path of this system, taken as it is.
 *
 * The table is the process's: BINDLINK_DRIVES in the environment when it is first needed, or
 * what was given here last: entries "C:=/directory" or "\\machine\share=/directory", separated
 * by ';'. EINVAL for another text. NULL: as BINDLINK_DRIVES says now. */
BINDLINK_API int bindlink_set_drives(const char *table, bindlink_error **error);

#define BINDLINK_STYLE_POSIX 0u
#define BINDLINK_STYLE_WINDOWS 1u

/* Where `path` leads if `link`, a part of it from its start on, is a symbolic link to `target`:
 * result->paths[0] is the path with the target in place of what it replaces, and [1] the same
 * after each ".." has removed the name before it (S3). All are written in the style that is
 * given. Nothing is asked of the file system. EINVAL: `path` does not lead through `link`, or has
 * more ".." than names in Windows' style. */
BINDLINK_API int bindlink_follow(uint32_t style, const char *path, const char *link,
                                 const char *target, bindlink_paths **result,
                                 bindlink_error **error);

/* The Windows code for an errno, positive or negative: ERROR_FILE_NOT_FOUND for ENOENT, and so on.
 * ERROR_GEN_FAILURE for one that has no counterpart. */
BINDLINK_API uint32_t bindlink_windows_code(int number);

/* ------------------------------------------------------------------ The Windows-shaped interface
 *
 * A program that has these types and constants from elsewhere defines BINDLINK_NO_WINDOWS_TYPES
 * before it includes this header.
 *
 * Wide text is UTF-16 (u"..."), ended by a 0; text with a lone surrogate is refused. Narrow text
 * is UTF-8. A function that fails sets the calling thread's last error, which GetLastError
 * returns, and errno; one that succeeds leaves the last error as it was.
 *
 */
#ifndef BINDLINK_NO_WINDOWS_TYPES

typedef int32_t HRESULT;
typedef uint32_t DWORD;
typedef uint32_t UINT32;
typedef int32_t BOOL;
typedef uint8_t BOOLEAN;
#ifdef __cplusplus
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR;
#endif
typedef const WCHAR *PCWSTR;
typedef const WCHAR *LPCWSTR;
typedef const char *LPCSTR;
typedef void *LPSECURITY_ATTRIBUTES;

#ifndef S_OK
#define S_OK ((HRESULT)0)
#define E_INVALIDARG ((HRESULT)0x80070057)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define SUCCEEDED(result) ((HRESULT)(result) >= 0)
#define FAILED(result) ((HRESULT)(result) < 0)
#define HRESULT_CODE(result) ((DWORD)(result) & 0xffff)
#define HRESULT_FROM_WIN32(code) \
  ((HRESULT)(code) <= 0 ? (HRESULT)(code) : (HRESULT)(((DWORD)(code) & 0xffff) | 0x80070000))
#endif

/* What GetLastError returns, and the errno that goes with it. */
#ifndef ERROR_SUCCESS
#define ERROR_SUCCESS 0
#define ERROR_FILE_NOT_FOUND 2            /* ENOENT */
#define ERROR_PATH_NOT_FOUND 3            /* ENOENT or ENOTDIR of a parent */
#define ERROR_TOO_MANY_OPEN_FILES 4       /* EMFILE, ENFILE */
#define ERROR_ACCESS_DENIED 5             /* EACCES; EPERM of hard links and bind links */
#define ERROR_INVALID_HANDLE 6            /* EBADF */
#define ERROR_NOT_ENOUGH_MEMORY 8         /* ENOMEM */
#define ERROR_NOT_SAME_DEVICE 17          /* EXDEV */
#define ERROR_WRITE_PROTECT 19            /* EROFS */
#define ERROR_GEN_FAILURE 31              /* any other */
#define ERROR_SHARING_VIOLATION 32        /* ETXTBSY */
#define ERROR_NOT_SUPPORTED 50            /* EOPNOTSUPP, ENOSYS */
#define ERROR_INVALID_PARAMETER 87        /* EINVAL */
#define ERROR_DISK_FULL 112               /* ENOSPC */
#define ERROR_DIR_NOT_EMPTY 145           /* ENOTEMPTY */
#define ERROR_BUSY 170                    /* EBUSY */
#define ERROR_ALREADY_EXISTS 183          /* EEXIST */
#define ERROR_FILENAME_EXCED_RANGE 206    /* ENAMETOOLONG */
#define ERROR_DIRECTORY 267               /* ENOTDIR */
#define ERROR_DIRECTORY_NOT_SUPPORTED 336 /* EISDIR */
#define ERROR_OPERATION_ABORTED 995       /* EINTR */
#define ERROR_IO_DEVICE 1117              /* EIO */
#define ERROR_TOO_MANY_LINKS 1142         /* EMLINK */
#define ERROR_DISK_QUOTA_EXCEEDED 1295    /* EDQUOT */
#define ERROR_PRIVILEGE_NOT_HELD 1314     /* EPERM */
#define ERROR_CANT_RESOLVE_FILENAME 1921  /* ELOOP */
#define ERROR_NOT_CONNECTED 2250          /* ENOTCONN */
#endif

#endif /* BINDLINK_NO_WINDOWS_TYPES */

typedef enum CREATE_BIND_LINK_FLAGS {
  CREATE_BIND_LINK_FLAG_NONE = 0x00000000,
  CREATE_BIND_LINK_FLAG_READ_ONLY = 0x00000001,
  CREATE_BIND_LINK_FLAG_MERGED = 0x00000002,
} CREATE_BIND_LINK_FLAGS;

/* Lets what lies at `backingPath` show at `virtualPath`, a path of this host in a mounted view,
 * whose parent must be visible. Both paths are absolute.
 *
 * The exceptions are absolute paths below `virtualPath`, where the link does not apply. They
 * must exist, and an anchorless link, one whose virtual path does not exist, can have none (E9).
 *
 * S_OK, or E_INVALIDARG: a link stands there already, the virtual path is in no view, an
 * exception is not below it or the link is anchorless, a path is not absolute, a flag is not
 * known; HRESULT_FROM_WIN32 of ERROR_FILE_NOT_FOUND: the backing or an exception does not exist;
 * of ERROR_PATH_NOT_FOUND: the virtual path's parent is not visible; E_ACCESSDENIED: the caller
 * may not change the view or cannot reach a path. */
BINDLINK_API HRESULT CreateBindLink(PCWSTR virtualPath, PCWSTR backingPath,
                                    CREATE_BIND_LINK_FLAGS createBindLinkFlags,
                                    UINT32 exceptionCount, PCWSTR *const exceptionPaths);

/* Removes the link that stands at `virtualPath`. HRESULT_FROM_WIN32 of ERROR_FILE_NOT_FOUND: no
 * link stands there; of ERROR_BUSY: other links lie below (deepest first, C5); otherwise as
 * CreateBindLink. */
BINDLINK_API HRESULT RemoveBindLink(PCWSTR virtualPath);

#define SYMBOLIC_LINK_FLAG_FILE 0x0
#define SYMBOLIC_LINK_FLAG_DIRECTORY 0x1
#define SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE 0x2

/* Makes the symbolic link `symlinkFileName`; the target need not exist (S1). Windows' forms of
 * targets are stored as what they stand for (S2): one that starts with a backslash leads to the
 * root of the view that the link lies in, a drive-relative one ("C:file") starts in the working
 * directory of now. The form without a suffix is the A form, here and below. The result has one
 * byte: 1, or 0 with the last error ERROR_ALREADY_EXISTS, ERROR_PATH_NOT_FOUND,
 * ERROR_INVALID_PARAMETER for an unknown flag, and so on. */
BINDLINK_API BOOLEAN CreateSymbolicLinkW(LPCWSTR symlinkFileName, LPCWSTR targetFileName,
                                         DWORD flags);
BINDLINK_API BOOLEAN CreateSymbolicLinkA(LPCSTR symlinkFileName, LPCSTR targetFileName,
                                         DWORD flags);
BINDLINK_API BOOLEAN CreateSymbolicLink(LPCSTR symlinkFileName, LPCSTR targetFileName,
                                        DWORD flags);

/* Gives an existing file another name, the first argument; `securityAttributes` must be NULL (H1).
 * The result has four bytes: 1, or 0 with the last error ERROR_ALREADY_EXISTS,
 * ERROR_FILE_NOT_FOUND, ERROR_NOT_SAME_DEVICE, ERROR_TOO_MANY_LINKS beyond 1,024 names,
 * ERROR_ACCESS_DENIED for a directory, ERROR_INVALID_PARAMETER, and so on. */
BINDLINK_API BOOL CreateHardLinkW(LPCWSTR fileName, LPCWSTR existingFileName,
                                  LPSECURITY_ATTRIBUTES securityAttributes);
BINDLINK_API BOOL CreateHardLinkA(LPCSTR fileName, LPCSTR existingFileName,
                                  LPSECURITY_ATTRIBUTES securityAttributes);
BINDLINK_API BOOL CreateHardLink(LPCSTR fileName, LPCSTR existingFileName,
                                 LPSECURITY_ATTRIBUTES securityAttributes);

/* Lets `link` lead to `source`: a file gets a hard link, a directory a junction (J1). `flag` 0:
 * fails if `link` exists; 1: replaces it. The result is 1, or 0 with the last error. */
BINDLINK_API int FileCreateNTFSLink(const char *source, const char *link, int flag);

/* Why the last Windows-shaped function that failed on this thread did. 0 before the first. */
BINDLINK_API DWORD GetLastError(void);

#ifdef __cplusplus
}

inline CREATE_BIND_LINK_FLAGS operator|(CREATE_BIND_LINK_FLAGS a, CREATE_BIND_LINK_FLAGS b) {
  return static_cast<CREATE_BIND_LINK_FLAGS>(static_cast<int>(a) | static_cast<int>(b));
}
#endif

#endif /* BINDLINK_H */
