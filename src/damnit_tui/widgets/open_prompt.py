"""The open prompt of a screen, whose keys the footer shows."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widget import Widget


def prompt_owner(screen: Screen[Any]) -> str:
    """Return the key owner of the focused prompt; empty without one."""
    focused = screen.focused
    nodes = focused.ancestors_with_self if focused is not None else ()
    return next(filter(None, (getattr(node, "key_owner", "") for node in nodes)), "")


def follow_prompt(footer: Widget) -> None:
    """Redraw a footer when a prompt opens or closes."""

    def draw() -> None:
        footer.refresh()

    footer.watch(footer.screen, "focused", draw, init=False)
