"""The filter grammar: text to conditions. Pure.

either    := both ("or" both)*
both      := each (["and"] each)*
each      := "not" each | "(" either ")" | comparison | has:NAME | is:WORD | label:WORD | tag:NAME
             | word
comparison:= NAME ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") value | NAME "in" values
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..model import UNKNOWN_CONTENT, Column, ContentOf
from .build import among, compare, match, wrong
from .cells import COMMENT, TIME, is_of_run
from .columns import find_column
from .predicates import (
    All,
    Condition,
    Has,
    HasError,
    HasLabel,
    IsMarked,
    Not,
    Says,
    Some,
    columns_of,
    is_empty,
)
from .times import Moment
from .tokens import Token, TokenKind, tokens

STATES = ("error", "skipped", "empty", "marked")
DEEPEST = 50


@dataclass(frozen=True)
class Conjunct:
    """One of the conditions that must all hold."""

    text: str
    columns: frozenset[str]
    """The names of the columns it reads; `*` for conditions on any column, as plain words."""


class Parser:
    """Parses one filter, once.

    Attributes:
        uses_marks: True if the filter depends on which runs are marked.
    """

    def __init__(
        self, text: str, columns: Sequence[Column], moment: Moment, content: ContentOf
    ) -> None:
        """Split the text into tokens.

        Raises:
            FilterError: If a quote is not closed, or a character is not valid.
        """
        self._text = text
        self._tokens = tokens(text)
        self._spans: list[tuple[int, int, frozenset[str]]] = []
        self._has_or = False
        self._at = 0
        self._depth = 0
        self._columns = tuple(columns)
        self._moment = moment
        self._content = cache(content)
        self.uses_marks = False

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def parse(self) -> Condition:
        """Parse the whole filter.

        Raises:
            FilterError: If it is not valid; says where.
        """
        if self._next.kind is TokenKind.END:
            return All(())
        found = self._either()
        if (left := self._take()).kind is not TokenKind.END:
            raise wrong("This bracket has no opening bracket.", left)
        return found

    def parts(self) -> tuple[Conjunct, ...]:
        """Return the conditions split at top-level `and`s; an `or` between them makes it one."""
        if self._has_or and self._spans:
            columns = frozenset(name for span in self._spans for name in span[2])
            return (Conjunct(f"({self._text.strip()})", columns),)
        return tuple(
            Conjunct(self._text[start:end], columns) for start, end, columns in self._spans
        )

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._next.is_word("or"):
            self._take()
            self._has_or |= not self._depth
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._spanned()]
        while self._next.kind not in (TokenKind.END, TokenKind.CLOSE) and not self._next.is_word(
            "or"
        ):
            if self._next.is_word("and"):
                self._take()
            parts.append(self._spanned())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _spanned(self) -> Condition:
        start = self._next.start
        found = self._each()
        if not self._depth:
            end = self._tokens[self._at - 1].end if self._at else start
            self._spans.append((start, end, frozenset(columns_of(found))))
        return found

    def _each(self) -> Condition:
        token = self._take()
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise wrong("This is nested too deeply.", token)
            return self._understand(token)
        finally:
            self._depth -= 1

    def _understand(self, token: Token) -> Condition:
        if token.is_word("not"):
            return Not(self._each())
        if token.kind is TokenKind.OPEN:
            found = self._either()
            if self._next.kind is not TokenKind.CLOSE:
                raise wrong("This bracket is not closed.", token)
            self._take()
            return found
        if token.kind is TokenKind.END or token.is_word("and", "or"):
            raise wrong("The filter is incomplete here.", token)
        if token.kind in (TokenKind.OPERATOR, TokenKind.CLOSE):
            before = "a column" if token.kind is TokenKind.OPERATOR else "a condition"
            raise wrong(f"{before} is missing before {token.text}", token)
        if token.prefix:
            return self._prefixed(token)
        if self._next.kind is TokenKind.OPERATOR or self._next.is_word("in"):
            return self._comparison(token)
        return Says(token.text)

    def _prefixed(self, token: Token) -> Condition:
        if token.prefix == "has":
            return Has((find_column(token, self._columns),))
        if token.prefix == "is":
            return self._state(token)
        if token.prefix == "label":
            return HasLabel(token.text)
        folded = token.text.casefold()
        tags = {tag for column in self._columns for tag in column.tags}
        if folded not in {tag.casefold() for tag in tags}:
            hint = f"Known tags: {', '.join(sorted(tags))}." if tags else "No variable has a tag."
            raise wrong(f"There is no tag {token.text!r}.", token, hint)
        tagged = [c for c in self._columns if folded in {tag.casefold() for tag in c.tags}]
        return Has(tuple(tagged))

    def _state(self, token: Token) -> Condition:
        word = token.text.casefold()
        computed = tuple(c for c in self._columns if c.name not in (COMMENT.name, TIME.name))
        if word in ("error", "skipped"):
            return HasError(is_skip=word == "skipped")
        if word == "marked":
            self.uses_marks = True
            return IsMarked()
        if word == "empty":
            return is_empty([c for c in computed if c.type is None and not c.expression])
        hint = f"Use is:{', is:'.join(STATES)}."
        raise wrong(f"Unknown state is:{token.text}.", token, hint)

    def _comparison(self, name: Token) -> Condition:
        operator = self._take()
        column = find_column(name, self._columns)
        content = UNKNOWN_CONTENT if is_of_run(column) else self._content(column)
        if operator.is_word("in"):
            return among(column, self._options(operator), self._moment, content)
        value = self._take()
        if not _is_value(value):
            raise wrong(f"A value is missing after {operator.text}", value)
        value = _whole(value)
        if operator.text == "~":
            return match(column, value, content)
        return compare(column, operator, value, self._moment, content)

    def _options(self, operator: Token) -> list[Token]:
        """Parse `17, 20-32` or `LaB6,"dark 2"`: comma-separated words, quoted or not."""
        options: list[Token] = []
        follows = True
        while _is_value(self._next) and (follows or self._continues()):
            value = _whole(self._take())
            options += [value] if value.kind is TokenKind.QUOTED else _parts(value)
            follows = value.kind is TokenKind.WORD and value.text.endswith(",")
        if not options:
            raise wrong(f"A value is missing after {operator.text}", self._next)
        return options

    def _continues(self) -> bool:
        return self._next.kind is TokenKind.WORD and self._next.text.startswith(",")


def _is_value(token: Token) -> bool:
    return token.kind is TokenKind.QUOTED or (
        token.kind is TokenKind.WORD and not token.is_word("and", "or")
    )


def _whole(token: Token) -> Token:
    """Join the prefix back to the text: in `comment = is:nice` the value is a text."""
    if not token.prefix:
        return token
    return Token(token.kind, f"{token.prefix}:{token.text}", token.start, token.end)


def _parts(token: Token) -> list[Token]:
    """Split a word at its commas."""
    found, at = [], token.start
    for part in token.text.split(","):
        if part:
            found.append(Token(TokenKind.WORD, part, at, at + len(part)))
        at += len(part) + 1
    return found
