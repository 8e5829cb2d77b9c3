"""Runs one job in its own process."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from . import processes
from .context import Context
from .encode import Computed
from .execute import Evaluation
from .fragment import FragmentWriter
from .graph import UnknownVariable
from .local_imports import MODULES_VARIABLE
from .progress import watch_tqdm
from .protocol import Event, FilesFound, JobStarted, RunnerJob, RunnerMessage, VariableDone, encode
from .run_data import MockRun, OpenedRun, RunUnavailable
from .run_files import sentence
from .variable import RunData

PRELOADED = ("xarray", "pandas", "matplotlib.pyplot", "PIL.Image", "h5netcdf", "scipy")
"""Modules a child may have imported, to be preloaded for the next one."""


def limit(job: RunnerJob) -> None:
    """Apply the job's resource limits to this process."""
    if job.cpus:
        processes.bind_to_cpus(job.cpus)
    if job.memory_bytes:
        processes.limit_memory(job.memory_bytes)


def run_job(job: RunnerJob, context: Context, folder: Path, events: int) -> int:
    """Run a job in this process; events go to the descriptor `events`.

    Returns:
        The exit status for the process: 0 unless the job as a whole failed.
    """
    channel = JobChannel(events)
    send = channel.send
    opened = (MockRun if job.mock else OpenedRun)(job.proposal, job.run)
    opened.record_files()
    try:
        names, notes = _selection(job, context, opened)
        started = opened.start_time()
    except UnknownVariable as error:
        return fail(events, str(error))
    except RunUnavailable as error:
        _send_files_found(job, opened, send)
        return fail(events, str(error), "absent" if error.is_absent else "failed")
    _send_files_found(job, opened, send)
    if job.cluster:  # its non-cluster dependencies were saved by the previous job
        others = [n for n in names if not context.graph.cluster[n]]
        job = replace(job, saved=[*job.saved, *others])
    writer = FragmentWriter(folder, job.proposal, job.run)
    try:
        parameters, unknown = context.parameter_values(job.parameters)
    except ValueError as error:
        return fail(events, str(error))
    notes += unknown
    evaluation = Evaluation(context, job, opened, writer, send, channel.send_if_ready, parameters)
    send(JobStarted(job.job_id, os.getpid(), evaluation.needed(names)))
    for note in notes:
        send(RunnerMessage(job.job_id, note))
    try:
        computed = Computed(evaluation.clock(), 0.0, context.context_hash)
        # Those of an earlier context file are of one value, not of the run.
        kept = {} if MODULES_VARIABLE in os.environ else evaluation.parameters
        path = writer.write_start_time(started, computed, kept)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)  # h5py's is a page long
        return fail(events, f"Results cannot be written to {folder}: {reason}")
    send(VariableDone(job.job_id, "start_time", "done", 0.0, str(path)))
    before = set(sys.modules)
    watch_tqdm()
    evaluation.evaluate(names)
    imported = [m for m in PRELOADED if m in sys.modules and m not in before]
    write_all(events, f"finished {' '.join(imported)}\n".encode())
    return 0


class JobChannel:
    """Writes the events of a job to a pipe, from any thread."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._room = select.poll()
        self._room.register(pipe, select.POLLOUT)

    def send(self, event: Event) -> None:
        """Send an event, and tell the resident which variable is being evaluated."""
        lines = [encode(event)]
        if name := getattr(event, "name", ""):
            lines.append(f"running {'' if isinstance(event, VariableDone) else name}\n".encode())
        with self._lock:
            write_all(self._pipe, b"".join(lines))

    def send_if_ready(self, event: Event) -> None:
        """Send an event, unless the pipe is full or in use: this never waits."""
        line = encode(event)
        if len(line) <= select.PIPE_BUF and self._lock.acquire(blocking=False):
            try:
                if self._room.poll(0):
                    os.write(self._pipe, line)
            finally:
                self._lock.release()


def fail(events: int, reason: str, outcome: str = "failed") -> int:
    """Report why a job as a whole failed, or is `absent`; return the exit status."""
    text = f"{outcome} " + reason.replace("\n", "\x1f")
    write_all(events, text.encode() + b"\n")
    return 1


def end_process(status: int) -> NoReturn:
    """End this process at once, with its output flushed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)


def _selection(job: RunnerJob, context: Context, run: OpenedRun) -> tuple[list[str], list[str]]:
    """Return the variables to evaluate, in order, and notes about them."""

    def select(data: RunData) -> list[str]:
        return context.graph.select(
            data=data, names=job.variables, match=job.match, cluster=job.cluster
        )

    names = select(RunData(job.data))
    proc = [n for n in names if context.graph.data[n] is RunData.PROC]
    if not proc:
        return names, []
    try:
        run.require_proc()
    except RunUnavailable as error:
        if job.data == "proc":
            raise
        note = "Proc data is unavailable, only raw variables will be executed."
        return select(RunData.RAW), [note] if error.is_absent else [note, str(error)]
    return names, []


def _send_files_found(job: RunnerJob, run: OpenedRun, send: Callable[[Event], None]) -> None:
    """Report the folders' contents before opening, and the unreadable files."""
    for data, files in run.files.items():
        send(
            FilesFound(
                job.job_id,
                data,
                len(files.names),
                files.size_bytes,
                files.newest_ns,
                files.folder_ns,
                sentence([files]),
            )
        )


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data, in as many steps as needed."""
    while data:
        data = data[os.write(descriptor, data) :]
