/* Checks and plain calls for the C client. */
#include "check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char *scratch;

void check(bool holds, const char *what, const char *detail)
{
	if (holds)
		printf("ok %s\n", what);
	else
		printf("not ok %s: %s\n", what, detail);
}

void check_number(long long got, long long wanted, const char *what)
{
	char detail[100];
	snprintf(detail, sizeof detail, "%lld (0x%llx), not %lld (0x%llx)", got, got, wanted, wanted);
	check(got == wanted, what, detail);
}

void check_text(const char *got, const char *wanted, const char *what)
{
	char detail[8192];
	snprintf(detail, sizeof detail, "'%s', not '%s'", got ? got : "NULL", wanted);
	check(got && strcmp(got, wanted) == 0, what, detail);
}

void check_failure(long long result, DWORD code, int number, const char *what)
{
	int seen = errno;
	DWORD last = GetLastError();
	char detail[100];
	snprintf(detail, sizeof detail, "%lld, last error %u, errno %d, not 0, %u, %d", result, last,
	         seen, code, number);
	check(result == 0 && last == code && seen == number, what, detail);
}

const char *in(const char *format, ...)
{
	static char paths[16][4096];
	static unsigned next;
	char *path = paths[next++ % 16];
	int length = snprintf(path, 4096, "%s/", scratch);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(path + length, 4096 - length, format, arguments);
	va_end(arguments);
	return path;
}

PCWSTR wide(const char *format, ...)
{
	static WCHAR texts[16][4096];
	static unsigned next;
	char text[4096];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	WCHAR *result = texts[next++ % 16];
	size_t length = strlen(text);
	for (size_t i = 0; i <= length; i++)
		result[i] = (unsigned char)text[i];
	return result;
}

void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

void make(const char *directory)
{
	if (mkdir(directory, 0755) != 0) {
		perror(directory);
		exit(1);
	}
}

const char *content(const char *path)
{
	static char text[4096];
	FILE *file = fopen(path, "r");
	if (!file)
		return strerrorname_np(errno);
	size_t length = fread(text, 1, sizeof text - 1, file);
	if (ferror(file)) {
		fclose(file);
		return strerrorname_np(errno);
	}
	text[length] = 0;
	fclose(file);
	return text;
}

static int is_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

const char *names(const char *directory)
{
	static char text[4096];
	struct dirent **entries;
	int count = scandir(directory, &entries, is_name, alphasort);
	if (count < 0)
		return strerrorname_np(errno);
	text[0] = 0;
	for (int i = 0; i < count; i++) {
		if (i > 0)
			strcat(text, " ");
		strcat(text, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return text;
}

const char *target(const char *link)
{
	static char text[4096];
	ssize_t length = readlink(link, text, sizeof text - 1);
	if (length < 0)
		return strerrorname_np(errno);
	text[length] = 0;
	return text;
}

bool same_file(const char *a, const char *b)
{
	struct stat first, second;
	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}
