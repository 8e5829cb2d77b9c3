"""Compile untrusted regular expressions; reject those that could backtrack for ever. Pure."""

from __future__ import annotations

import re
import warnings

LONGEST = 200
MOST_REPEATS = 5
"""Each unbounded repeat multiplies the cost of a text that does not match."""

_OPEN_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}|\{\d{3,}\}")


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern, case-insensitive.

    Raises:
        ValueError: If it is not valid, or could take for ever; the text says why.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(str(error.msg)) from error
    except (OverflowError, RecursionError) as error:
        raise ValueError("it is too large") from error
    if _is_costly(text):
        raise ValueError("nested repetitions could take forever")
    return found


def _is_costly(text: str) -> bool:
    """Return True if a group with a repetition or alternatives is itself repeated."""
    groups = [False]
    """For each open group, True if repeating it would be costly."""
    repeats = at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
            continue
        if character == "[":
            at = _end_of_set(text, at)
            continue
        closed = False
        if character == "(":
            groups.append(False)
        elif character == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] |= closed
        elif character == "|":
            groups[-1] = True
        at += 1
        if character != "(" and (match := _OPEN_REPEAT.match(text, at)):
            if closed:
                return True
            groups[-1] = True
            repeats += 1
            at = match.end()
    return repeats > MOST_REPEATS


def _end_of_set(text: str, at: int) -> int:
    """Return where a `[…]` ends; it counts as a single character when repeated."""
    at += 2 if text[at + 1 : at + 2] == "^" else 1
    at += 1  # a bracket in first place is literal
    while at < len(text) and text[at] != "]":
        at += 2 if text[at] == "\\" else 1
    return at
