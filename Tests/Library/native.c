/* The native interface: a view that this process mounts and serves. */
#include "check.h"

#include <pthread.h>
#include <unistd.h>

static const char *view;

static void check_error(int result, bindlink_error **place, int number, const char *rule,
                        const char *what)
{
	bindlink_error *error = *place;
	char detail[4096];
	snprintf(detail, sizeof detail, "%d (%s), not %d, %s", result,
	         error ? error->message : "no error", -number, rule);
	check(result == -number && error && error->number == number && error->rule &&
	          strcmp(error->rule, rule) == 0 &&
	          error->windows_code == bindlink_windows_code(number) && strstr(error->message, rule),
	      what, detail);
	bindlink_free(error);
}

static void check_wrong(int result, const char *what)
{
	check_number(result, -EINVAL, what);
}

static void check_changes(void)
{
	bindlink_error *error = (bindlink_error *)1;
	const char *hidden[] = {"*.key", "!public.key"};
	bindlink_link link = {
		.size = sizeof link,
		.virtual_path = "/docs",
		.backing_path = in("tree"),
		.flags = BINDLINK_LINK_READ_ONLY,
		.exceptions = hidden,
		.exception_count = 2,
	};
	check_number(bindlink_create(view, &link, &error), 0, "bindlink_create");
	check(error == NULL, "a success leaves no error", "there is one");
	check_text(content(in("view/docs/leaf")), "green", "the link works");
	check_error(bindlink_create(view, &link, &error), &error, EEXIST, "C1",
	            "bindlink_create: a duplicate");
	link.virtual_path = "/far/away";
	check_error(bindlink_create(view, &link, &error), &error, ENOENT, "C1",
	            "bindlink_create: no parent");
	link.flags |= BINDLINK_LINK_PARENTS;
	check_number(bindlink_create(in("view/pets"), &link, NULL), 0,
	             "bindlink_create: any path in the view will do, parents are made up");
	link.virtual_path = "/none";
	check_error(bindlink_replace(view, &link, &error), &error, ENOENT, "P6",
	            "bindlink_replace: no link stands there");
	link.virtual_path = "/docs";
	link.backing_path = in("animals");
	link.flags = BINDLINK_LINK_MERGED;
	check_number(bindlink_replace(view, &link, NULL), 0, "bindlink_replace");

	bindlink_links *links;
	check_number(bindlink_list(view, &links, &error), 0, "bindlink_list");
	check_number((long long)links->count, 2, "all links are listed");
	const bindlink_link *first = links->links[0]->link, *second = links->links[1]->link;
	check_text(first->virtual_path, "/docs", "in the order of their virtual paths");
	check_text(first->backing_path, in("animals"), "with the backing");
	check_number(first->flags, BINDLINK_LINK_MERGED, "with the flags");
	check_number((long long)first->exception_count, 2, "with the exceptions");
	check_text(first->exceptions[1], "!public.key", "which are as they were given");
	check_number(links->links[0]->kind, BINDLINK_KIND_ANCHORLESS, "an anchorless link says so");
	check_number(links->links[0]->state, BINDLINK_STATE_LIVE, "a live link says so");
	check_number(second->flags, BINDLINK_LINK_READ_ONLY | BINDLINK_LINK_PARENTS,
	             "each link has its own flags");
	bindlink_free(links);

	bindlink_explanation *explanation;
	put(in("animals/private.key"), "secret");
	check_number(bindlink_explain(view, "/docs/private.key", &explanation, &error), 0,
	             "bindlink_explain");
	check_number(explanation->is_visible, 0, "a hidden path is not visible");
	check_text(explanation->rule, "E4", "the rule is said");
	check(explanation->reason && *explanation->reason, "and the reason", "it is empty");
	bindlink_free(explanation);
	bindlink_explain(view, "/docs/cow", &explanation, NULL);
	check_text(explanation->link, "/docs", "the governing link is said");
	check_text(explanation->physical_path, in("animals/cow"), "and where the object really is");
	bindlink_free(explanation);
	unlink(in("animals/private.key"));

	bindlink_table *table;
	check_number(bindlink_export(view, &table, &error), 0, "bindlink_export");
	check_number((long long)table->link_count, 2, "the table has all links");
	check_number(bindlink_remove(view, "/far/away", 0, NULL), 0, "bindlink_remove");
	check_error(bindlink_remove(view, "/far/away", 0, &error), &error, ENOENT, "C5",
	            "bindlink_remove: no link stands there");
	check_number(bindlink_apply(view, table, &error), 0, "bindlink_apply: what was exported");
	bindlink_table *again;
	bindlink_export(view, &again, NULL);
	check_number((long long)again->link_count, 2, "makes the table what it was");
	bindlink_free(again);
	bindlink_free(table);
	bindlink_table empty = {.size = sizeof empty, .flags = BINDLINK_TABLE_LINKS};
	check_number(bindlink_apply(view, &empty, NULL), 0, "bindlink_apply: no links");
	check_text(names(view), "pets", "they are gone");
	empty.flags = BINDLINK_TABLE_ANCHOR;
	check_wrong(bindlink_apply(view, &empty, NULL), "bindlink_apply: another anchor is EINVAL");

	link.flags = 0;
	link.virtual_path = "/a";
	link.backing_path = in("tree");
	link.exception_count = 0;
	bindlink_create(view, &link, NULL);
	link.virtual_path = "/a/b";
	link.flags = BINDLINK_LINK_PARENTS;
	bindlink_create(view, &link, NULL);
	check_error(bindlink_remove(view, "/a", 0, &error), &error, EBUSY, "C5",
	            "bindlink_remove: links lie below");
	check_number(bindlink_remove(view, "/a", BINDLINK_REMOVE_RECURSIVE, NULL), 0,
	             "bindlink_remove: recursive");
}

