"""Keys that were typed ahead, on a slow line or by somebody quick, reach what they were meant for.

A key that opens a prompt or a screen takes a moment to do so. Those that follow it were aimed at
what had the focus before: the table would take letters for orders, and the prompt lack them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

from textual import events
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

PATIENCE_S = 0.5
"""Longer no key is held, whatever goes on."""

_NAME = "_damnit_aimed_at"


def aim(event: events.Key, focused: Widget | None) -> None:
    """Note what has the focus when a key comes in."""
    setattr(event, _NAME, focused)


def missed(event: events.Key, focused: Widget | None) -> events.Key | None:
    """The key once more, as if it came in now; None if it was aimed at that.

    Args:
        event: A key that nobody has taken.
        focused: What has the focus by now.
    """
    if getattr(event, _NAME, focused) is focused:
        return None
    return _again(event)


def _again(event: events.Key) -> events.Key:
    again = events.Key(event.key, event.character)
    again.time = event.time
    return again


class KeyBuffer:
    """Keys that come while an order in a text is being carried out, for what is there after it.

    A text takes letters at once; all other keys go up to the app first. In a burst, as of a slow
    line, letters would overtake them: `tset⌫⌫⌫est` would end as `tset`, and `/dark⏎jj` with a text
    that has two letters too many and a table that does not move.

    Args:
        deliver: Takes a key as if it came in now.
    """

    def __init__(self, deliver: Callable[[events.Key], Awaitable[None]]) -> None:
        self._deliver = deliver
        self._keys: list[events.Key] = []
        self._turn = 0
        self._holds = False
        self._builds = False

    def take(self, event: events.Key) -> bool:
        """Keep a key for later; tell whether that was necessary."""
        if self._holds:
            self._keys.append(event)
        return self._holds

    async def begin(self, event: events.Key, focused: Widget | None) -> None:
        """Hold what follows an order in a text, until all that it leads to has been done.

        The key goes up to the app, which calls what is bound to it; what that sends goes up, too,
        and each widget on the way may send something else because of it. So all of them are asked
        to tell when they have nothing to do any more, twice, and twice each.

        Args:
            event: Any key.
            focused: What has got it.
        """
        if focused is None or event.is_printable or not focused.check_consume_key("a", "a"):
            return
        self._holds, self._turn = True, self._turn + 1
        focused.app.set_timer(PATIENCE_S, partial(self._release, self._turn))
        way_up = [node for node in focused.ancestors_with_self for _ in range(2)]
        await self._pass_on(iter(way_up * 2), self._turn)

    async def wait_for(self, screen: Screen[Any], event: events.Key) -> bool:
        """Hold a key, and what follows it, until a screen is built and something has the focus.

        Args:
            screen: The one on top.
            event: A key that comes in, or one that was aimed at what was there before.

        Returns:
            Whether the key is held: not if the screen is there.
        """
        if screen.is_mounted and not self._builds:
            return False
        self._keys.append(_again(event))
        if not self._builds:
            self._holds, self._builds, self._turn = True, True, self._turn + 1
            screen.app.set_timer(PATIENCE_S, partial(self._release, self._turn))
            await self._pass_on(iter([screen, screen.app] * 2), self._turn)
        return True

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
        # One that went to what was there before comes back later than those that followed it.
        for key in sorted(keys, key=lambda key: key.time):
            await self._deliver(key)
