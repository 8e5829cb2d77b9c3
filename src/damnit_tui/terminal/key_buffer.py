"""Deliver keys typed ahead, on a slow line or by a fast typist, to their intended target.

A key that opens a prompt or a screen takes a moment to do so. Keys that follow it would go to
the old focus: the table would take letters for commands, and the prompt would lack them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from textual import events
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

PATIENCE_S = 2.0
"""Longest time a key is held, in any case."""

_NAME = "_damnit_aimed_at"


def aim(event: events.Key, focused: Widget | None) -> None:
    """Record the focused widget when a key arrives."""
    setattr(event, _NAME, focused)


def missed(event: events.Key, focused: Widget | None) -> events.Key | None:
    """Return the key for redelivery; None if it was meant for the current focus.

    Args:
        event: An unhandled key.
        focused: The widget that has the focus now.
    """
    if getattr(event, _NAME, focused) is focused:
        return None
    return _again(event)


def _again(event: events.Key) -> events.Key:
    again = events.Key(event.key, event.character)
    again.time = event.time
    return again


class KeyBuffer:
    """Hold keys that arrive while a command key in a text is being handled.

    A text takes letters at once; all other keys bubble up to the app first. In a burst, as on a
    slow line, letters would overtake them: `tset⌫⌫⌫est` would end as `tset`, and `/dark⏎jj` with
    two extra letters in the text and a table that does not move.

    Args:
        deliver: Handles a key as if it had just arrived.
    """

    def __init__(self, deliver: Callable[[events.Key], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._keys: list[events.Key] = []
        self._turn = 0
        self._holds = False
        self._builds = False
        self._last: Widget | None = None

    def take(self, event: events.Key) -> bool:
        """Hold a key if necessary; return True if it was held."""
        if self._holds:
            self._keys.append(event)
        return self._holds

    async def begin(self, event: events.Key, focused: Widget | None) -> None:
        """Hold the keys after a command key in a text, until all its effects are done.

        The key bubbles up to the app, which runs its binding; messages sent by that bubble up, too,
        and each widget on the way may send more because of them. So wait until each of them is
        idle, twice in a row, in two passes.

        Args:
            event: Any key.
            focused: The widget that received it.
        """
        if focused is None or event.is_printable or not focused.check_consume_key("a", "a"):
            return
        await self._hold(focused)

    async def follow(self, event: events.Key, focused: Widget | None) -> bool:
        """Hold a key, and those after it, if the focus has moved since the previous one.

        Keys sent to the previous focus may still be on their way back from it, and came first.

        Args:
            event: A key that arrives.
            focused: The widget that has the focus now.

        Returns:
            True if the key is held.
        """
        last, self._last = self._last, focused
        if last is None or last is focused or not last.is_attached:
            return False
        self._keys.append(event)
        await self._hold(last)
        return True

    async def wait_for(self, screen: Screen[Any], event: events.Key) -> bool:
        """Hold a key, and those after it, until a screen is built and a widget has the focus.

        Args:
            screen: The top screen.
            event: A key that arrives, or one that was meant for the previous screen.

        Returns:
            True if the key is held; False if the screen is ready.
        """
        if screen.is_mounted and not self._builds:
            return False
        self._keys.append(_again(event))
        if not self._builds:
            self._holds, self._builds, self._turn = True, True, self._turn + 1
            screen.app.set_timer(PATIENCE_S, partial(self._release, self._turn))
            await self._pass_on(iter([screen, screen.app] * 2), self._turn)
        return True

    async def _hold(self, widget: Widget) -> None:
        """Hold keys until a widget and all above it have been idle twice."""
        self._holds, self._turn = True, self._turn + 1
        widget.app.set_timer(PATIENCE_S, partial(self._release, self._turn))
        way_up = [node for node in widget.ancestors_with_self for _ in range(2)]
        await self._pass_on(iter(way_up * 2), self._turn)

    async def _pass_on(self, nodes: Iterator[DOMNode], turn: int) -> None:
        for node in nodes:
            if node.call_later(self._pass_on, nodes, turn):
                return
        await self._release(turn)

    async def _release(self, turn: int) -> None:
        if not self._holds or turn != self._turn:
            return
        self._holds = self._builds = False
        keys, self._keys = self._keys, []
        # A key sent to the previous focus returns later than those that followed it.
        for key in sorted(keys, key=lambda key: key.time):
            await self._deliver(key)
