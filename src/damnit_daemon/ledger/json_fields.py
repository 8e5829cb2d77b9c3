"""JSON stored as text; malformed text reads as empty, as any user may write a row."""

from __future__ import annotations

from typing import Any

from ..model.bounded_json import parse_json


def parse_object(text: str | None) -> dict[str, Any]:
    """Parse a JSON object; empty if it is not one."""
    parsed = _parse(text)
    return parsed if isinstance(parsed, dict) else {}


def parse_names(text: str | None) -> tuple[str, ...]:
    """Parse a JSON list of strings; empty if it is not one."""
    parsed = _parse(text)
    return tuple(str(name) for name in parsed) if isinstance(parsed, list) else ()


def _parse(text: str | None) -> object:
    try:
        return parse_json(text or "null")
    except (TypeError, ValueError):
        return None
