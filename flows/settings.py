"""The settings: one class, from figurewatch.toml and FIGUREWATCH_... variables; the variables win.

Unknown or malformed keys stop the start with the key, the file and the line. Secrets are masked wherever settings are
shown; a channel's address may be kept elsewhere, as "env:NAME" or "file:/path".
"""

import os
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from extractors.message import plan as planning
from extractors.message.rules import pattern
from flows.log import VARIABLE, hide
from schemas.errors import SettingsError
from schemas.outcomes import Severity, ShiftKind

FILE_NAME = "figurewatch.toml"
PREFIX = "FIGUREWATCH_"
#: Names the settings file where --config does not, for the processes of a service and for workers.
CONFIG = "FIGUREWATCH_CONFIG"


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


class ChannelSettings(_Table):
    """Somebody to tell, and when. A channel that is only an address is told at once, at any hour."""

    address: SecretStr = Field(description='Apprise address, or "env:NAME" or "file:/path" for where it stands')
    timezone: str = Field("UTC", description='whose clock its hours are, as in "Europe/Berlin"')
    quiet: tuple[str, ...] = Field(
        (), description='hours in which what is due waits: "22:00-07:00", "sat, sun", "mon-fri 18:00-08:00"'
    )
    digest: str = Field(
        "", description='one message with all that moved: "hourly", "daily at 08:00", "weekly on monday at 08:00"'
    )
    urgent: Severity = Field(
        Severity.HIGH, description="severity from which neither quiet hours nor a digest hold an alert back"
    )
    gather_minutes: float = Field(
        0, ge=0, le=1440, description="minutes that an alert waits for others of the same event, to go out as one message"
    )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):  # what is not found, and what is no name at all
            raise ValueError(f'there is no time zone "{name}"; write it like "Europe/Berlin" or "UTC"') from None
        return name

    @field_validator("quiet", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return tuple(part for part in value.split(";") if part.strip()) if isinstance(value, str) else value

    @field_validator("quiet")
    @classmethod
    def _week(cls, windows: tuple[str, ...]) -> tuple[str, ...]:
        if windows and planning.always_quiet([planning.quiet(written) for written in windows]):
            raise ValueError("these hours leave no time of the week in which anything could be told")
        return windows

    @field_validator("digest")
    @classmethod
    def _when(cls, written: str) -> str:
        if written:
            planning.digest(written)
        return written

    def plan(self) -> planning.Plan:
        """The same as the deciding part takes it."""
        return planning.Plan(
            zone=ZoneInfo(self.timezone),
            quiet=tuple(planning.quiet(written) for written in self.quiet),
            digest=planning.digest(self.digest) if self.digest else None,
            urgent=self.urgent,
            gather=timedelta(minutes=self.gather_minutes),
        )


class RuleSettings(_Table):
    """Which shifts go to which channels. Every condition must hold; several rules may match, each channel is told once."""

    name: str = Field(description="name of the rule, as alerts show it")
    channels: tuple[str, ...] = Field(description="names of channels")
    only_topic: bool = Field(True, description="only series that belong to the topic")
    words: tuple[str, ...] = Field((), description="only series whose label, sentence or headline holds one of these words")
    series: tuple[str, ...] = Field(
        (), description='only these series: a number, words of the label, "containers*" or "/a regular expression/"'
    )
    units: tuple[str, ...] = Field((), description='only numbers in one of these units, as in "container" or "US dollar"')
    sources: tuple[str, ...] = Field((), description="only numbers that one of these outlets reports: its name, or its host")
    places: tuple[str, ...] = Field((), description="only where the label, the sentence or the headline names one of these")
    kinds: tuple[ShiftKind, ...] = Field(tuple(ShiftKind), description="only shifts of these kinds")
    threshold: Decimal = Field(
        Decimal("0.10"), description='only changes of at least this share of the number before; "any": however small'
    )
    least_change: Decimal = Field(Decimal(0), ge=0, description="only changes of at least so much, in the unit of the series")
    min_origins: int | None = Field(
        None, ge=1, description="only numbers that at least so many reports give that are independent of each other"
    )
    trusted: tuple[str, ...] = Field((), description="outlets that are believed by themselves, in place of min_origins")
    min_trusted: int = Field(1, ge=1, description="how many of the trusted outlets must report the number")
    again_at_origins: int | None = Field(
        None, ge=2, description="tell a shift once more, as confirmed, when so many independent reports give its number"
    )
    cool_down_hours: float = Field(
        0, ge=0, le=8760, description="hours after a message on a series in which further shifts of it wait, to be told as one"
    )
    severity: Severity = Field(Severity.NORMAL, description='how much it matters: "low", "normal", "high" or "critical"')

    @field_validator("threshold", mode="wrap")
    @classmethod
    def _above_nothing(cls, value: Any, number: Callable[[Any], Decimal]) -> Decimal:
        if value == "any":
            return Decimal(0)
        share = number(value)
        if share <= 0:
            raise ValueError('must be greater than 0, or "any"')
        return share

    @field_validator("series")
    @classmethod
    def _patterns(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            pattern(name)
        return names

    @model_validator(mode="after")
    def _enough_trusted(self) -> "RuleSettings":
        if self.trusted and self.min_trusted > len(self.trusted):
            raise ValueError(f"min_trusted is {self.min_trusted}, and only {len(self.trusted)} outlets are trusted")
        return self


class FetchSettings(_Table):
    """How pages are fetched."""

    contact: str = Field("", description="mail address or page that the user agent names; please fill in")
    spacing_seconds: float = Field(5.0, ge=0, description="seconds between two starts at one host")
    timeout_seconds: float = Field(30.0, gt=0, description="seconds for one fetch in all, redirects included")
    max_body_bytes: int = Field(10_000_000, ge=10_000, description="decoded bytes at which a transfer is ended")
    concurrency: int = Field(16, ge=1, le=256, description="fetches at once, over all hosts")
    robots: bool = Field(True, description="follow robots.txt")
    allow_hosts: tuple[str, ...] = Field((), description="hosts that may have a private or loopback address")


class BackfillSettings(_Table):
    """Where archives stand."""

    wayback_url: str = Field("https://web.archive.org", description="server that speaks the Wayback Machine's protocol")
    commoncrawl_url: str = Field("https://data.commoncrawl.org", description="server that holds the files of CC-NEWS")


class ServeSettings(_Table):
    """The service."""

    every_seconds: int = Field(60, ge=5, le=3600, description="seconds between two passes; sources have intervals of their own")
    host: str = Field("127.0.0.1", description="address that /healthz, /readyz, /metrics and /why/12 are bound to; no log-in")
    port: int = Field(9464, ge=0, le=65535, description="their port; 0: none")
    prefect_port: int = Field(4200, ge=1, le=65535, description="port of Prefect's page on 127.0.0.1; another when it is taken")
    work_pool: str = Field("figurewatch", description="Prefect's work pool that passes are run from")


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
    keep_articles_days: int = Field(
        0,
        ge=0,
        description="days that articles are kept which hold up no shift, no standing number and no later copy; 0: for ever",
    )
    keep_events_days: int = Field(
        30, ge=1, description="days that records of polls and passes, ended notices and Prefect's runs are kept"
    )
    seeds: tuple[str, ...] = Field((), description='corpus packs known from the start: a file, or "north-korea-russia"')
    threshold: Decimal = Field(Decimal("0.10"), gt=0, description="share by which a number must move to be a shift")
    topic: TopicSettings = Field(TopicSettings(), description="what is watched")
    fetch: FetchSettings = Field(FetchSettings(), description="how pages are fetched")
    backfill: BackfillSettings = Field(BackfillSettings(), description="where archives stand")
    serve: ServeSettings = Field(ServeSettings(), description="the service")
    sources: tuple[SourceSettings, ...] = Field((), description="what is polled")
    channels: dict[str, ChannelSettings] = Field({}, description='name = Apprise address, or "env:NAME", or "file:/path"')
    rules: tuple[RuleSettings, ...] = Field((), description="which shifts go where")
    owner: str = Field(
        "", description="name of the channel that hears of silent sources, failing channels, nothing fetched, a full disk"
    )
    why_url: str = Field(
        "", description="where messages link to for the evidence, {shift} for the number; else they name the command"
    )

    @field_validator("channels", mode="before")
    @classmethod
    def _addresses(cls, channels: Any) -> Any:
        """A channel may be its address alone."""
        if not isinstance(channels, dict):
            return channels
        return {name: {"address": value} if isinstance(value, str) else value for name, value in channels.items()}

    @field_validator("why_url")
    @classmethod
    def _page(cls, url: str) -> str:
        if url and not (re.match(r"https?://[^\s/]+", url) and "{shift}" in url):
            raise ValueError("starts with http:// or https:// and has {shift} where the number of the shift belongs")
        return url

    @model_validator(mode="after")
    def _channels_exist(self) -> "Settings":
        known = f"which [channels] does not have; it has: {', '.join(self.channels) or 'none'}"
        for place, rule in enumerate(self.rules):
            for channel in rule.channels:
                if channel not in self.channels:
                    raise ValueError(f'rule "{rule.name}" names the channel "{channel}", {known}')
            if rule.name in (other.name for other in self.rules[:place]):
                raise ValueError(f'two rules are named "{rule.name}": give each a name of its own')
        if self.owner and self.owner not in self.channels:
            raise ValueError(f'owner names the channel "{self.owner}", {known}')
        return self

    def channel_address(self, name: str) -> str:
        """The Apprise address of a channel, read from where the settings say."""
        if name not in self.channels:
            raise SettingsError(f'there is no channel "{name}"', mend=f"[channels] has: {', '.join(self.channels) or 'none'}")
        value = self.channels[name].address.get_secret_value().strip()
        kind, _, rest = value.partition(":")
        if kind == "env":
            if not os.environ.get(rest):
                raise SettingsError(f'channel "{name}": the variable {rest} is not set', mend=f"set {rest}")
            hide(os.environ[rest])
            return os.environ[rest]
        if kind == "file":
            try:
                address = Path(rest).expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "not UTF-8 text"
                raise SettingsError(f'channel "{name}": {rest}: {reason}', mend="name a readable file") from None
            if not address:
                raise SettingsError(f'channel "{name}": {rest}: is empty', mend="write the address into it")
            hide(address)
            return address
        return value


def load(path: Path | None = None, *, data_dir: Path | None = None) -> Settings:
    """The settings from a file (default: what FIGUREWATCH_CONFIG names, or figurewatch.toml here) and the environment.

    Raises:
        SettingsError: with the key, the file and the line, and what is expected there.
    """
    if path is None and os.environ.get(CONFIG):
        path = Path(os.environ[CONFIG])
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
    for channel in settings.channels.values():
        if not channel.address.get_secret_value().startswith(("env:", "file:")):
            hide(channel.address.get_secret_value())
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
    found_in = channels.values() if isinstance(channels, dict) else ()
    named = {str(value.get("address") if isinstance(value, dict) else value) for value in found_in}
    found = []
    for name, value in sorted(os.environ.items()):
        if not name.startswith(PREFIX) or name in (VARIABLE, CONFIG) or f"env:{name}" in named:
            continue
        keys = name.removeprefix(PREFIX).lower().split("__")
        if keys[0] not in Settings.model_fields:
            known = ", ".join(PREFIX + key.upper() for key in Settings.model_fields)
            raise SettingsError(f"variable {name}: unknown setting", mend=f"known: {known}")
        found.append((keys, value))
    return found


def _put(values: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        if isinstance(values.get(key), str):  # a channel that is only its address
            values[key] = {"address": values[key]}
        values = values.setdefault(key, {})
    model: Any = Settings
    for key in keys[:-1]:
        model = getattr(getattr(model, "model_fields", {}).get(key), "annotation", None)
    field = getattr(model, "model_fields", {}).get(keys[-1])
    is_list = field is not None and str(field.annotation).startswith("tuple")
    values[keys[-1]] = tuple(part for part in value.split(",") if part) if is_list else value


def _explain(error: ValidationError, path: Path, text: str) -> str:
    first = error.errors()[0]
    keys = [key for key in first["loc"] if key != "[key]"]
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    variable = PREFIX + "__".join(str(key) for key in keys).upper()
    if keys and variable in os.environ:
        place = f"variable {variable}"
    else:
        line = _line(text, keys, first["msg"])
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
        "backfill": BackfillSettings,
        "serve": ServeSettings,
        "sources": SourceSettings,
        "rules": RuleSettings,
        "channels": ChannelSettings,
    }
    if len(keys) > 1:
        model = tables.get(str(keys[0]), Settings)
    return list(model.model_fields)


def _line(text: str, keys: list[Any], said: str = "") -> int | None:
    """The line of a key in TOML text; of what is said of a rule by its name, the line of that name."""
    if rule := re.search(r'rule(?:s are named)? "([^"]+)"', said):
        named = re.compile(rf"""\s*name\s*=\s*["']{re.escape(rule[1])}["']""")
        found = [number for number, line in enumerate(text.splitlines(), 1) if named.match(line)]
        return found[-1] if found else None
    if len(keys) > 1 and keys[0] == "channels":
        own = f"channels.{keys[1]}"
        return _line_in(text, own, str(keys[-1]), 0) or _line_in(text, "channels", str(keys[1]), 0)
    if len(keys) > 1:
        return _line_in(text, str(keys[0]), str(keys[-1]), keys[1] if isinstance(keys[1], int) else 0)
    return _line_in(text, "", str(keys[-1]) if keys else "", 0)


def _line_in(text: str, table: str, wanted: str, index: int) -> int | None:
    """The line of a key of a table, or of its header; index: which of the tables of that name."""
    inside, seen, header = table == "", -1, None
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
