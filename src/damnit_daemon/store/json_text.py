"""Values as plain, valid JSON, and text that every reader can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

MAX_TEXT_CHARS = 1_000_000
"""Longer text is cut: it is a summary in a table; the results file has the whole."""

INT64_LIMIT = 2**63


def clean_text(text: str) -> str:
    """Replace what is no valid UTF-8 or ends text early in other programs; cut what is long."""
    if len(text) > MAX_TEXT_CHARS:
        text = f"{text[:MAX_TEXT_CHARS]}… (cut, {len(text)} characters)"
    # A NUL ends the text for C programs, a lone surrogate cannot be encoded.
    text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return text.encode("utf-8", "backslashreplace").decode()


def integer_text(value: int) -> str:
    """Write an integer that SQLite cannot hold as one; as hexadecimal if it is huge."""
    return str(value) if value.bit_length() < 4096 else hex(value)


def attributes_json(attributes: Mapping[str, Any] | None) -> str | None:
    """Encode a value's attributes as DAMNIT does: an ASCII JSON object, NULL if empty."""
    if not attributes:
        return None
    return json.dumps(json_safe(attributes), allow_nan=False)


def json_safe(value: Any) -> Any:
    """Turn a value into what JSON has: NaN and infinity become null, arrays lists."""
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
    """Arrays and numpy's scalars, known by their method, so that numpy is not imported."""
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        plain = value.tolist()
        if not hasattr(plain, "dtype"):  # longdouble stays what it is
            return json_safe(plain)
        if value.dtype.kind == "f" and value.ndim == 0:
            return json_safe(float(value))
    return clean_text(str(value))
