"""A dialog that explains an empty cell: its root cause, suggestions, and the whole chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from damnit_daemon.text import count_of

from .. import keymap
from ..dialogs.base import DialogScreen
from ..safe_text import plain
from ..sanitize import visible, visible_lines
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.layout import split_title
from ..table.requests import CommandRequested, CopyRequested, HistoryRequested, ViewRequested
from ..themes import component, component_classes

if TYPE_CHECKING:
    from .model import Cause, Diagnosis, Excerpt, Suggestion

AGAIN_S = 1.0
"""Interval of updates while the answer may change."""
MOST_WORDS = 12
"""Most lines of one message shown in the chain."""


class DiagnosisScreen(DialogScreen):
    """Explain an empty cell; updates while the answer may change."""

    DEFAULT_CSS = """
    DiagnosisScreen {
        & VerticalScroll { width: 110; }
        & #why-root { margin-bottom: 1; }
    }
    """
    COMPONENT_CLASSES = component_classes("failure", "calm", "quiet", "heading", "key")
    BINDINGS = [*keymap.bindings("cell"), *keymap.bindings("why")]  # noqa: RUF012 – Textual's way

    @dataclass
    class Found(Message):
        """The diagnosis is ready."""

        diagnosis: Diagnosis

    def __init__(self, context: TableContext, address: CellAddress) -> None:
        super().__init__()
        self.diagnosis: Diagnosis | None = None
        self.context = context
        self._address = address
        self._column, self._known = context.cell(address)

    def compose(self) -> ComposeResult:
        """Compose root cause, suggestions, chain, evidence and notes."""
        with VerticalScroll() as box:
            title = f"Why: r{self._address.key.run} · {'/'.join(split_title(self._column.title))}"
            box.border_title = plain(title)
            box.border_subtitle = "I data · W history · y copy · Esc close"
            yield Static("…", id="why-root", markup=False)
            for part in ("advice", "chain", "evidence", "notes"):
                yield Static(id=f"why-{part}")

    def on_mount(self) -> None:
        """Start the diagnosis."""
        self.diagnose_cell()
        self.set_interval(AGAIN_S, self._refresh_live)

    @work(thread=True, exclusive=True, group="why")
    def diagnose_cell(self) -> None:
        """Diagnose the cell."""
        from .collect import diagnose

        worker, session = get_current_worker(), self.context.session
        found = diagnose(
            session,
            self._address.key,
            self._column,
            self._known,
            session.activity.latest,
            now=session.clock(),
            zone=self.context.zone,
            should_continue=lambda: not worker.is_cancelled,
        )
        if not worker.is_cancelled:
            self.post_message(self.Found(found))

    def _refresh_live(self) -> None:
        if self.diagnosis is not None and self.diagnosis.is_live:
            self.diagnose_cell()

    @on(Found)
    def show(self, event: Found) -> None:
        """Show the diagnosis."""
        if event.diagnosis == self.diagnosis:
            return
        self.diagnosis = diagnosis = event.diagnosis
        self.query_one("#why-root", Static).update(self._root(diagnosis))
        parts = {
            "advice": self._advice(diagnosis),
            "chain": self._chain(diagnosis),
            "evidence": self._evidence(diagnosis),
            "notes": self._notes(diagnosis),
        }
        for name, part in parts.items():
            widget = self.query_one(f"#why-{name}", Static)
            widget.display = part is not None
            widget.update(part or "")

    @property
    def is_settled(self) -> bool:
        """True if the diagnosis is on the screen."""
        return self.diagnosis is not None

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Run offered keys as on the main screen."""
        for advice in self.diagnosis.advice if self.diagnosis is not None else ():
            key = offered_key(advice)
            if key is not None and event.key in _names_of(key):
                event.stop()
                self._run_command(key)
                return

    def action_copy(self) -> None:
        """Copy everything shown."""
        if self.diagnosis is not None:
            self.post_message(CopyRequested(as_text(self.diagnosis)))

    def action_history(self) -> None:
        """List the values that the cell has had."""
        self.dismiss()
        self.app.post_message(HistoryRequested(self._address))

    def action_inspect(self) -> None:
        """View the data: a mean of NaN leaves the cell empty, not the file."""
        self.dismiss()
        self.app.post_message(ViewRequested(self._address))

    def _run_command(self, key: keymap.Key) -> None:
        assert self.diagnosis is not None
        if key.id != "runs.log":
            root, address = self.diagnosis.root, self._address
            if self._column.expression and root.name:
                address = address._replace(name=root.name)  # the input that has no value
            self.post_message(CommandRequested(address, key.id, root.line or 0))
            return
        from ..log.screen import LogScreen

        run, proposal = self._address.key.run, self._address.key.proposal
        title = f"log of run {run}, proposal {proposal}"
        log = self.context.session.log_of(self._address.key)
        self.app.push_screen(LogScreen(log, title, failed=failed_in(self.diagnosis)))

    # Rendering

    def _root(self, diagnosis: Diagnosis) -> Text:
        style = "calm" if is_calm(diagnosis.root) else "failure"
        text = Text()
        kind = diagnosis.root.kind.value
        if diagnosis.root.name and diagnosis.root.name != diagnosis.column.name:
            text.append(f"{visible(diagnosis.root.name)} ", self._style("quiet"))
        else:
            kind = f"{kind[:1].upper()}{kind[1:]}"
        text.append(f"{kind}\n", self._style(style))
        return text.append("\n".join(_message(diagnosis.root)))

    def _advice(self, diagnosis: Diagnosis) -> Table | None:
        if not diagnosis.advice:
            return None
        table = self._grid()
        table.add_row(Text("Next steps", self._style("heading")), "")
        for advice in diagnosis.advice:
            key = offered_key(advice)
            shown = key.own_label if key is not None else ""
            text = Text(f"{visible(advice.text)}")
            if advice.command and key is None:
                text.append("  ").append(visible(advice.command), self._style("key"))
            table.add_row(Text(shown, self._style("key"), justify="right"), text)
        table.add_row("", "")
        return table

    def _chain(self, diagnosis: Diagnosis) -> Table | None:
        if len(diagnosis.chain) < 2:
            return None
        table = self._grid()
        table.add_row(Text("Chain of causes", self._style("heading")), "")
        for cause in diagnosis.chain:
            lines = [f"{cause.kind.value}", *(f"  {line}" for line in _message(cause))]
            table.add_row(Text(visible(cause.name), self._style("key")), "\n".join(lines[:1]))
            table.add_row("", Text("\n".join(lines[1:]), self._style("quiet")))
        table.add_row("", "")
        return table

    def _evidence(self, diagnosis: Diagnosis) -> Text | None:
        text = Text(overflow="fold")
        for excerpt in diagnosis.excerpts:
            text.append(f"{visible(excerpt.title)}\n", self._style("heading"))
            for number, line in _numbered(excerpt):
                style = self._style("failure") if number == excerpt.marked > 0 else ""
                gutter = f"{number:>5}  " if excerpt.first else "  "
                text.append(gutter, self._style("quiet")).append(f"{line}\n", style)
            text.append("\n")
        return text if text.plain else None

    def _notes(self, diagnosis: Diagnosis) -> Table | None:
        table = self._grid()
        table.add_row(Text("Details", self._style("heading")), "")
        for name, text in diagnosis.notes:
            table.add_row(Text(name, self._style("quiet")), Text("\n".join(visible_lines(text))))
        return table if diagnosis.notes else None

    def _grid(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        return table

    def _style(self, role: str) -> str:
        return str(self.get_component_rich_style(component(role), partial=True))


def offered_key(advice: Suggestion) -> keymap.Key | None:
    """Return the key of a suggestion on the main screen; None without one."""
    found = (key for key in keymap.KEYS if key.id == advice.action)
    return next(found, None) if advice.action else None


def is_calm(cause: Cause) -> bool:
    """Return True if the cause is not a problem."""
    from .model import CauseKind

    calm = {
        CauseKind.HAS_VALUE,
        CauseKind.BY_HAND,
        CauseKind.TRANSIENT,
        CauseKind.SKIPPED,
        CauseKind.NEEDS_PROC,
    }
    return cause.kind in calm | {
        CauseKind.RUNNING,
        CauseKind.QUEUED,
        CauseKind.SUBMITTED,
        CauseKind.UNDECIDED,
        CauseKind.GROWING,
    }


def failed_in(diagnosis: Diagnosis) -> str:
    """The variable at whose failure the log opens; empty for its end."""
    from .model import CauseKind

    root = diagnosis.root
    return root.name if root.kind in (CauseKind.RAISED, CauseKind.NO_SOURCE) else ""


def as_text(diagnosis: Diagnosis) -> str:
    """The whole diagnosis as text, to copy."""
    lines = [f"Run {diagnosis.key.run}, {diagnosis.column.name}: {diagnosis.root.kind.value}"]
    for cause in diagnosis.chain:
        lines += [f"{cause.name or 'the folder'}: {cause.kind.value}", *_message(cause, most=0)]
    for excerpt in diagnosis.excerpts:
        lines += ["", excerpt.title, *(line for _, line in _numbered(excerpt))]
    return "\n".join(lines)


def _message(cause: Cause, *, most: int = MOST_WORDS) -> list[str]:
    lines = visible_lines(cause.text)
    if most and len(lines) > most:
        lines = [*lines[:most], f"… {count_of(len(lines) - most, 'more line')}"]
    return lines


def _numbered(excerpt: Excerpt) -> list[tuple[int, str]]:
    lines = visible_lines("\n".join(excerpt.lines))
    return [(excerpt.first + place, line) for place, line in enumerate(lines)]


def _names_of(key: keymap.Key) -> set[str]:
    return set(key.keys.split(","))
