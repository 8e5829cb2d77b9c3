"""Names that Textual does not publish, in one place; all else uses its public interface.

`tests/architecture/test_textual_internals.py` names the version they were taken from, and the
private methods that subclasses of ours override or call.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._context import active_message_pump
from textual._parser import ParseError
from textual._styles_cache import StylesCache
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.keys import _character_to_key as character_to_key
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

__all__ = [
    "OPTION_LIST",
    "SYNC_END",
    "SYNC_START",
    "ParseError",
    "StylesCache",
    "XTermParser",
    "active_message_pump",
    "character_to_key",
]

OPTION_LIST = "textual.widgets._option_list"
"""The module of the class `OptionList`, which is imported only when one is shown."""

dispatch_message = MessagePump._dispatch_message
"""Textual's own dispatch of a message to the handlers of a node."""


def replace_dispatch(dispatch: Callable[[MessagePump, Message], Awaitable[None]]) -> None:
    """Dispatch the messages of all nodes by another function."""
    MessagePump._dispatch_message = dispatch  # type: ignore[method-assign, assignment]


def driver_of(app: App[Any]) -> Driver | None:
    """Return the driver of the terminal; None before the app runs."""
    return app._driver


def announce_suspension(app: App[Any]) -> None:
    """Let the app leave the screen before its process is stopped."""
    app._suspend_signal()


def is_mounted(node: MessagePump) -> bool:
    """Return True once a widget or the app is built."""
    return node._is_mounted


def screens_of(app: App[Any]) -> list[Screen[Any]]:
    """Return the open screens of the current mode, the uppermost last."""
    return app._screen_stack


def notifications_of(app: App[Any]) -> list[str]:
    """Return the texts of the notifications on the screen."""
    return [note.message for note in app._notifications]


def fail_test(app: App[Any], error: Exception) -> None:
    """Raise an exception in the test that runs the app, the first one only."""
    if app._exception is None:
        app._exception = error
        app._exception_event.set()


def remove_covered_screen(screen: Screen[Any], result: Any) -> AwaitComplete:
    """Close a screen below others with its result."""
    app = screen.app
    if screen._result_callbacks:
        screen._result_callbacks[-1](result)
        screen._pop_result_callback()
    app._screen_stack.remove(screen)

    async def remove() -> None:
        await app._replace_screen(screen)

    return AwaitComplete(remove()).call_next(app)
