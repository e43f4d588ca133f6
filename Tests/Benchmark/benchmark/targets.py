"""What is compared: the native directory, kernel mounts, bindlink in its modes, and its peers."""
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

from .situation import Failure, kill_session

# The command's modes: name, options, and what its help has where it offers them.
MODES = [
    ("bindlink", [], "mount"),
    ("bindlink --no-open", ["--no-open"], "--no-open"),
    ("bindlink -o writeback", ["-o", "writeback"], "writeback"),
    # Where io_uring is on for FUSE, the others use it.
    ("bindlink -o no_io_uring", ["-o", "no_io_uring"], "no_io_uring"),
    ("bindlink --cache=never", ["--cache", "never"], "--cache"),
]

# Peers, each as its documentation says it is fast while it shows changes made through it at once.
# {empty} and {work} are empty directories, {work} beside the source.
PEERS = [
    ("bindfs", "bindfs -f --no-allow-other {source} {view}"),
    ("mergerfs",
     "mergerfs -f -o category.create=ff,cache.files=auto-full,cache.entry=60,cache.attr=60,"
     "cache.negative_entry=60,cache.readdir=true,cache.symlinks=true,cache.statfs=60"
     " {source} {view}"),
    ("fuse-overlayfs",
     "fuse-overlayfs -f -o lowerdir={empty},upperdir={source},workdir={work} {view}"),
    ("unionfs-fuse", "unionfs -f {source}=RW {view}"),
]
PACKAGES = ["bindfs", "mergerfs", "fuse-overlayfs", "unionfs-fuse"]
KERNEL = [
    ("kernel bind", "mount --bind {source} {view}"),
    ("overlayfs",
     "mount -t overlay overlay -o lowerdir={empty},upperdir={source},workdir={work} {view}"),
]

PATIENCE = 10  # seconds, for a server to mount and to end


class Target:
    """A directory that shows the source, and how it is mounted."""

    def __init__(self, name, situation, command=None, has_server=True):
        self.name, self.situation, self.has_server = name, situation, has_server
        # It leaves marks of its own in what it layers over another directory.
        self.marks_source = "overlay" in name
        self.process = None
        self.failure = None
        self.cpu = 0
        self.label = re.sub(r"[^a-z0-9]+", "-", name)
        if command is None:
            self.view, self.command = situation.source, None
            return
        base = os.path.join(situation.directory, "mounts", self.label)
        places = {"source": situation.source, "view": os.path.join(base, "view")}
        for name in ("empty", "work"):
            places[name] = os.path.join(base, name)
        for path in places.values():
            os.makedirs(path, exist_ok=True)
            if situation.switches:
                os.chown(path, situation.uid, situation.uid)
        self.view = places["view"]
        self.log = os.path.join(base, "log")
        self.command = [
            part.format(**places) for part in
            (shlex.split(command) if isinstance(command, str) else command)]

    @property
    def is_mounted(self):
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            return any(line.split()[4] == self.view for line in table)

    def mount(self):
        """Failure if it cannot be mounted here."""
        if self.command is None:
            return
        if shutil.which(self.command[0]) is None:
            raise Failure("not installed")
        with open(self.log, "wb") as log:
            self.process = self.situation.start(self.command, log)
        deadline = time.monotonic() + PATIENCE
        while not self.is_mounted:
            ended = self.process.poll() is not None
            if ended and not self.is_mounted and (self.has_server or self.process.returncode):
                raise Failure(self.last_words())
            if time.monotonic() > deadline:
                raise Failure("no mount after 10 seconds: " + self.last_words())
            time.sleep(0.02)

    def last_words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            lines = log.read().strip().splitlines()
        return lines[-1][:160] if lines else "no message"

    @property
    def server(self):
        """The server's process id, if it is known; one that went to the background is not."""
        if self.has_server and self.process is not None and self.process.poll() is None:
            return self.process.pid
        return None

    def peak_memory(self):
        """KiB; None where there is no server."""
        if self.server is None:
            return None
        with open(f"/proc/{self.server}/status", encoding="ascii", errors="replace") as status:
            found = re.search(r"VmHWM:\s*(\d+)", status.read())
        return int(found[1]) if found else None

    def unmount(self):
        """Never waits for the server: a lazy unmount, a signal, and then the strong one."""
        for _ in range(3):
            if self.command is None or not self.is_mounted:
                break
            command = (["umount", "-l", self.view] if os.geteuid() == 0
                       else ["fusermount3", "-u", "-z", self.view])
            subprocess.run(command, check=False, timeout=PATIENCE, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        if self.process is None:
            return
        for give in (signal.SIGTERM, signal.SIGKILL):
            try:
                self.process.wait(timeout=2)
                break
            except subprocess.TimeoutExpired:
                if give == signal.SIGKILL:
                    kill_session(self.process)
                else:
                    self.process.send_signal(give)
        self.process = None

    def run(self, command):
        more = {} if self.server is None else {"BENCHMARK_SERVER": str(self.server)}
        return self.situation.run(command, more)


def offered_modes(bindlink):
    """Those of MODES that the built command has, as its help says."""
    done = subprocess.run(
        [bindlink, "mount", "--help"], check=True, timeout=PATIENCE, stdout=subprocess.PIPE)
    text = done.stdout.decode(errors="replace")
    return [(name, options) for name, options, sign in MODES if sign in text]


def names(bindlink, extra_modes, passthrough_hp, extra_peers):
    """Of all that can be compared in any situation."""
    pairs = KERNEL + offered_modes(bindlink) + extra_modes + PEERS + extra_peers
    return ["native", *(pair[0] for pair in pairs),
            *(["passthrough_hp"] if passthrough_hp is not None else [])]


def candidates(situation, bindlink, extra_modes, passthrough_hp, extra_peers):
    """All that can be compared in a situation, installed or not."""
    targets = [Target("native", situation, has_server=False)]
    if situation.is_root:
        targets += [Target(name, situation, command, has_server=False) for name, command in KERNEL]
    for name, options in offered_modes(bindlink) + extra_modes:
        targets.append(
            Target(name, situation, [bindlink, "mount", "-f", *options, "{source}", "{view}"]))
    peers = list(PEERS)
    if passthrough_hp is not None:
        peers.append(
            ("passthrough_hp", shlex.quote(passthrough_hp) + " --foreground {source} {view}"))
    return targets + [Target(name, situation, command) for name, command in peers + extra_peers]
