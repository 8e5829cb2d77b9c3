"""Run a list of jobs one after the other, unattended; events are written to a file.

This is how Slurm runs jobs on a node. The daemon follows the file, there or later.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .author import user_name
from .context import Context
from .encode import Computed
from .file_format import process_log
from .fork_server import ForkServer, JobProcess
from .fragment import FragmentWriter
from .job import write_all
from .protocol import (
    BatchStarted,
    Event,
    JobEnded,
    RunnerJob,
    RunnerMessage,
    VariableDone,
    decode_event,
    decode_job,
    encode,
)
from .retry import PROCESS_DIED, Attempts, Verdict

JOBS_FILE = "jobs.jsonl"
"""One job per line, with its task number as `task`."""
REPORTED_WITHIN_S = 0.5
REVOKED_FILE = "revoked"
"""If this file exists, no further task of the submission is started."""


def events_name(task: int) -> str:
    """Return the name of a task's event file."""
    return f"{task}.events"


def claim_name(task: int) -> str:
    """Return the name of the file that marks a task as started: it never starts twice."""
    return f"{task}.claim"


def load_jobs(submission: Path, task: int) -> list[RunnerJob]:
    """Read the jobs of one task."""
    lines = (submission / JOBS_FILE).read_bytes().splitlines()
    return [decode_job(line) for line in lines if json.loads(line).get("task") == task]


def claim(submission: Path, task: int) -> str:
    """Claim a task so that it starts only once; return why it must not, or an empty string."""
    if (submission / REVOKED_FILE).exists():
        return "this submission was abandoned; another one replaces it"
    path = submission / claim_name(task)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return f"the task has already been started ({path.name} exists)"
    os.fchmod(descriptor, submission.stat().st_mode & 0o666)
    os.write(descriptor, f"{socket.gethostname()} {os.getpid()}\n".encode())
    os.close(descriptor)
    return ""


def open_events(submission: Path, task: int) -> int:
    """Open the event file for appending, with the permissions of its folder."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(submission / events_name(task), flags, 0o600)
    os.fchmod(descriptor, submission.stat().st_mode & 0o666)
    return descriptor


def started_event(environment: Mapping[str, str]) -> BatchStarted:
    """Return the event with this host and the Slurm job ids."""
    array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
    slurm_id = f"{array}_{task}" if array else environment.get("SLURM_JOB_ID", "")
    cluster = environment.get("SLURM_CLUSTER_NAME", "")
    return BatchStarted(socket.gethostname(), os.getpid(), user_name(), slurm_id, cluster)


class Log:
    """Sends the output of this process and its children to the log of the current run."""

    def __init__(self, folder: Path, where: BatchStarted) -> None:
        self._folder = folder
        self._where = where
        self._current: tuple[int, int] | None = None

    def begin(self, job: RunnerJob) -> str:
        """Switch to the log of a job's run; return why that failed, or an empty string."""
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

    def _header(self, job: RunnerJob) -> bytes:
        """Return DAMNIT's header line; apps jump to it."""
        where = self._where
        place = f"(job id: {where.slurm_id}, cluster: {where.cluster})" if where.slurm_id else ""
        name = f"r{job.run} (p{job.proposal})"
        return f"\n----- Processing {name} as {where.user} on {where.host} {place} -----\n".encode()


class BatchRunner(ForkServer):
    """A resident runner with a fixed list of jobs, which retries by itself."""

    def __init__(
        self,
        context: Context,
        folder: Path,
        jobs: Sequence[RunnerJob],
        out: int,
        log: Log,
        **children: Any,
    ) -> None:
        """Prepare.

        Args:
            context: The variables of the context file.
            folder: The DAMNIT folder.
            jobs: Jobs in the order to run them.
            out: Descriptor for events.
            log: Destination of the output.
            children: How to start child processes, see `ForkServer`.
        """
        requests, self._asking = os.pipe()
        super().__init__(context, folder, requests, out, **children)
        self._waiting = list(jobs)
        self._log = log
        self._job: RunnerJob | None = None
        self._attempts: Attempts | None = None

    def work(self) -> None:
        """Run all jobs; also return on SIGTERM, with the running ones ended."""
        self._start_next()
        self.serve()

    def _start_next(self) -> None:
        if not self._waiting:
            os.close(self._asking)  # the resident ends when its input is closed
            return
        self._job = self._waiting.pop(0)
        self._attempts = Attempts(self._job)
        if problem := self._log.begin(self._job):
            self._send(RunnerMessage(f"{self._job.job_id}-0", problem))
        self._start(self._attempts.next_job())

    def _relay(self, child: JobProcess, line: bytes) -> None:
        super()._relay(child, line)
        assert self._attempts is not None
        if b'"VariableDone"' in line[:32]:
            event = decode_event(line)
            assert isinstance(event, VariableDone)
            self._attempts.record(event)

    def _send_end(self, ended: JobEnded) -> None:
        assert self._attempts is not None
        assert self._job is not None
        if ended.exit_code == -signal.SIGTERM and self._is_ended_as_well():
            return  # ended from outside: not the variable's fault
        verdict = self._attempts.ended(ended)
        if verdict.crashed:
            self._record_crash(verdict)
        if not verdict.is_over:
            self._start(self._attempts.next_job())
            return
        failed = "absent" if self._attempts.is_absent else "failed"
        outcome = failed if self._attempts.failure else "done"
        job_id = f"{self._job.job_id}-{self._attempts.number}"
        self._send(JobEnded(job_id, outcome, self._attempts.failure))
        self._start_next()

    def _is_ended_as_well(self) -> bool:
        """Return True if signalled too: Slurm signals all processes of a job, in any order."""
        until_s = time.monotonic() + REPORTED_WITHIN_S
        while not self._must_end and time.monotonic() < until_s:
            time.sleep(0.02)
        return self._must_end

    def _record_crash(self, verdict: Verdict) -> None:
        """Write the reason into the cell of the variable that was running."""
        assert self._job is not None
        assert self._attempts is not None
        name, path = verdict.crashed, ""
        print(f"Could not get data for {name}: {verdict.reason}", flush=True)
        if not self._context.variables[name].transient:
            writer = FragmentWriter(self._folder, self._job.proposal, self._job.run)
            computed = Computed(time.time(), 0.0, self._context.context_hash)
            try:
                path = str(writer.write_error(name, verdict.reason, PROCESS_DIED, computed))
            except OSError as error:
                self._send(
                    RunnerMessage(self._job.job_id, f"The error of {name} is not saved: {error}")
                )
        job_id = f"{self._job.job_id}-{self._attempts.number}"
        self._send(VariableDone(job_id, name, "failed", 0.0, path, verdict.reason, PROCESS_DIED))

    def _send(self, event: Event) -> None:
        write_all(self._out, encode(event))
