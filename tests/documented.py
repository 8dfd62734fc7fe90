"""The parts of README.md and deploy/example.env that are made from the code: this program writes them, a test compares them."""

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flows.settings import (
    PREFIX,
    BackfillSettings,
    ChannelSettings,
    FetchSettings,
    RuleSettings,
    ServeSettings,
    Settings,
    SourceSettings,
    TopicSettings,
)

README = ROOT / "README.md"
EXAMPLE = ROOT / "deploy" / "example.env"
TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "[topic]": TopicSettings,
    "[fetch]": FetchSettings,
    "[backfill]": BackfillSettings,
    "[serve]": ServeSettings,
    "[[sources]]": SourceSettings,
    "[channels.NAME]": ChannelSettings,
    "[[rules]]": RuleSettings,
}
NESTED = {"topic", "fetch", "backfill", "serve", "sources", "rules"}


def settings_table() -> str:
    """Every setting with its default and its meaning."""
    rows = ["| under | setting | default | what it is |", "| --- | --- | --- | --- |"]
    for table, model in TABLES.items():
        for name, field in model.model_fields.items():
            if table or name not in NESTED:
                rows.append(f"| {f'`{table}`' if table else ''} | `{name}` | {_default(name, field)} | {field.description} |")
    return "\n".join(rows)


def variables() -> dict[str, tuple[str, str]]:
    """Every setting that can be a variable, with its default as it is written there, and its meaning."""
    found = {}
    for table, model in TABLES.items():
        if table.startswith("[[") or "." in table:
            continue
        under = table.strip("[]").upper() + "__" if table else ""
        for name, field in model.model_fields.items():
            if name in NESTED | {"channels"} and not table:
                continue
            value: Any = None if name in ("data_dir", "workers") else field.default
            written = "" if value in (None, "", ()) else ",".join(value) if isinstance(value, tuple) else str(value)
            found[PREFIX + under + name.upper()] = (
                written.lower() if isinstance(value, bool) else written,
                str(field.description),
            )
    return found


def example_variables() -> str:
    """The same as lines of a file, with the defaults behind a #."""
    return "\n".join(f"\n# {what}\n# {name}={default}" for name, (default, what) in variables().items()).lstrip("\n") + "\n"


def _default(name: str, field: FieldInfo) -> str:
    value: Any = field.default
    if name == "channels":
        return "none"
    if field.is_required():
        return "must be given"
    if name == "data_dir":
        return "the usual folder for data"
    if name == "workers":
        return "the number of cores"
    if isinstance(value, tuple):
        return "all" if value else "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "none" if value in (None, "") else f"`{value}`"


def with_part(text: str, name: str, part: str) -> str:
    """The text with what stands between the marks of that name replaced."""
    marks = f"<!-- {name} -->", f"<!-- /{name} -->"
    return re.sub(f"{marks[0]}.*?{marks[1]}", lambda _: f"{marks[0]}\n{part}\n{marks[1]}", text, flags=re.DOTALL)


def with_variables(text: str) -> str:
    """The text of the example file with the settings' variables as they are now."""
    return with_part(text, "settings", example_variables() + "#").replace("#\n<!-- /", "# <!-- /")


if __name__ == "__main__":
    README.write_text(with_part(README.read_text(encoding="utf-8"), "settings", settings_table()), encoding="utf-8")
    EXAMPLE.write_text(with_variables(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
