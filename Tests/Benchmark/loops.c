// The benchmark's loops: each works in one directory, times itself, checks what it found there, and
// prints "nanoseconds nanoseconds": the clock's, and the processor's that the server used meanwhile.
// Long because: each workload is a function here, and nothing but these.
//
//   loops OPERATION DIRECTORY [NAME=NUMBER...] [-- COMMAND...]
//
// Environment: BENCHMARK_SERVER, the process id of the server. Exit status: 0, or 1 with a message.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { block = 4096, chunk = 1 << 20 };

static void fail(const char *format, ...) {
  int error = errno;
  va_list list;
  va_start(list, format);
  vfprintf(stderr, format, list);
  va_end(list);
  fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
  exit(1);
}

static void wrong(const char *what) {
  errno = 0;
  fail("wrong result: %s", what);
}

static int argument_count;
static char **arguments;

static long option(const char *name, long otherwise) {
  size_t length = strlen(name);
  for (int i = 3; i < argument_count && strcmp(arguments[i], "--") != 0; i++)
    if (strncmp(arguments[i], name, length) == 0 && arguments[i][length] == '=')
      return atol(arguments[i] + length + 1);
  return otherwise;
}

// Clocks.

static clockid_t server_clock;
static int has_server;
static uint64_t began, server_began;

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void start(void) {
  server_began = has_server ? read_clock(server_clock) : 0;
  began = read_clock(CLOCK_MONOTONIC);
}

static void stop(void) {
  uint64_t elapsed = read_clock(CLOCK_MONOTONIC) - began;
  uint64_t used = has_server ? read_clock(server_clock) - server_began : 0;
  printf("%llu %llu\n", (unsigned long long)elapsed, (unsigned long long)used);
  fflush(stdout);
}

// Content: each block says which file and which block of it it is.

static uint64_t word(uint64_t file, uint64_t number) {
  uint64_t x = file * 0x9E3779B97F4A7C15u + number + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

static void fill(char *data, size_t size, uint64_t file, uint64_t first) {
  for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
    uint64_t value = word(file, first + at / block) + at % block;
    memcpy(data + at, &value, sizeof value);
  }
}

static int is_filled(const char *data, size_t size, uint64_t file, uint64_t first) {
  for (size_t at = 0; at < size; at += block) {
    uint64_t value = word(file, first + at / block), head, tail;
    memcpy(&head, data + at, sizeof head);
    memcpy(&tail, data + at + block - sizeof tail, sizeof tail);
    if (head != value || tail != value + block - sizeof tail) return 0;
  }
  return 1;
}

static char *buffer(size_t size) {
  void *memory;
  if (posix_memalign(&memory, block, size) != 0) fail("no memory");
  memset(memory, 0, size);
  return memory;
}

static int open_or_fail(const char *path, int flags) {
  int file = open(path, flags | O_CLOEXEC, 0644);
  if (file < 0) fail("open %s", path);
  return file;
}

static void close_or_fail(int file) {
  if (close(file) != 0) fail("close");
}

static void write_all(int file, const char *data, size_t size) {
  while (size > 0) {
    ssize_t count = write(file, data, size);
    if (count <= 0) fail("write");
    data += count;
    size -= (size_t)count;
  }
}

// Names. Loops over many files visit them in an order without a pattern.

static void file_name(char *name, long number) { sprintf(name, "file-%06ld", number); }

static long shuffled(long index, long count) { return (long)((index * 7919L + 13) % count); }

static long file_count(void) {
  long count = option("files", 1000);
  if (count % 7919 == 0) count--;
  return count;
}

// Making the data.

static void make_file(const char *path, uint64_t number, size_t size) {
  char *data = buffer(chunk);
  int file = open_or_fail(path, O_WRONLY | O_CREAT | O_TRUNC);
  for (size_t at = 0; at < size; at += chunk) {
    size_t part = size - at < chunk ? size - at : chunk;
    fill(data, part, number, at / block);
    write_all(file, data, part);
  }
  close_or_fail(file);
  free(data);
}

static void make_files(void) {
  char name[64];
  for (long i = 0; i < file_count(); i++) {
    file_name(name, i);
    make_file(name, (uint64_t)i, block);
  }
}

// Directories in directories, with small texts of some thousand lines in all.
static void make_tree(void) {
  long directories = option("directories", 10);
  for (long outer = 0; outer < directories; outer++) {
    char path[96];
    sprintf(path, "part-%03ld", outer);
    if (mkdir(path, 0755) != 0) fail("mkdir %s", path);
    for (long inner = 0; inner < 10; inner++) {
      sprintf(path, "part-%03ld/section-%02ld", outer, inner);
      if (mkdir(path, 0755) != 0) fail("mkdir %s", path);
      for (long i = 0; i < 50; i++) {
        sprintf(path, "part-%03ld/section-%02ld/note-%03ld.txt", outer, inner, i);
        FILE *file = fopen(path, "w");
        if (file == NULL) fail("open %s", path);
        for (long line = 0; line < 20 + i; line++)
          fprintf(file, "line %ld of note %ld: %016llx\n", line, i,
                  (unsigned long long)word((uint64_t)(outer * 10 + inner), (uint64_t)line));
        if (fclose(file) != 0) fail("close %s", path);
      }
    }
  }
}

