"""Keeps one embedded PostgreSQL running for as long as anybody uses it, then stops it.

A program by itself, standard library only, started by flows/postgres.py:

    python keeper.py PROGRAMS FOLDER durable|throw-away

It prepares FOLDER/data, starts the server, says "ready" or what is wrong on its standard output, and stays behind. Every
process that uses the server holds a shared lock on FOLDER/users, which the kernel takes back however the process ends,
kill -9 included. Once the keeper gets that lock for itself nobody is left, and it stops the server. If the keeper itself
is killed, the server stays, and the next user's keeper takes it over.

PostgreSQL refuses to run as root. Started by root, the server runs under a number of its own, from the range that is
set aside for services without an account (systemd's dynamic users), so no account is made. It never has to walk through
the folders above its data, a closed home for example, because it starts inside and knows them as /proc/self/cwd. So no
folder of anybody's is opened to others. The programs themselves are copied to /var/lib/figurewatch-postgresql when they
lie in a folder that only root can enter.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

#: A server that was killed replays its log first, which takes as long as it takes; a hung one should not hold us for ever.
START_SECONDS = 300
#: How soon after the last user has gone the server stops, and how soon a user sees that it does.
POLL_SECONDS = 0.25
#: Numbers that systemd sets aside for services without an account.
SERVICE_NUMBERS = (61184, 65519)
SHARED_PROGRAMS = Path("/var/lib/figurewatch-postgresql")

SETTINGS = {
    "listen_addresses": "",  # the socket lies in the data folder, which only its owner can enter
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0777",  # the folder guards it; root's own processes come in by another number
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "autovacuum_naptime": "30s",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class Failed(Exception):
    """The server could not be started; the text says why."""


def main() -> int:
    """Start the server in a process that stays behind, and wait until it is ready."""
    programs, folder, durable = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "durable"
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as report:
            said = report.read()
        os.write(1, (said or "the keeper of the server was killed").encode())
        return 0 if said == "ready" else 1
    os.close(reading)
    os.setsid()
    # A group of processes is told to stop together; the server stops last, when its users are done.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    with os.fdopen(writing, "w", encoding="utf-8") as report:
        try:
            keeper = open(folder / "keeper", "w")  # noqa: PTH123, SIM115  held until this process ends
            fcntl.flock(keeper, fcntl.LOCK_EX)
            server = Server(programs, folder, durable)
            server.start()
        except (Failed, OSError, subprocess.SubprocessError) as error:
            report.write(str(error) or type(error).__name__)
            return 1
        report.write("ready")
    with open(folder / "users", "r+") as users:  # noqa: PTH123
        while server.runs():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                server.stop()
                break
            time.sleep(POLL_SECONDS)
    return 0


class Server:
    """One PostgreSQL server on one folder."""

    def __init__(self, programs: Path, folder: Path, durable: bool) -> None:
        self.programs, self.folder, self.durable = programs, folder, durable
        self.data = folder / "data"
        self.child: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None
        self.number: int | None = None
        if os.geteuid() == 0:
            first, last = SERVICE_NUMBERS
            digest = hashlib.sha256(bytes(self.data)).digest()
            self.number = (
                self.data.stat().st_uid if self.data.exists() else first + int.from_bytes(digest[:4]) % (last - first + 1)
            )
            self.programs = programs if self._enters(programs) else _copied(programs)

    def start(self) -> None:
        """Have the server running and ready, whoever started it."""
        self.pid = self._running()
        if self.pid is None:
            if not (self.data / "PG_VERSION").exists():
                self._create()
            # PostgreSQL takes any living process with the number in such a file for a server.
            for stale in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                (self.data / stale).unlink(missing_ok=True)
            self._launch()
        end = time.monotonic() + START_SECONDS
        while not self._ready():
            if not self.runs():
                raise Failed(self._last_words())
            if time.monotonic() > end:
                self.stop()
                raise Failed(f"PostgreSQL did not start within {START_SECONDS} seconds")
            time.sleep(0.02)

    def runs(self) -> bool:
        """Whether the server's process is alive."""
        if self.child is not None:
            return self.child.poll() is None
        return self.pid is not None and _is_server(self.pid, self.data)

    def stop(self) -> None:
        """End all sessions, write everything down, stop."""
        assert self.pid is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)
        while self.runs():
            time.sleep(0.02)

    def _running(self) -> int | None:
        """The process that serves this folder already, left behind by a keeper that was killed."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if _is_server(pid, self.data) else None

    def _ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready" and lines[0].strip() == str(self.pid)

    def _create(self) -> None:
        """Make the data folder, under another name until it is whole."""
        new = self.folder / "data.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        command = ["initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8"] + ([] if self.durable else ["--no-sync"])
        # initdb asks for the name of whoever runs it, and a number of our own has none: it runs as some other user here.
        named = None if self.number is None else _named_user()
        if named is not None:
            _give(new, named)
        done = self._run(command, new, named, subprocess.PIPE)
        said = done.communicate()[0].decode(errors="replace")
        if done.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise Failed(_reason(said))
        if self.number is not None:
            for path in (new, *new.rglob("*")):
                _give(path, self.number)
        new.rename(self.data)

    def _launch(self) -> None:
        log = self.folder / "log"
        if log.exists():
            log.replace(self.folder / "log.before")
        settings = SETTINGS if self.durable else SETTINGS | THROW_AWAY
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            self.child = self._run(["postgres", *options], self.data, self.number, output.fileno())
        self.pid = self.child.pid

    def _run(self, command: list[str], data: Path, number: int | None, output: int) -> "subprocess.Popen[bytes]":
        """Start one of PostgreSQL's programs inside the data folder."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        return subprocess.Popen(  # noqa: S603
            [str(self.programs / "bin" / command[0]), *command[1:], "-D", str(data) if number is None else "/proc/self/cwd"],
            cwd=data,
            env=environment | {"LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            umask=0o077,
            user=number,
            group=number,
            extra_groups=None if number is None else [],
        )

    def _enters(self, programs: Path) -> bool:
        """Whether the server's user may run the programs and read what lies beside them."""
        try:
            done = subprocess.run(  # noqa: S603
                [str(programs / "bin" / "postgres"), "-D", "/nonexistent", "-C", "data_directory"],
                user=self.number,
                group=self.number,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
        except PermissionError as error:
            if not str(error.filename or "").startswith("/"):
                raise Failed("PostgreSQL does not run as root, and this process may not change its user") from error
            return False
        return b"/nonexistent" in done.stderr

    def _last_words(self) -> str:
        return _reason((self.folder / "log").read_text(encoding="utf-8", errors="replace"))


def _is_server(pid: int, data: Path) -> bool:
    """Whether this process serves this folder: after a restart of the machine the number may be anybody's."""
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cwd").samefile(data) and "postgres" in Path(f"/proc/{pid}/cmdline").read_text()
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _give(path: Path, number: int) -> None:
    try:
        os.chown(path, number, number, follow_symlinks=False)
    except OSError as error:
        raise Failed(f"PostgreSQL does not run as root, and its files cannot be given to another user: {error}") from error


def _named_user() -> int:
    """A user without rights that the machine has a name for."""
    users = [entry for entry in pwd.getpwall() if entry.pw_uid]
    if not users:
        raise Failed("PostgreSQL does not run as root, and this machine has no other user")
    return next((entry for entry in users if entry.pw_name == "nobody"), users[-1]).pw_uid


def _copied(programs: Path) -> Path:
    """The programs where every user can reach them; they hold nothing of ours."""
    programs = programs.resolve()
    version = hashlib.sha256((programs / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    whole = SHARED_PROGRAMS / version
    # As in the package: the programs look for the libraries that came with them two folders up.
    there = whole / programs.parent.name / programs.name
    if there.exists():
        return there
    new = SHARED_PROGRAMS / f"new-{os.getpid()}"
    libraries = programs.parents[1] / f"{programs.parent.name}.libs"
    try:
        SHARED_PROGRAMS.mkdir(mode=0o755, parents=True, exist_ok=True)
        SHARED_PROGRAMS.chmod(0o755)
        shutil.copytree(programs, new / there.relative_to(whole), symlinks=True, ignore=shutil.ignore_patterns("include"))
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        new.rename(whole)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        if there.exists():  # another process was faster
            return there
        raise Failed(
            f"PostgreSQL does not run as root, and its programs could not be copied for another user: {error}"
        ) from error
    return there


def _reason(said: str) -> str:
    """The lines that say what went wrong, in one."""
    marks = ("FATAL:", "PANIC:", "DETAIL:", "error:")
    found = [line.partition(mark)[2].strip() for line in said.splitlines() for mark in marks if mark in line]
    return " ".join(found[-3:]) or said.strip()[-300:] or "PostgreSQL ended without a word"


if __name__ == "__main__":
    sys.exit(main())
