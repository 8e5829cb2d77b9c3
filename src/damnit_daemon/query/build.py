"""Build conditions from `column operator value`. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Column
from ..run_ranges import parse_run_ranges
from .cells import PROPOSAL, RUN, TIME, parse_number
from .errors import FilterError
from .predicates import Among, Compares, Condition, Matches, Not, RunAmong, Some, Within
from .safe_regex import compile_pattern
from .times import Moment
from .tokens import Token, TokenKind


def compare(column: Column, operator: Token, value: Token, moment: Moment) -> Condition:
    """Build the condition for `xgm > 500` or `time < 10:00`.

    Raises:
        FilterError: If the value is not valid for the column.
    """
    if column.name == TIME.name:
        return _compare_time(operator, value, moment)
    number = None if value.kind is TokenKind.QUOTED else parse_number(value.text)
    if column.name in (RUN.name, PROPOSAL.name) and number is None:
        raise wrong(f"{value.text!r} is not a {column.name} number.", value)
    return Compares(column, operator.text, value.text, number)


def match(column: Column, value: Token) -> Condition:
    """Build the condition for `comment ~ dark|junk`.

    Raises:
        FilterError: If the pattern is not valid, or could take exponential time.
    """
    if column.name == TIME.name:
        raise wrong("Compare times with < or >.", value)
    try:
        return Matches(column, compile_pattern(value.text))
    except ValueError as error:
        raise wrong(f"This pattern cannot be used: {error}.", value) from None


def among(column: Column, options: Sequence[Token], moment: Moment) -> Condition:
    """Build the condition for `run in 17,20-32` or `sample in LaB6,"dark 2"`.

    Raises:
        FilterError: If one of the values is not valid for the column.
    """
    if column.name == RUN.name:
        return RunAmong(frozenset(n for option in options for n in _run_numbers(option)))
    if column.name == TIME.name:
        equal = Token(TokenKind.OPERATOR, "=", 0, 0)
        return Some(tuple(_compare_time(equal, option, moment) for option in options))
    numbers = [parse_number(o.text) for o in options if o.kind is not TokenKind.QUOTED]
    return Among(
        column,
        tuple(option.text for option in options),
        tuple(number for number in numbers if number is not None),
    )


def wrong(message: str, token: Token) -> FilterError:
    """Return a `FilterError` that points at a token."""
    return FilterError(message, token.start, token.end)


def _run_numbers(option: Token) -> list[int]:
    try:
        return parse_run_ranges(option.text)
    except ValueError as error:
        raise wrong(f"{str(error).capitalize()}.", option) from None


def _compare_time(operator: Token, value: Token, moment: Moment) -> Condition:
    try:
        start, end = moment.parse_span(value.text)
    except ValueError:
        raise FilterError(
            f"{value.text!r} is not a time.",
            value.start,
            value.end,
            hint='For example 10:00, 2026-11-24, "2026-11-24 10:00", -2h or yesterday.',
        ) from None
    if operator.text in ("=", "!="):
        within = Within(TIME, start, end)
        return within if operator.text == "=" else Not(within)
    return Compares(TIME, operator.text, value.text, start)