static void check_wrong_calls(void)
{
	bindlink_link link = {
		.size = sizeof link, .virtual_path = "/x", .backing_path = in("tree")};
	bindlink_links *links = (bindlink_links *)1;
	bindlink_error *error;
	link.size--;
	check_wrong(bindlink_create(view, &link, NULL), "another size is EINVAL");
	link.size++;
	link.reserved = 1;
	check_wrong(bindlink_create(view, &link, NULL), "a reserved member is EINVAL");
	link.reserved = 0;
	link.flags = 0x10;
	check_wrong(bindlink_create(view, &link, NULL), "an unknown flag is EINVAL");
	link.flags = 0;
	link.virtual_path = NULL;
	check_wrong(bindlink_create(view, &link, NULL), "a text that is NULL is EINVAL");
	link.virtual_path = "/x";
	link.exception_count = 1;
	check_wrong(bindlink_create(view, &link, NULL), "an array that is NULL is EINVAL");
	check_wrong(bindlink_create(NULL, NULL, NULL), "everything that is NULL is EINVAL");
	check_wrong(bindlink_list(view, NULL, NULL), "no place for the result is EINVAL");
	check_wrong(bindlink_list(in("tree"), &links, &error), "a path in no view is EINVAL");
	check(links == NULL, "a failure sets the result to NULL", "it does not");
	check_text(error->subject, in("tree"), "the error names the path");
	check_number(error->exit_status, 1, "and has the command's exit status");
	bindlink_free(error);
	check_wrong(bindlink_remove(view, "/x", 2, NULL), "an unknown flag of a call is EINVAL");
	check_wrong(bindlink_unmount(in("tree"), 0, NULL), "bindlink_unmount: no view is EINVAL");
	check_wrong(bindlink_set_drives("nonsense", NULL), "bindlink_set_drives: nonsense is EINVAL");
	bindlink_view bad = {.size = sizeof bad, .entry_timeout = -1};
	bindlink_server *server;
	check_wrong(bindlink_mount(&bad, in("tree"), &server, NULL), "a timeout below 0 is EINVAL");
	bindlink_free(NULL);
	bindlink_server_wait(NULL);
}

void check_native(void)
{
	view = in("view");
	char place[4096];
	view = strcpy(place, view);

	check_number(bindlink_version(), BINDLINK_ABI_VERSION, "bindlink_version");
	check_number(bindlink_windows_code(ENOENT), ERROR_FILE_NOT_FOUND, "bindlink_windows_code");
	check_number(bindlink_windows_code(-EXDEV), ERROR_NOT_SAME_DEVICE,
	             "bindlink_windows_code: a negative errno");
	check_number(bindlink_windows_code(9999), ERROR_GEN_FAILURE,
	             "bindlink_windows_code: an unknown errno");

	bindlink_paths *paths;
	check_number(bindlink_locate(in("view/a/b"), &paths, NULL), 0, "bindlink_locate");
	check_number((long long)paths->count, 2, "a place has two paths");
	check_text(paths->paths[0], view, "the mountpoint");
	check_text(paths->paths[1], "/a/b", "and the path in the view");
	bindlink_free(paths);
	bindlink_views(&paths, NULL);
	bool listed = false;
	for (size_t i = 0; i < paths->count; i++)
		listed = listed || strcmp(paths->paths[i], view) == 0;
	check(listed, "bindlink_views", "the view is not among them");
	bindlink_free(paths);

	check_changes();
	check_wrong_calls();
}

/* ------------------------------------------------------------------ Threads */

enum { threads = 8, rounds = 25 };

static char tree[4096];

static void *work(void *argument)
{
	size_t number = (size_t)argument;
	char path[100];
	snprintf(path, sizeof path, "/thread-%zu", number);
	bindlink_link link = {.size = sizeof link, .virtual_path = path, .backing_path = tree};
	size_t failures = 0;
	for (int round = 0; round < rounds; round++) {
		bindlink_links *links = NULL;
		bindlink_error *error = NULL;
		failures += bindlink_create(view, &link, NULL) != 0;
		failures += bindlink_create(view, &link, &error) != -EEXIST || errno != EEXIST;
		failures += CreateBindLink(NULL, NULL, CREATE_BIND_LINK_FLAG_NONE, 0, NULL) != E_INVALIDARG;
		failures += bindlink_list(view, &links, NULL) != 0 || links->count < 1;
		failures += GetLastError() != ERROR_INVALID_PARAMETER;
		failures += bindlink_remove(view, path, 0, NULL) != 0;
		bindlink_free(error);
		bindlink_free(links);
	}
	return (void *)failures;
}

void check_threads(void)
{
	pthread_t ids[threads];
	strcpy(tree, in("tree"));
	DWORD before = GetLastError();
	long long failures = 0;
	for (size_t i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, work, (void *)i) != 0)
			exit(1);
	for (size_t i = 0; i < threads; i++) {
		void *result;
		pthread_join(ids[i], &result);
		failures += (long long)(size_t)result;
	}
	check_number(failures, 0, "eight threads change and ask one view");
	check_number(GetLastError(), before, "each thread has a last error of its own");
	check_text(names(view), "pets", "nothing is left of them");
}
