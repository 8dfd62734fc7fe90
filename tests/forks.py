"""Python programs for tests, without the seconds in which an interpreter reads what they import.

    with Forks() as python:
        done = python.run(["-m", "flows", "series", "list"], cwd=folder, env={...})

Each program runs in a fork of an interpreter that has read the libraries and what our commands share: a process with streams,
environment, folder, signals and an end of its own, as `python -m flows series list` is one. Not for tests of what an
interpreter itself does: what is imported when, or how long that takes.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

#: What most programs import. What is missing here is read by each program itself, as is the command line, which looks at its
#: streams and its environment when it is imported.
SHARED = (
    "flows",
    "flows.context",
    "flows.backfill.run",
    "httpcore",
    "h2.connection",
    "smtplib",
    "typer",
    "rich.progress",
    "spacy",
)
#: A program that takes longer hangs, and its test has failed.
MOST_SECONDS = 300
#: Bytes that say how long a program with its arguments and its environment is.
LENGTH = 4


class Program:
    """A process that was started."""

    def __init__(self, answers: socket.socket, out: IO[bytes], err: IO[bytes]) -> None:
        answers.settimeout(MOST_SECONDS)
        self._answers, self._out, self._err = answers.makefile("r"), out, err
        answers.close()
        self._pid = int(self._answers.readline())

    def kill(self) -> None:
        """End it without a word, unless it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> subprocess.CompletedProcess[str]:
        """Its exit status, the negative number of the signal that ended it, and what it wrote."""
        status = self._answers.readline()
        self._answers.close()
        written = []
        for stream in (self._out, self._err):
            stream.seek(0)
            written.append(stream.read().decode())
            stream.close()
        return subprocess.CompletedProcess([], int(status), *written)


class Forks:
    """The interpreter that is forked.

    Args:
        watch: is given all that a program which was run has written.
    """

    def __init__(self, watch: Callable[[str], None] = lambda _: None) -> None:
        self._watch = watch
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )

    def start(
        self, words: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> Program:
        """Start what `python WORDS` would: -m MODULE, -c CODE or a file, with its arguments."""
        told = json.dumps(
            {"words": list(words), "cwd": str(cwd or Path.cwd()), "env": dict(os.environ if env is None else env)}
        ).encode()
        ours, theirs = socket.socketpair()
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - the program's, and read at its end
        with theirs, tempfile.TemporaryFile() as given:
            given.write(stdin.encode())
            given.seek(0)
            descriptors = [theirs.fileno(), *(file.fileno() for file in (given, out, err))]
            socket.send_fds(self._channel, [len(told).to_bytes(LENGTH, "big")], descriptors)
            self._channel.sendall(told)
        return Program(ours, out, err)

    def run(self, words: Sequence[str], **how: object) -> subprocess.CompletedProcess[str]:
        """Start it and wait for its end."""
        done = self.start(words, **how).wait()
        self._watch(done.stdout + done.stderr)
        return done

    def __enter__(self) -> "Forks":
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.wait(30)


def _serve(channel: socket.socket) -> None:
    """Fork for each program that is asked for; in the fork this returns, and the program is what is left to do."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that look after a program
    while True:
        length, descriptors, _, _ = socket.recv_fds(channel, LENGTH, 4)
        if not length:
            os._exit(0)
        told = channel.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
        if os.fork() == 0:
            channel.close()
            return _begin(json.loads(told), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _begin(told: dict, answers: int, *streams: int) -> None:
    """Be one process that waits for another and says how it ended, and that other, which runs the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program:
        for stream in streams:
            os.close(stream)
        os.write(answers, b"%d\n" % program)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(program, 0)[1]))
        os._exit(0)
    os.close(answers)
    for standard, stream in enumerate(streams):
        os.dup2(stream, standard)
        os.close(stream)
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["cwd"])
    _run(told["words"])


def _run(words: list[str]) -> None:
    first, *rest = words
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if first == "-m":
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.path.insert(0, "")
        sys.argv = ["-c", *rest[1:]]
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.path.insert(0, str(Path(first).parent))
        sys.argv = words
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    sys.path.pop(0)  # this folder is not the programs'
    for name in SHARED:
        import_module(name)
    gc.freeze()  # a collection would touch, and so copy, what is shared
    _serve(socket.socket(fileno=int(sys.argv[1])))