// Metadata.

static void stat_all(long count) {
  char name[64];
  struct stat status;
  for (long i = 0; i < count; i++) {
    file_name(name, shuffled(i, count));
    if (stat(name, &status) != 0) fail("stat %s", name);
    if (status.st_size != block) wrong("size");
  }
}

static void run_stat(void) {
  long count = file_count();
  stat_all(count);
  start();
  for (long round = 0; round < option("repeat", 3); round++) stat_all(count);
  stop();
}

static void miss_all(long count) {
  char name[64];
  struct stat status;
  for (long i = 0; i < count; i++) {
    sprintf(name, "missing-%06ld", i);
    if (stat(name, &status) == 0 || errno != ENOENT) wrong("a name that is not there");
  }
}

static void run_missing(void) {
  long count = option("names", 1000);
  miss_all(count);
  start();
  for (long round = 0; round < option("repeat", 3); round++) miss_all(count);
  stop();
}

static void list(long expected) {
  DIR *directory = opendir(".");
  if (directory == NULL) fail("opendir");
  long count = 0;
  while (readdir(directory) != NULL) count++;
  if (closedir(directory) != 0) fail("closedir");
  if (count != expected + 2) wrong("number of entries");
}

static void run_list(void) {
  long count = file_count();
  list(count);
  list(count);
  start();
  for (long round = 0; round < option("repeat", 5); round++) list(count);
  stop();
}

static long walk(int parent, const char *name) {
  int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open %s", name);
  DIR *directory = fdopendir(descriptor);
  if (directory == NULL) fail("fdopendir");
  long count = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    struct stat status;
    if (fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      fail("stat %s", entry->d_name);
    count += 1;
    if (S_ISDIR(status.st_mode)) count += walk(descriptor, entry->d_name);
  }
  if (closedir(directory) != 0) fail("closedir");
  return count;
}

static void walk_tree(void) {
  if (walk(AT_FDCWD, ".") != option("directories", 10) * (1 + 10 + 500)) wrong("number of files");
}

static void run_walk(void) {
  if (option("warm", 0)) walk_tree();
  start();
  for (long round = 0; round < option("repeat", 1); round++) walk_tree();
  stop();
}

static void open_all(long count) {
  char name[64];
  for (long i = 0; i < count; i++) {
    file_name(name, shuffled(i, count));
    close_or_fail(open_or_fail(name, O_RDONLY));
  }
}

static void run_open(void) {
  long count = file_count();
  open_all(count);
  start();
  open_all(count);
  stop();
}

struct share {
  long first, step, count;
};

static void *read_share(void *pointer) {
  struct share *share = pointer;
  char *data = buffer(block), name[64];
  for (long i = share->first; i < share->count; i += share->step) {
    long number = shuffled(i, share->count);
    file_name(name, number);
    int file = open_or_fail(name, O_RDONLY);
    if (read(file, data, block) != block || !is_filled(data, block, (uint64_t)number, 0))
      wrong("content");
    close_or_fail(file);
  }
  free(data);
  return NULL;
}

static void read_all(long count, long threads) {
  pthread_t others[64];
  struct share shares[64];
  for (long i = 0; i < threads; i++) {
    shares[i] = (struct share){i, threads, count};
    if (pthread_create(&others[i], NULL, read_share, &shares[i]) != 0) fail("pthread_create");
  }
  for (long i = 0; i < threads; i++) pthread_join(others[i], NULL);
}

static void run_open_read(void) {
  long count = file_count(), threads = option("threads", 1);
  if (threads > 64) wrong("more than 64 threads");
  read_all(count, threads);
  start();
  read_all(count, threads);
  stop();
}

static void run_create(void) {
  long count = option("files", 500);
  char *data = buffer(block), name[64];
  start();
  for (long i = 0; i < count; i++) {
    file_name(name, i);
    fill(data, block, (uint64_t)i, 0);
    int file = open_or_fail(name, O_WRONLY | O_CREAT | O_EXCL);
    write_all(file, data, block);
    close_or_fail(file);
  }
  stop();
}

static void run_rename(void) {
  long count = option("files", 500);
  char from[64], to[64];
  start();
  for (long i = 0; i < count; i++) {
    file_name(from, i);
    sprintf(to, "renamed-%06ld", i);
    if (rename(from, to) != 0) fail("rename %s", from);
  }
  stop();
}

static void run_unlink(void) {
  long count = option("files", 500);
  char name[64];
  start();
  for (long i = 0; i < count; i++) {
    sprintf(name, "renamed-%06ld", i);
    if (unlink(name) != 0) fail("unlink %s", name);
  }
  stop();
}

static void run_directories(void) {
  long count = option("directories", 500);
  char name[64];
  start();
  for (long i = 0; i < count; i++) {
    sprintf(name, "directory-%06ld", i);
    if (mkdir(name, 0755) != 0) fail("mkdir %s", name);
  }
  for (long i = 0; i < count; i++) {
    sprintf(name, "directory-%06ld", i);
    if (rmdir(name) != 0) fail("rmdir %s", name);
  }
  stop();
}

