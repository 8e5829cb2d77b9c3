"""What the parts of the main screen have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from ..data.feed import Feed
    from ..data.session import Session
    from ..table.widget import RunTable
    from ..widgets.status import Status


class MainPart(Screen[None]):
    """A part of the main screen: actions that belong together.

    `MainScreen` is all parts in one, and makes what they share.
    """

    if TYPE_CHECKING:
        session: Session
        feed: Feed
        table: RunTable
        status: Status
        _zone: tzinfo | None
        _clock: Callable[[], float]

        def action_clear_filter(self) -> None:
            """Show all runs."""

        def describe(self) -> None:
            """Say in full what one points at."""

        def fold_notes(self, folded: bool) -> None:
            """Have notes out of the way, or between the runs."""

        def action_details(self) -> None:
            """Show all values of the run."""

        def action_follow(self) -> None:
            """Go along with new runs, or stop doing so."""

        def may_leave(self) -> bool:
            """Whether nothing that was typed would be lost."""
