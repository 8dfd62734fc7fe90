"""An analysis as bytes, from one process to another and through the database.

Pickle, because an analysis is a tree of our own frozen dataclasses; read back with nothing allowed but these, so that bytes
which somebody put into the database are data and never a program.
"""

import io
import pickle
import zlib
from enum import EnumType
from typing import Any

from schemas.errors import OperationError

_OURS = ("extractors.", "schemas.")
_OTHERS = {
    ("decimal", "Decimal"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
    ("flows.analyser", "Failed"),
}


#: What reading strange bytes raises.
_UNREADABLE = (pickle.UnpicklingError, zlib.error, AttributeError, ImportError, TypeError, ValueError, EOFError, IndexError)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Our dataclasses and enums, and the few types that they hold."""
        if (module, name) == ("builtins", "getattr"):
            return _member
        found = super().find_class(module, name) if module.startswith(_OURS) or (module, name) in _OTHERS else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an analysis")
        return found


def _member(kind: Any, name: str) -> Any:
    """The member of an enum: early Pythons 3.11 write it as getattr(kind, name), of which nothing else is read."""
    if not isinstance(kind, EnumType) or name not in kind.__members__:
        raise pickle.UnpicklingError(f"{name} is no part of an analysis")
    return kind[name]


def pack(value: Any) -> bytes:
    """A value as bytes."""
    return zlib.compress(pickle.dumps(value, protocol=5), 1)


def unpack(packed: bytes) -> Any:
    """The value again.

    Raises:
        OperationError: the bytes are none of ours, or of another version of figurewatch.
    """
    try:
        return _Reader(io.BytesIO(zlib.decompress(packed))).load()
    except _UNREADABLE as error:
        raise OperationError(f"an analysis that cannot be read back: {error}") from error
