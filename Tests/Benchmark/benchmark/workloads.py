"""The workloads, each with the state in which the kernel's caches are before it, and the data they
work on. A workload that has parts measures each of them."""
import os

from .situation import Failure, drop_caches


class Sizes:
    def __init__(self, is_quick):
        self.files = 2000 if is_quick else 10000
        self.directories = 4 if is_quick else 20  # of 500 files each
        self.data = 64 if is_quick else 512  # MiB
        self.written = 32 if is_quick else 128  # MiB
        self.created = 500 if is_quick else 2000
        self.blocks = 4000 if is_quick else 20000
        self.sources = 12 if is_quick else 40
        self.rows = 4000 if is_quick else 20000


class Workload:
    def __init__(self, group, parts, run, needs=(), needs_drop=False):
        self.group, self.parts, self.run = group, parts, run
        self.needs, self.needs_drop = needs, needs_drop


WORKLOADS = []


def workload(group, *parts, needs=(), needs_drop=False):
    def add(function):
        WORKLOADS.append(Workload(group, parts, function, needs, needs_drop))
        return function
    return add


class Bench:
    """What the workloads need of a situation: its data and its loops."""

    def __init__(self, situation, loops, sizes):
        self.situation, self.loops, self.sizes = situation, loops, sizes
        self.made = set()
        self.count = 0

    def data(self, target, *names):
        return os.path.join(target.view, "data", *names)

    def fresh(self, target):
        """A new directory of the target's own, made through it."""
        self.count += 1
        path = os.path.join(target.view, f"work-{target.label}-{self.count}")
        target.run(["mkdir", path])
        return path

    def beside(self, target, directory):
        """Where to look at what was written in a directory of the target: in the source, if it is
        what the target shows."""
        if target.marks_source:
            return directory
        return os.path.join(self.situation.source, os.path.basename(directory))

    def loop(self, target, operation, directory, *command, **options):
        line = [self.loops, operation, directory]
        line += [f"{name}={value}" for name, value in options.items()]
        output = target.run(line + (["--", *command] if command else []))
        if not output.strip():
            return None
        elapsed, server = output.split()[-2:]
        return int(elapsed), int(server)

    def command(self, target, directory, *command):
        return self.loop(target, "command", directory, *command)

    def check(self, operation, directory, **options):
        """Looks at what was written."""
        self.situation.run([self.loops, operation, directory]
                           + [f"{name}={value}" for name, value in options.items()])

    def first(self, native_pass):
        """The backing's caches are warm, the target has never seen the data."""
        drop_caches()
        self.situation.run(native_pass)

    def make(self, what):
        """Makes a part of the data, in the source, once."""
        if what in self.made:
            return
        self.made.add(what)
        base = os.path.join(self.situation.source, "data")
        path = os.path.join(base, what)
        run = self.situation.run
        run(["mkdir", "-p", path])
        sizes = self.sizes
        if what == "files":
            run([self.loops, "make-files", path, f"files={sizes.files}"])
        elif what == "tree":
            run([self.loops, "make-tree", path, f"directories={sizes.directories}"])
        elif what == "big":
            run([self.loops, "make-data", path, f"mebibytes={sizes.data}"])
        elif what == "repository":
            self.make("tree")
            run(["sh", "-ec", REPOSITORY, "sh", os.path.join(base, "tree"), path])
        elif what == "sources":
            run(["sh", "-ec", SOURCES, "sh", path, str(sizes.sources)])
        elif what == "queries":
            run(["sh", "-ec", QUERIES, "sh", path, str(sizes.rows)])
        os.sync()


