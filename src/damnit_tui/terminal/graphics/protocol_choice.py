"""Choose how to draw pictures in a terminal; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, get_args

GraphicsSetting = Literal["auto", "kitty", "blocks", "none"]
"""The user's setting: `none` means shades."""
WANTED: tuple[GraphicsSetting, ...] = get_args(GraphicsSetting)
FIRST_KITTY = (0, 28)
"""The first version of kitty with placeholders."""
_VERSION = re.compile(r"\s*(kitty|ghostty)\b\D*(\d*)\.?(\d*)", re.IGNORECASE)
_SILENT = ("dumb", "linux", "screen", "tmux", "vt", "cons")
"""Terminals, by prefix of TERM, that print unknown sequences, or reply for another one."""


class Graphics(StrEnum):
    """A way to draw pictures."""

    SHADES = "shades"
    """Characters of different weight: works without colours."""
    BLOCKS = "blocks"
    """Half blocks: two coloured pixels per character."""
    KITTY = "kitty"
    """Pixels, by kitty's protocol with placeholders."""


def choose_graphics(
    setting: str,
    environment: Mapping[str, str],
    colour_system: str | None,
    *,
    lite: bool = False,
    has_pixels: bool = False,
) -> Graphics:
    """Return the best graphics that this terminal supports.

    Args:
        setting: A `GraphicsSetting`, as the user set it.
        environment: The environment of the process.
        colour_system: As detected by Rich: `truecolor`, `256`, `standard`; None if unknown.
        lite: True if the line is slow.
        has_pixels: True if the terminal has reported support for placeholders.
    """
    if environment.get("NO_COLOR") or setting == "none":
        return Graphics.SHADES
    if setting == "kitty":
        return Graphics.KITTY
    if setting == "blocks":
        return Graphics.BLOCKS
    if has_pixels and not lite:
        return Graphics.KITTY
    is_poor = lite or colour_system in ("standard", "windows")
    return Graphics.SHADES if is_poor else Graphics.BLOCKS


def takes_placeholders(version: str) -> bool:
    """Return True if a terminal draws images behind placeholders.

    By name: others reply yes to kitty's own query (WezTerm, Konsole) and then show the
    placeholders as text.

    Args:
        version: Its reply to XTVERSION: `kitty(0.35.2)`, `ghostty 1.1.3`.
    """
    match = _VERSION.match(version)
    if match is None:
        return False
    if match[1].lower() == "ghostty":
        return True
    return bool(match[2]) and (int(match[2]), int(match[3] or 0)) >= FIRST_KITTY


def may_ask(setting: str, environment: Mapping[str, str], *, lite: bool = False) -> bool:
    """Return True if the reply would matter, and the query does no harm."""
    # tmux would reply for itself, and drops images if the terminal is too slow.
    if setting != "auto" or lite or environment.get("NO_COLOR") or environment.get("TMUX"):
        return False
    term = environment.get("TERM", "")
    return bool(term) and not term.startswith(_SILENT)


def is_in_tmux(environment: Mapping[str, str]) -> bool:
    """Return True if tmux is in front of the terminal, here or on the previous machine."""
    return bool(environment.get("TMUX")) or environment.get("TERM", "").startswith("tmux")
