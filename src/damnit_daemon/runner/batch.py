"""Jobs of a list, one after the other, where nobody listens: what happens is written to a file.

So runs what Slurm starts on some node. The daemon follows the file, there or later.
"""

from __future__ import annotations

import getpass
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .context import Context
from .encode import Computed
from .file_format import process_log
from .fork_server import ForkServer, JobProcess
from .fragment import FragmentWriter
from .job import write_all
from .protocol import (
    BatchStarted,
    Event,
    Job,
    JobEnded,
    Note,
    VariableDone,
    decode_event,
    decode_job,
    encode,
)
from .retry import PROCESS_DIED, Attempts, Verdict

JOBS_FILE = "jobs.jsonl"
"""One job a line, with the number of its task as `task`."""
TOLD_WITHIN_S = 0.5
REVOKED_FILE = "revoked"
"""Where it exists, nothing of the submission is begun any more."""


def events_name(task: int) -> str:
    """The file that a task writes its events to."""
    return f"{task}.events"


def claim_name(task: int) -> str:
    """The file that says that a task was begun: it never is a second time."""
    return f"{task}.claim"


def load_jobs(submission: Path, task: int) -> list[Job]:
    """Read the jobs of one task."""
    lines = (submission / JOBS_FILE).read_bytes().splitlines()
    return [decode_job(line) for line in lines if json.loads(line).get("task") == task]


def claim(submission: Path, task: int) -> str:
    """Make sure that a task is begun once; why it must not be, or nothing."""
    if (submission / REVOKED_FILE).exists():
        return "this submission was given up; another one does its work"
    path = submission / claim_name(task)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return f"the task was begun before ({path.name} exists)"
    os.fchmod(descriptor, submission.stat().st_mode & 0o666)
    os.write(descriptor, f"{socket.gethostname()} {os.getpid()}\n".encode())
    os.close(descriptor)
    return ""


def open_events(submission: Path, task: int) -> int:
    """Open the file for events, for appending; as open as its folder is."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(submission / events_name(task), flags, 0o600)
    os.fchmod(descriptor, submission.stat().st_mode & 0o666)
    return descriptor


def started_event(environment: Mapping[str, str]) -> BatchStarted:
    """Where this is, and under which of Slurm's numbers."""
    array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
    slurm_id = f"{array}_{task}" if array else environment.get("SLURM_JOB_ID", "")
    cluster = environment.get("SLURM_CLUSTER_NAME", "")
    return BatchStarted(socket.gethostname(), os.getpid(), getpass.getuser(), slurm_id, cluster)


class Log:
    """Sends what this process and its children print to the log of the run at hand."""

    def __init__(self, folder: Path, where: BatchStarted) -> None:
        self._folder = folder
        self._where = where
        self._current: tuple[int, int] | None = None

    def begin(self, job: Job) -> str:
        """Turn to the log of a job's run; why that cannot be, or nothing."""
        if self._current == (job.proposal, job.run):
            return ""
        path = self._folder / process_log(job.proposal, job.run)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                path.parent.chmod(self._folder.stat().st_mode & 0o7777)
            is_new = not path.exists()
            descriptor = os.open(path, flags, 0o600)
            if is_new:
                os.fchmod(descriptor, path.parent.stat().st_mode & 0o666 | 0o600)
            write_all(descriptor, self._header(job))
            for stream in (1, 2):
                os.dup2(descriptor, stream)
            os.close(descriptor)
            self._current = (job.proposal, job.run)
        except OSError as error:
            return f"The log {path.name} cannot be written: {error.strerror}."
        return ""

    def _header(self, job: Job) -> bytes:
        """DAMNIT's line, apps jump to it."""
        where = self._where
        place = f"(job id: {where.slurm_id}, cluster: {where.cluster})" if where.slurm_id else ""
        name = f"r{job.run} (p{job.proposal})"
        return f"\n----- Processing {name} as {where.user} on {where.host} {place} -----\n".encode()


