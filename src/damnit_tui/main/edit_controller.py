"""Shared by the parts of the main screen that write: prompts, the edit queue, reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from textual import on, work
from textual.message import Message

from damnit_daemon.errors import DamnitError
from damnit_daemon.store import FORMAT_VERSION

from ..data.edit_commands import Order, SetValues
from ..data.edit_queue import Denial, EditConflicted, EditDelayed, EditFailed, EditSaved, Outcome
from ..sanitize import visible
from ..table.viewport import CellAddress
from ..widgets.edit_prompt import EditPrompt, Question, Value
from ..widgets.footer import KeyFooter
from .base import MainPart

Answer = Callable[[Value, str], None]
"""Takes the value and the typed text."""


class Writing(MainPart):
    """Part of the main screen: base of the parts that write."""

    _denied = Denial()
    """Why writing is disabled."""
    _is_writing = False
    _answer: Answer | None = None
    _draft_of: CellAddress | None = None
    """The cell being typed for; its text is saved in case the connection drops."""
    _is_leaving = False
    _told = ""
    """The last problem reported, so that it is not repeated with every edit."""

    @dataclass
    class OutcomeKnown(Message):
        """The outcome of an order."""

        outcome: Outcome

    @dataclass
    class RightsKnown(Message):
        """Reports if writing is possible."""

        denied: Denial

    @dataclass
    class Migrated(Message):
        """The result of a database migration."""

        text: str
        is_good: bool = True

    def on_mount(self) -> None:
        """Check if writing is possible, after the first paint."""
        self.call_after_refresh(self.look_at_rights)

    def on_unmount(self) -> None:
        """Stop the worker."""
        self.session.edits.stop()

    @work(thread=True, exclusive=True, group="rights")
    def look_at_rights(self) -> None:
        """Check the file system's permissions."""
        self.post_message(self.RightsKnown(self.session.edits.why_not()))

    @on(RightsKnown)
    def show_rights(self, event: RightsKnown) -> None:
        """Show a mark if writing is disabled."""
        self._denied = event.denied
        self.status = self.status._replace(
            read_only=bool(event.denied), old_format=event.denied.old_format
        )

    def may_write(self) -> bool:
        """Return True if writing is possible; else report why not, and offer what can be done."""
        if self._denied.old_format:
            self._offer_migration()
        elif self._denied:
            self.notify(
                visible(f"Nothing can be changed here. {self._denied.reason}"), markup=False
            )
        if self._denied:
            self.look_at_rights()  # permissions may have changed
        return not self._denied

    def _offer_migration(self) -> None:
        from ..dialogs.confirm import ConfirmDialog

        text = (
            f"{self._denied.reason}\n\nMigrate it to format {FORMAT_VERSION}, that of DAMNIT 0.4? "
            "A copy of the old one is kept beside it."
        )
        box = ConfirmDialog("Old database format", text, True, yes="migrate")

        def decide(is_wanted: bool | None) -> None:
            if is_wanted:
                self.notify("Migrating the database…", markup=False)
                self.migrate()

        self.app.push_screen(box, decide)

    @work(thread=True, exclusive=True, group="migration")
    def migrate(self) -> None:
        """Migrate the database to the current format, and report the result."""
        try:
            self.post_message(self.Migrated(self.session.edits.migrate()))
        except DamnitError as error:
            self.post_message(self.Migrated(str(error), is_good=False))

    @on(Migrated)
    def tell_migration(self, event: Migrated) -> None:
        """Report the migration; from now on writing is possible."""
        severity: Literal["information", "error"] = "information" if event.is_good else "error"
        self.notify(visible(event.text), severity=severity, markup=False, timeout=15)
        self.look_at_rights()

    # Prompts

    async def ask(
        self, question: Question, answer: Answer, draft_of: CellAddress | None = None
    ) -> None:
        """Prompt for a value; the text for a cell is saved while it is typed."""
        if self.has_class("-asking"):
            for line in self.query("EditPrompt Input"):  # the user clicked elsewhere
                line.focus()
            return
        self._answer, self._draft_of = answer, draft_of
        self.add_class("-asking")
        prompt = EditPrompt(question)
        await self.mount(prompt, before=self.query_one(KeyFooter))
        self.set_focus(prompt.query_one("Input"))  # the next key goes there

    @on(EditPrompt.Typed)
    def keep_typed(self, event: EditPrompt.Typed) -> None:
        """Save the typed text."""
        if self._draft_of is not None and self._answer is not None:
            self.session.edits.drafts[self._draft_of] = event.text

    @on(EditPrompt.Answered)
    def take_answer(self, event: EditPrompt.Answered) -> None:
        """Run the prompt's callback."""
        answer = self._answer
        self.close_prompt_line()
        if answer is not None:
            answer(event.value, event.text)

    @on(EditPrompt.Cancelled)
    def give_up(self) -> None:
        """Return to the table and discard the typed text."""
        if self._draft_of is not None:
            self.session.edits.drafts.pop(self._draft_of, None)
        self.close_prompt_line()

    def close_prompt_line(self) -> None:
        """Remove the prompt."""
        self._answer = self._draft_of = None
        self.remove_class("-asking")
        self.query(EditPrompt).remove()
        self.table.focus()
        self.call_after_refresh(self.settle_contested)

    def settle_contested(self) -> None:
        """Ask about the next conflict; implemented by the part that edits cells."""

    # Writing

    def may_leave(self) -> bool:
        """Return True if everything is written; a user who was warned may leave anyway."""
        waiting = self.status.unwritten
        if not waiting or self._is_leaving:
            return True
        self._is_leaving = True
        self.notify(
            "The database is in use, and what you typed is not written yet. q again leaves: "
            "it stands there when you edit the cell next time.",
            severity="warning",
            markup=False,
        )
        return False

    def order(self, order: Order) -> None:
        """Queue an order to be written."""
        self.session.edits.put(order)
        if not self._is_writing:
            self._is_writing = True
            self.write_orders()

    @work(thread=True, exclusive=True, group="edits")
    def write_orders(self) -> None:
        """Post the outcome of each order; ends with the screen."""
        for outcome in self.session.edits.outcomes():
            self.post_message(self.OutcomeKnown(outcome))

    @on(OutcomeKnown)
    def tell_outcome(self, event: OutcomeKnown) -> None:
        """Show the written values, or report why they were not written."""
        outcome = event.outcome
        match outcome:
            case EditSaved():
                if isinstance(outcome.order, SetValues):
                    for change in outcome.order.changes:
                        self.session.edits.drafts.pop((change.key, change.name), None)
                self.table.add_values(outcome.values)
                if outcome.said:
                    self.notify(visible(outcome.said), markup=False, timeout=4)
                self._tell_problem(outcome.problem)
            case EditDelayed():
                self.status = self.status._replace(unwritten=outcome.orders)
                if outcome.problem != self._told:
                    words = f"{outcome.problem} What you typed is kept, and tried again."
                    self.notify(visible(words), severity="warning", markup=False)
                self._told = outcome.problem
            case EditConflicted():
                self.contest(outcome)
            case EditFailed():
                self.keep_draft(outcome.order)
                words = f"Not written: {outcome.order.words}. {outcome.problem}"
                self.notify(visible(words), severity="error", markup=False, timeout=15)
                self.look_at_rights()
        self.show_unwritten()

    def _tell_problem(self, problem: str) -> None:
        if problem and problem != self._told:
            words = f"Written, but it could not be noted who did it: {problem}"
            self.notify(visible(words), severity="warning", markup=False)
        self._told = problem

    def contest(self, outcome: EditConflicted) -> None:
        """Handle an edit conflict; implemented by the part that edits cells."""

    def keep_draft(self, order: Order) -> None:
        """Keep the typed text; implemented by the part that edits cells."""

    def show_unwritten(self) -> None:
        """Show unwritten values in their cells."""
        pending = {
            (change.key, change.name): change.new
            for order in self.session.edits.waiting
            if isinstance(order, SetValues)
            for change in order.changes
        }
        if pending != self.table.view.unwritten:
            self.table.show_unwritten(pending)
        if self.status.unwritten and not self.session.edits.waiting:
            self.status = self.status._replace(unwritten=0)
