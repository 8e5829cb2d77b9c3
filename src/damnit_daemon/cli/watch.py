"""`reprocess --watch`: follow a request and its jobs to the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..ledger import JobState, Ledger, LedgerClient
from ..model.sanitize import show_controls
from ..store import DatabaseBusy
from .daemon_request import NO_DAEMON, name_of, print_message
from .job_follower import JobFollower, summary_line

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..ledger import Job
    from ..paths import DamnitFolder

LOOK_EVERY_S = 0.3
LOOK_FOR_DAEMON_EVERY_S = 5.0
CLOCKS_DIFFER_S = 1.0
EXIT_INTERRUPTED = 130


def watch_request(folder: DamnitFolder, request_id: int) -> int:
    """Follow the jobs of a request; Ctrl-C stops following, not the jobs.

    Returns:
        The exit code: 0 if all jobs are done, 1 if not, 130 after Ctrl-C.

    Raises:
        DamnitError: If the daemon refuses the request, or the ledger cannot be read.
    """
    began_s = time.monotonic()
    try:
        ledger = Ledger(folder.ledger)
        client = LedgerClient(ledger)
        follower = JobFollower(ledger, _jobs_of(client, request_id))
        with _display(len(follower.job_ids)) as display:
            _follow(client, follower, display)
    except KeyboardInterrupt:
        print_message(
            "stopped watching; the jobs continue.",
            hint="See damnit-daemon jobs, damnit-daemon cancel.",
        )
        return EXIT_INTERRUPTED
    for job in follower.distinct:
        if job.state is JobState.FAILED and has_log(folder, job):
            print_message(f"{job.run_key}: see {folder.log_file(job.run_key)}")
    print(summary_line(follower.distinct, time.monotonic() - began_s))
    return 0 if all(job.state is JobState.DONE for job in follower.distinct) else 1


class LineProgress:
    """For files and pipes: lines only."""

    def line(self, text: str) -> None:
        """Print a line, sanitized for the terminal."""
        print(show_controls(text), flush=True)

    def move(self, follower: JobFollower) -> None:
        """Do nothing: there is no bar."""


class BarProgress(LineProgress):
    """For a terminal: a progress bar for the jobs and the variables being evaluated."""

    def __init__(self, bar: Progress, jobs: int) -> None:
        self._bar = bar
        self._jobs = bar.add_task("jobs", total=jobs)
        self._variables = bar.add_task("waiting", total=None)

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        from rich.text import Text

        self._bar.console.print(Text(show_controls(text)), soft_wrap=True)

    def move(self, follower: JobFollower) -> None:
        """Update the bar."""
        jobs = follower.jobs
        self._bar.update(self._jobs, completed=sum(job.state.is_over for job in jobs.values()))
        active = {job.id: job for job in jobs.values() if job.state is JobState.RUNNING}
        now = time.time()
        at = [f"{active[each.job_id].run_key} {each.sentence(now)}" for each in follower.running]
        self._bar.update(
            self._variables,
            description=show_controls(at[0]) if at else "running" if active else "waiting",
            completed=sum(job.variables_done for job in active.values()),
            total=sum(job.variables_total for job in active.values()) or None,
        )


@contextmanager
def _display(jobs: int) -> Iterator[LineProgress]:
    """Select the display for the type of stdout."""
    if not sys.stdout.isatty():
        yield LineProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=Console(highlight=False), transient=True) as bar:
        yield BarProgress(bar, jobs)


def has_log(folder: DamnitFolder, job: Job) -> bool:
    """Return True if the job has written to the run's log; older logs do not count."""
    try:
        written_at = folder.log_file(job.run_key).stat().st_mtime
    except OSError:
        return False
    return job.started_at is not None and written_at >= job.started_at - CLOCKS_DIFFER_S


def _jobs_of(client: LedgerClient, request_id: int) -> list[int]:
    """Wait, without a time limit, until the daemon has created jobs for a request."""
    is_reported = False
    while (jobs := client.wait(request_id)) is None:
        lease = client.daemon()
        if lease is not None and not is_reported:
            print_message(f"the daemon ({name_of(lease)}) has not responded yet; waiting for it.")
            is_reported = True
    return jobs


def _follow(client: LedgerClient, follower: JobFollower, display: LineProgress) -> None:
    next_look_s = time.monotonic() + LOOK_FOR_DAEMON_EVERY_S
    had_daemon = True
    while not follower.is_over:
        try:
            lines = follower.poll()
        except DatabaseBusy:  # the daemon is writing; poll again later
            lines = []
        for text in lines:
            display.line(text)
        display.move(follower)
        if time.monotonic() >= next_look_s:
            has_daemon = client.daemon() is not None
            if had_daemon and not has_daemon:
                display.line(f"{NO_DAEMON} The jobs wait for the next one.")
            had_daemon = has_daemon
            next_look_s = time.monotonic() + LOOK_FOR_DAEMON_EVERY_S
        if not follower.is_over:
            time.sleep(LOOK_EVERY_S)
