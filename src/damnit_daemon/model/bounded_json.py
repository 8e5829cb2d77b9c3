"""Parse foreign JSON safely: deep nesting, numbers of any length, malformed text."""

from __future__ import annotations

import json

DEEPEST = 60
"""Levels of nesting: beyond this, recursive code may fail."""

MOST_CHARS = 64 << 20


def parse_json(text: str | bytes) -> object:
    """Parse JSON from an untrusted source.

    Raises:
        ValueError: If it is malformed, too deep or too long.
    """
    if len(text) > MOST_CHARS:
        raise ValueError(f"JSON of {len(text)} characters is too long")
    try:
        parsed: object = json.loads(text)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    level, depth = [parsed], 0
    while level:
        if depth > DEEPEST:
            raise ValueError("JSON is nested too deeply")
        level = [inner for outer in level for inner in _inside(outer)]
        depth += 1
    return parsed


def _inside(value: object) -> list[object]:
    """Return the containers in a container."""
    if isinstance(value, dict):
        items = list(value.values())
    elif isinstance(value, list):
        items = value
    else:
        return []
    return [item for item in items if isinstance(item, dict | list)]
