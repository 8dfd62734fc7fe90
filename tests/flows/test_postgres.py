"""The embedded PostgreSQL: no set-up, one server for all processes, gone when they are gone, whatever happened before."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flows import keeper, postgres
from schemas.errors import DatabaseUnavailable, DiskFull

USER = """
import sys
from pathlib import Path
import psycopg
from flows.postgres import embedded
url = embedded(Path(sys.argv[1]), durable=False)
with psycopg.connect(url) as connection:
    print(connection.execute("SELECT pg_backend_pid()").fetchone() and connection.info.host, flush=True)
sys.stdin.readline()
"""


class User:
    """Another process that uses the server until it is told to go."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-W", "error", "-c", USER, str(folder)]
        self.process = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, env=environment)

    def ready(self) -> str:
        assert self.process.stdout is not None
        said = self.process.stdout.readline().strip()
        assert said, self.process.communicate()[1]
        return said

    def go(self) -> str:
        return self.process.communicate("\n", timeout=30)[1]


def postmaster(folder: Path) -> int | None:
    try:
        return int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    except FileNotFoundError:
        return None


def stops(folder: Path) -> bool:
    end = time.monotonic() + 30
    while postmaster(folder) is not None and time.monotonic() < end:
        time.sleep(0.05)
    return postmaster(folder) is None


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="figurewatch-") as name:
        yield Path(name)


def test_several_processes_at_once_share_one_server_which_stops_with_the_last(folder: Path) -> None:
    users = [User(folder) for _ in range(3)]
    assert len({user.ready() for user in users}) == 1
    first = postmaster(folder)
    assert [users[0].go(), users[1].go()] == ["", ""]
    assert postmaster(folder) == first
    users[2].go()
    assert stops(folder)


def test_it_stops_when_its_last_user_is_killed_and_starts_again_with_its_data(folder: Path) -> None:
    user = User(folder)
    user.ready()
    user.process.send_signal(signal.SIGKILL)
    user.go()
    assert stops(folder)
    again = User(folder)
    again.ready()
    again.go()
    assert stops(folder)


def test_after_a_kill_of_server_and_keeper_the_stale_pid_file_is_no_hindrance(folder: Path) -> None:
    user = User(folder)
    user.ready()
    first = postmaster(folder)
    assert first is not None
    kill_keeper(folder)
    os.kill(first, signal.SIGKILL)
    user.go()
    # What the file names now is another living process: this one.
    lines = (folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
    (folder / "postgres" / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    again = User(folder)
    again.ready()
    assert postmaster(folder) not in (first, os.getpid())
    again.go()
    assert stops(folder)


def test_a_server_whose_keeper_was_killed_is_taken_over(folder: Path) -> None:
    user = User(folder)
    user.ready()
    first = postmaster(folder)
    kill_keeper(folder)
    user.go()
    again = User(folder)
    again.ready()
    assert postmaster(folder) == first
    again.go()
    assert stops(folder)


def kill_keeper(folder: Path) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if keeper.__file__.encode() in words and os.fsencode(folder / "postgres") in words:
            os.kill(int(process.name), signal.SIGKILL)
            return
    raise AssertionError("there is no keeper")


def test_released_by_its_last_user_it_has_stopped_at_once_and_by_another_it_goes_on(folder: Path) -> None:
    postgres.embedded(folder, durable=False)
    user = User(folder)
    user.ready()
    postgres.release(folder)
    assert postmaster(folder) is not None
    postgres.embedded(folder, durable=False)
    user.go()
    postgres.release(folder)
    assert postmaster(folder) is None


@pytest.mark.parametrize("name", ["with a space/and 'quotes'", "Zürich", "long" * 40])
def test_any_folder_will_do(name: str, folder: Path) -> None:
    user = User(folder / name)
    user.ready()
    user.go()
    assert stops(folder / name)


def test_a_closed_home_stays_closed_and_its_data_are_the_owners_alone(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    user = User(home / "share" / "figurewatch")
    user.ready()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (home, home / "share" / "figurewatch" / "postgres")]
    data = home / "share" / "figurewatch" / "postgres" / "data"
    assert [*modes, stat.S_IMODE(data.stat().st_mode)] == [0o700, 0o700, 0o700]
    if os.geteuid() == 0:
        assert data.stat().st_uid in range(keeper.SERVICE_NUMBERS[0], keeper.SERVICE_NUMBERS[1] + 1)
    user.go()
    assert stops(home / "share" / "figurewatch")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_it_runs_as_another_user_just_so(folder: Path) -> None:
    import pwd

    other = pwd.getpwnam("nobody")
    os.chown(folder, other.pw_uid, other.pw_gid)
    identity = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = [path for path in sys.path if path and Path(path).name != "lib-dynload" and not path.endswith((version, ".zip"))]
    for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        command = [python, "-c", "import " + "flows.postgres"]
        environment = {"PYTHONPATH": os.pathsep.join(packages), "HOME": str(folder), "PATH": os.environ["PATH"]}
        try:
            if subprocess.run(command, env=environment, cwd="/", capture_output=True, check=False, **identity).returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip("other users may not read this Python or this checkout")
    command = [python, "-c", USER, str(folder / "data")]
    done = subprocess.run(
        command, input="\n", capture_output=True, text=True, check=False, env=environment, cwd="/", **identity
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "data" / "postgres" / "data").stat().st_uid == other.pw_uid
    assert stops(folder / "data")


def test_a_folder_of_another_version_is_named_with_its_mend(folder: Path) -> None:
    user = User(folder)
    user.ready()
    user.go()
    assert stops(folder)
    (folder / "postgres" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match="not compatible") as raised:
        postgres.embedded(folder)
    assert "--data-dir" in raised.value.mend


def test_a_folder_that_cannot_be_made_is_named_with_its_mend(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match="file"):
        postgres.embedded(folder / "file" / "data")


def test_a_full_disk_while_the_server_is_made_is_named_with_its_mend(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'initdb: error: could not write file "base/1": No space left on device'
    fake = subprocess.CompletedProcess([], 1, said.encode(), b"")
    monkeypatch.setattr(postgres.subprocess, "run", lambda *_, **__: fake)
    with pytest.raises(DiskFull) as raised:
        postgres.embedded(folder)
    assert str(folder) in raised.value.message
    assert raised.value.mend


def test_a_throw_away_server_does_not_wait_for_the_disk(server: str) -> None:
    with psycopg.connect(server) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        assert {connection.execute(f"SHOW {name}").fetchone()[0] for name in names} == {"off"}  # type: ignore[index]


@pytest.mark.skipif(os.geteuid() != 0, reason="others run the programs as they are")
def test_programs_in_a_closed_folder_are_copied_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, open_to_all = folder / "closed", folder / "open"
    closed.mkdir(mode=0o700)
    open_to_all.mkdir()
    folder.chmod(0o755)
    (closed / "programs").symlink_to(postgres.programs())
    monkeypatch.setattr(keeper, "SHARED_PROGRAMS", open_to_all / "copies")
    server = keeper.Server(closed / "programs", folder, durable=False)
    assert open_to_all / "copies" in server.programs.parents
    server.start()
    server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert server.programs == keeper.Server(closed / "programs", folder, durable=False).programs
