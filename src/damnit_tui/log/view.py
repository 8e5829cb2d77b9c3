"""The lines of a log on the screen."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from damnit_daemon.logs import LineKind, LogLine, kind_of

from ..sanitize import visible
from ..themes import component, component_classes
from .pager import Page

TAB = 4
LOOKS = {
    LineKind.SECTION: "title",
    LineKind.ERROR: "failure",
    LineKind.WARNING: "warning",
    LineKind.OUTCOME: "quiet",
}


class LogView(Widget):
    """Draw a page; lines too long for the screen are cut, and can be scrolled sideways."""

    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        padding: 0 1;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes(
        *LOOKS.values(), "highlight", "warning"
    )

    page: reactive[Page] = reactive(Page)
    left: reactive[int] = reactive(0)
    """Number of columns scrolled out of view on the left."""

    @property
    def longest(self) -> int:
        """Width of the longest line shown."""
        return max((len(_shown(line)) for line in self.page.lines), default=0)

    def render_line(self, y: int) -> Strip:
        """Render one line of the log."""
        width = self.size.width
        if y < len(self.page.lines):
            line = self.page.lines[y]
            strip = Strip([Segment(_shown(line), self._style(line))])
            return strip.crop_extend(self.left, self.left + width, self.rich_style)
        if y == 0 and self.page.problem:
            style = self.get_component_rich_style(component("warning"))
            return Strip([Segment(visible(self.page.problem), style)]).crop_extend(0, width, style)
        return Strip.blank(width, self.rich_style)

    def _style(self, line: LogLine) -> Style:
        if line.start == self.page.match:
            return self.get_component_rich_style(component("highlight"))
        kind = kind_of(line.text)
        if kind is LineKind.PLAIN:
            return self.rich_style
        return self.get_component_rich_style(component(LOOKS[kind]))


def _shown(line: LogLine) -> str:
    return visible(line.text.expandtabs(TAB))