GIT = "git -c user.name=b -c user.email=b@example.org -c safe.directory='*' -c gc.auto=0"
REPOSITORY = f"""
cp -r "$1" "$2/checkout"
cd "$2/checkout"
{GIT} init -q
{GIT} add -A
{GIT} commit -qm all
tar -cf "$2/tree.tar" --exclude=.git .
{GIT} clone -q --bare . "$2/bare"
rm -rf "$2/checkout"
"""
SOURCES = r"""
cd "$1"
: > names
i=0
while [ $i -lt "$2" ]; do
  {
    echo '#include <stdio.h>'
    echo '#include <stdlib.h>'
    echo '#include <string.h>'
    echo '#include <sys/stat.h>'
    echo '#include "all.h"'
    j=0
    while [ $j -lt 40 ]; do
      echo "int function_${i}_$j(const char *text) { return (int)strlen(text) * $j + printf(text); }"
      j=$((j + 1))
    done
  } > unit_$i.c
  echo "unit_$i.o" >> names
  i=$((i + 1))
done
echo 'int main(void);' > all.h
printf '#include "all.h"\nint main(void) { return 0; }\n' > main.c
{
  echo "program: main.o $(tr '\n' ' ' < names)"
  printf '\tcc -o $@ $^\n'
  printf '%%.o: %%.c all.h\n\tcc -w -O0 -c -o $@ $<\n'
} > Makefile
rm names
"""
QUERIES = r"""
cd "$1"
{
  echo 'CREATE TABLE entries (id INTEGER PRIMARY KEY, name TEXT, value INTEGER);'
  echo 'CREATE INDEX names ON entries (name);'
  awk -v rows="$2" 'BEGIN {
    for (i = 0; i < rows; i++) {
      if (i % 100 == 0) print "BEGIN;"
      printf "INSERT INTO entries (name, value) VALUES (\047name %d\047, %d);\n", i * 7919 % rows, i
      if (i % 100 == 99) print "COMMIT;"
    }
    for (i = 0; i < rows / 10; i++)
      printf "SELECT value FROM entries WHERE name = \047name %d\047;\n", i * 31 % rows
  }'
  echo 'SELECT count(*) || " rows" FROM entries;'
} > queries.sql
"""


# Metadata.

@workload("metadata", "stat warm", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "stat", bench.data(target, "files"), files=bench.sizes.files)]


@workload("metadata", "stat not found", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "missing", bench.data(target, "files"), names=bench.sizes.files // 2)]


@workload("metadata", "readdir", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "list", bench.data(target, "files"), files=bench.sizes.files)]


@workload("metadata", "walk warm", needs=("tree",))
def _(bench, target):
    return [bench.loop(target, "walk", bench.data(target, "tree"), warm=1, repeat=3,
                       directories=bench.sizes.directories)]


@workload("metadata", "walk first", needs=("tree",), needs_drop=True)
def _(bench, target):
    directories = bench.sizes.directories
    tree = os.path.join(bench.situation.source, "data", "tree")
    bench.first([bench.loops, "walk", tree, f"directories={directories}"])
    return [bench.loop(target, "walk", bench.data(target, "tree"), directories=directories)]


@workload("metadata", "open+close", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "open", bench.data(target, "files"), files=bench.sizes.files)]


@workload("metadata", "open+read+close", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "open-read", bench.data(target, "files"), files=bench.sizes.files)]


@workload("metadata", "open+read+close 4 threads", needs=("files",))
def _(bench, target):
    return [bench.loop(target, "open-read", bench.data(target, "files"),
                       files=bench.sizes.files, threads=4)]


@workload("metadata", "create+write+close", "rename", "unlink")
def _(bench, target):
    directory, count = bench.fresh(target), bench.sizes.created
    created = bench.loop(target, "create", directory, files=count)
    bench.check("check-files", bench.beside(target, directory), files=count)
    renamed = bench.loop(target, "rename", directory, files=count)
    return [created, renamed, bench.loop(target, "unlink", directory, files=count)]


@workload("metadata", "mkdir+rmdir")
def _(bench, target):
    return [bench.loop(target, "directories", bench.fresh(target),
                       directories=bench.sizes.created)]


# Data.

@workload("data", "sequential read warm", needs=("big",))
def _(bench, target):
    return [bench.loop(target, "read", bench.data(target, "big"), warm=1, repeat=2,
                       mebibytes=bench.sizes.data)]


@workload("data", "sequential read first", needs=("big",), needs_drop=True)
def _(bench, target):
    size = bench.sizes.data
    big = os.path.join(bench.situation.source, "data", "big")
    bench.first([bench.loops, "check-data", big, f"mebibytes={size}"])
    return [bench.loop(target, "read", bench.data(target, "big"), mebibytes=size)]


@workload("data", "sequential read cold", needs=("big",), needs_drop=True)
def _(bench, target):
    drop_caches()
    return [bench.loop(target, "read", bench.data(target, "big"), mebibytes=bench.sizes.data)]


