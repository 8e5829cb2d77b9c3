"""The daemon's jobs, live: running, queued, and finished ones with their outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Label

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    CancelRequest,
    JobOptions,
    JobState,
    PrioritiseRequest,
    RetryRequest,
    TypedRequest,
)
from damnit_daemon.text import count_of

from .. import keymap
from ..data.daemon_requests import RequestAnswered, SendRequest
from ..data.session import READ_ONLY
from ..safe_text import plain
from ..themes import component, component_classes
from ..widgets.empty_state import EmptyState
from ..widgets.footer import KeyFooter
from ..widgets.lists import ListTable
from .format import COLUMNS, ROLES, cells_of, describe
from .reader import JobListing, JobRow, JobsReader

if TYPE_CHECKING:
    from damnit_daemon.model import RunKey

    from ..table.context import TableContext

TICK_S = 1.0


class JobsScreen(Screen[None]):
    """A table of jobs, and actions on the one under the cursor."""

    DEFAULT_CSS = """
    JobsScreen {
        background: $background;
        & #jobs-title { width: 1fr; height: 1; background: $surface; color: $title-color; }
        & ListTable { height: 1fr; }
        &.-empty ListTable { height: 1; }
        & #jobs-about { width: 1fr; height: auto; max-height: 4; background: $surface; }
    }
    """
    COMPONENT_CLASSES = component_classes("success", "error", "quiet", "text")
    BINDINGS = keymap.bindings("jobs")

    @dataclass
    class Read(Message):
        """The jobs have changed."""

        listing: JobListing

    def __init__(self, context: TableContext) -> None:
        super().__init__()
        self._zone = context.zone
        self._only_failed = False
        self._only_run: RunKey | None = None
        self._session = context.session
        self._reader = JobsReader(context.session.ledger())
        self._listing = JobListing()
        self._shown: dict[str, JobRow] = {}

    def compose(self) -> ComposeResult:
        """Compose the summary, the table, details and the footer."""
        yield Label("", id="jobs-title")
        yield ListTable()
        empty = EmptyState()
        empty.can_focus = False
        yield empty
        yield Label("", id="jobs-about")
        yield KeyFooter("jobs")

    def on_mount(self) -> None:
        """Start reading."""
        table = self.query_one(ListTable)
        for name in COLUMNS:
            table.add_column(name, key=name)
        table.focus()
        self.read_ledger()
        self.set_interval(TICK_S, self._refresh)

    def on_unmount(self) -> None:
        """Stop the worker."""
        self._reader.stop()

    @work(thread=True, exclusive=True, group="jobs")
    def read_ledger(self) -> None:
        """Post the listings of the ledger."""
        for listing in self._reader.listings():
            self.post_message(self.Read(listing))

    @on(Read)
    def show_listing(self, event: Read) -> None:
        """Show the jobs; the cursor stays on its job."""
        self._listing = event.listing
        self._show_chosen()

    def _show_chosen(self) -> None:
        jobs = [listed for listed in self._listing.jobs if self._is_listed(listed)]
        keys = [str(listed.job.id) for listed in jobs]
        if keys == list(self._shown):
            self._shown = dict(zip(keys, jobs, strict=True))
            self._refresh()
            return
        table = self.query_one(ListTable)
        chosen, row = self._chosen_id(), table.cursor_row
        self._shown = dict(zip(keys, jobs, strict=True))
        table.clear()
        for key in keys:
            table.add_row(*self._cells(key), key=key)
        table.move_cursor(row=keys.index(chosen) if chosen in keys else row, animate=False)
        self._show_details()

    def _is_listed(self, listed: JobRow) -> bool:
        job = listed.job
        if self._only_failed and job.state is not JobState.FAILED:
            return False
        return self._only_run in (None, job.run_key)

    def _filter(self) -> str:
        """Describe the filter; empty if all jobs are shown."""
        words = ["failed"] if self._only_failed else []
        words += [f"run {self._only_run.run}"] if self._only_run else []
        return ", ".join(words)

    def _why_empty(self) -> tuple[str, ...]:
        """Explain an empty list, and how to show all jobs."""
        if self._shown or not self._listing.jobs:
            return ()
        which = f" of run {self._only_run.run}" if self._only_run else ""
        keys = " and ".join(["f"] * self._only_failed + ["o"] * bool(which))
        verb = "shows" if len(keys) == 1 else "show"
        return f"No {'failed ' * self._only_failed}jobs{which}", f"{keys} {verb} all"

    def _refresh(self) -> None:
        """Update times and progress bars."""
        table = self.query_one(ListTable)
        for key in self._shown:
            for name, cell in zip(COLUMNS, self._cells(key), strict=True):
                if table.get_cell(key, name) != cell:
                    table.update_cell(key, name, cell, update_width=True)
        self._show_details()

    def _cells(self, key: str) -> list[Text]:
        listed = self._shown[key]
        several = len({each.job.run_key.proposal for each in self._shown.values()}) > 1
        role = ROLES[listed.job.state]
        style: Style = self.get_component_rich_style(component(role), partial=True)
        texts = cells_of(listed, self._session.clock(), several_proposals=several, zone=self._zone)
        return [Text(text, style=style, no_wrap=True, end="") for text in texts]

    @on(ListTable.RowHighlighted)
    def _show_details(self) -> None:
        """Show the number of jobs, and details of the one under the cursor."""
        listing = self._listing
        states = [listed.job.state.value for listed in listing.jobs]
        counts = [f"{states.count(name)} {name}" for name in dict.fromkeys(states)]
        title = " · ".join(counts) or "no jobs yet"
        self.query_one(EmptyState).lines = why = self._why_empty()
        self.set_class(bool(why), "-empty")
        if words := self._filter():
            title = f"only {words}: {len(self._shown)} of {len(listing.jobs)} · {title}"
        if listing.left_out:
            title += f" · and {listing.left_out} more: damnit-daemon jobs --all"
        if listing.waiting:
            title += f" · {count_of(listing.waiting, 'request')} waiting for a daemon"
        if listing.problem:
            title = f"{title} · cannot read the ledger: {listing.problem}"
        self.query_one("#jobs-title", Label).update(plain(f" Jobs: {title}"))
        chosen = self._chosen()
        about = describe(chosen, self._session.clock()) if chosen else ""
        self.query_one("#jobs-about", Label).update(Content(f" {about}"))

    def _chosen_id(self) -> str:
        table = self.query_one(ListTable)
        if not table.row_count:
            return ""
        return str(table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value)

    def _chosen(self) -> JobRow | None:
        return self._shown.get(self._chosen_id())

    # Actions

    def action_close(self) -> None:
        """Return to the table."""
        self.dismiss()

    def action_only_failed(self) -> None:
        """Toggle showing only failed jobs."""
        self._only_failed = not self._only_failed
        self._show_chosen()

    def action_only_run(self) -> None:
        """Toggle showing only the jobs of the run under the cursor."""
        chosen = self._chosen()
        if self._only_run is not None:
            self._only_run = None
        elif chosen is not None:
            self._only_run = chosen.job.run_key
        self._show_chosen()

    def action_log(self) -> None:
        """Show the job's output."""
        from ..log.screen import LogScreen

        chosen = self._chosen()
        if chosen is not None:
            key = chosen.job.run_key
            title = f"log of run {key.run}, proposal {key.proposal}"
            self.app.push_screen(LogScreen(self._session.log_of(key), title))

    @on(ListTable.RowSelected)
    def _open(self, event: ListTable.RowSelected) -> None:
        event.stop()
        self.action_log()

    def action_cancel(self) -> None:
        """Cancel the job under the cursor."""
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.job.state.is_over:
            self.notify("This job has already finished.", markup=False)
            return
        began = "It is queued; nothing has been computed yet."
        if chosen.computing or chosen.job.state is JobState.RUNNING:
            began = "It is running: finished variables are kept, unfinished ones are lost."
        self._confirm(
            CancelRequest(jobs=(chosen.job.id,)),
            "Cancel job",
            f"Cancel {_named(chosen)}?\n\n{began} R retries it.",
            yes="cancel it",
        )

    def action_retry(self) -> None:
        """Repeat the job under the cursor."""
        chosen = self._chosen()
        if chosen is not None and self._may_retry():
            self._confirm(
                RetryRequest((chosen.job.id,)),
                "Retry job",
                f"Retry {_named(chosen)}?\n\nNew results replace the run's values.",
                yes="retry it",
            )

    def action_retry_more(self) -> None:
        """Repeat the job with other limits, which are asked for."""
        from .resource_limits import LimitsDialog

        def go_on(limits: tuple[str, str] | None) -> None:
            if limits is not None:
                self._retry(number, *limits)

        chosen = self._chosen()
        if chosen is not None and self._may_retry():
            number = chosen.job.id
            self.app.push_screen(LimitsDialog(), go_on)

    def action_priority(self, step: int) -> None:
        """Raise or lower the priority of a queued job."""
        chosen = self._chosen()
        if chosen is None or chosen.place is None:
            self.notify("Only queued jobs can be reordered.", markup=False)
            return
        priority = chosen.job.priority + step
        where, back = ("up", "-") if step > 0 else ("down", "+")
        self._confirm(
            PrioritiseRequest((chosen.job.id,), priority),
            "Queue order",
            f"Move {_named(chosen)} {where} to priority {priority}?\n\n{back} undoes this.",
            yes=f"move it {where}",
        )

    def _retry(self, number: int, memory: str, time_limit: str) -> None:
        try:
            request = RetryRequest((number,), options=JobOptions(memory, time_limit))
        except DamnitError as error:
            self.notify(str(error), severity="warning", markup=False)
        else:
            self._send(request)

    def _may_retry(self) -> bool:
        chosen = self._chosen()
        if chosen is None:
            return False
        if not chosen.job.state.is_over:
            self.notify("This job has not finished: cancel it first (K).", markup=False)
            return False
        return True

    def _confirm(self, request: TypedRequest, title: str, text: str, *, yes: str) -> None:
        from ..dialogs.confirm import ConfirmDialog

        if self._may_change():
            self.app.push_screen(ConfirmDialog(title, text, request, yes=yes), self._send)

    def _send(self, request: TypedRequest | None) -> None:
        if request is not None:
            self.post_message(SendRequest(request))

    def _may_change(self) -> bool:
        if self._session.read_only:
            self.notify(READ_ONLY, severity="warning", markup=False)
        return not self._session.read_only

    @on(RequestAnswered)
    def read_again(self) -> None:
        """Show what the request has changed, at once."""
        self._reader.poll_now()


def _named(listed: JobRow) -> str:
    return f"job {listed.job.id} of run {listed.job.run_key.run}"
