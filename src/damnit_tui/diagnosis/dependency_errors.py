"""Parse the runner's message for a variable whose dependencies have no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MISSING = "Skipped due to missing dependency:"
NO_DATA = "Dependencies returned no data:"
RETURNED_NONE = "The function returned None"

_NODE = re.compile(
    r"^(?P<indent>[│ ]*)[├└] \((?P<name>[^)]*)\) (?P<what>skipped|failed: )(?P<rest>.*)$"
)
_NO_DATA = re.compile(r"^- '(?P<name>[^']+)'$")
_LEAF = re.compile(r"^(?P<kind>\w+)(?:: (?P<message>.*))?$", re.DOTALL)


class FailedDependency(NamedTuple):
    """A variable in such a message."""

    name: str
    depth: int
    """0 for a direct dependency; 1 for a dependency of one; and so on."""
    kind: str
    """The class of its error; empty if its own dependencies failed."""
    message: str


def is_about_others(message: str) -> bool:
    """Return True if an error only reports that another variable has no value."""
    return message.startswith((MISSING, NO_DATA))


def blamed(message: str) -> list[FailedDependency]:
    """The failed dependencies listed in a message; empty for any other message."""
    if message.startswith(NO_DATA):
        found = (_NO_DATA.match(line) for line in message.splitlines())
        return [FailedDependency(m["name"], 0, "Skip", RETURNED_NONE) for m in found if m]
    return list(_nodes(message)) if message.startswith(MISSING) else []


def _nodes(message: str) -> Iterator[FailedDependency]:
    open_: FailedDependency | None = None
    more: list[str] = []
    for line in message.splitlines()[1:]:
        match = _NODE.match(line)
        if match is None:
            if open_ is not None:  # a multi-line message continues
                more.append(line[3 * (open_.depth + 1) :])
            continue
        if open_ is not None:
            yield open_._replace(message="\n".join([open_.message, *more]))
        more = []
        leaf = _LEAF.match(match["rest"]) if match["what"].startswith("failed") else None
        kind, text = (leaf["kind"], leaf["message"] or "") if leaf else ("", "")
        open_ = FailedDependency(match["name"], len(match["indent"]) // 3, kind, text)
    if open_ is not None:
        yield open_._replace(message="\n".join([open_.message, *more]))
