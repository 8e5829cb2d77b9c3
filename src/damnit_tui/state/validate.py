"""Values from files that anybody may have edited: what is not as expected is left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from damnit_daemon.model import RunKey

LONGEST = 10_000
"""Characters of a text; MOST of a list."""
MOST = 100_000


def mapping(value: object) -> Mapping[str, object]:
    """A mapping; empty if it is none."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """A text; empty if it is none."""
    return value[:LONGEST] if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """A list of different texts; what is none is left out."""
    found = value[:MOST] if isinstance(value, list) else ()
    return tuple(dict.fromkeys(one[:LONGEST] for one in found if isinstance(one, str)))


def widths(value: object) -> dict[str, int]:
    """Names with whole numbers."""
    return {
        name: width
        for name, width in mapping(value).items()
        if isinstance(width, int) and not isinstance(width, bool) and 0 < width < 10_000
    }


def write_key(key: RunKey) -> str:
    """A run as it stands in a file: `1234/17`."""
    return f"{key.proposal}/{key.run}"


def read_key(value: object) -> RunKey | None:
    """A run; None if it is none."""
    match = (
        re.fullmatch(r"(\d{1,9})/(\d{1,9})", value, re.ASCII) if isinstance(value, str) else None
    )
    return RunKey(int(match[1]), int(match[2])) if match else None
