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
        _zone: tzinfo | None
        _clock: Callable[[], float]
