"""The settings: one class, from figurewatch.toml and FIGUREWATCH_... variables; the variables win.

Unknown or malformed keys stop the start with the key, the file and the line. Secrets are masked wherever settings are
shown; a channel's address may be kept elsewhere, as "env:NAME" or "file:/path".
"""

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from flows.log import VARIABLE, hide
from schemas.errors import SettingsError
from schemas.outcomes import ShiftKind

FILE_NAME = "figurewatch.toml"
PREFIX = "FIGUREWATCH_"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceSettings(_Table):
    """One feed or news sitemap that is polled."""

    url: str = Field(description="address of the feed or news sitemap")
    outlet: str = Field("", description="name of the outlet, as alerts show it; the host's name when empty")
    kind: Literal["feed", "sitemap"] = Field("feed", description="what stands at the address")
    every_minutes: int = Field(
        15,
        ge=1,
        le=1440,
        description="minutes between two polls at first; then a third of that to 16 times, by what they bring",
    )

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        if not re.match(r"https?://[^\s/]+", url):
            raise ValueError("an address starts with http:// or https://")
        urlsplit(url)  # says what is wrong with one that no program can read
        return url


class TopicSettings(_Table):
    """What is watched: a series belongs to the topic when its label, sentence or headline holds one of the words."""

    name: str = Field("", description="name of the topic, for people")
    words: tuple[str, ...] = Field((), description="words, names and places; empty: every series belongs to the topic")


class RuleSettings(_Table):
    """Which shifts go to which channels."""

    name: str = Field(description="name of the rule, as alerts show it")
    channels: tuple[str, ...] = Field(description="names of channels")
    only_topic: bool = Field(True, description="only series that belong to the topic")
    words: tuple[str, ...] = Field((), description="only series whose label, sentence or headline holds one of these words")
    kinds: tuple[ShiftKind, ...] = Field(tuple(ShiftKind), description="only shifts of these kinds")
    threshold: Decimal = Field(Decimal("0.10"), gt=0, description="only changes of at least this share of the number before")
    min_origins: int = Field(1, ge=1, description="only numbers that at least so many independent origins report")


class FetchSettings(_Table):
    """How pages are fetched."""

    contact: str = Field("", description="mail address or page that the user agent names; please fill in")
    spacing_seconds: float = Field(5.0, ge=0, description="seconds between two starts at one host")
    timeout_seconds: float = Field(30.0, gt=0, description="seconds for one fetch in all, redirects included")
    max_body_bytes: int = Field(10_000_000, ge=10_000, description="decoded bytes at which a transfer is ended")
    concurrency: int = Field(16, ge=1, le=256, description="fetches at once, over all hosts")
    robots: bool = Field(True, description="follow robots.txt")
    allow_hosts: tuple[str, ...] = Field((), description="hosts that may have a private or loopback address")


class Settings(_Table):
    """Everything that can be set."""

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("figurewatch")),
        description="folder of the embedded PostgreSQL and of all other data",
    )
    database_url: SecretStr | None = Field(None, description="a PostgreSQL server to use in place of the embedded one")
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="processes that analyse articles")
    keep_pages_days: int = Field(
        365, ge=0, description="days that the bytes of every page are kept, for reading them again; 0: for ever"
    )
    seeds: tuple[str, ...] = Field((), description='corpus packs known from the start: a file, or "north-korea-russia"')
    threshold: Decimal = Field(Decimal("0.10"), gt=0, description="share by which a number must move to be a shift")
    topic: TopicSettings = Field(TopicSettings(), description="what is watched")
    fetch: FetchSettings = Field(FetchSettings(), description="how pages are fetched")
    sources: tuple[SourceSettings, ...] = Field((), description="what is polled")
    channels: dict[str, SecretStr] = Field({}, description='name = Apprise address, or "env:NAME", or "file:/path"')
    rules: tuple[RuleSettings, ...] = Field((), description="which shifts go where")
    owner: str = Field("", description="name of the channel that hears of sources that fail, move or fall silent")

    @model_validator(mode="after")
    def _channels_exist(self) -> "Settings":
        for rule in self.rules:
            for channel in rule.channels:
                if channel not in self.channels:
                    raise ValueError(f'rule "{rule.name}" names the channel "{channel}", which [channels] does not have')
        if self.owner and self.owner not in self.channels:
            raise ValueError(f'owner names the channel "{self.owner}", which [channels] does not have')
        return self

    def channel_address(self, name: str) -> str:
        """The Apprise address of a channel, read from where the settings say."""
        if name not in self.channels:
            raise SettingsError(f'there is no channel "{name}"', mend=f"[channels] has: {', '.join(self.channels) or 'none'}")
        value = self.channels[name].get_secret_value()
        kind, _, rest = value.partition(":")
        if kind == "env":
            if not os.environ.get(rest):
                raise SettingsError(f'channel "{name}": the variable {rest} is not set', mend=f"set {rest}")
            hide(os.environ[rest])
            return os.environ[rest]
        if kind == "file":
            try:
                address = Path(rest).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "not UTF-8 text"
                raise SettingsError(f'channel "{name}": {rest}: {reason}', mend="name a readable file") from None
            hide(address)
            return address
        return value


