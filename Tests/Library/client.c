/* A C program that knows the library by its header alone. In a scratch directory of its own it
 * mounts a view, puts every documented behaviour to the test, and unmounts it.
 *
 *   client SCRATCH                     one line for each check
 *   client create VIRTUAL BACKING      CreateBindLink; prints the HRESULT
 *   client remove VIRTUAL              RemoveBindLink; prints the HRESULT
 */
#include "check.h"

#include <unistd.h>

const char *scratch;

int main(int count, char **arguments)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count == 4 && strcmp(arguments[1], "create") == 0) {
		printf("%08X\n", (unsigned)CreateBindLink(wide("%s", arguments[2]), wide("%s", arguments[3]),
		                                          CREATE_BIND_LINK_FLAG_NONE, 0, NULL));
		return 0;
	}
	if (count == 3 && strcmp(arguments[1], "remove") == 0) {
		printf("%08X\n", (unsigned)RemoveBindLink(wide("%s", arguments[2])));
		return 0;
	}
	if (count != 2)
		return 64;
	scratch = arguments[1];
	make(in("tree"));
	put(in("tree/leaf"), "green");
	make(in("under"));
	make(in("under/pets"));
	put(in("under/pets/cat"), "meow");
	put(in("under/pets/dog"), "arf");
	put(in("under/pets/fish"), "blub");
	make(in("view"));

	char anchor[4096];
	strcpy(anchor, in("under"));
	bindlink_view view = {.size = sizeof view, .anchor = anchor};
	bindlink_server *server = NULL;
	bindlink_error *error = NULL;
	check_number(bindlink_mount(&view, in("view"), &server, &error), 0, "bindlink_mount");
	if (!server) {
		printf("not ok bindlink_mount: %s\n", error ? error->message : "no error");
		return 1;
	}
	check_text(names(in("view/pets")), "cat dog fish", "the view is there when it returns");
	check_number(bindlink_mount(&view, in("view"), &(bindlink_server *){NULL}, &error), -EBUSY,
	             "bindlink_mount: a view is mounted there already");
	bindlink_free(error);

	check_symbolic_links();
	check_hard_links();
	check_ntfs_links();
	bindlink_set_drives(NULL, NULL);
	check_bind_links();
	check_exceptions();
	check_native();
	check_threads();

	check_number(bindlink_unmount(in("view"), 0, NULL), 0, "bindlink_unmount");
	bindlink_server_wait(server);
	check_text(names(in("view")), "", "the mountpoint is as it was");
	return 0;
}
