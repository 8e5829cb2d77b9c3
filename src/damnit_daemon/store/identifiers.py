"""Valid names and titles of variables."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain, count

COMMENT = "comment"
"""Variable that holds a run's comment; it has no row in `variables`."""
COMMENT_TITLE = "Comment"

FIXED_TITLES = frozenset({"Status", "Proposal", "Run", "Timestamp", COMMENT_TITLE})
"""Titles of DAMNIT's own columns; no variable may use them."""


def is_variable_name(name: object) -> bool:
    """Return True for a name that DAMNIT accepts: Python identifiers joined by dots."""
    return isinstance(name, str) and all(part.isidentifier() for part in name.split("."))


def unique_title(title: str, name: str, used: Collection[str]) -> str:
    """Return a unique title: as requested, or with the name, or with a number appended."""
    if title not in used:
        return title
    named = f"{title} ({name})"
    numbered = (f"{named} {number}" for number in count(2))
    return next(candidate for candidate in chain([named], numbered) if candidate not in used)
