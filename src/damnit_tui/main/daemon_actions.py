"""Jobs, logs and reprocessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from damnit_daemon.errors import DamnitError

from ..data.daemon_requests import SendRequest
from ..sanitize import visible
from .base import MainPart

if TYPE_CHECKING:
    from pathlib import Path

    from damnit_daemon.ledger import CancelRequest, Timing
    from damnit_daemon.model import RunKey

    from ..context_editor.screen import ContextSaved
    from ..reprocess.plan import Plan

NO_VARIABLES = frozenset({"comment", "start_time"})
"""Columns that no function computes."""


class Acting(MainPart):
    """Part of the main screen: jobs, logs, reprocess."""

    def action_log(self) -> None:
        """Show the log of the run under the cursor; for a failed cell, at the error."""
        from ..log.screen import LogScreen
        from ..table.cells import parse_attributes
        from ..table.describe import error_of

        cursor = self.table.cursor
        if cursor is None:
            return
        value = self.table.rows.value(*cursor)
        failed = ""
        if value is not None and value.value is None:
            error = error_of(parse_attributes(value.attributes_json))
            failed = cursor.name if error is not None else ""
        title = f"log of run {cursor.key.run}, proposal {cursor.key.proposal}"
        self.app.push_screen(LogScreen(self.session.log_of(cursor.key), title, failed=failed))

    def action_jobs(self) -> None:
        """Show the daemon's jobs."""
        from ..jobs.screen import JobsScreen

        self.app.push_screen(JobsScreen(self.context))

    def action_context(self, line: int = 0) -> None:
        """Edit the context file.

        Args:
            line: Initial line, 1-based; 0 for the top.
        """
        from ..context_editor.screen import ContextScreen

        cursor = self.table.cursor
        key = cursor.key if cursor else None
        self.app.push_screen(ContextScreen(self.session, key, line=line), self._reprocess_changed)

    def _reprocess_changed(self, saved: ContextSaved | None) -> None:
        if saved is not None and saved.changed:
            self.action_reprocess(" ".join(saved.changed))

    def action_proposals(self) -> None:
        """Show other proposals; choosing one opens it in place of this one."""
        from ..proposals.screen import ProposalsScreen

        self.app.push_screen(ProposalsScreen(self.session.folder.path), self._open_other)

    def _open_other(self, path: Path | None) -> None:
        if path is not None and path != self.session.folder.path and self.edit_bar.may_leave():
            self.app.exit(path)

    def action_daemon(self) -> None:
        """Show the daemon's status."""
        from ..daemon.screen import DaemonScreen

        self.app.push_screen(DaemonScreen(self.context))

    def action_reprocess(self, names: str = "", here: bool = False) -> None:
        """Ask what to reprocess, and submit it.

        Args:
            names: Initial variables; empty for all.
            here: Only the run under the cursor, ignoring marks.
        """
        from ..reprocess.dialog import ReprocessDialog

        cursor = self.table.cursor
        if cursor is None:
            return
        keys = [cursor.key] if here else self._chosen_runs()
        name = "" if cursor.name in NO_VARIABLES else cursor.name
        said, _ = self.status.work.state(self._clock())
        daemon = f"{said}" if said.startswith("●") else f"{said}: it is done when one starts"
        self.app.push_screen(
            ReprocessDialog(self.session, keys, name, daemon, names), self._reprocess
        )

    def _reprocess(self, plan: Plan | None) -> None:
        if plan is not None:
            self.post_message(SendRequest(plan.request()))

    def _chosen_runs(self) -> list[RunKey]:
        """Return the marked runs, or the run under the cursor."""
        cursor = self.table.cursor
        return sorted(self.table.marked) or ([cursor.key] if cursor else [])

    def action_cancel_jobs(self) -> None:
        """Cancel the jobs of the marked runs, or of the run under the cursor."""
        from damnit_daemon.ledger import CancelRequest
        from damnit_daemon.run_ranges import format_run_ranges

        from ..dialogs.confirm import ConfirmDialog

        keys = self._chosen_runs()
        work = self.status.work
        busy = [key for key in keys if work.runs.get(key)]
        if not busy:
            which = f"Run {keys[0].run}" if len(keys) == 1 else "None of these runs"
            self.notify(f"{which} has no job that waits or runs.", markup=False)
            return
        if not self._may_ask():
            return
        jobs = [job for key in busy for job in work.runs[key]]
        running = sum(job.is_running for job in jobs)
        named = format_run_ranges(key.run for key in busy)
        text = (
            f"Cancel all jobs of {'run' if len(busy) == 1 else f'{len(busy)} runs:'} {named}?\n\n"
            f"{running} being computed, {len(jobs) - running} waiting. What is computed is kept, "
            "what is being computed now is lost. R in the list of jobs (J) does one once more."
        )
        request = CancelRequest(runs=tuple(busy))
        dialog = ConfirmDialog("Cancel jobs", text, request, yes="cancel them")
        self.app.push_screen(dialog, self._cancel)

    def _cancel(self, request: CancelRequest | None) -> None:
        if request is not None:
            self.post_message(SendRequest(request))

    def _may_ask(self) -> bool:
        if self.session.read_only:
            self.notify(
                "Nothing is changed from here: --read-only.", severity="warning", markup=False
            )
        return not self.session.read_only

    # Commands

    def show_timings(self, _argument: str) -> None:
        """Show how long the variables take."""
        self._load_timings()

    @work(thread=True, exclusive=True, group="timings")
    def _load_timings(self) -> None:
        from ..jobs.reader import load_job_timings

        try:
            found = load_job_timings(self.session.ledger())
        except DamnitError as error:
            self.call_later(self.notify, visible(str(error)), severity="error", markup=False)
            return
        self.call_later(self._show_timings, found)

    def _show_timings(self, found: list[Timing]) -> None:
        from ..jobs.timings_dialog import TimingsDialog

        self.app.push_screen(TimingsDialog(found))
