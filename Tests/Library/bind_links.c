/* CreateBindLink and RemoveBindLink, as Windows documents them and its sample shows them. The view
 * is mounted at view/; its anchor is what lies under the mountpoint. */
#include "check.h"

#include <unistd.h>

#define MISSING_FILE HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)
#define MISSING_PATH HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)

static HRESULT create(const char *virtual_path, const char *backing, CREATE_BIND_LINK_FLAGS flags)
{
	return CreateBindLink(wide("%s", virtual_path), wide("%s", backing), flags, 0, NULL);
}

static HRESULT removed(const char *virtual_path)
{
	return RemoveBindLink(wide("%s", virtual_path));
}

void check_bind_links(void)
{
	make(in("animals"));
	put(in("animals/cow"), "moo");
	put(in("animals/mouse"), "squeak");
	put(in("song"), "la la");

	check_number(create(in("view/new"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: a link where nothing was");
	check_text(names(in("view/new")), "cow mouse", "its virtual path shows the backing");
	check_text(names(in("view")), "new pets", "it is listed in its parent");
	put(in("view/new/dog"), "woof");
	check_text(content(in("animals/dog")), "woof", "what is made in it is made in the backing");
	check_number(create(in("view/new"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), E_INVALIDARG,
	             "CreateBindLink: a duplicate is E_INVALIDARG");
	check_text(names(in("view/new")), "cow dog mouse", "the first link still works");
	check_number(create(in("view/new"), in("none"), CREATE_BIND_LINK_FLAG_NONE), MISSING_FILE,
	             "CreateBindLink: a missing backing counts before the duplicate");
	check_number(GetLastError(), ERROR_FILE_NOT_FOUND, "CreateBindLink: the last error is set");
	check_number(removed(in("view/new")), S_OK, "RemoveBindLink: a link");
	check_text(names(in("view")), "pets", "the virtual path is gone after it");
	check_text(names(in("animals")), "cow dog mouse", "the backing stays");
	check_number(removed(in("view/new")), MISSING_FILE, "RemoveBindLink: no link stands there");
	check_number(removed(in("view/pets")), MISSING_FILE,
	             "RemoveBindLink: a directory that is no link");

	check_number(create(in("view/pets"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: a shadow link");
	check_text(names(in("view/pets")), "cow dog mouse", "it hides what was there");
	check_number(removed(in("view/pets")), S_OK, "RemoveBindLink: a shadow link");
	check_text(names(in("view/pets")), "cat dog fish", "what was there shows again");

	check_number(create(in("view/tune"), in("song"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: a file");
	check_text(content(in("view/tune")), "la la", "a file link shows the file");
	removed(in("view/tune"));

	check_number(create(in("view/pets"), in("animals"), CREATE_BIND_LINK_FLAG_READ_ONLY), S_OK,
	             "CreateBindLink: CREATE_BIND_LINK_FLAG_READ_ONLY");
	check(unlink(in("view/pets/cow")) != 0 && errno == EROFS, "nothing can be removed through it",
	      "it was, or for another reason");
	removed(in("view/pets"));

	check_number(create(in("view/pets"), in("animals"), CREATE_BIND_LINK_FLAG_MERGED), S_OK,
	             "CreateBindLink: CREATE_BIND_LINK_FLAG_MERGED");
	check_text(names(in("view/pets")), "cat cow dog fish mouse", "both sides show");
	check_text(content(in("view/pets/dog")), "woof", "of two files the backing's takes precedence");
	removed(in("view/pets"));

	check_number(create(in("view/pets"), in("animals"),
	                    CREATE_BIND_LINK_FLAG_READ_ONLY | CREATE_BIND_LINK_FLAG_MERGED),
	             S_OK, "CreateBindLink: both flags");
	check(unlink(in("view/pets/cow")) != 0 && errno == EROFS, "the backing's cannot be removed",
	      "it was, or for another reason");
	put(in("view/pets/cat"), "hiss");
	check_text(content(in("view/pets/cat")), "hiss", "what was there stays modifiable");
	removed(in("view/pets"));
	check_number(create(in("view/pets"), in("song"), CREATE_BIND_LINK_FLAG_MERGED),
	             HRESULT_FROM_WIN32(ERROR_DIRECTORY), "CreateBindLink: a file cannot be merged");

	check_number(create(in("view/x"), in("animals"), (CREATE_BIND_LINK_FLAGS)4), E_INVALIDARG,
	             "CreateBindLink: an unknown flag is E_INVALIDARG");
	check_number(create(in("view/no/x"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), MISSING_PATH,
	             "CreateBindLink: the parent is not visible");
	check_number(create("view/x", in("animals"), CREATE_BIND_LINK_FLAG_NONE), E_INVALIDARG,
	             "CreateBindLink: a relative virtual path is E_INVALIDARG");
	check_number(create(in("view/x"), "animals", CREATE_BIND_LINK_FLAG_NONE), E_INVALIDARG,
	             "CreateBindLink: a relative backing is E_INVALIDARG");
	check_number(create(in("outside"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), E_INVALIDARG,
	             "CreateBindLink: a path in no view is E_INVALIDARG");
	check_number(CreateBindLink(NULL, wide("%s", in("animals")), CREATE_BIND_LINK_FLAG_NONE, 0, NULL),
	             E_INVALIDARG, "CreateBindLink: no virtual path is E_INVALIDARG");
	check_number(CreateBindLink(wide("%s", in("view/x")), NULL, CREATE_BIND_LINK_FLAG_NONE, 0, NULL),
	             E_INVALIDARG, "CreateBindLink: no backing is E_INVALIDARG");
	check_number(RemoveBindLink(NULL), E_INVALIDARG, "RemoveBindLink: no path is E_INVALIDARG");
	WCHAR broken[] = {'/', 0xD800, 'x', 0};
	check_number(CreateBindLink(broken, wide("%s", in("animals")),
	                            CREATE_BIND_LINK_FLAG_NONE, 0, NULL),
	             E_INVALIDARG, "CreateBindLink: a lone surrogate is E_INVALIDARG");
	check_text(names(in("view")), "pets", "what failed has left nothing");

	check_number(create(in("view/outer"), in("animals"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: the outer one of two");
	make(in("animals/deep"));
	check_number(create(in("view/outer/deep"), in("tree"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: a link below another");
	check_number(create(in("view/chain"), in("view/outer/deep"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: a backing that is another link's virtual path");
	check_text(names(in("view/chain")), "leaf", "a chain shows the last backing");
	check_number(removed(in("view/outer")), HRESULT_FROM_WIN32(ERROR_BUSY),
	             "RemoveBindLink: not before the links below");
	check_number(removed(in("view/outer/deep")), S_OK, "RemoveBindLink: the deepest first");
	check_number(removed(in("view/outer")), S_OK, "RemoveBindLink: then the outer one");
	check_text(names(in("view/chain")), "leaf", "the chain does not depend on them");
	check_number(removed(in("view/chain/")), S_OK, "RemoveBindLink: another spelling of the path");
	rmdir(in("animals/deep"));

	char drives[4096];
	snprintf(drives, sizeof drives, "C:=/;V:=%s;\\\\machineB\\share=%s", in("view"), in("tree"));
	check_number(bindlink_set_drives(drives, NULL), 0, "bindlink_set_drives: drives and a share");
	check_number(CreateBindLink(u"V:\\from\\..\\shared", u"\\\\machineB\\share",
	                            CREATE_BIND_LINK_FLAG_NONE, 0, NULL),
	             S_OK, "CreateBindLink: a drive and a UNC path");
	check_text(names(in("view/shared")), "leaf", "they lead where the table says");
	check_number(RemoveBindLink(u"v:/shared"), S_OK, "RemoveBindLink: a drive in lower case");
	check_number(CreateBindLink(u"Q:\\shared", u"V:\\pets", CREATE_BIND_LINK_FLAG_NONE, 0, NULL),
	             E_INVALIDARG, "CreateBindLink: a drive without an entry is E_INVALIDARG");
	char backslashes[4096];
	snprintf(backslashes, sizeof backslashes, "C:%s", in("view/by-c"));
	for (char *c = backslashes; *c; c++)
		if (*c == '/')
			*c = '\\';
	check_number(create(backslashes, in("tree"), CREATE_BIND_LINK_FLAG_NONE), S_OK,
	             "CreateBindLink: C: is the root");
	check_number(removed(backslashes), S_OK, "RemoveBindLink: C: is the root");

	put(in("tree/\xf0\x9f\x90\xae"), "cow");
	WCHAR cow[4096];
	PCWSTR start = wide("%s", in("tree/"));
	size_t length = 0;
	for (; start[length]; length++)
		cow[length] = start[length];
	memcpy(cow + length, u"\U0001F42E", 3 * sizeof(WCHAR));
	check_number(CreateBindLink(u"V:\\\u00dcber", cow, CREATE_BIND_LINK_FLAG_NONE, 0, NULL), S_OK,
	             "CreateBindLink: characters beyond ASCII and beyond 16 bits");
	check_text(content(in("view/\xc3\x9c" "ber")), "cow", "they are UTF-8 in the file system");
	check_number(RemoveBindLink(u"V:\\\u00dcber"), S_OK, "RemoveBindLink: characters beyond ASCII");
	unlink(in("tree/\xf0\x9f\x90\xae"));
}

static HRESULT with_exceptions(const char *virtual_path, const char *first, const char *second)
{
	PCWSTR exceptions[] = {wide("%s", first), second ? wide("%s", second) : NULL};
	return CreateBindLink(wide("%s", virtual_path), wide("%s", in("animals")),
	                      CREATE_BIND_LINK_FLAG_NONE, second ? 2 : 1, exceptions);
}

void check_exceptions(void)
{
	check_number(with_exceptions(in("view/pets"), in("view/pets/cat"), in("view/pets/fish")), S_OK,
	             "CreateBindLink: exceptions");
	check_text(names(in("view/pets")), "cat cow dog fish mouse",
	           "at the exceptions what was there shows");
	removed(in("view/pets"));

	put(in("under/pets/*.c"), "star");
	put(in("animals/x.c"), "x");
	check_number(with_exceptions(in("view/pets"), in("view/pets/*.c"), NULL), S_OK,
	             "CreateBindLink: an exception's name is no pattern");
	check_text(names(in("view/pets")), "*.c cow dog mouse x.c", "what it would match stays");
	removed(in("view/pets"));
	unlink(in("under/pets/*.c"));
	unlink(in("animals/x.c"));

	check_number(with_exceptions(in("view/pets"), in("view/pets/none"), NULL), MISSING_FILE,
	             "CreateBindLink: an exception must exist (E9)");
	check_number(with_exceptions(in("view/none"), in("view/none/cow"), NULL), E_INVALIDARG,
	             "CreateBindLink: exceptions are refused on an anchorless link (E9)");
	check_number(with_exceptions(in("view/pets"), in("view"), NULL), E_INVALIDARG,
	             "CreateBindLink: an exception must lie below the link (E2)");
	check_number(with_exceptions(in("view/pets"), in("view/pets"), NULL), E_INVALIDARG,
	             "CreateBindLink: the link itself is no exception (E2)");
	check_number(with_exceptions(in("view/pets"), in("animals/cow"), NULL), E_INVALIDARG,
	             "CreateBindLink: an exception must lie in the view");
	check_number(CreateBindLink(wide("%s", in("view/pets")), wide("%s", in("animals")),
	                            CREATE_BIND_LINK_FLAG_NONE, 1, NULL),
	             E_INVALIDARG, "CreateBindLink: a count without exceptions is E_INVALIDARG");
	check_text(names(in("view/pets")), "cat dog fish", "what failed has left no link");
}
