"""What variables may be called."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain, count

COMMENT = "comment"
"""The variable that holds a run's comment; it has no row in `variables`."""
COMMENT_TITLE = "Comment"

FIXED_TITLES = frozenset({"Status", "Proposal", "Run", "Timestamp", COMMENT_TITLE})
"""Column titles that DAMNIT's own columns have; no variable may use them."""


def is_variable_name(name: object) -> bool:
    """Tell whether DAMNIT takes a name: Python identifiers joined by dots."""
    return isinstance(name, str) and all(part.isidentifier() for part in name.split("."))


def unique_title(title: str, name: str, taken: Collection[str]) -> str:
    """Make a title that no other column has: as wished, or with the name, or with a number."""
    if title not in taken:
        return title
    named = f"{title} ({name})"
    numbered = (f"{named} {number}" for number in count(2))
    return next(wish for wish in chain([named], numbered) if wish not in taken)
