"""Resolve a column name from a filter. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model import Column
from ..text import nearest, suggestion
from .cells import FIXED, LABELS, TIME
from .errors import FilterError
from .tokens import Token

_ALSO = {"time": TIME, "start": TIME}


def every_column(columns: Sequence[Column]) -> list[Column]:
    """Return variables and the columns that every run has; labels give way to a namesake."""
    has_namesake = any(column.name == LABELS.name for column in columns)
    return [*FIXED, *columns, *(() if has_namesake else (LABELS,))]


def find_column(token: Token, columns: Sequence[Column]) -> Column:
    """Find a column by its name, its title, or the last part of its title.

    Raises:
        FilterError: If none or several match; suggests names.
    """
    folded = token.text.casefold()
    every = every_column(columns)
    by_name = {column.name: column for column in reversed(every)}
    if token.text in by_name:
        return by_name[token.text]
    if folded in _ALSO:
        return _ALSO[folded]
    for found in (
        [c for c in every if c.name.casefold() == folded],
        [c for c in every if c.title.casefold() == folded],
        [c for c in every if c.title.casefold().rpartition("/")[2].strip() == folded],
    ):
        names = {column.name: column for column in found}
        if len(names) == 1:
            return next(iter(names.values()))
        if names:
            hint = f"Use the name: {', '.join(sorted(names))}."
            raise FilterError(
                f"Several columns have the title {token.text!r}.", *_at(token), hint=hint
            )
    raise FilterError(
        f"There is no column {token.text!r}.", *_at(token), hint=_near(token.text, every)
    )


def _near(text: str, columns: Sequence[Column]) -> str:
    """Suggest names that are similar, or have a similar part."""
    parts: dict[str, str] = {}
    for column in reversed(columns):
        for name in (column.name, column.title):
            for part in (*re.split(r"[./\s]+", name), name):
                parts[part.casefold()] = column.name
    near = nearest(text.casefold(), parts)
    if not near:
        near = [part for part in parts if text.casefold() in part][:3]
    names = dict.fromkeys(parts[part] for part in near)
    return suggestion(name if " " not in name else f'"{name}"' for name in names)


def _at(token: Token) -> tuple[int, int]:
    return token.start, token.end
