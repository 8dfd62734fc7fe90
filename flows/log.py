"""The log: one line an event, an event in words and its keys, for people or as JSON.

    log.info("article judged", article_id=7, outcome="update")

Secrets are masked in every line: passwords in addresses, and whatever was named to `hide`. Lines go to standard error,
since standard output is for what was asked for.
"""

import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

#: user:password@ in any address, and the path of a Slack webhook, which is all the secret it has.
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)|(?<=hooks\.slack\.com/)[^\s\"']+|(?<=slack://)[^\s\"']+")
_SHORTEST_SECRET = 4

#: Between info and warning: what whoever runs a service wants to see of it.
NOTICE = 25
logging.addLevelName(NOTICE, "NOTICE")

#: How much the processes of a service write: "notice", "info", or "json" for info as JSON.
VARIABLE = "FIGUREWATCH_LOG"

_secrets: set[str] = set()


class Log:
    """Events with keys, over the standard library's logging."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def info(self, event: str, **keys: Any) -> None:
        """What happened, once an item and a stage."""
        self._log(logging.INFO, event, keys)

    def notice(self, event: str, **keys: Any) -> None:
        """What a service did, once a pass."""
        self._log(NOTICE, event, keys)

    def warning(self, event: str, **keys: Any) -> None:
        """Something to look at; the work goes on."""
        self._log(logging.WARNING, event, keys)

    def error(self, event: str, **keys: Any) -> None:
        """Something that was not done."""
        self._log(logging.ERROR, event, keys)

    def _log(self, level: int, event: str, keys: dict[str, Any]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"keys": keys})


log = Log(logging.getLogger("figurewatch"))


def configure(*, verbose: bool = False, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Write the log: warnings, or with `verbose` every event. Calling it again replaces what was set before."""
    logger = logging.getLogger("figurewatch")
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if as_json else _Human())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    logger.propagate = False
    # What libraries say of their insides is nothing to act on: what matters reaches us as an exception.
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def configure_child() -> None:
    """The same in a process that a service started, as its variable says."""
    wanted = os.environ.get(VARIABLE)
    configure(verbose=wanted in ("info", "json"), as_json=wanted == "json")
    if wanted == "notice":
        logging.getLogger("figurewatch").setLevel(NOTICE)


def for_children() -> str:
    """The variable's value, for children to write what this process does, and their notices."""
    as_json = any(isinstance(handler.formatter, _Json) for handler in logging.getLogger("figurewatch").handlers)
    return "json" if as_json else "info" if verbose() else "notice"


def for_child() -> tuple[str, frozenset[str]]:
    """What a process forked for a part of this one's work is given: how much it writes, and what it masks."""
    return for_children(), frozenset(_secrets)


def in_child(wanted: str, secrets: frozenset[str]) -> None:
    """Write, in such a process, what this one was given."""
    os.environ[VARIABLE] = wanted
    configure_child()
    _secrets.update(secrets)


def verbose() -> bool:
    """Whether every event is written."""
    return logging.getLogger("figurewatch").isEnabledFor(logging.INFO)


def hide(secret: str) -> None:
    """Mask this text in every line from now on."""
    if len(secret) >= _SHORTEST_SECRET:
        _secrets.add(secret)


def masked(text: str) -> str:
    """The text without secrets."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _IN_ADDRESS.sub("***", text)


class _Human(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        keys: dict[str, Any] = getattr(record, "keys", {})
        words = [f"{_time(record):%Y-%m-%d %H:%M:%S}", record.levelname.lower().ljust(7), record.getMessage()]
        words += [f"{name}={_value(value)}" for name, value in keys.items() if value not in ("", None)]
        return masked(" ".join(words))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _time(record).isoformat(), "level": record.levelname.lower(), "event": record.getMessage()}
        line |= {name: value for name, value in getattr(record, "keys", {}).items() if name not in line}
        return masked(json.dumps(line, ensure_ascii=False, default=str))


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _value(value: Any) -> str:
    """A value that cannot be taken for another key or another line."""
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=\x00-\x1f\x7f]+", text) else json.dumps(text, ensure_ascii=False)
