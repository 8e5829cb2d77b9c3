"""Parse typed text as values of user-editable variables. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..store import Plain

EXPECTED = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
}
"""The accepted input for each type."""

INT64_LIMIT = 2**63
_TRUE = frozenset({"true", "yes", "1", "t", "y"})
_FALSE = frozenset({"false", "no", "0", "f", "n"})


def parse_typed(text: str, type_name: str) -> Plain:
    """Parse typed text as a value; empty text is None.

    Raises:
        ValueError: If it does not fit the type; says what is expected.
    """
    if not text or (type_name != "string" and not text.strip()):
        return None
    parse = _PARSERS.get(type_name)
    if parse is None:
        raise ValueError(f"no input is possible for the type {type_name!r}")
    try:
        return parse(text if type_name == "string" else text.strip())
    except (ValueError, OverflowError):
        raise ValueError(f"{EXPECTED[type_name]} is expected") from None


def typed_text(value: object, type_name: str) -> str:
    """Format a stored value as the user would type it."""
    if value is None:
        return ""
    if type_name == "boolean" and isinstance(value, int | float):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def convert_value(value: object, type_name: str) -> Plain:
    """Convert a stored value to another type.

    Raises:
        ValueError: If it cannot be converted without rounding.
    """
    if not isinstance(value, int | float | str):
        raise ValueError("not what somebody typed")
    if type_name == "boolean" and not isinstance(value, str):
        if value not in (0, 1):
            raise ValueError("neither true nor false")
        return bool(value)
    return parse_typed(typed_text(value, ""), type_name)


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word not in _TRUE | _FALSE:
        raise ValueError
    return word in _TRUE


def _integer(text: str) -> int:
    number = int(text)
    if not -INT64_LIMIT <= number < INT64_LIMIT:
        raise ValueError
    return number


def _number(text: str) -> float:
    number = float(text)
    if math.isnan(number):  # SQLite would store NULL
        raise ValueError
    return number


_PARSERS: dict[str, Callable[[str], Plain]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "string": str,
}
