"""Shared base of the plot screen's parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.screen import Screen

from damnit_daemon.model import RunKey

from ..data.session import Session
from ..table.rows import Rows
from .data import Points
from .render import Drawn
from .state import PlotState


@dataclass(frozen=True)
class PlotSurroundings:
    """Access to the table that the screen was opened from."""

    rows: Rows
    marked: Callable[[], Sequence[RunKey]]
    cursor_name: Callable[[], str]
    """Returns the name of the variable under the table's cursor."""
    keep: Callable[[PlotState], object]
    """Called on each change, so that the plot can be reopened."""
    go_to: Callable[[RunKey], object]
    copy: Callable[[str], object]


class PlotPart(Screen[None]):
    """A part of the screen: `PlotScreen` combines all parts and creates what they share."""

    if TYPE_CHECKING:
        state: PlotState
        points: Points
        drawn: Drawn | None
        _around: PlotSurroundings
        change: Callable[[PlotState], None]
        _session: Session
        what_is_plotted: Callable[[], list[str]]
        _keys: Callable[[], tuple[RunKey, ...]]
