"""Review and edit a shift report before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label, TextArea

from damnit_daemon.errors import DamnitError
from damnit_daemon.text import count_of

from .. import keymap
from ..sanitize import visible
from ..table.requests import CopyRequested
from ..widgets.footer import KeyFooter
from ..widgets.question_bar import QuestionBar
from .build import ShiftSummary, write_report

if TYPE_CHECKING:
    from damnit_daemon.logbook import Logbook

    from ..table.context import TableContext
    from .collect import Reports


class ReportScreen(Screen[None]):
    """The editable text, and actions to copy, save or send it."""

    DEFAULT_CSS = """
    ReportScreen {
        background: $background;
        & #report-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
        & TextArea, & TextArea:focus { height: 1fr; border: none; padding: 0 1; }
    }
    """
    BINDINGS = keymap.bindings("report")

    @dataclass
    class Collected(Message):
        """The contents were collected."""

        summary: ShiftSummary

    @dataclass
    class StreamFound(Message):
        """The stream of the logbook is known."""

        logbook: Logbook
        name: str

    @dataclass
    class Result(Message):
        """The result of an action."""

        text: str
        is_good: bool = True

    def __init__(
        self,
        context: TableContext,
        reports: Reports,
        names: tuple[str, ...] | None,
        *,
        hours: float | None,
    ) -> None:
        """Create the screen.

        Args:
            context: The table.
            reports: The reports of the folder.
            names: The columns of its table; None for all.
            hours: Period to cover; None for the time since the last report.
        """
        super().__init__()
        self._reports = reports
        self._names = names
        self.context = context
        self._hours = hours
        self._summary: ShiftSummary | None = None
        self._stream: ReportScreen.StreamFound | None = None

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield Label(Content(" Report: reading…"), id="report-title")
        yield TextArea(soft_wrap=False)
        yield QuestionBar(id="report-ask")
        yield KeyFooter("report")

    def on_mount(self) -> None:
        """Start collecting the contents."""
        self.query_one(TextArea).focus()
        self.collect()

    @work(thread=True, exclusive=True, group="collect")
    def collect(self) -> None:
        """Collect the contents."""
        now = self.context.session.clock()
        try:
            found = self._reports.collect(now, self._names, self._hours)
        except DamnitError as error:
            self._post_problem(error)
            return
        self.post_message(self.Collected(found))

    @on(Collected)
    def show_report(self, event: Collected) -> None:
        """Show the report."""
        self._summary = event.summary
        self.query_one(TextArea).load_text(write_report(event.summary, self.context.zone))
        title = f" Report of {count_of(len(event.summary.runs), 'run')} · edit it before sending"
        self.query_one("#report-title", Label).update(Content(title))

    # Copy, save, send

    def action_copy(self) -> None:
        """Copy the report to the clipboard."""
        self.post_message(CopyRequested(self._text()))
        self.record_report()

    @work(thread=True, group="send")
    def record_report(self) -> None:
        """Let the next report start where this one ends."""
        if self._summary is not None:
            self._reports.done(self._summary)

    def action_save(self) -> None:
        """Prompt for a file, and save the report to it."""
        self.query_one(QuestionBar).ask("Write to file:", "report.md", purpose="file")

    @on(QuestionBar.Submitted)
    def take_answer(self, event: QuestionBar.Submitted) -> None:
        """Save or send the report."""
        answer = event.text.strip()
        if answer and event.purpose == "file":
            self.save(answer, self._text())
        elif answer and self._stream is not None:
            self.send(self._stream, answer, self._text())

    def _text(self) -> str:
        return self.query_one(TextArea).text

    @work(thread=True, group="send")
    def save(self, name: str, text: str) -> None:
        """Save the report to a file."""
        try:
            path = self._reports.write(name, text)
        except DamnitError as error:
            self._post_problem(error)
        else:
            self._post_done(f"Written to {visible(str(path))}.")

    @work(thread=True, group="send")
    def action_send(self) -> None:
        """Prompt for a topic of the logbook, and send the report to it."""
        try:
            logbook = self._reports.logbook()
            self.post_message(self.StreamFound(logbook, logbook.stream()))
        except DamnitError as error:
            self._post_problem(error)

    @on(StreamFound)
    def ask_topic(self, event: StreamFound) -> None:
        """Prompt for the topic."""
        self._stream = event
        usual = event.logbook.topics[0] if event.logbook.topics else "damnit"
        self.query_one(QuestionBar).ask(f"Topic in {event.name}:", usual, purpose="topic")

    @work(thread=True, group="send")
    def send(self, stream: StreamFound, topic: str, text: str) -> None:
        """Send the report to the logbook."""
        from .send import send_report

        pictures = self._summary.pictures if self._summary is not None else ()
        try:
            sent = send_report(stream.logbook, topic, text, pictures)
        except DamnitError as error:
            self._post_problem(error)
            return
        lines = [f"Sent to {stream.name} in {count_of(sent.messages, 'message')}."]
        if sent.problems:
            lines += ["Not sent:", *sent.problems]
        self._post_done("\n".join(lines))

    def _post_done(self, text: str) -> None:
        if self._summary is not None:
            self._reports.done(self._summary)
        self.post_message(self.Result(text))

    def _post_problem(self, error: DamnitError) -> None:
        text = " ".join(filter(None, [error.message, error.hint]))
        self.post_message(self.Result(text, is_good=False))

    @on(Result)
    def show_result(self, event: Result) -> None:
        """Report the result."""
        if event.is_good:
            self.notify(event.text, markup=False)
        else:
            self.notify(event.text, severity="error", markup=False, timeout=10)

    def action_close(self) -> None:
        """Close the prompt, or the screen."""
        prompt = self.query_one(QuestionBar)
        if prompt.is_open:
            prompt.close()
        else:
            self.dismiss()
