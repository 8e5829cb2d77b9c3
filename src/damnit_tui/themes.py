"""The colours of the app: dark, light, high contrast, and for people who see colours differently.

Marks carry the meaning in each of them, and without colours.
"""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#0178d4",
    secondary="#004578",
    accent="#ffa62b",
    warning="#ffa62b",
    error="#ba3c5b",
    success="#4ebf71",
    foreground="#e0e0e0",
)
LIGHT = Theme(
    name="light",
    primary="#005fa8",
    secondary="#5a6a78",
    accent="#a35200",
    warning="#b86e00",
    error="#b3123c",
    success="#1b7a3d",
    foreground="#1c1c1c",
    background="#fafafa",
    surface="#ececec",
    panel="#e2e2e2",
    dark=False,
    variables={"block-cursor-foreground": "#ffffff", "footer-key-foreground": "#005fa8"},
)
HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#00d7ff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffd700",
    error="#ff8080",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    text_alpha=1.0,
    variables={
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "footer-key-foreground": "#ffff00",
    },
)
# After Okabe and Ito: blue against orange and yellow, which everybody tells apart.
COLOUR_BLIND = Theme(
    name="colour-blind",
    primary="#0072b2",
    secondary="#56b4e9",
    accent="#56b4e9",
    warning="#f0e442",
    error="#e69f00",
    success="#56b4e9",
    foreground="#e8e8e8",
    background="#101418",
    surface="#1c2228",
    panel="#262d34",
    variables={"block-cursor-foreground": "#ffffff", "footer-key-foreground": "#f0e442"},
)
THEMES = (DARK, LIGHT, HIGH_CONTRAST, COLOUR_BLIND)
NAMES = tuple(theme.name for theme in THEMES)
DEFAULT = DARK.name


def register(app: App[Any]) -> None:
    """Make the themes known to an app, and begin with the usual one."""
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = DEFAULT