// Data: one file, "data".

static long size_of_data(void) { return option("mebibytes", 64) * chunk; }

static void read_data(void) {
  char *data = buffer(chunk);
  int file = open_or_fail("data", O_RDONLY);
  long at = 0;
  for (ssize_t count; (count = read(file, data, chunk)) > 0; at += count)
    if (count % block != 0 || !is_filled(data, (size_t)count, 1, (uint64_t)at / block))
      wrong("content");
  if (at != size_of_data()) wrong("size");
  close_or_fail(file);
  free(data);
}

static void run_read(void) {
  if (option("warm", 0)) read_data();
  start();
  for (long round = 0; round < option("repeat", 1); round++) read_data();
  stop();
}

static void run_write(void) {
  long size = size_of_data();
  char *data = buffer((size_t)size);
  fill(data, (size_t)size, 1, 0);
  start();
  int file = open_or_fail("data", O_WRONLY | O_CREAT | O_TRUNC);
  for (long at = 0; at < size; at += chunk) write_all(file, data + at, chunk);
  close_or_fail(file);
  stop();
}

static void run_append(void) {
  long count = option("blocks", 4000);
  char *data = buffer(block);
  int file = open_or_fail("data", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  start();
  for (long i = 0; i < count; i++) {
    fill(data, block, 1, (uint64_t)i);
    write_all(file, data, block);
  }
  close_or_fail(file);
  stop();
}

static void run_random_write(void) {
  long blocks = size_of_data() / block, count = option("blocks", 4000);
  char *data = buffer(block);
  int file = open_or_fail("data", O_WRONLY);
  start();
  for (long i = 0; i < count; i++) {
    long at = (long)(word(7, (uint64_t)i) % (uint64_t)blocks);
    fill(data, block, 1, (uint64_t)at);
    if (pwrite(file, data, block, at * block) != block) fail("pwrite");
  }
  close_or_fail(file);
  stop();
}

static char *map(int file, int protection) {
  char *data = mmap(NULL, (size_t)size_of_data(), protection, MAP_SHARED, file, 0);
  if (data == MAP_FAILED) fail("mmap");
  return data;
}

static void read_map(void) {
  int file = open_or_fail("data", O_RDONLY);
  char *data = map(file, PROT_READ);
  if (!is_filled(data, (size_t)size_of_data(), 1, 0)) wrong("content");
  munmap(data, (size_t)size_of_data());
  close_or_fail(file);
}

static void run_map_read(void) {
  read_map();
  start();
  for (long round = 0; round < option("repeat", 2); round++) read_map();
  stop();
}

static void run_map_write(void) {
  long size = size_of_data();
  int file = open_or_fail("data", O_RDWR | O_CREAT | O_TRUNC);
  if (ftruncate(file, size) != 0) fail("ftruncate");
  start();
  char *data = map(file, PROT_READ | PROT_WRITE);
  fill(data, (size_t)size, 1, 0);
  if (msync(data, (size_t)size, MS_SYNC) != 0) fail("msync");
  munmap(data, (size_t)size);
  close_or_fail(file);
  stop();
}

static void check_files(void) { read_all(file_count(), 1); }

// Commands.

extern char **environ;

static void run_command(void) {
  int first = 3;
  while (first < argument_count && strcmp(arguments[first], "--") != 0) first++;
  char **command = arguments + first + 1;
  pid_t child;
  int status;
  start();
  if ((errno = posix_spawnp(&child, command[0], NULL, NULL, command, environ)) != 0)
    fail("%s", command[0]);
  if (waitpid(child, &status, 0) != child) fail("waitpid");
  stop();
  if (status != 0) {
    errno = 0;
    fail("%s ended with status %d", command[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
}

static void make_data(void) { make_file("data", 1, (size_t)size_of_data()); }

static const struct {
  const char *name;
  void (*run)(void);
} operations[] = {
    {"make-files", make_files},   {"make-tree", make_tree},     {"make-data", make_data},
    {"check-files", check_files}, {"check-data", read_data},    {"check-tree", walk_tree},
    {"stat", run_stat},           {"missing", run_missing},     {"list", run_list},
    {"walk", run_walk},           {"open", run_open},           {"open-read", run_open_read},
    {"create", run_create},       {"rename", run_rename},       {"unlink", run_unlink},
    {"directories", run_directories}, {"read", run_read},       {"write", run_write},
    {"append", run_append},       {"random-write", run_random_write},
    {"map-read", run_map_read},   {"map-write", run_map_write}, {"command", run_command},
};

int main(int count, char **values) {
  argument_count = count;
  arguments = values;
  if (count < 3) wrong("too few arguments");
  const char *server = getenv("BENCHMARK_SERVER");
  has_server = server != NULL && clock_getcpuclockid(atoi(server), &server_clock) == 0;
  if (chdir(values[2]) != 0) fail("chdir %s", values[2]);
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    if (strcmp(operations[i].name, values[1]) == 0) {
      operations[i].run();
      return 0;
    }
  }
  wrong("unknown operation");
}
