"""Convert values to plain, valid JSON, and text to a form every reader can store."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

MAX_TEXT_CHARS = 1_000_000
"""Longer text is truncated: it is a table summary; the results file has all of it."""

INT64_LIMIT = 2**63


def clean_text(text: str) -> str:
    """Replace invalid UTF-8 and characters that end text early in other programs; truncate."""
    if len(text) > MAX_TEXT_CHARS:
        text = f"{text[:MAX_TEXT_CHARS]}… (cut, {len(text)} characters)"
    # C programs stop at a NUL, and a lone surrogate cannot be encoded.
    text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return text.encode("utf-8", "backslashreplace").decode()


def integer_text(value: int) -> str:
    """Format an integer too large for SQLite; as hexadecimal if it is huge."""
    return str(value) if value.bit_length() < 4096 else hex(value)


def attributes_json(attributes: Mapping[str, Any] | None) -> str | None:
    """Encode a value's attributes as DAMNIT does: an ASCII JSON object, NULL if empty."""
    if not attributes:
        return None
    return json.dumps(json_safe(attributes), allow_nan=False)


def json_safe(value: Any) -> Any:
    """Convert a value to JSON types: NaN and infinity become null, arrays lists."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bytes | bytearray):
        return clean_text(bytes(value).decode("utf-8", "backslashreplace"))
    if isinstance(value, int):
        return int(value) if abs(value) < INT64_LIMIT else integer_text(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {clean_text(str(key)): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(item) for item in value]
    return _numpy_safe(value)


def _numpy_safe(value: Any) -> Any:
    """Convert arrays and numpy scalars, recognised by their method to avoid importing numpy."""
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        plain = value.tolist()
        if not hasattr(plain, "dtype"):  # longdouble stays unchanged
            return json_safe(plain)
        if value.dtype.kind == "f" and value.ndim == 0:
            return json_safe(float(value))
    return clean_text(str(value))