class Batch(ForkServer):
    """A resident runner that knows its jobs from the beginning, and tries again by itself."""

    def __init__(
        self,
        context: Context,
        folder: Path,
        jobs: Sequence[Job],
        out: int,
        log: Log,
        **children: Any,
    ) -> None:
        """Prepare.

        Args:
            context: What the context file declares.
            folder: The DAMNIT folder.
            jobs: To be done in this order.
            out: Where events go.
            log: Where prints go.
            children: How they are started, as `ForkServer` has it.
        """
        nobody_asks, self._asking = os.pipe()
        super().__init__(context, folder, nobody_asks, out, **children)
        self._waiting = list(jobs)
        self._log = log
        self._job: Job | None = None
        self._attempts: Attempts | None = None

    def work(self) -> None:
        """Do all jobs; also returns on SIGTERM, with what runs ended."""
        self._begin_next()
        self.serve()

    def _begin_next(self) -> None:
        if not self._waiting:
            os.close(self._asking)  # the resident ends when nobody can ask any more
            return
        self._job = self._waiting.pop(0)
        self._attempts = Attempts(self._job)
        if problem := self._log.begin(self._job):
            self._tell(Note(f"{self._job.job_id}-0", problem))
        self._start(self._attempts.next_job())

    def _relay(self, child: JobProcess, line: bytes) -> None:
        super()._relay(child, line)
        assert self._attempts is not None
        if b'"VariableDone"' in line[:32]:
            event = decode_event(line)
            assert isinstance(event, VariableDone)
            self._attempts.heard(event)

    def _tell_end(self, ended: JobEnded) -> None:
        assert self._attempts is not None
        assert self._job is not None
        if ended.exit_code == -signal.SIGTERM and self._is_ended_as_well():
            return  # who ends us all knows why, and it is no fault of the variable
        verdict = self._attempts.ended(ended)
        if verdict.blamed:
            self._blame(verdict)
        if not verdict.is_over:
            self._start(self._attempts.next_job())
            return
        failed = "absent" if self._attempts.is_absent else "failed"
        outcome = failed if self._attempts.failure else "done"
        job_id = f"{self._job.job_id}-{self._attempts.number}"
        self._tell(JobEnded(job_id, outcome, self._attempts.failure))
        self._begin_next()

    def _is_ended_as_well(self) -> bool:
        """Whether we are told to end, too: Slurm tells all processes of a job, in any order."""
        until_s = time.monotonic() + TOLD_WITHIN_S
        while not self._is_told_to_end and time.monotonic() < until_s:
            time.sleep(0.02)
        return self._is_told_to_end

    def _blame(self, verdict: Verdict) -> None:
        """Put the reason into the cell of the variable that was running."""
        assert self._job is not None
        assert self._attempts is not None
        name, path = verdict.blamed, ""
        print(f"Could not get data for {name}: {verdict.reason}", flush=True)
        if not self._context.variables[name].transient:
            writer = FragmentWriter(self._folder, self._job.proposal, self._job.run)
            computed = Computed(time.time(), 0.0, self._context.context_hash)
            try:
                path = str(writer.write_error(name, verdict.reason, PROCESS_DIED, computed))
            except OSError as error:
                self._tell(Note(self._job.job_id, f"The error of {name} is not saved: {error}"))
        job_id = f"{self._job.job_id}-{self._attempts.number}"
        self._tell(VariableDone(job_id, name, "failed", 0.0, path, verdict.reason, PROCESS_DIED))

    def _tell(self, event: Event) -> None:
        write_all(self._out, encode(event))


def read_events(submission: Path, task: int) -> Iterator[Event]:
    """What a task has told so far; what cannot be understood is passed over."""
    try:
        lines = (submission / events_name(task)).read_bytes().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield decode_event(line)
        except (ValueError, TypeError, KeyError):
            continue
