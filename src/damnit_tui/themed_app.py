"""The app in this project's themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter
from textual.theme import Theme

from .terminal.contrast import GRAPHICS, ReadableText, contrast, readable
from .themes import PALETTES, SERIES, role_variables, style_sheet

Result = TypeVar("Result")

CURSOR = "block-cursor-background"
AREAS = ("background", "surface", "panel")

THEMES = tuple(Theme(name=name, **palette) for name, palette in PALETTES.items())


class ThemedApp(App[Result]):
    """An app with this project's themes, in which all text is readable."""

    CSS: ClassVar[str] = style_sheet()

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        """Start with the default theme."""
        super().__init__(driver_class=driver_class)
        self._readable = ReadableText()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_css_variables(self) -> dict[str, str]:
        """Return the variables of the theme, and those of roles, which a theme may override."""
        theme = super().get_css_variables()
        series = SERIES[self.current_theme.dark]
        theme |= {f"series-{n}": colour for n, colour in enumerate(series)}
        if not self.native_ansi_color:  # whose colours are unknown
            theme[CURSOR] = _distinct(theme[CURSOR], [theme[area] for area in AREAS])
        self.theme_variables = {**role_variables(theme), **theme}
        return self.theme_variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return Textual's filters, and the one for readable text where colours are known."""
        filters = super().get_line_filters()
        return filters if self.native_ansi_color else [*filters, self._readable]


def _distinct(colour: str, areas: Sequence[str]) -> str:
    """Return the nearest colour that stands out against the area it differs least from."""
    behind = [Color.parse(area).rgb for area in areas]
    nearest = min(behind, key=lambda area: contrast(Color.parse(colour).rgb, area))
    return Color(*readable(Color.parse(colour).rgb, nearest, GRAPHICS)).hex
