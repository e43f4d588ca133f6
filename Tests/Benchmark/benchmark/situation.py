"""Who mounts and works: root or an ordinary user. Everything that may touch a mount runs in a process
of its own with a time limit; this one never does, so that a server that hangs cannot stop it."""
import os
import shutil
import signal
import subprocess

ORDINARY_USER = 65534  # needs not exist


class Failure(Exception):
    """What is stated of a target in place of a result."""


class Situation:
    """A user, the directory made for it, and its environment."""

    def __init__(self, name, uid, directory, limit):
        self.name, self.uid, self.limit = name, uid, limit
        self.directory = os.path.join(directory, name)
        self.source = os.path.join(self.directory, "source")
        self.home = os.path.join(self.directory, "home")
        self.switches = uid != os.geteuid()
        for path in (self.directory, self.source, self.home):
            os.mkdir(path)
            if self.switches:
                os.chown(path, uid, uid)

    @property
    def is_root(self):
        return self.uid == 0

    def environment(self, more):
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
            "HOME": self.home, "TMPDIR": self.home, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0", **more}

    def start(self, command, log, more=None):
        """Starts a process in a session of its own, as this user."""
        identity = {"user": self.uid, "group": self.uid, "extra_groups": []} if self.switches else {}
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            cwd="/", env=self.environment(more or {}), start_new_session=True, **identity)

    def run(self, command, more=None):
        """What a command prints; Failure if it fails or takes too long."""
        process = self.start(command, subprocess.PIPE, more)
        try:
            output, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            kill_session(process)
            # One that waits for a server of FUSE stays until that has ended.
            raise Failure(f"no end after {self.limit} seconds") from None
        except BaseException:
            kill_session(process)
            raise
        text = output.decode(errors="replace")
        if process.returncode != 0:
            lines = text.strip().splitlines()
            raise Failure(lines[-1] if lines else f"status {process.returncode}")
        return text

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def kill_session(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def can_drop_caches():
    return os.geteuid() == 0 and os.access("/proc/sys/vm/drop_caches", os.W_OK)


def drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3\n")
