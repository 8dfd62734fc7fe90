"""The named queries: every block of every .sql file beside this one, as "stage.block".

A file is `-- name --` lines, each followed by the SQL of that block. A block that does not explain itself begins with a
comment that says what it is for. Parameters are written %(name)s.
"""

import re
from importlib.resources import files
from typing import LiteralString

_BLOCK = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def _read() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".sql"):
            continue
        stage = file.name.removesuffix(".sql")
        parts = _BLOCK.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if f"{stage}.{name}" in found:
                raise ValueError(f"queries/{file.name} has two blocks named {name}")
            # Literal in effect: the text of a file that is part of the program, never of anything read in.
            found[f"{stage}.{name}"] = text.strip().removesuffix(";")
    return found


QUERIES = _read()
