/* CreateSymbolicLink, CreateHardLink and FileCreateNTFSLink, as they are documented: on a plain
 * directory and in the view. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(CreateSymbolicLinkW(NULL, NULL, 0)) == 1, "BOOLEAN has one byte");
_Static_assert(sizeof(CreateHardLinkW(NULL, NULL, NULL)) == 4, "BOOL has four bytes");

static void follow(uint32_t style, const char *path, const char *link, const char *to,
                   const char *modified, const char *final, const char *what)
{
	bindlink_paths *result;
	check_number(bindlink_follow(style, path, link, to, &result, NULL), 0, what);
	check_text(result ? result->paths[0] : NULL, modified, "its modified path");
	check_text(result ? result->paths[1] : NULL, final, "its final path");
	bindlink_free(result);
}

void check_symbolic_links(void)
{
	follow(BINDLINK_STYLE_WINDOWS, "C:\\alpha\\beta\\absLink\\gamma\\file",
	       "C:\\alpha\\beta\\absLink", "\\\\machineB\\share", "\\\\machineB\\share\\gamma\\file",
	       "\\\\machineB\\share\\gamma\\file", "bindlink_follow: the documented absolute link");
	follow(BINDLINK_STYLE_WINDOWS, "C:\\alpha\\beta\\link\\gamma\\file", "C:\\alpha\\beta\\link",
	       "..\\..\\theta", "C:\\alpha\\beta\\..\\..\\theta\\gamma\\file", "C:\\theta\\gamma\\file",
	       "bindlink_follow: the documented relative link");
	follow(BINDLINK_STYLE_POSIX, "/a/link/f", "/a/link", "../../../b", "/a/../../../b/f", "/b/f",
	       "bindlink_follow: a POSIX path stops at the root");
	bindlink_paths *none;
	check_number(bindlink_follow(BINDLINK_STYLE_WINDOWS, "C:\\a\\link", "C:\\a\\link", "..\\..\\b",
	                             &none, NULL),
	             -EINVAL, "bindlink_follow: a Windows path does not");
	check_number(bindlink_follow(2, "/a", "/a", "b", &none, NULL), -EINVAL,
	             "bindlink_follow: an unknown style");

	make(in("links"));
	check_number(CreateSymbolicLinkW(wide("%s", in("links/file")), u"../tree/leaf",
	                                 SYMBOLIC_LINK_FLAG_FILE),
	             1, "CreateSymbolicLinkW: to a file");
	check_text(content(in("links/file")), "green", "it leads there");
	check_number(CreateSymbolicLinkA(in("links/directory"), in("tree"), SYMBOLIC_LINK_FLAG_DIRECTORY),
	             1, "CreateSymbolicLinkA: to a directory");
	check_text(target(in("links/directory")), in("tree"), "a POSIX target is stored as it is");
	check_text(names(in("links/directory")), "leaf", "it leads to the directory");
	check_number(CreateSymbolicLink(in("links/dangling"), "no/such  thing\xff",
	                                SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE),
	             1, "CreateSymbolicLink: a target that does not exist");
	check_text(target(in("links/dangling")), "no/such  thing\xff", "bytes that are not UTF-8 stay");
	check_number(CreateSymbolicLink(in("links/both"), "x", 3), 1,
	             "CreateSymbolicLink: both flags");
	check_failure(CreateSymbolicLink(in("links/flag"), "x", 4), ERROR_INVALID_PARAMETER, EINVAL,
	              "CreateSymbolicLink: an unknown flag");
	check_failure(CreateSymbolicLinkW(wide("%s", in("links/file")), u"x", 0), ERROR_ALREADY_EXISTS,
	              EEXIST, "CreateSymbolicLinkW: the name exists");
	check_failure(CreateSymbolicLinkA(in("links/none/x"), "x", 0), ERROR_PATH_NOT_FOUND, ENOENT,
	              "CreateSymbolicLinkA: the parent is missing");
	check_failure(CreateSymbolicLinkW(NULL, u"x", 0), ERROR_INVALID_PARAMETER, EINVAL,
	              "CreateSymbolicLinkW: no name");
	check_failure(CreateSymbolicLinkA(in("links/x"), NULL, 0), ERROR_INVALID_PARAMETER, EINVAL,
	              "CreateSymbolicLinkA: no target");

	char drives[8192];
	snprintf(drives, sizeof drives, "D:=%s;\\\\machineB\\share=%s", in("tree"), in("tree"));
	check_number(bindlink_set_drives(drives, NULL), 0, "bindlink_set_drives: again");
	CreateSymbolicLink(in("links/relative"), "..\\tree\\leaf", 0);
	check_text(target(in("links/relative")), "../tree/leaf", "CreateSymbolicLink: a relative target");
	CreateSymbolicLink(in("links/drive"), "D:\\leaf", 0);
	check_text(target(in("links/drive")), in("tree/leaf"), "CreateSymbolicLink: a drive-absolute one");
	CreateSymbolicLinkW(wide("%s", in("links/share")), u"\\\\machineB\\share\\leaf", 0);
	check_text(target(in("links/share")), in("tree/leaf"), "CreateSymbolicLinkW: a UNC target");
	CreateSymbolicLink(in("links/root"), "\\Windows\\System32", 0);
	check_text(target(in("links/root")), "/Windows/System32",
	           "CreateSymbolicLink: a root-relative one");
	CreateSymbolicLink(in("view/pets/root"), "\\pets\\cat", 0);
	check_text(content(in("view/pets/root")), content(in("view/pets/cat")),
	           "in a view it starts at the view's root");
	unlink(in("view/pets/root"));
	char before[4096];
	if (!getcwd(before, sizeof before) || chdir(in("tree")) != 0)
		exit(1);
	CreateSymbolicLink(in("links/here"), "D:leaf", 0);
	if (chdir(before) != 0)
		exit(1);
	check_text(target(in("links/here")), in("tree/leaf"),
	           "CreateSymbolicLink: a drive-relative one is stored absolute");
	check_failure(CreateSymbolicLink(in("links/q"), "Q:\\leaf", 0), ERROR_INVALID_PARAMETER, EINVAL,
	              "CreateSymbolicLink: a drive without an entry");
	CreateSymbolicLink("D:\\by-drive", "x", 0);
	check_text(target(in("tree/by-drive")), "x", "CreateSymbolicLink: the name may be Windows', too");
	unlink(in("tree/by-drive"));
}

void check_hard_links(void)
{
	make(in("names"));
	put(in("names/one"), "1");
	check_number(CreateHardLinkW(wide("%s", in("names/two")), wide("%s", in("names/one")), NULL), 1,
	             "CreateHardLinkW: the new name comes first");
	check(same_file(in("names/one"), in("names/two")), "both names are one file", "they are not");
	check_number(CreateHardLinkA(in("names/three"), in("names/one"), NULL), 1, "CreateHardLinkA");
	check_number(CreateHardLink(in("view/pets/kitten"), in("view/pets/cat"), NULL), 1,
	             "CreateHardLink: in the view");
	check(same_file(in("view/pets/kitten"), in("view/pets/cat")), "both names in it are one file",
	      "they are not");
	unlink(in("view/pets/kitten"));
	check_failure(CreateHardLink(in("names/four"), in("names/one"), (void *)in("x")),
	              ERROR_INVALID_PARAMETER, EINVAL, "CreateHardLink: reserved must be NULL");
	check_failure(CreateHardLinkW(wide("%s", in("names/two")), wide("%s", in("names/one")), NULL),
	              ERROR_ALREADY_EXISTS, EEXIST, "CreateHardLinkW: the name exists");
	check_failure(CreateHardLinkA(in("names/four"), in("names/none"), NULL), ERROR_FILE_NOT_FOUND,
	              ENOENT, "CreateHardLinkA: the file is missing");
	check_failure(CreateHardLink(in("names/none/x"), in("names/one"), NULL), ERROR_PATH_NOT_FOUND,
	              ENOENT, "CreateHardLink: the parent is missing");
	check_failure(CreateHardLink(in("names/four"), in("tree"), NULL), ERROR_ACCESS_DENIED, EPERM,
	              "CreateHardLink: a directory");
	check_failure(CreateHardLink("/dev/shm/bindlink-check", in("names/one"), NULL),
	              ERROR_NOT_SAME_DEVICE, EXDEV, "CreateHardLink: another file system");
	if (symlink("one", in("names/symbolic")) != 0)
		exit(1);
	check_number(CreateHardLink(in("names/through"), in("names/symbolic"), NULL), 1,
	             "CreateHardLink: a symbolic link as the file");
	check(same_file(in("names/through"), in("names/one")), "its target gets the name", "it does not");

	put(in("names/many"), "");
	int made = 0;
	while (made < 1100 && CreateHardLink(in("names/many-%d", made), in("names/many"), NULL))
		made++;
	check_failure(0, ERROR_TOO_MANY_LINKS, EMLINK, "CreateHardLink: the 1,024th further name");
	check_number(made, 1023, "CreateHardLink: further names that a file can have");
	check_number(bindlink_hardlink(in("names/more"), in("names/many"), 0, NULL), 0,
	             "bindlink_hardlink: beyond NTFS's limit");
	check_number(bindlink_hardlink(in("names/still-more"), in("names/many"),
	                               BINDLINK_HARDLINK_NTFS_LIMIT, NULL),
	             -EMLINK, "bindlink_hardlink: NTFS's limit where it is asked for");
}

void check_ntfs_links(void)
{
	make(in("ntfs"));
	put(in("ntfs/source"), "first");
	check_number(FileCreateNTFSLink(in("ntfs/source"), in("ntfs/link"), 0), 1,
	             "FileCreateNTFSLink: a file gets a hard link; the source comes first");
	check(same_file(in("ntfs/source"), in("ntfs/link")), "both are one file", "they are not");
	check_failure(FileCreateNTFSLink(in("ntfs/source"), in("ntfs/link"), 0), ERROR_ALREADY_EXISTS,
	              EEXIST, "FileCreateNTFSLink: flag 0 where the link exists");
	check_number(FileCreateNTFSLink(in("ntfs/source"), in("ntfs/link"), 1), 1,
	             "FileCreateNTFSLink: link and source being one file is no failure");
	check_text(content(in("ntfs/source")), "first", "and changes nothing");
	put(in("ntfs/other"), "second");
	check_number(FileCreateNTFSLink(in("ntfs/other"), in("ntfs/link"), 1), 1,
	             "FileCreateNTFSLink: flag 1 replaces");
	check_text(content(in("ntfs/link")), "second", "the link is the other file");
	check_text(content(in("ntfs/source")), "first", "the first source stays");

	check_number(FileCreateNTFSLink(in("tree"), in("ntfs/junction"), 0), 1,
	             "FileCreateNTFSLink: a directory gets a junction");
	check_text(target(in("ntfs/junction")), in("tree"), "on a plain directory an absolute symlink");
	check_number(FileCreateNTFSLink("/dev/shm", in("ntfs/far"), 0), 1,
	             "FileCreateNTFSLink: a directory on another file system");
	check_number(FileCreateNTFSLink(in("tree"), in("view/grove"), 0), 1,
	             "FileCreateNTFSLink: a directory in a view");
	check_text(names(in("view/grove")), "leaf", "it shows");
	check_number(RemoveBindLink(wide("%s", in("view/grove"))), S_OK, "as a bind link");
	check_failure(FileCreateNTFSLink(in("ntfs/none"), in("ntfs/x"), 0), ERROR_FILE_NOT_FOUND, ENOENT,
	              "FileCreateNTFSLink: the source is missing");
	check_failure(FileCreateNTFSLink(in("ntfs/source"), in("ntfs/none/x"), 0), ERROR_PATH_NOT_FOUND,
	              ENOENT, "FileCreateNTFSLink: the link's parent is missing");
	check_failure(FileCreateNTFSLink(in("tree"), in("ntfs"), 1), ERROR_DIR_NOT_EMPTY, ENOTEMPTY,
	              "FileCreateNTFSLink: a directory with something in it is never replaced");
	check_failure(FileCreateNTFSLink(in("ntfs/source"), in("ntfs/x"), 2), ERROR_INVALID_PARAMETER,
	              EINVAL, "FileCreateNTFSLink: another flag");
	check_failure(FileCreateNTFSLink(NULL, in("ntfs/x"), 0), ERROR_INVALID_PARAMETER, EINVAL,
	              "FileCreateNTFSLink: no source");

	bindlink_error *error;
	bindlink_paths *all;
	check_number(bindlink_names(in("ntfs/source"), in("ntfs"), &all, &error), 0, "bindlink_names");
	check_number((long long)all->count, 1, "all names of a file are found");
	check_text(all->paths[0], in("ntfs/source"), "as absolute paths");
	bindlink_free(all);
	bindlink_link link = {.size = sizeof link, .virtual_path = "/a", .backing_path = in("ntfs")};
	bindlink_create(in("view"), &link, NULL);
	link.virtual_path = "/b";
	bindlink_create(in("view"), &link, NULL);
	check_number(bindlink_names(in("view/b/source"), NULL, &all, NULL), 0,
	             "bindlink_names: in a view");
	check_number((long long)all->count, 2, "a file has a name through each link");
	check_text(all->paths[0], in("view/a/source"), "the one");
	check_text(all->paths[1], in("view/b/source"), "and the other");
	bindlink_free(all);
	bindlink_remove(in("view"), "/a", 0, NULL);
	bindlink_remove(in("view"), "/b", 0, NULL);
	check_number(bindlink_junction(in("ntfs/second"), in("tree"), NULL), 0, "bindlink_junction");
	check_number(bindlink_ntfslink(in("tree/leaf"), in("ntfs/second"), 0, &error), -EEXIST,
	             "bindlink_ntfslink: the name exists");
	check_text(error->rule, "J1", "its error names the rule");
	bindlink_free(error);
	check_number(bindlink_symlink(in("ntfs/raw"), "C:\\as\\it\\is", 0, NULL), 0, "bindlink_symlink");
	check_text(target(in("ntfs/raw")), "C:\\as\\it\\is", "it stores every target byte for byte");
}