@workload("data", "sequential write", "random writes")
def _(bench, target):
    directory, size = bench.fresh(target), bench.sizes.written
    written = bench.loop(target, "write", directory, mebibytes=size)
    os.sync()
    scattered = bench.loop(target, "random-write", directory, mebibytes=size,
                           blocks=bench.sizes.blocks)
    bench.check("check-data", bench.beside(target, directory), mebibytes=size)
    return [written, scattered]


@workload("data", "4 KiB appends")
def _(bench, target):
    directory, blocks = bench.fresh(target), bench.sizes.blocks // 256 * 256
    appended = bench.loop(target, "append", directory, blocks=blocks)
    bench.check("check-data", bench.beside(target, directory), mebibytes=blocks // 256)
    return [appended]


@workload("data", "mmap read", needs=("big",))
def _(bench, target):
    return [bench.loop(target, "map-read", bench.data(target, "big"), mebibytes=bench.sizes.data)]


@workload("data", "mmap write")
def _(bench, target):
    directory, size = bench.fresh(target), bench.sizes.written
    written = bench.loop(target, "map-write", directory, mebibytes=size)
    bench.check("check-data", bench.beside(target, directory), mebibytes=size)
    return [written]


# Applications.

@workload("application", "git clone", "git status", "rm -r", needs=("repository",))
def _(bench, target):
    directory = bench.fresh(target)
    clone = os.path.join(directory, "clone")
    git = ["git", "-c", "safe.directory=*", "-c", "advice.detachedHead=false"]
    cloned = bench.command(target, directory, *git, "clone", "-q", "--no-hardlinks",
                           bench.data(target, "repository", "bare"), "clone")
    bench.command(target, clone, *git, "status", "--porcelain")
    status = bench.command(target, clone, *git, "status", "--porcelain")
    written = os.path.join(bench.beside(target, directory), "clone")
    found = bench.situation.run(
        [*git, "--no-optional-locks", "-C", written, "status", "--porcelain"])
    if found.strip():
        raise Failure("the clone has changes")
    return [cloned, status, bench.command(target, directory, "rm", "-r", "clone")]


@workload("application", "tar x", needs=("repository",))
def _(bench, target):
    directory = bench.fresh(target)
    extracted = bench.command(target, directory, "tar", "-xf",
                              os.path.join(bench.situation.source, "data", "repository", "tree.tar"))
    bench.check("check-tree", bench.beside(target, directory), directories=bench.sizes.directories)
    return [extracted]


@workload("application", "make -j2", needs=("sources",))
def _(bench, target):
    directory = bench.fresh(target)
    target.run(["cp", "-r", bench.data(target, "sources") + "/.", directory])
    made = bench.command(target, directory, "make", "-s", "-j2")
    program = os.path.join(directory, "program")
    target.run([program])
    bench.situation.run(
        ["cmp", program, os.path.join(bench.beside(target, directory), "program")])
    return [made]


@workload("application", "grep -r", needs=("tree",))
def _(bench, target):
    tree = bench.data(target, "tree")
    search = ["sh", "-c", "test $(grep -rl 'line 7 of note' . | wc -l) = "
              + str(500 * bench.sizes.directories)]
    bench.command(target, tree, *search)
    return [bench.command(target, tree, *search)]


@workload("application", "SQLite", needs=("queries",))
def _(bench, target):
    directory = bench.fresh(target)
    queries = os.path.join(bench.situation.source, "data", "queries", "queries.sql")
    worked = bench.command(target, directory, "sh", "-c", f"sqlite3 db < {queries} > out")
    rows = bench.situation.run(["tail", "-n", "1", os.path.join(bench.beside(target, directory), "out")])
    if rows.strip() != f"{bench.sizes.rows} rows":
        raise Failure("wrong result: number of rows")
    return [worked]


@workload("application", "rsync", needs=("tree",))
def _(bench, target):
    directory = bench.fresh(target)
    copied = bench.command(target, directory, "rsync", "-a",
                           bench.data(target, "tree") + "/", "copy/")
    bench.check("check-tree", os.path.join(bench.beside(target, directory), "copy"),
                directories=bench.sizes.directories)
    return [copied]
