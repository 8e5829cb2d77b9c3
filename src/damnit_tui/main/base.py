"""Base class of the parts of the main screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from ..data.feed import Feed
    from ..data.session import Session
    from ..table.context import TableContext
    from ..table.widget import RunTable
    from ..widgets.prompt_bar import PromptBar
    from ..widgets.status import Status
    from .command_registry import CommandRegistry


class MainPart(Screen[None]):
    """Part of the main screen: a group of related actions.

    `MainScreen` combines all parts and creates what they share.
    """

    if TYPE_CHECKING:
        session: Session
        context: TableContext
        feed: Feed
        table: RunTable
        status: Status
        commands: CommandRegistry
        prompt_bar: PromptBar
        _zone: tzinfo | None
        _clock: Callable[[], float]

        def action_clear_filter(self) -> None:
            """Show all runs."""

        def describe(self) -> None:
            """Describe the cell under the pointer or cursor in full."""

        def action_follow(self) -> None:
            """Toggle following new runs."""
