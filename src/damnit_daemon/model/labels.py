"""Labels of a run: good, bad, dark, or words of the users. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import DamnitError
from .sanitize import show_controls

GOOD, BAD, DARK = "good", "bad", "dark"
USUAL = (GOOD, BAD, DARK)
"""The labels that are offered before any was used."""
NO_LABEL = "none"
"""Stands for runs without labels."""
LONGEST_LABEL = 30
MOST_LABELS = 20
"""Labels of one run."""
LONGEST_LABELS = MOST_LABELS * (LONGEST_LABEL + 1)
"""Characters of all labels of a run, separated by blanks."""

_OPPOSITES = {GOOD: BAD, BAD: GOOD}
_LABEL = re.compile(rf"[^\W_][\w.+-]{{0,{LONGEST_LABEL - 1}}}")
_RULE = f"use up to {LONGEST_LABEL} letters, digits and _ . + -, a letter or digit first"

Labels = tuple[str, ...]
"""Labels of a run, in alphabetical order."""


class BadLabel(DamnitError):  # noqa: N818 – house style
    """A word cannot be a label."""


def parse_label(word: str) -> str:
    """Return a label as it is stored: case-folded.

    Raises:
        BadLabel: If the word is not valid.
    """
    label = word.casefold()
    if label == NO_LABEL:
        raise BadLabel(f"{show_controls(word)} stands for runs without labels.")
    if not _LABEL.fullmatch(label):
        raise BadLabel(f"{show_controls(word)} cannot be a label: {_RULE}.")
    return label


def with_labels(
    labels: Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Labels:
    """Return labels after removing some and adding others; good and bad exclude each other.

    Raises:
        BadLabel: If there are too many, good and bad are to be added, or one label is to be
            added and removed.
    """
    add, remove = set(add), set(remove)
    if both := add & remove:
        raise BadLabel(f"{min(both)} is to be added and removed.")
    if {GOOD, BAD} <= add:
        raise BadLabel("A run is good or bad, not both.")
    gone = {*remove, *(_OPPOSITES[label] for label in add if label in _OPPOSITES)}
    found = tuple(sorted(({*labels} - gone) | add))
    if len(found) > MOST_LABELS:
        raise BadLabel(f"A run can have at most {MOST_LABELS} labels.")
    return found


def split_labels(stored: object) -> Labels:
    """Parse the labels stored in the database, which other programs can change."""
    words = stored.casefold().split() if isinstance(stored, str) else ()
    return tuple(sorted(set(words)))[:MOST_LABELS]


def has_label(labels: Labels, label: str) -> bool:
    """Return True if a label is among those of a run; `none`: if it has none."""
    return label.casefold() in (labels or (NO_LABEL,))
