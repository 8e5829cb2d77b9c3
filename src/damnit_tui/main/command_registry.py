"""The commands of the main screen, which its keys and its `:` line run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion

    Complete = Callable[[str, int], Completion | None]
    """Text of the argument, and the position of the cursor in it → completions."""


class LineCommand(NamedTuple):
    """A command of the `:` line."""

    run: Callable[[str], object]
    """Takes the argument as typed. If it cannot parse that, it raises `FilterError`, with the
    position counted from the start of the argument."""
    complete: Complete | None = None


class CommandRegistry:
    """Functions by the id of their key in the keymap, and by their name on the `:` line."""

    def __init__(self) -> None:
        self.keys: dict[str, Callable[[], object]] = {}
        """Functions and coroutine functions."""
        self.lines: dict[str, LineCommand] = {}

    def add(self, id: str, run: Callable[[], object]) -> None:
        """Register the command of a key."""
        self.keys[id] = run

    def add_line(
        self, name: str, run: Callable[[str], object], complete: Complete | None = None
    ) -> None:
        """Register a command of the `:` line."""
        self.lines[name] = LineCommand(run, complete)

    async def run(self, id: str) -> None:
        """Run the command of a key."""
        result = self.keys[id]()
        if inspect.isawaitable(result):
            await result
