"""Tokenize a filter, with the position of each token."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from .errors import FilterError


class TokenKind(Enum):
    """The kind of a token."""

    WORD = auto()
    QUOTED = auto()
    """A quoted word: never an operator or `and`."""
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    END = auto()


class Token(NamedTuple):
    """A word and its position."""

    kind: TokenKind
    text: str
    start: int
    end: int
    prefix: str = ""
    """`has` in `has:xgm`."""

    def is_word(self, *words: str) -> bool:
        """Return True if it is one of these words, case-insensitive and unquoted."""
        return self.kind is TokenKind.WORD and not self.prefix and self.text.casefold() in words


RESERVED = ("and", "or", "not", "in")
PREFIXES = ("has", "is", "label", "tag")
_BLANK = re.compile(r"\s*")
_OPERATOR = re.compile(r"<=|>=|!=|==|[<>=~]")
_PREFIX = re.compile(rf"({'|'.join(PREFIXES)}):", re.IGNORECASE)
WORD = re.compile(r"""[^\s()"'<>=~!]+(?:![^\s()"'<>=~!]*)*""")


def tokens(text: str) -> list[Token]:
    """Split a filter into tokens, `END` last.

    Raises:
        FilterError: If a quote is not closed, or a character is not valid.
    """
    found: list[Token] = []
    at = 0
    while True:
        at = _BLANK.match(text, at).end()  # type: ignore[union-attr]  # it always matches
        if at == len(text):
            found.append(Token(TokenKind.END, "", at, at))
            return found
        token = _token(text, at)
        found.append(token)
        at = token.end


def quoted(text: str) -> str:
    """Quote a name or a text for a filter if needed; empty if it cannot be quoted."""
    is_plain = (
        WORD.fullmatch(text)
        and "," not in text
        and text[0] not in "+-"
        and text.casefold() not in RESERVED
        and not _PREFIX.match(text)
    )
    if is_plain:
        return text
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else ""


def _token(text: str, at: int) -> Token:
    character = text[at]
    if character in "()":
        return Token(TokenKind.OPEN if character == "(" else TokenKind.CLOSE, character, at, at + 1)
    if match := _OPERATOR.match(text, at):
        operator = "=" if match[0] == "==" else match[0]
        return Token(TokenKind.OPERATOR, operator, at, match.end())
    prefix, start = "", at
    if match := _PREFIX.match(text, at):
        prefix, start = match[1].casefold(), match.end()
    if start < len(text) and text[start] in "\"'":
        end = text.find(text[start], start + 1)
        if end < 0:
            raise FilterError("This quote is not closed.", start, len(text))
        return Token(TokenKind.QUOTED, text[start + 1 : end], at, end + 1, prefix)
    if match := WORD.match(text, start):
        return Token(TokenKind.WORD, match[0], at, match.end(), prefix)
    if prefix:
        raise FilterError(f"A value is missing after {prefix}:", at, start)
    raise FilterError(f"{character!r} is not allowed here.", at, at + 1)
