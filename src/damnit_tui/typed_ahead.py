"""Keys that were typed ahead, on a slow line or by somebody quick, reach what they were meant for.

A key that opens a prompt takes a moment to do so. Those that follow it were aimed at what
had the focus before: the table would take letters for orders, and the prompt lack them.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget

_NAME = "_damnit_aimed_at"


def aim(event: events.Key, focused: Widget | None) -> None:
    """Note what has the focus when a key comes in."""
    setattr(event, _NAME, focused)


def missed(event: events.Key, focused: Widget | None) -> events.Key | None:
    """The key once more, for what has the focus now; None if it was aimed at that.

    Args:
        event: A key that nobody has taken.
        focused: What has the focus by now.
    """
    if getattr(event, _NAME, focused) is focused:
        return None
    again = events.Key(event.key, event.character)
    aim(again, focused)
    return again
