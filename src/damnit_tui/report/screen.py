"""Review and edit a shift report before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Label, TextArea

from damnit_daemon.errors import DamnitError

from .. import keymap
from ..sanitize import visible
from ..widgets.footer import KeyFooter
from ..widgets.plain_input import PlainInput
from .build import ShiftSummary, write_report

if TYPE_CHECKING:
    from damnit_daemon.logbook import Logbook

    from .collect import Reports


class ReportScreen(Screen[None]):
    """The editable text, and actions to copy, save or send it."""

    DEFAULT_CSS = """
    ReportScreen {
        background: $background;
        & #report-title { width: 1fr; height: 1; background: $surface; color: $text-primary; }
        & TextArea, & TextArea:focus { height: 1fr; border: none; padding: 0 1; }
        & #report-ask { height: 1; display: none; background: $surface; }
        & #report-ask Label { width: auto; padding: 0 1; color: $text-primary; }
    }
    """
    BINDINGS = keymap.bindings("report")

    @dataclass
    class Gathered(Message):
        """The contents were collected."""

        happened: ShiftSummary

    @dataclass
    class Told(Message):
        """The result of an action."""

        text: str
        is_good: bool = True
        is_done: bool = True
        """True if the report was copied, saved or sent."""

    def __init__(
        self,
        reports: Reports,
        names: tuple[str, ...] | None,
        now: float,
        *,
        hours: float | None,
        copy: Callable[[str], str],
        zone: tzinfo | None = None,
    ) -> None:
        """Create the screen.

        Args:
            reports: The reports of the folder.
            names: The columns of its table; None for all.
            now: Unix seconds.
            hours: Period to cover; None for the time since the last report.
            copy: Copies a text and returns where to; for workers.
            zone: Time zone of the times written.
        """
        super().__init__()
        self._reports = reports
        self._names = names
        self._now = now
        self._hours = hours
        self._copy = copy
        self._zone = zone
        self._happened: ShiftSummary | None = None
        self._answer: Callable[[str], object] = lambda _: None

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield Label(Content(" Report: reading…"), id="report-title")
        yield TextArea(soft_wrap=False)
        with Horizontal(id="report-ask"):
            yield Label("", id="report-question")
            yield PlainInput()
        yield KeyFooter("report")

    def on_mount(self) -> None:
        """Start collecting the contents."""
        self.query_one(TextArea).focus()
        self.gather()

    @work(thread=True, exclusive=True, group="gather")
    def gather(self) -> None:
        """Collect the contents."""
        try:
            found = self._reports.gather(self._now, self._names, self._hours)
        except DamnitError as error:
            self.post_message(self.Told(error.message, is_good=False, is_done=False))
            return
        self.post_message(self.Gathered(found))

    @on(Gathered)
    def show_report(self, event: Gathered) -> None:
        """Show the report."""
        self._happened = event.happened
        self.query_one(TextArea).load_text(write_report(event.happened, self._zone))
        title = f" Report of {len(event.happened.runs)} runs; what you change here goes along"
        self.query_one("#report-title", Label).update(Content(title))

    # Copy, save, send

    def action_copy(self) -> None:
        """Copy the report to the clipboard."""
        self._do(lambda text: f"Copied to {self._copy(text)}.")

    def action_save(self) -> None:
        """Save the report to a file."""

        def save(name: str) -> None:
            self._do(lambda text: f"Written to {visible(str(self._reports.write(name, text)))}.")

        self._ask("Write to file:", "report.md", save)

    def _sent(self, logbook: Logbook, stream: str, topic: str, text: str) -> str:
        from .send import send_report

        pictures = self._happened.pictures if self._happened is not None else ()
        sent = send_report(logbook, topic, text, pictures)
        told = f"Sent to {stream} in {_messages(sent.messages)}."
        if not sent.problems:
            return told
        return "\n".join([told, "Without these pictures:", *sent.problems])

    def action_send(self) -> None:
        """Send the report to the logbook."""
        self._find_logbook()

    @work(thread=True, group="send")
    def _find_logbook(self) -> None:
        try:
            logbook = self._reports.logbook()
            stream = logbook.stream()
        except DamnitError as error:
            said = " ".join(filter(None, [error.message, error.hint]))
            self.post_message(self.Told(said, is_good=False, is_done=False))
            return

        def send(topic: str) -> None:
            self._do(lambda text: self._sent(logbook, stream, topic, text))

        usual = logbook.topics[0] if logbook.topics else "damnit"
        self.call_later(self._ask, f"Topic in {stream}:", usual, send)

    def _ask(self, question: str, given: str, answer: Callable[[str], object]) -> None:
        self._answer = answer
        self.query_one("#report-question", Label).update(Content(question))
        prompt = self.query_one(Input)
        prompt.value = given
        self.query_one("#report-ask").display = True
        prompt.focus()

    @on(Input.Submitted)
    def take_answer(self, event: Input.Submitted) -> None:
        """Continue with the typed answer."""
        event.stop()
        self._leave_prompt()
        if event.value.strip():
            self._answer(event.value.strip())

    def _leave_prompt(self) -> None:
        self.query_one("#report-ask").display = False
        self.query_one(TextArea).focus()

    def _do(self, send: Callable[[str], str]) -> None:
        self._send(send, self.query_one(TextArea).text)

    @work(thread=True, group="send")
    def _send(self, send: Callable[[str], str], text: str) -> None:
        try:
            told = self.Told(send(text))
        except DamnitError as error:
            said = " ".join(filter(None, [error.message, error.hint]))
            told = self.Told(said, is_good=False, is_done=False)
        if told.is_done and self._happened is not None:
            self._reports.done(self._happened)
        self.post_message(told)

    @on(Told)
    def tell(self, event: Told) -> None:
        """Report the result."""
        if event.is_good:
            self.notify(event.text, markup=False)
        else:
            self.notify(event.text, severity="error", markup=False, timeout=10)

    def action_close(self) -> None:
        """Close the prompt, or the screen."""
        if self.query_one("#report-ask").display:
            self._leave_prompt()
        else:
            self.dismiss()


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
