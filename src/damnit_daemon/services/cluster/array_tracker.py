"""Track one array through the files of its tasks and its status in Slurm."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator

from ...ledger import JobOrigin, JobState, Outcome, VariableProgress
from ...paths import DamnitFolder
from ...runner.protocol import (
    BatchStarted,
    ContextLoaded,
    Event,
    JobEnded,
    JobStarted,
    VariableDone,
)
from ...slurm import Fate, JobStatus, Resources, SlurmId, explain, with_output
from ...submission import SubmissionFolder, stage_has_variables
from ..awaited_files import NOT_YET
from ..context import ContextUnusable
from ..events import (
    DaemonEvent,
    JobInterrupted,
    JobOver,
    JobPlaced,
    JobWaits,
    Remark,
    VariableProgressed,
    ended_unsaved,
)
from ..runner_events import translate
from .event_log import EventLog
from .tracked_job import TrackedJob, TrackedTask

LATE_S = 3.0
"""How long to wait for a task's last events after Slurm reports it as over: shared file systems
are slow to show them.
"""

MOST_LOSSES = 3
"""Maximum number of submissions of a job that is lost each time."""


class ArrayTracker:
    """One array, from its submission until no further events can arrive."""

    def __init__(
        self,
        folder: DamnitFolder,
        submission: SubmissionFolder,
        slurm_id: SlurmId,
        resources: Resources | None,
        tasks: list[TrackedTask],
        *,
        notify: Callable[[DaemonEvent], None],
        finish: Callable[[TrackedJob, Callable[[], JobOver | JobInterrupted]], None],
        load: Callable[[ContextLoaded], None],
        withdraw: Callable[[SlurmId, str], bool],
        losses: Counter[int],
    ) -> None:
        """Create a tracker.

        Args:
            folder: The DAMNIT folder.
            submission: Folder of the array.
            slurm_id: Id of the array.
            resources: Resources that it requested, if known.
            tasks: Tasks with jobs of ours.
            notify: Called with each event.
            finish: Combines the results of a job, then reports how it ended.
            load: Called with the context that a runner has loaded.
            withdraw: Cancels a task in Slurm; returns True if it could.
            losses: How often each job of the ledger was lost, in other arrays too.
        """
        self.submission = submission
        self.slurm_id = slurm_id
        self._folder = folder
        self._resources = resources
        self._tasks = {task.number: task for task in tasks}
        self._files = {n: EventLog(submission.events(n)) for n in self._tasks}
        self._over: dict[int, tuple[float, JobStatus]] = {}
        self._notify = notify
        self._finish = finish
        self._load = load
        self._withdraw = withdraw
        self._losses = losses

    @property
    def jobs(self) -> Iterator[TrackedJob]:
        """Yield the jobs that have not ended yet."""
        for task in self._tasks.values():
            yield from (job for job in task.jobs if job.ended is None)

    @property
    def unfinished(self) -> list[SlurmId]:
        """The tasks to poll in Slurm."""
        return [self.slurm_id.task(n) for n in self._tasks if n not in self._over]

    @property
    def is_finished(self) -> bool:
        """True if no further events can arrive."""
        return not self._tasks

    def poll(self) -> None:
        """Apply the events written since the last poll."""
        try:
            present = {entry.name for entry in os.scandir(self.submission.path)}
        except OSError:
            present = set()
        for number, task in list(self._tasks.items()):
            if self.submission.events(number).name in present:
                for event in self._files[number].read():
                    self._on_event(task, event)
            for job in task.jobs:
                job.collector.ingest_if_due()
            if not task.is_finished and number in self._over:
                since_s, status = self._over[number]
                if time.monotonic() - since_s > LATE_S:
                    self._conclude(task, status)
            if task.is_finished:
                del self._tasks[number]

    def on_status(self, status: JobStatus) -> None:
        """Apply a task's status in Slurm."""
        number = int(status.id.id.rpartition("_")[2])
        task = self._tasks.get(number)
        if task is None:
            return
        if status.fate is Fate.WAIT:
            reason = explain(status, self._resources)
            for job in task.jobs:
                if job.waits_for != reason:
                    job.waits_for = reason
                    self._notify(JobWaits(job.job.id, reason))
            if (
                status.lost_reservation
                and not task.withdrawn
                and self._withdraw(status.id, self.submission.comment)
            ):
                task.withdrawn = reason  # it would wait for ever
        elif status.fate is not Fate.RUNS and number not in self._over:
            self._over[number] = (time.monotonic(), status)

    def find(self, job_id: int) -> tuple[TrackedJob, SlurmId] | None:
        """Return a job that has not ended yet, and its task."""
        for task in self._tasks.values():
            for job in task.jobs:
                if job.job.id == job_id and job.ended is None:
                    return job, self.slurm_id.task(task.number)
        return None

    # Events from the runner

    def _on_event(self, task: TrackedTask, event: Event) -> None:
        if isinstance(event, BatchStarted):
            task.where = event.host
            return
        if isinstance(event, ContextLoaded):
            self._on_context(task, event)
            return
        job = next((job for job in task.jobs if job.owns(event)), None)
        if job is None or job.ended is not None:
            return
        job.on_event(event)
        if isinstance(event, JobStarted):
            slurm_id = str(self.slurm_id.task(task.number).id)
            self._notify(JobPlaced(job.job.id, slurm_id, task.where, is_running=True))
        elif isinstance(event, VariableDone):
            job.not_saved = job.collector.record(event, may_be_combined=True) or job.not_saved
        elif isinstance(event, JobEnded):
            self._end(job, event)
        for message in translate(job.job, event):
            self._notify(message)

    def _on_context(self, task: TrackedTask, loaded: ContextLoaded) -> None:
        task.context = loaded
        errors = [problem for problem in loaded.problems if problem.severity == "error"]
        if not errors:
            self._load(loaded)
            return
        reason = ContextUnusable(errors).message
        for job in task.jobs:
            if job.ended is None:
                self._interrupt(job, reason, loaded.context_hash)

    def _end(self, job: TrackedJob, ended: JobEnded) -> None:
        if ended.outcome == "absent" and job.job.origin is JobOrigin.ARRIVAL:
            message = JobInterrupted(job.job.id, f"{NOT_YET}: {ended.reason}", awaits_files=True)
            self._finish(job, lambda: message)
            return
        state = JobState.FAILED if ended.outcome in ("failed", "absent") else JobState.DONE
        task = next(task for task in self._tasks.values() if job in task.jobs)
        left = leaves_cluster_work(job, task.context)

        def over() -> JobOver | JobInterrupted:
            unsaved = job.not_saved or job.collector.unsaved
            if unsaved and state is JobState.DONE:
                return ended_unsaved(job.job, unsaved, leaves_cluster_work=left)
            reasons = [ended.reason or unsaved or job.collector.problem]
            reasons += [*job.collector.notes, *job.unreadable]
            reason = " · ".join(filter(None, reasons))
            return JobOver(job.job.id, state, reason, leaves_cluster_work=left)

        self._finish(job, over)

    # Status from Slurm

    def _conclude(self, task: TrackedTask, status: JobStatus) -> None:
        """Decide about jobs that will send no more events."""
        status = with_output(status, self.submission.output(task.number))
        reason = explain(status, self._resources)
        at_work = next((job for job in task.jobs if job.ended is None and job.began), None)
        is_cancelled = any(job.cancel_reason for job in task.jobs)
        self._block(task.number)
        for job in task.jobs:
            if job.ended is not None:
                continue
            if job.cancel_reason:
                self._stop(job, JobState.CANCELLED, job.cancel_reason)
            elif status.fate is Fate.CANCELLED and task.withdrawn:
                self._interrupt(job, task.withdrawn, None)
            elif status.fate is Fate.CANCELLED and not is_cancelled:
                self._record_crash(job, reason, task)
                self._stop(job, JobState.CANCELLED, reason)
            elif status.fate in (Fate.CANCELLED, Fate.LOST, Fate.GONE):
                self._lose(job, reason, task)
            elif at_work is not None and job is not at_work:
                self._lose(job, f"An earlier job of the same Slurm task ended it. {reason}", task)
            else:
                self._fail(job, task, status, reason)

    def _fail(self, job: TrackedJob, task: TrackedTask, status: JobStatus, reason: str) -> None:
        if not job.began:
            words = self.submission.last_words(task.number)
            if not task.where and "Nothing is done here" in words:
                self._lose(job, words, task)
                return
            reason = f"{reason} {words}".strip()
        elif status.fate is Fate.DONE:
            reason = "The job ended in Slurm without reporting a result."
        self._record_crash(job, reason, task)
        self._stop(job, JobState.FAILED, reason)

    def _lose(self, job: TrackedJob, reason: str, task: TrackedTask) -> None:
        """Have it retried, up to a limit."""
        self._losses[job.job.id] += 1
        if (times := self._losses[job.job.id]) >= MOST_LOSSES:
            reason = f"{reason} This happened {times} times."
            self._record_crash(job, reason, task)
            self._stop(job, JobState.FAILED, reason)
        else:
            self._interrupt(job, reason, None)

    def _stop(self, job: TrackedJob, state: JobState, reason: str) -> None:
        job.ended = JobEnded("", "killed", reason)
        self._finish(job, lambda: JobOver(job.job.id, state, reason))

    def _interrupt(self, job: TrackedJob, reason: str, held_for: str | None) -> None:
        job.ended = JobEnded("", "killed", reason)
        self._finish(job, lambda: JobInterrupted(job.job.id, reason, held_for))

    def _record_crash(self, job: TrackedJob, reason: str, task: TrackedTask) -> None:
        """Write the reason into the cell of the variable that was running, if one was."""
        if not (name := job.running):
            return
        self._notify(
            VariableProgressed(
                VariableProgress(job.job.id, name, Outcome.FAILED, None, None, reason)
            )
        )
        if problem := job.collector.record_crash(name, reason, task.context):
            self._notify(Remark(f"{job.job.run_key}: {problem}"))

    def _block(self, number: int) -> None:
        """Block a task that Slurm calls over: should it start after all, it must do nothing."""
        try:
            self.submission.block(number)
        except OSError as error:
            self._notify(Remark(f"{self.submission.path.name}: {error.strerror}"))


def leaves_cluster_work(job: TrackedJob, loaded: ContextLoaded | None) -> bool:
    """Return True if a job without `cluster` variables leaves some of them for another job."""
    if job.is_dedicated or loaded is None:
        return False
    work = job.job
    return stage_has_variables(loaded, work.data, work.variables, work.match, cluster=True)
