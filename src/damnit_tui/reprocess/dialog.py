"""A dialog to choose what to reprocess, with a preview of the consequences."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Parameters
from damnit_daemon.model import RunKey
from damnit_daemon.run_ranges import format_run_ranges, parse_run_ranges
from damnit_daemon.store import ParameterRefused, parse_assignments

from .. import keymap
from ..sanitize import visible
from ..widgets.plain_input import PlainInput
from ..widgets.radio_row import RadioRow
from .plan import Plan, PlanInputs, VariableScope, make_plan
from .reader import PlanReader

if TYPE_CHECKING:
    from ..data.session import Session

WHERE = {"default": None, "here": "local", "Slurm": "slurm"}
DATA = ("all", "raw", "proc")
NO_FACTS = PlanInputs({}, {})
PAUSE_S = 0.4
"""Pause in typing before Slurm is asked."""


class ReprocessDialog(ModalScreen[Plan | None]):
    """Return a plan, or None if cancelled."""

    DEFAULT_CSS = """
    ReprocessDialog {
        align: center middle;
        & > Vertical {
            width: 76; max-width: 98%; height: auto; max-height: 96%; padding: 1 2;
            background: $surface; border: round $frame-color;
            border-title-color: $title-color; border-subtitle-color: $quiet-color;
        }
        & Horizontal { height: 1; }
        & Horizontal Label { width: 11; color: $aside-color; }
        & Input { padding: 0 1; }
        & #parameters-line { display: none; }
        & #reprocess-plan { width: 1fr; height: auto; margin-top: 1; }
        & #reprocess-slurm { width: 1fr; height: auto; color: $aside-color; display: none; }
        & #reprocess-mistake { width: 1fr; height: auto; color: $error-color; }
    }
    """
    BINDINGS = keymap.bindings("form")

    @dataclass
    class FactsRead(Message):
        """The inputs of the plan were read."""

        facts: PlanInputs
        keys: tuple[RunKey, ...]

    @dataclass
    class SlurmAsked(Message):
        """The Slurm commands of a plan are known."""

        plan: Plan
        text: str

    def __init__(
        self,
        session: Session,
        keys: Sequence[RunKey],
        name: str,
        daemon: str,
        names: str = "",
    ) -> None:
        """Create the dialog.

        Args:
            session: Source of failures and durations.
            keys: The marked runs, or the one under the cursor.
            name: The variable under the cursor; empty if it is on none.
            daemon: The daemon's status, in words.
            names: Initial variables; empty for all.
        """
        super().__init__()
        self._reader = PlanReader(session)
        self._proposal = keys[0].proposal
        self._keys = tuple(sorted(keys))
        self._variable = name
        self._daemon = daemon
        self._names = names
        self._reading: tuple[RunKey, ...] = ()
        """The runs for which the context file is being read."""
        self._facts = NO_FACTS
        self._shown_plan: Plan | None = None
        """The plan whose text is shown."""
        self._words = [
            which.value for which in VariableScope if name or which is not VariableScope.THIS
        ]

    def compose(self) -> ComposeResult:
        """Compose the fields and the preview."""
        with Vertical() as box:
            box.border_title = "Reprocess"
            box.border_subtitle = "Tab next · ← → choose · ⏎ start · Esc cancel"
            with Horizontal():
                yield Label("Runs")
                yield PlainInput(format_run_ranges(key.run for key in self._keys), id="runs")
            with Horizontal():
                yield Label("Variables")
                yield RadioRow({word: word for word in self._words}, self._first(), id="which")
            with Horizontal(id="names-line"):
                yield Label("Names")
                yield PlainInput(
                    visible(self._names or self._variable), placeholder="xgm, hits", id="names"
                )
            with Horizontal(id="parameters-line"):
                yield Label("Parameters")
                yield PlainInput(id="parameters")
            with Horizontal():
                yield Label("Data")
                yield RadioRow({name: name for name in DATA}, "all", id="data")
            with Horizontal():
                yield Label("Where")
                yield RadioRow({name: name for name in WHERE}, "default", id="where")
            yield Label("", id="reprocess-plan")
            yield Label("", id="reprocess-slurm")
            yield Label("", id="reprocess-mistake")

    def _first(self) -> str:
        return VariableScope.NAMED.value if self._names else VariableScope.ALL.value

    def on_mount(self) -> None:
        """Load failures, and start."""
        self.query_one("#which").focus()
        self.read_facts(self._keys)
        self._show_plan()

    @work(thread=True, exclusive=True, group="facts")
    def read_facts(self, keys: tuple[RunKey, ...]) -> None:
        """Load the inputs of a plan for these runs."""
        self.post_message(self.FactsRead(self._reader.inputs(keys), keys))

    def _read_changed(self) -> None:
        """Load the context file, once for these runs."""
        keys = self._typed_runs()
        if keys and keys != self._reading:
            self._reading = keys
            self.read_changed(self._facts, keys)

    @work(thread=True, exclusive=True, group="changed")
    def read_changed(self, facts: PlanInputs, keys: tuple[RunKey, ...]) -> None:
        """Find the variables that the context file computes differently now."""
        found = self._reader.with_changed(facts, keys, lambda: self.is_attached)
        self.post_message(self.FactsRead(found, keys))

    @on(FactsRead)
    def take_facts(self, event: FactsRead) -> None:
        """Update the preview."""
        self._facts = event.facts
        if parameters := event.facts.parameters:
            defaults = " ".join(f"{each.name}={each.default}" for each in parameters)
            hint = visible(f"unchanged; defaults: {defaults}")
            self.query_one("#parameters", Input).placeholder = hint
            self.query_one("#parameters-line").display = True
        self._show_plan()

    @on(Input.Changed, "#runs")
    def other_runs(self) -> None:
        """Load the inputs for other runs."""
        keys = self._typed_runs()
        if keys:
            self.read_facts(keys)
        self._show_plan()

    @on(Input.Changed, "#names")
    @on(Input.Changed, "#parameters")
    @on(RadioRow.Changed)
    def _show_plan(self) -> None:
        """Preview the plan, or show what is missing."""
        which = VariableScope(self.query_one("#which", RadioRow).chosen)
        self.query_one("#names-line").display = which is VariableScope.NAMED
        if (
            which is VariableScope.CHANGED
            and self._facts.changed is None
            and not self._facts.problem
        ):
            self._read_changed()
        plan = self._plan()
        lines = [*plan.sentences(self._facts), self._daemon] if plan else []
        self.query_one("#reprocess-plan", Label).update(Content("\n".join(lines)))
        self.query_one("#reprocess-mistake", Label).update(Content("" if plan else self._mistake()))

        if plan != self._shown_plan:
            self._shown_plan = plan
            self._show_slurm("querying Slurm…" if plan and plan.executor == "slurm" else "")
            if plan is not None and not plan.is_empty:
                self.set_timer(PAUSE_S, lambda: self._ask_slurm(plan))

    def _ask_slurm(self, plan: Plan) -> None:
        if plan == self._shown_plan and plan.executor != "local":
            self.ask_slurm(plan)

    @work(thread=True, exclusive=True, group="slurm")
    def ask_slurm(self, plan: Plan) -> None:
        """Query the Slurm commands."""
        try:
            text = "\n".join(
                self._reader.slurm_commands(
                    plan, lambda: self.is_attached and plan == self._shown_plan
                )
            )
        except DamnitError as error:
            text = visible(" ".join(filter(None, [error.message, error.hint])))
        self.post_message(self.SlurmAsked(plan, text))

    @on(SlurmAsked)
    def take_slurm(self, event: SlurmAsked) -> None:
        """Show the Slurm commands, unless the plan has changed."""
        if event.plan == self._shown_plan:
            self._show_slurm(event.text)

    def _show_slurm(self, text: str) -> None:
        label = self.query_one("#reprocess-slurm", Label)
        label.update(Content(text))
        label.display = bool(text)

    def _typed_runs(self) -> tuple[RunKey, ...]:
        try:
            numbers = parse_run_ranges(self.query_one("#runs", Input).value)
        except ValueError:
            return ()
        known = {key.run: key for key in self._keys}
        return tuple(known.get(n, RunKey(self._proposal, n)) for n in numbers)

    def _typed_names(self) -> list[str]:
        return self.query_one("#names", Input).value.replace(",", " ").split()

    def _typed_parameters(self) -> Parameters:
        """Parse the parameters.

        Raises:
            DamnitError: If one is not valid.
        """
        try:
            words = shlex.split(self.query_one("#parameters", Input).value)
        except ValueError:
            raise ParameterRefused("A quotation mark is missing.") from None
        return tuple(sorted(parse_assignments(self._facts.parameters, words).items()))

    def _plan(self) -> Plan | None:
        keys = self._typed_runs()
        try:
            parameters = self._typed_parameters()
        except DamnitError:
            return None
        which = VariableScope(self.query_one("#which", RadioRow).chosen)
        if not keys or (which is VariableScope.NAMED and not self._typed_names()):
            return None
        return make_plan(
            keys,
            which,
            self._facts,
            this=self._variable,
            named=self._typed_names(),
            data=self.query_one("#data", RadioRow).chosen,
            executor=WHERE[self.query_one("#where", RadioRow).chosen],
            parameters=parameters,
        )

    def _mistake(self) -> str:
        try:
            parse_run_ranges(self.query_one("#runs", Input).value)
        except ValueError as error:
            return f"Runs: {error}."
        try:
            self._typed_parameters()
        except DamnitError as error:
            return visible(f"Parameters: {error.message} {error.hint}")
        return "Names: enter at least one variable."

    def action_accept(self) -> None:
        """Start, if there is anything to do."""
        plan = self._plan()
        if plan is not None and not plan.is_empty:
            self.dismiss(plan)

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Accept on Enter in a field."""
        event.stop()
        self.action_accept()

    def action_close(self) -> None:
        """Cancel."""
        self.dismiss(None)
