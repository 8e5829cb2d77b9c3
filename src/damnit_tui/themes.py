"""The colours of the app: dark, light, high contrast, and colour-blind.

Marks carry the meaning in each of them, and without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import App
from textual.driver import Driver
from textual.filter import LineFilter
from textual.theme import Theme

from .terminal.contrast import ReadableText

Result = TypeVar("Result")

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
# After Okabe and Ito: blue against orange and yellow, which everyone can distinguish.
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


# After Okabe and Ito, distinguishable for the colour-blind; on white darker shades of the hues.
SERIES = {
    True: ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"),
    False: ("#0072b2", "#b86e00", "#00795a", "#b0417f", "#6b7a00", "#b02a1a"),
}
"""True for dark themes → the colours of series, as variables `$series-0`, …"""


class ThemedApp(App[Result]):
    """An app with this project's themes, in which all text is readable."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        """Start with the default theme."""
        super().__init__(driver_class=driver_class)
        self._readable = ReadableText()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of series."""
        return {f"series-{n}": each for n, each in enumerate(SERIES[self.current_theme.dark])}

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters, and the one for readable text where colours are known."""
        filters = super().get_line_filters()
        return filters if self.native_ansi_color else [*filters, self._readable]