def load(path: Path | None = None, *, data_dir: Path | None = None) -> Settings:
    """The settings from a file (default: figurewatch.toml here, when there is one) and the environment.

    Raises:
        SettingsError: with the key, the file and the line, and what is expected there.
    """
    given = path is not None
    path = path or Path(FILE_NAME)
    text, values = "", {}
    if given or path.exists():
        try:
            text = path.read_text(encoding="utf-8")
            values = tomllib.loads(text)
        except OSError as error:
            mend = "name another file with --config, or write one with: figurewatch init"
            raise SettingsError(f"{path}: {(error.strerror or str(error)).lower()}", mend=mend) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{path}: not UTF-8 text", mend="save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: not TOML: {error}", mend="see figurewatch init for an example") from None
    for keys, value in _environment(values):
        _put(values, keys, value)
    if data_dir is not None:
        values["data_dir"] = data_dir
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error, path, text)) from None
    _hide(settings)
    return settings


def _hide(settings: Settings) -> None:
    """Keep what is secret out of the log, whoever writes it there. Addresses kept elsewhere are hidden when they are read."""
    for value in settings.channels.values():
        if not value.get_secret_value().startswith(("env:", "file:")):
            hide(value.get_secret_value())
    for source in settings.sources:
        hide(unquote(urlsplit(source.url).password or ""))
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        for password in re.findall(r"(?<=://)[^/@]*:([^/@]+)(?=@)|(?<![a-z])password=([^&\s]+)", url):
            written = "".join(password).strip("'")
            hide(written)
            hide(unquote(written))


def _environment(values: dict[str, Any]) -> list[tuple[list[str], str]]:
    """FIGUREWATCH_FETCH__TIMEOUT_SECONDS=20 is [fetch] timeout_seconds. Variables that a channel names are its own."""
    channels = values.get("channels")
    named = {str(value) for value in channels.values()} if isinstance(channels, dict) else set()
    found = []
    for name, value in sorted(os.environ.items()):
        if not name.startswith(PREFIX) or name == VARIABLE or f"env:{name}" in named:
            continue
        keys = name.removeprefix(PREFIX).lower().split("__")
        if keys[0] not in Settings.model_fields:
            known = ", ".join(PREFIX + key.upper() for key in Settings.model_fields)
            raise SettingsError(f"variable {name}: unknown setting", mend=f"known: {known}")
        found.append((keys, value))
    return found


def _put(values: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        values = values.setdefault(key, {})
    field = Settings.model_fields.get(keys[-1]) if len(keys) == 1 else None
    values[keys[-1]] = tuple(value.split(",")) if field is not None and "tuple" in str(field.annotation) else value


def _explain(error: ValidationError, path: Path, text: str) -> str:
    first = error.errors()[0]
    keys = [key for key in first["loc"] if key != "[key]"]
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    variable = PREFIX + "__".join(str(key) for key in keys).upper()
    if keys and variable in os.environ:
        place = f"variable {variable}"
    else:
        line = _line(text, keys)
        place = f"{path}, line {line}" if line else str(path)
    if first["type"] == "extra_forbidden":
        return f"{place}: unknown key {name}; known here: {', '.join(_known(keys))}"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] in ("model_type", "dict_type", "tuple_type", "model_attributes_type"):
        message = "a list is expected" if first["type"] == "tuple_type" else f"a table is expected, as in [{name}]"
    message = re.sub(r"^Input should be (?!a valid )", "must be ", message).replace("Input should be a valid", "must be a")
    return f"{place}: {name}: {message}" if name else f"{place}: {message}"


def _known(keys: list[Any]) -> list[str]:
    """The keys that stand beside an unknown one."""
    model: type[BaseModel] = Settings
    tables: dict[str, type[BaseModel]] = {
        "topic": TopicSettings,
        "fetch": FetchSettings,
        "sources": SourceSettings,
        "rules": RuleSettings,
    }
    if len(keys) > 1:
        model = tables.get(str(keys[0]), Settings)
    return list(model.model_fields)


def _line(text: str, keys: list[Any]) -> int | None:
    """The line of a key in TOML text, found by its table's header and its name."""
    table, index = (str(keys[0]), keys[1] if len(keys) > 1 and isinstance(keys[1], int) else 0) if len(keys) > 1 else ("", 0)
    wanted, inside, seen, header = str(keys[-1]) if keys else "", table == "", -1, None
    for number, line in enumerate(text.splitlines(), 1):
        if opened := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
            if inside and table == "":
                return None
            inside = opened.group(1).strip("\"'") == table
            seen += inside
            inside = inside and seen == index
            header = number if inside else header
        elif inside and re.match(rf"\s*[\"']?{re.escape(wanted)}[\"']?\s*=", line):
            return number
    if header is None and table == "":
        found = (
            [n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[\[?\s*{re.escape(wanted)}\b", line)]
            if wanted
            else []
        )
        return found[0] if found else None
    return header
