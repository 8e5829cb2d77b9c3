"""Errors of variables that cannot be evaluated, traced to the root; the texts are DAMNIT's."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from .variable import Skip

LONGEST_MESSAGE = 65_536
"""Maximum characters kept of an error message, which goes through pipes, files and a database."""


class DependencyError(Exception):
    """A required variable has no value.

    Attributes:
        causes: The direct dependencies that failed, with their exceptions.
    """

    def __init__(self, message: str, causes: Mapping[str, BaseException]) -> None:
        super().__init__(message)
        self.causes = dict(causes)


class DependencySkip(Skip):
    """The same if all missing variables were skipped, or their source is not in the run."""

    def __init__(self, message: str, causes: Mapping[str, BaseException]) -> None:
        super().__init__(message)
        self.causes = dict(causes)


# Stored under the name that DAMNIT's readers expect.
DependencySkip.__name__ = "Skip"


def message_of(error: BaseException) -> str:
    """Return the message as DAMNIT stores it: for a KeyError, the bare repr of its key."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - __str__ of the user's exception
        return f"({type(error).__name__} whose message cannot be printed)"
    if len(text) > LONGEST_MESSAGE:
        left_out = len(text) - LONGEST_MESSAGE
        text = f"{text[:LONGEST_MESSAGE]}\n… {left_out} more characters"
    return text


def dependency_error(missing: Sequence[str], errors: Mapping[str, BaseException]) -> Exception:
    """Return the exception for a variable whose dependencies `missing` have no value."""
    causes = {name: errors[name] for name in dict.fromkeys(missing) if name in errors}
    if not causes:
        lines = [f"- {name!r}" for name in dict.fromkeys(missing)]
        return Skip("\n".join(["Dependencies returned no data:", *lines]))
    text = "\n".join(["Skipped due to missing dependency:", *_tree(causes)])
    if all(_means_no_data(error) for error in causes.values()):
        return DependencySkip(text, causes)
    return DependencyError(text, causes)


def _means_no_data(error: BaseException) -> bool:
    """Return True if there is nothing to compute, not a failure for dependents (DAMNIT's rule)."""
    missing = getattr(sys.modules.get("extra_data.exceptions"), "SourceNameError", Skip)
    return isinstance(error, (Skip, missing))


def _tree(causes: Mapping[str, BaseException]) -> Iterator[str]:
    for index, (name, error) in enumerate(causes.items()):
        last = index == len(causes) - 1
        branch, below = ("└ ", "   ") if last else ("├ ", "│  ")
        inherited = isinstance(error, (DependencyError, DependencySkip))
        if inherited:
            yield f"{branch}({name}) skipped"
            yield from (below + line for line in _tree(error.causes))  # type: ignore[attr-defined]
        else:
            yield from _leaf(name, error, branch, below)


def _leaf(name: str, error: BaseException, branch: str, below: str) -> Iterator[str]:
    kind = type(error).__name__
    first, *rest = message_of(error).splitlines() or [""]
    yield f"{branch}({name}) failed: {kind}" + (f": {first}" if first else "")
    yield from (below + line for line in rest)
