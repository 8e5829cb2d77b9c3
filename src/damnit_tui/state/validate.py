"""Validate values from user-editable files: unexpected ones are left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from damnit_daemon.model import RunKey

LONGEST = 10_000
"""Maximum characters of a text; MOST is the maximum length of a list."""
MOST = 100_000


def mapping(value: object) -> Mapping[str, object]:
    """Return a mapping; empty if the value is not one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return a text; empty if the value is not one."""
    return value[:LONGEST] if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """Return a list of distinct texts; anything else is left out."""
    found = value[:MOST] if isinstance(value, list) else ()
    return tuple(dict.fromkeys(one[:LONGEST] for one in found if isinstance(one, str)))


def widths(value: object) -> dict[str, int]:
    """Return names with integers."""
    return {
        name: width
        for name, width in mapping(value).items()
        if isinstance(width, int) and not isinstance(width, bool) and 0 < width < 10_000
    }


def write_key(key: RunKey) -> str:
    """Format a run for a file: `1234/17`."""
    return f"{key.proposal}/{key.run}"


def read_key(value: object) -> RunKey | None:
    """Parse a run; None if the value is not valid."""
    match = (
        re.fullmatch(r"(\d{1,9})/(\d{1,9})", value, re.ASCII) if isinstance(value, str) else None
    )
    return RunKey(int(match[1]), int(match[2])) if match else None
