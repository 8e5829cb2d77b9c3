"""Confine an exception to its handler, so that it does not end the app.

Textual ends the app on any exception, and each widget's loop on its own. Keys and clicks
that arrive in one packet can reach a screen or a widget that is closed by then: both are
handled here for all screens and widgets, also Textual's own.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from typing import Any, Generic, TypeVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.css.query import NoMatches
from textual.errors import NoWidget
from textual.message import Message
from textual.message_pump import MessagePump
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed, active_worker

from .data.worker_errors import Failure, as_user_error, unforeseen
from .safe_text import plain_lines
from .sanitize import visible
from .textual_internals import (
    OPTION_LIST,
    active_message_pump,
    dispatch_message,
    fail_test,
    is_mounted,
    notifications_of,
    remove_covered_screen,
    replace_dispatch,
    screens_of,
)

Result = TypeVar("Result")

MOST_BUGS, BUGS_S = 20, 10.0
"""With more exceptions in less time, the app cannot go on."""
BUILDING = (events.Load, events.Compose, events.Mount)
"""Events without which a widget is not usable."""


class GuardedApp(App[Result], Generic[Result]):
    """An app that continues after an exception where it can, and reports where it is logged."""

    tells_pilot = True
    """True if an exception fails a test."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._bugs: deque[float] = deque(maxlen=MOST_BUGS)

    def on_bug(self, error: Exception) -> None:
        """Log an unexpected exception and notify the user."""
        if self.is_headless and self.tells_pilot:
            fail_test(self, error)
        self._bugs.append(time.monotonic())
        if len(self._bugs) == MOST_BUGS and self._bugs[-1] - self._bugs[0] < BUGS_S:
            super()._handle_exception(error)
            return
        self.tell_failure(str(unforeseen(error)))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 – never: messages contain names from data
    ) -> None:
        """Show a notification without markup, with control characters made visible."""
        super().notify(
            plain_lines(message),
            title=plain_lines(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def tell_failure(self, text: str) -> None:
        """Report a failure in one line, once."""
        if text not in notifications_of(self):
            self.notify(text, severity="error", markup=False, timeout=10)

    def _handle_exception(self, error: Exception) -> None:
        """Report disk and network errors of workers, and log bugs."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(error, WorkerFailed) and isinstance(cause, Failure):
            self.tell_failure(visible(str(as_user_error(cause))))
        elif isinstance(cause, Exception) and (self._is_ending() or self._is_closed_already()):
            # The app is ending, or a key of the same packet closed the screen before it was built.
            unforeseen(cause)
        elif isinstance(cause, Exception) and self._goes_on():
            self.on_bug(cause)
        else:
            super()._handle_exception(error)

    def _is_ending(self) -> bool:
        """Return True if the screens are being closed: Textual adds no widget to them then."""
        return is_mounted(self) and not self.is_running

    def _is_closed_already(self) -> bool:
        node = _failing_node()
        return isinstance(node, Widget) and is_mounted(self) and is_closed(node, self)

    def _goes_on(self) -> bool:
        """Return True if the app can go on; closes a screen that is only half built."""
        if not self.is_running or not is_mounted(self):
            return False
        node = _failing_node()
        if not isinstance(node, Widget) or is_mounted(node):
            return True
        stack = screens_of(self)
        if is_closed(node, self):
            return True
        if len(stack) < 2 or stack[-1] not in node.ancestors_with_self:
            return False
        self.pop_screen()
        return True


def _failing_node() -> object:
    """Return the node whose worker or handler has raised; the app may have started the worker."""
    worker = active_worker.get(None)
    return active_message_pump.get(None) if worker is None else worker.node


async def _nothing() -> None: ...


_dismiss = Screen.dismiss


async def dispatch_guarded(node: MessagePump, message: Message) -> None:
    """Dispatch a message; an exception ends neither the app nor the widget's loop."""
    app = node if isinstance(node, App) else active_app_of(node)
    if not isinstance(app, GuardedApp) or isinstance(message, BUILDING):
        await dispatch_message(node, message)
        return
    if isinstance(message, events.MouseEvent) and isinstance(node, Widget) and is_gone(node):
        return
    try:
        await dispatch_message(node, message)
    except NoMatches as error:
        # Messages for a screen that is closed by now, or not built yet, are dropped.
        if not is_closed(node, app) and is_mounted(app.screen):
            app.on_bug(error)
    except Exception as error:  # the border between handlers and the loop
        if not app.is_running:
            raise
        if isinstance(message, events.MouseEvent) and is_on_removed(message, app):
            return  # Textual looks up the parent of what was clicked
        if isinstance(error, LookupError) and is_raised_in(error, OPTION_LIST):
            return  # it looks up the lines of options that are gone, or not laid out yet
        app.on_bug(error)


def active_app_of(node: MessagePump) -> App[Any] | None:
    """Return the app of a node; None once it has none."""
    try:
        return node.app
    except Exception:  # noqa: BLE001 – Textual's ways to say that there is none
        return None


def is_closed(node: MessagePump, app: App[Any]) -> bool:
    """Return True if the screen of a node was closed, and its parts with it."""
    if not isinstance(node, Widget):
        return False
    screens = [each for each in node.ancestors_with_self if isinstance(each, Screen)]
    return not screens or screens[0] not in screens_of(app)


def is_gone(node: Widget) -> bool:
    """Return True if a widget was closed or covered by the time a click arrives."""
    return node.app.screen not in node.ancestors_with_self


def is_raised_in(error: Exception, module: str) -> bool:
    """Return True if an exception was raised by the code of a module."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_globals.get("__name__") == module


def is_on_removed(event: events.MouseEvent, app: App[Any]) -> bool:
    """Return True if the widget under the mouse was removed since the screen was laid out."""
    try:
        widget, _ = app.screen.get_widget_at(event.x, event.y)
    except NoWidget:
        return False
    return is_gone(widget)


def dismiss_once(screen: Screen[Any], result: Any = None) -> AwaitComplete:
    """Close a screen with its result, and only that one, however often it is called."""
    app = screen.app
    stack = screens_of(app)
    if not isinstance(app, GuardedApp) or screen is stack[-1]:
        return _dismiss(screen, result)
    if screen not in stack:
        return AwaitComplete(_nothing())
    # Another one covers it, such as the help over a dialog whose task has finished.
    return remove_covered_screen(screen, result)


replace_dispatch(dispatch_guarded)
Screen.dismiss = dismiss_once  # type: ignore[method-assign, assignment]
