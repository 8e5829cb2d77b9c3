"""Build conditions from `column operator value`. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Column, Content
from ..model.sanitize import show_controls
from ..run_ranges import parse_run_ranges
from .cells import PROPOSAL, RUN, TIME, parse_number
from .errors import FilterError
from .predicates import Among, Compares, Condition, Matches, Not, RunAmong, Some, Within
from .safe_regex import compile_pattern
from .times import Moment
from .tokens import Token, TokenKind, quoted


def compare(
    column: Column, operator: Token, value: Token, moment: Moment, content: Content
) -> Condition:
    """Build the condition for `xgm > 500` or `time < 10:00`.

    Args:
        column: The column.
        operator: The operator.
        value: The value to compare with.
        moment: Reference for relative times.
        content: What the column contains, if that is known.

    Raises:
        FilterError: If the value is not valid for the column.
    """
    if column.name == TIME.name:
        return _compare_time(operator, value, moment)
    number = None if value.kind is TokenKind.QUOTED else parse_number(value.text)
    if column.name in (RUN.name, PROPOSAL.name) and number is None:
        raise wrong(f"{value.text!r} is not a {column.name} number.", value)
    if column.name == RUN.name and number is not None and operator.text in ("=", "!="):
        _check_run(number, value)
    _check_comparable(column, value, content, is_order=operator.text not in ("=", "!="))
    return Compares(column, operator.text, value.text, number)


def match(column: Column, value: Token, content: Content) -> Condition:
    """Build the condition for `comment ~ dark|junk`.

    Raises:
        FilterError: If the pattern is not valid, or could take exponential time.
    """
    if column.name == TIME.name:
        raise wrong("Compare times with < or >.", value)
    _check_no_blobs(column, value, content)
    try:
        return Matches(column, compile_pattern(value.text))
    except ValueError as error:
        raise wrong(f"This pattern cannot be used: {error}.", value) from None


def among(column: Column, options: Sequence[Token], moment: Moment, content: Content) -> Condition:
    """Build the condition for `run in 17,20-32` or `sample in LaB6,"dark 2"`.

    Raises:
        FilterError: If one of the values is not valid for the column.
    """
    if column.name == RUN.name:
        return RunAmong(frozenset(n for option in options for n in _run_numbers(option)))
    if column.name == TIME.name:
        equal = Token(TokenKind.OPERATOR, "=", 0, 0)
        return Some(tuple(_compare_time(equal, option, moment) for option in options))
    for option in options:
        _check_comparable(column, option, content)
    numbers = [parse_number(o.text) for o in options if o.kind is not TokenKind.QUOTED]
    return Among(
        column,
        tuple(option.text for option in options),
        tuple(number for number in numbers if number is not None),
    )


def wrong(message: str, token: Token, hint: str = "") -> FilterError:
    """Return a `FilterError` that points at a token."""
    return FilterError(message, token.start, token.end, hint=hint)


def _check_comparable(
    column: Column, value: Token, content: Content, *, is_order: bool = False
) -> None:
    """Refuse a comparison that is false for each value of the column.

    Raises:
        FilterError: If it is.
    """
    _check_no_blobs(column, value, content)
    number, title = parse_number(value.text), show_controls(column.title)
    is_number = number is not None and value.kind is not TokenKind.QUOTED
    if column.type == "boolean":
        if not is_number or (not is_order and number not in (0, 1)):
            raise wrong(f"{value.text!r} is neither yes nor no.", value)
    elif column.type in ("integer", "number") or content is Content.NUMBERS:
        if not is_number:
            hint = "A quoted value is a text." if number is not None else ""
            raise wrong(f"{value.text!r} is not a number, and {title} has no texts.", value, hint)
    elif is_order and is_number and (column.type == "string" or content is Content.TEXTS):
        raise wrong(
            f"{value.text} is a number, and {title} has no numbers.",
            value,
            f'Use "{value.text}" to compare it as a text.',
        )


def _check_no_blobs(column: Column, value: Token, content: Content) -> None:
    if content is Content.BLOBS:
        title, name = show_controls(column.title), quoted(column.name)
        has = f"Use has:{name} to find them." if name else ""
        raise wrong(f"{title} has no numbers or texts.", value, has)


def _check_run(number: float, value: Token) -> None:
    if not number.is_integer():
        raise wrong(f"{value.text!r} is not a run number.", value)


def _run_numbers(option: Token) -> list[int]:
    try:
        return parse_run_ranges(option.text)
    except ValueError as error:
        raise wrong(f"{str(error).capitalize()}.", option) from None


def _compare_time(operator: Token, value: Token, moment: Moment) -> Condition:
    try:
        start, end = moment.parse_span(value.text)
    except ValueError:
        hint = 'For example 10:00, 2026-11-24, "2026-11-24 10:00", -2h or yesterday.'
        raise wrong(f"{value.text!r} is not a time.", value, hint) from None
    if operator.text in ("=", "!="):
        within = Within(TIME, start, end)
        return within if operator.text == "=" else Not(within)
    return Compares(TIME, operator.text, value.text, start)
