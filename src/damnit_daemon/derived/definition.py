"""The definition of a derived column: expression, name and units. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..query.errors import FilterError

LONGEST = 500
"""Characters of an expression."""
MOST = 50
"""Definitions of a folder or view."""
_AS = re.compile(r"\s+as(?:\s+|$)")
_NAME = re.compile(r"\w[\w ./-]{0,59}")
_UNITS = re.compile(r"\s*\[([^\[\]]{0,40})\]\s*$")
_FACTS = frozenset({"run", "proposal", "time", "start", "start_time", "comment", "labels"})
"""Names of columns that every run has."""


class Definition(NamedTuple):
    """A derived column: its name, also its title, and how it is computed."""

    name: str
    expression: str
    units: str = ""

    def __str__(self) -> str:
        """Return the definition as typed."""
        units = f" [{self.units}]" if self.units else ""
        return f"{self.expression} as {self.name}{units}"


def parse_definition(text: str) -> Definition:
    """Parse `EXPRESSION as NAME [UNITS]`; the expression is not looked at.

    Raises:
        FilterError: If a part is missing or not valid; says where.
    """
    expression, start = split_definition(text)
    if not expression.strip():
        raise FilterError("An expression is missing.", 0, len(text), hint="hits / pulses as rate")
    if start is None:
        raise FilterError(
            "A name is missing.", len(text), len(text) + 1, hint="… as NAME, … as NAME [UNITS]."
        )
    rest, units = text[start:], ""
    if match := _UNITS.search(rest):
        rest, units = rest[: match.start()], match[1].strip()
    name = rest.strip()
    if not _NAME.fullmatch(name):
        hint = "Use letters, digits, spaces and _ . / -, at most 60 characters."
        raise FilterError(f"{name!r} cannot be a name.", start, len(text), hint=hint)
    if name.casefold() in _FACTS:
        raise FilterError(f"Every run has a {name}: choose another name.", start, len(text))
    return Definition(name, expression.strip(), units)


def stored_definition(item: object) -> Definition | None:
    """Parse a definition of a file, which may be edited by hand; None if it is not valid."""
    if not isinstance(item, str) or len(item) > 2 * LONGEST:
        return None
    try:
        return parse_definition(item)
    except FilterError:
        return None


def split_definition(text: str) -> tuple[str, int | None]:
    """Return the expression, and where the name begins; None while ` as ` is missing."""
    *_, last = [None, *_AS.finditer(text)]
    return (text, None) if last is None else (text[: last.start()], last.end())


def merged(shared: Iterable[Definition], own: Iterable[Definition]) -> tuple[Definition, ...]:
    """Join the definitions of a folder and a user's; those of the user take precedence."""
    return tuple({each.name: each for each in (*shared, *own)}.values())
