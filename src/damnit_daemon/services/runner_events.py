"""Translate events of a runner, here or in Slurm, into events of the daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..ledger import Job, Outcome, TakenFiles, VariableProgress
from ..model.advance import advance_of
from ..runner.file_format import START_TIME
from ..runner.protocol import (
    Event,
    FilesFound,
    JobStarted,
    RunnerMessage,
    VariableAdvanced,
    VariableDone,
    VariableStarted,
)
from .events import DaemonEvent, FilesTaken, FunctionAdvanced, JobBegan, Remark, VariableProgressed


def translate(job: Job, event: Event) -> Iterator[DaemonEvent]:
    """Yield the daemon's events for an event about a job; none for events of no interest."""
    match event:
        case FilesFound():
            yield from _files_processed(job, event)
        case JobStarted():
            yield JobBegan(job.id, tuple(event.variables))
        case VariableStarted():
            yield VariableProgressed(
                VariableProgress(job.id, event.name, Outcome.RUNNING, started_at=time.time())
            )
        case VariableAdvanced():
            yield from _function_advanced(job, event)
        case VariableDone() if event.name != START_TIME:
            message = f"{event.error_class}: {event.error}" if event.error_class else ""
            outcome = Outcome(event.outcome)
            yield VariableProgressed(
                VariableProgress(job.id, event.name, outcome, None, event.duration_s, message)
            )
        case RunnerMessage():
            yield Remark(f"{job.run_key}: {event.message}")


def _function_advanced(job: Job, event: VariableAdvanced) -> Iterator[FunctionAdvanced]:
    """Yield nothing if the report is invalid: it comes from the user's Python."""
    try:
        advance = advance_of(
            event.done, event.total, event.unit, event.remaining_s, now=time.time()
        )
    except ValueError:
        return
    yield FunctionAdvanced(job.id, event.name, advance)


def _files_processed(job: Job, event: FilesFound) -> Iterator[FilesTaken]:
    """Yield nothing if the event is invalid, or the job covers only some variables.

    A second-stage job reads the files that the first one has taken.
    """
    is_whole = job.variables is None and not job.match and job.cluster is not True
    if not is_whole or job.data not in (event.data, "all"):
        return
    try:
        files = TakenFiles(
            event.number, event.size_bytes, event.newest_ns, event.folder_ns, event.unreadable
        )
    except ValueError:  # the event comes from the user's Python
        return
    yield FilesTaken(job.run_key, event.data, files)
