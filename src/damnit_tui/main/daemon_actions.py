"""Open the screens of processing, and ask the daemon to process runs or to cancel their jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from damnit_daemon.errors import DamnitError

from ..data.daemon_requests import SendRequest
from ..data.session import READ_ONLY
from ..fixed_columns import FIXED_NAMES
from ..sanitize import visible
from ..table.context import TableContext
from ..table.widget import RunTable

if TYPE_CHECKING:
    from damnit_daemon.ledger import Timing, TypedRequest
    from damnit_daemon.model import RunKey

    from ..context_editor.screen import ContextSaved
    from ..reprocess.plan import Plan


class DaemonActions:
    """Actions of the main screen on jobs, logs and the context file.

    Args:
        owner: The main screen.
        context: The folder and its table.
        table: The table, whose cursor and marks say which runs.
    """

    def __init__(self, owner: Screen[None], context: TableContext, table: RunTable) -> None:
        self._owner = owner
        self._context = context
        self._session = context.session
        self._table = table

    # Screens

    def log(self) -> None:
        """Show the log of the run under the cursor; for a failed cell, at the error."""
        from ..log.screen import LogScreen
        from ..table.cells import parse_attributes
        from ..table.describe import error_of

        cursor = self._table.cursor
        if cursor is None:
            return
        value = self._table.rows.value(*cursor)
        failed = ""
        if value is not None and value.value is None:
            error = error_of(parse_attributes(value.attributes_json))
            failed = cursor.name if error is not None else ""
        title = f"Log of run {cursor.key.run}, proposal {cursor.key.proposal}"
        log = self._session.log_of(cursor.key)
        self._owner.app.push_screen(LogScreen(log, title, failed=failed))

    def jobs(self) -> None:
        """Show the daemon's jobs."""
        from ..jobs.screen import JobsScreen

        self._owner.app.push_screen(JobsScreen(self._context))

    def daemon(self) -> None:
        """Show the daemon's status."""
        from ..daemon.screen import DaemonScreen

        self._owner.app.push_screen(DaemonScreen(self._context))

    def timings(self) -> None:
        """Show how long the variables take."""
        self._owner.run_worker(self._load_timings, group="timings", exclusive=True, thread=True)

    def _load_timings(self) -> None:
        from ..jobs.reader import load_job_timings

        try:
            found = load_job_timings(self._session.ledger())
        except DamnitError as error:
            self._owner.call_later(
                self._owner.notify, visible(str(error)), severity="error", markup=False
            )
        else:
            self._owner.call_later(self._show_timings, found)

    def _show_timings(self, found: list[Timing]) -> None:
        from ..jobs.timings_dialog import TimingsDialog

        self._owner.app.push_screen(TimingsDialog(found))

    # The context file

    def edit_context(self, line: int = 0) -> None:
        """Edit the context file.

        Args:
            line: Initial line, 1-based; 0 for the top.
        """
        from ..context_editor.screen import ContextScreen

        cursor = self._table.cursor
        screen = ContextScreen(self._session, cursor.key if cursor else None, line=line)
        self._owner.app.push_screen(screen, self._reprocess_changed)

    def _reprocess_changed(self, saved: ContextSaved | None) -> None:
        if saved is not None and saved.changed:
            self.reprocess(" ".join(saved.changed))

    # Jobs

    def reprocess(self, names: str = "", *, here: bool = False) -> None:
        """Ask what to reprocess, and submit it.

        Args:
            names: Initial variables; empty for all.
            here: Only the run under the cursor, ignoring marks.
        """
        from ..reprocess.dialog import ReprocessDialog

        cursor = self._table.cursor
        if cursor is None:
            return
        keys = [cursor.key] if here else self._chosen_runs()
        name = "" if cursor.name in FIXED_NAMES else cursor.name
        state, _ = self._session.activity.latest.state(self._session.clock())
        daemon = f"{state}" if state.startswith("●") else f"{state}: jobs wait until one starts"
        dialog = ReprocessDialog(self._session, keys, name, daemon, names)
        self._owner.app.push_screen(dialog, self._reprocess)

    def _reprocess(self, plan: Plan | None) -> None:
        if plan is not None:
            self._send(plan.request())

    def cancel_jobs(self) -> None:
        """Cancel the jobs of the marked runs, or of the run under the cursor."""
        from damnit_daemon.ledger import CancelRequest
        from damnit_daemon.run_ranges import format_run_ranges

        from ..dialogs.confirm import ConfirmDialog

        keys = self._chosen_runs()
        activity = self._session.activity.latest
        busy = [key for key in keys if activity.runs.get(key)]
        if not busy:
            which = f"run {keys[0].run}" if len(keys) == 1 else "these runs"
            self._owner.notify(f"No queued or running jobs for {which}.", markup=False)
            return
        if self._session.read_only:
            self._owner.notify(READ_ONLY, severity="warning", markup=False)
            return
        jobs = [job for key in busy for job in activity.runs[key]]
        running = sum(job.is_running for job in jobs)
        named = format_run_ranges(key.run for key in busy)
        text = (
            f"Cancel all jobs of {'run' if len(busy) == 1 else f'{len(busy)} runs:'} {named}?\n\n"
            f"{running} running, {len(jobs) - running} queued. Finished values are kept, "
            "unfinished ones are lost. To rerun a job, press R in the list of jobs (J)."
        )
        request = CancelRequest(runs=tuple(busy))
        dialog = ConfirmDialog("Cancel jobs", text, request, yes="cancel jobs")
        self._owner.app.push_screen(dialog, self._send)

    def _chosen_runs(self) -> list[RunKey]:
        """Return the marked runs, or the run under the cursor."""
        cursor = self._table.cursor
        return sorted(self._table.marked) or ([cursor.key] if cursor else [])

    def _send(self, request: TypedRequest | None) -> None:
        if request is not None:
            self._owner.post_message(SendRequest(request))
