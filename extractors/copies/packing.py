"""A fingerprint as bytes, and back: for the database and for corpus packs."""

import zlib

from pydantic import BaseModel, ConfigDict

from schemas.records import Fingerprint


class _Packed(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    fingerprint: Fingerprint


def pack(fingerprint: Fingerprint) -> bytes:
    """Compressed JSON, about 2 KB an article."""
    return zlib.compress(_Packed(fingerprint=fingerprint).model_dump_json().encode(), 6)


def unpack(packed: bytes) -> Fingerprint:
    """What pack() was given."""
    return _Packed.model_validate_json(zlib.decompress(packed)).fingerprint
