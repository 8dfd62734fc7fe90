"""The parts of README.md that are made from the code: python tests/documented.py writes them, a test compares them."""

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flows.settings import (
    ChannelSettings,
    FetchSettings,
    RuleSettings,
    ServeSettings,
    Settings,
    SourceSettings,
    TopicSettings,
)

README = ROOT / "README.md"
TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "[topic]": TopicSettings,
    "[fetch]": FetchSettings,
    "[serve]": ServeSettings,
    "[[sources]]": SourceSettings,
    "[channels.NAME]": ChannelSettings,
    "[[rules]]": RuleSettings,
}
NESTED = {"topic", "fetch", "serve", "sources", "rules"}


def settings_table() -> str:
    """Every setting with its default and its meaning."""
    rows = ["| under | setting | default | what it is |", "| --- | --- | --- | --- |"]
    for table, model in TABLES.items():
        for name, field in model.model_fields.items():
            if table or name not in NESTED:
                rows.append(f"| {f'`{table}`' if table else ''} | `{name}` | {_default(name, field)} | {field.description} |")
    return "\n".join(rows)


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


if __name__ == "__main__":
    README.write_text(with_part(README.read_text(encoding="utf-8"), "settings", settings_table()), encoding="utf-8")
