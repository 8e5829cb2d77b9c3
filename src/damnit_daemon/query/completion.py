"""Completion for a filter as it is typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..model import Column
from ..model.labels import NO_LABEL
from .cells import LABELS, PROPOSAL, RUN, TIME
from .columns import every_column, find_column
from .errors import FilterError
from .parser import STATES
from .tokens import PREFIXES, Token, TokenKind, quoted, tokens

MOST = 50
"""Completions offered at most."""
_TIMES = ("today", "yesterday", "-1h", "-8h")
_NUMBER_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in")
_TEXT_OPERATORS = ("=", "!=", "~", "in")

Values = Callable[[Column], Iterable[str]]
"""Returns the texts of a column."""


@dataclass(frozen=True)
class Completion:
    """Options to replace a part of the text."""

    start: int
    end: int
    options: tuple[str, ...]


def complete_filter(
    text: str, cursor: int, columns: Sequence[Column], values: Values = lambda _column: ()
) -> Completion:
    """Complete the word at the cursor: columns, operators, values, keywords.

    Args:
        text: The filter as typed so far.
        cursor: The cursor's offset; the text after it is left alone.
        columns: All variables.
        values: Returns the texts of a column.
    """
    before, partial = _words(text[:cursor])
    start = partial.start
    word = partial.text
    if partial.prefix:
        found: Iterable[str] = _after_prefix(partial.prefix, columns, values)
        options = [f"{partial.prefix}:{name}" for name in matching(word, found)]
        return Completion(start, cursor, tuple(options[:MOST]))
    if (column := _compared(before, columns)) is not None:
        if partial.kind is TokenKind.WORD and "," in word:  # the last of a list
            start += word.rindex(",") + 1
            word = word.rpartition(",")[2]
        found = _values_of(column, values)
    elif not word and before and (named := _named(before[-1], columns)) is not None:
        is_text = named.type == "string" or (named.type is None and any(values(named)))
        found = _TEXT_OPERATORS if is_text else _NUMBER_OPERATORS
    else:
        return Completion(start, cursor, tuple(_first_words(word, columns)[:MOST]))
    return Completion(start, cursor, tuple(matching(word, found)[:MOST]))


def complete_columns(text: str, cursor: int, columns: Sequence[Column]) -> Completion:
    """Complete the last of several comma-separated columns: `-xgm,run`."""
    start = text.rfind(",", 0, cursor) + 1
    while start < cursor and text[start] in " +-":
        start += 1
    named = matching_columns(text[start:cursor].strip("\"'"), columns)
    return Completion(start, cursor, tuple(named[:MOST]))


def matching_columns(word: str, columns: Sequence[Column]) -> list[str]:
    """Return columns whose name or title contains a word, quoted as a filter needs it."""
    every = {column.name: column for column in every_column(columns)}
    folded = word.casefold()
    begin: list[str] = []
    inside: list[str] = []
    for column in every.values():
        name, title = column.name.casefold(), column.title.casefold()
        if folded in name or folded in title:
            first = name.startswith(folded) or title.rpartition("/")[2].startswith(folded)
            (begin if first else inside).append(quoted(column.name))
    return [name for name in (*begin, *inside) if name]


def matching(word: str, options: Iterable[str]) -> list[str]:
    """Return options that contain a word, those that begin with it first."""
    folded = word.casefold().strip("\"'")
    found = [option for option in dict.fromkeys(options) if folded in option.casefold()]
    return sorted(found, key=lambda o: not o.casefold().strip("\"'").startswith(folded))


def _words(text: str) -> tuple[list[Token], Token]:
    """Return the complete words, and the partial word being typed."""
    if match := re.search(rf"(?:^|[\s(])({'|'.join(PREFIXES)}):$", text, re.IGNORECASE):
        begin = match.start(1)
        return _words(text[:begin])[0], Token(
            TokenKind.WORD, "", begin, len(text), match[1].casefold()
        )
    try:
        found = tokens(text)[:-1]
    except FilterError as error:  # a quote not closed yet
        typed = text[error.start + 1 : error.end]
        before, prefix = _words(text[: error.start])
        begin = prefix.start if prefix.prefix and not prefix.text else error.start
        return before, Token(TokenKind.QUOTED, typed, begin, len(text), prefix.prefix)
    if found and found[-1].end == len(text) and found[-1].kind is TokenKind.WORD:
        return found[:-1], found[-1]
    return found, Token(TokenKind.WORD, "", len(text), len(text))


def _compared(before: Sequence[Token], columns: Sequence[Column]) -> Column | None:
    """Return the column whose value is being typed; None if it is not a value."""
    at = len(before) - 1
    while (
        at > 1
        and before[at].kind in (TokenKind.WORD, TokenKind.QUOTED)
        and before[at].text.endswith(",")
    ):
        at -= 1
    if at < 1 or not (before[at].kind is TokenKind.OPERATOR or before[at].is_word("in")):
        return None
    return _named(before[at - 1], columns)


def _named(token: Token, columns: Sequence[Column]) -> Column | None:
    if token.kind not in (TokenKind.WORD, TokenKind.QUOTED) or token.prefix:
        return None
    try:
        return find_column(token, columns)
    except FilterError:
        return None


def _values_of(column: Column, values: Values) -> Iterable[str]:
    if column.name == TIME.name:
        return _TIMES
    if column.type == "boolean":
        return ("true", "false")
    if column.name in (RUN.name, PROPOSAL.name):
        return ()
    return [word for text in values(column) if text and (word := quoted(text))]


def _after_prefix(prefix: str, columns: Sequence[Column], values: Values) -> Iterable[str]:
    if prefix == "is":
        return STATES
    if prefix == "label":
        return [NO_LABEL, *sorted({label for text in values(LABELS) for label in text.split()})]
    if prefix == "tag":
        return [quoted(tag) for tag in sorted({tag for c in columns for tag in c.tags})]
    return [quoted(column.name) for column in columns]


def _first_words(word: str, columns: Sequence[Column]) -> list[str]:
    found = matching_columns(word, columns)
    more = [w for w in ("not", *(f"{prefix}:" for prefix in PREFIXES)) if w.startswith(word)]
    return [*found, *more] if word else [*more, *found]
