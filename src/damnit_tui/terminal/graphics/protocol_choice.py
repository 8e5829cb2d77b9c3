"""Which way to draw pictures suits a terminal; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, get_args

GraphicsSetting = Literal["auto", "kitty", "blocks", "none"]
"""What somebody may say: `none` are shades."""
WANTED: tuple[GraphicsSetting, ...] = get_args(GraphicsSetting)
FIRST_KITTY = (0, 28)
"""The version of kitty from which it knows placeholders."""
_VERSION = re.compile(r"\s*(kitty|ghostty)\b\D*(\d*)\.?(\d*)", re.IGNORECASE)
_SILENT = ("dumb", "linux", "screen", "tmux", "vt", "cons")
"""Terminals, by how TERM begins, that print what they do not know, or answer for another one."""


class Graphics(StrEnum):
    """A way to draw pictures."""

    SHADES = "shades"
    """Characters of different weight: no colours are needed."""
    BLOCKS = "blocks"
    """Half blocks: two coloured pixels a character."""
    KITTY = "kitty"
    """Pixels, by kitty's protocol with placeholders."""


def choose_graphics(
    wanted: str,
    environment: Mapping[str, str],
    colour_system: str | None,
    *,
    lite: bool = False,
    has_pixels: bool = False,
) -> Graphics:
    """The best way that this terminal takes.

    Args:
        wanted: One of `WANTED`, as somebody said.
        environment: Of the process.
        colour_system: What Rich found: `truecolor`, `256`, `standard`; None where nobody knows.
        lite: Whether the line is slow.
        has_pixels: Whether the terminal has said that it takes placeholders.
    """
    if environment.get("NO_COLOR") or wanted == "none":
        return Graphics.SHADES
    if wanted == "kitty":
        return Graphics.KITTY
    if wanted == "blocks":
        return Graphics.BLOCKS
    if has_pixels and not lite:
        return Graphics.KITTY
    is_poor = lite or colour_system in ("standard", "windows")
    return Graphics.SHADES if is_poor else Graphics.BLOCKS


def takes_placeholders(version: str) -> bool:
    """Tell whether a terminal of that name and version draws images behind placeholders.

    By name: others say yes to kitty's own question (WezTerm, Konsole) and then show the
    placeholders as they are.

    Args:
        version: Its answer to XTVERSION: `kitty(0.35.2)`, `ghostty 1.1.3`.
    """
    match = _VERSION.match(version)
    if match is None:
        return False
    if match[1].lower() == "ghostty":
        return True
    return bool(match[2]) and (int(match[2]), int(match[3] or 0)) >= FIRST_KITTY


def may_ask(wanted: str, environment: Mapping[str, str], *, lite: bool = False) -> bool:
    """Tell whether the answer would matter, and the question does no harm."""
    # tmux would answer for itself, and loses images whose terminal is not quick enough.
    if wanted != "auto" or lite or environment.get("NO_COLOR") or environment.get("TMUX"):
        return False
    term = environment.get("TERM", "")
    return bool(term) and not term.startswith(_SILENT)


def is_in_tmux(environment: Mapping[str, str]) -> bool:
    """Tell whether tmux is between us and the terminal, here or on the machine before."""
    return bool(environment.get("TMUX")) or environment.get("TERM", "").startswith("tmux")
