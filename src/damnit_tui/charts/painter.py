"""Axes, ticks, lines and points, painted by plotext; the only place that imports it, when needed.

plotext keeps one global figure, hence the lock. It is given positions from 0 to 1 and not the
data: plotext 5.3 fails on a logarithm of 0 and on infinity, labels its own ticks at odd numbers
(0.00, 33.3, 66.7), and walks every step of a line that leaves the picture.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any, NamedTuple

from .frame import GUTTER

_LOCK = threading.Lock()


Ticks = tuple[tuple[int, str], ...]
"""Places and labels."""


class Stroke(NamedTuple):
    """Dots, two by four in a character, from the left bottom.

    `math.nan`, that very object so that equal strokes compare equal, breaks a line.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    is_line: bool


@lru_cache(maxsize=16)
def paint(
    size: tuple[int, int], stroke: Stroke | None, x_ticks: Ticks, y_ticks: Ticks
) -> tuple[str, ...]:
    """Paint a chart. The last 16 are cached: moving the cursor changes none of this.

    Args:
        size: Columns and rows of the data area; at least 1.
        stroke: A line or points; None for empty axes.
        x_ticks: Columns.
        y_ticks: Rows from the bottom; labels are at most `GUTTER` - 2 wide.

    Returns:
        From the top: rows of `GUTTER` characters for labels and axis and then the data, a row of
        the x axis and one of its labels.
    """
    import plotext  # only here: most sessions draw no chart

    width, height = size
    with _LOCK:
        plotext.clear_figure()
        plotext.limit_size(False, False)
        plotext.plot_size(GUTTER + width, height + 2)
        plotext.theme("clear")
        plotext.xaxes(True, False)
        plotext.yaxes(True, False)
        plotext.xlim(0, 1)
        plotext.ylim(0, 1)
        # Never without ticks: plotext would drop the room for labels.
        columns, names = zip(*x_ticks or [(0, " ")], strict=True)
        plotext.xticks(_shares(columns, width), list(names))
        rows, labels = zip(*y_ticks or [(0, "")], strict=True)
        plotext.yticks(_shares(rows, height), [f"{label:>{GUTTER - 2}} " for label in labels])
        stroke = stroke or Stroke((), (), is_line=False)  # without one, no ticks
        draw = plotext.plot if stroke.is_line else plotext.scatter
        x, y = _shares(stroke.x, 2 * width), _shares(stroke.y, 4 * height)
        draw(x, y, marker="braille")
        painted = plotext.build()
    return tuple(plotext.uncolorize(painted).split("\n")[:-1])


def _shares(places: Any, count: int) -> list[float]:
    return [place / max(1, count - 1) for place in places]
