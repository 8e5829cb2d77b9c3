"""The thread that manages Slurm: submit jobs, track them, poll their status."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property

from ...errors import DamnitError
from ...launch import keep_context
from ...ledger import Job, JobState
from ...model import RunKey
from ...paths import DamnitFolder
from ...runner.protocol import ContextLoaded
from ...slurm import (
    Resources,
    SlurmClient,
    SlurmDown,
    SlurmError,
    SlurmId,
    SlurmSettings,
    SubmissionRefused,
    slurm_settings,
)
from ...store import Database, load_settings
from ...submission import SubmissionFolder, remove_old, submissions
from ..collector import Collector
from ..combiner import Combiner
from ..context import declared_variables, store_variables
from ..events import (
    DaemonEvent,
    JobInterrupted,
    JobOver,
    JobPlaced,
    Remark,
    ValuesSaved,
    VariablesChanged,
)
from .array_tracker import ArrayTracker
from .commands import Adopt, Cancel, Give, Order, QueuedJob
from .first_stage import FirstStage
from .submitter import Submitted, Submitter
from .tracked_job import TrackedJob, TrackedTask

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.5
"""Poll interval for the files of running tasks."""

GATHER_S = 1.0
"""How long jobs are batched into one array: one job costs Slurm as much as an array."""

FIRST_HOLD_S, LONGEST_HOLD_S = 5.0, 60.0
"""How long submission pauses after Slurm did not respond, or refused."""

TIDY_EVERY_S = 3600.0
STOPPED = "The daemon was stopped before submitting it to Slurm"


class Cluster:
    """All jobs of a folder that are in Slurm.

    The loop sends commands and receives `DaemonEvent`; it may call `accepts` at any time.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        combiner: Combiner,
        notify: Callable[[DaemonEvent], None],
        require_right: Callable[[], None],
        *,
        client: SlurmClient | None = None,
    ) -> None:
        self.problem = ""
        """Why nothing can be submitted to Slurm at the moment; empty otherwise."""
        self._folder = folder
        self._combiner = combiner
        self._notify = notify
        self._require_right = require_right
        self._client = client or SlurmClient()
        self._submitter = Submitter(folder, self._client)
        self._first_stage = FirstStage(folder)
        self._orders: queue.Queue[Order] = queue.Queue()
        self._waiting: list[QueuedJob] = []
        self._unclear: list[Submitted] = []
        self._uncancelled: list[Cancel] = []
        self._followers: list[ArrayTracker] = []
        self._in_work: dict[int, Job] = {}
        self._losses: Counter[int] = Counter()
        self._loaded = ""
        self._held_until_s = 0.0
        self._hold_s = FIRST_HOLD_S
        self._waiting_since_s = self._polled_at_s = self._tidied_at_s = 0.0
        self._wake = threading.Event()
        self._is_closing = False
        self._finishing = ThreadPoolExecutor(2, "slurm-finish")
        self._thread = threading.Thread(target=self._work, name="slurm", daemon=True)

    @cached_property
    def is_there(self) -> bool:
        """True if jobs can be submitted from this machine; checked once."""
        return not self._client.unusable()

    def accepts(self) -> bool:
        """Return True if jobs may be submitted now."""
        return time.monotonic() >= self._held_until_s

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def order(self, order: Order) -> None:
        """Queue a command; it is executed soon."""
        if isinstance(order, Give | Adopt):
            self._in_work |= {queued.job.id: queued.job for queued in order.jobs}
        self._orders.put(order)
        self._wake.set()

    def has(self, job_id: int) -> bool:
        """Return True if this thread manages the job."""
        return job_id in self._in_work

    def runs_in_work(self) -> list[RunKey]:
        """Return the runs whose fragments it combines itself."""
        return [job.run_key for job in list(self._in_work.values())]

    def close(self, timeout_s: float = 30.0) -> None:
        """Stop the thread; Slurm's jobs continue, and the next daemon tracks them."""
        self._is_closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        self._finishing.shutdown()
        for queued in self._waiting:
            self._notify(JobInterrupted(queued.job.id, STOPPED))

    # The thread

    def _work(self) -> None:
        while not self._is_closing:
            try:
                self._turn()
            except Exception as error:  # the thread must survive to manage its jobs
                log.exception("Monitoring of Slurm failed")
                self._hold(f"{type(error).__name__}: {error}")
            self._wake.wait(POLL_INTERVAL_S)
            self._wake.clear()

    def _turn(self) -> None:
        self._run_commands()
        waited_s = time.monotonic() - self._waiting_since_s
        if self._waiting and waited_s >= GATHER_S and self.accepts():
            self._submit()
        for follower in self._followers:
            follower.poll()
        self._poll_if_due()
        for follower in [f for f in self._followers if f.is_finished]:
            self._followers.remove(follower)
            self._finishing.submit(follower.submission.remove)
        now_s = time.monotonic()
        if now_s - self._tidied_at_s > TIDY_EVERY_S:
            self._tidied_at_s = now_s
            remove_old(self._folder, {f.submission.path for f in self._followers}, time.time())

    def _run_commands(self) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return
            if isinstance(order, Give):
                if not self._waiting:
                    self._waiting_since_s = time.monotonic()
                self._waiting += order.jobs
            elif isinstance(order, Adopt):
                self._adopt(order.jobs)
            else:
                self._cancel(order)

    # Submission

    def _submit(self) -> None:
        jobs, self._waiting = self._waiting, []
        done: set[int] = set()
        try:
            settings = self._settings()
            jobs = self._first_stage.choose(jobs)
            for tasks, resources in list(self._submitter.plan(jobs, settings)):
                queued = [job for task in tasks for job in task]
                self._require_right()  # only now: to load the context file may take minutes
                try:
                    submitted = self._submitter.submit(tasks, resources, settings)
                except SubmissionRefused as error:
                    self._refused(queued, error)
                else:
                    self._hold_s = FIRST_HOLD_S
                    self.problem = ""
                    self._submitted(submitted)
                done |= {job.job.id for job in queued}
        except DamnitError as error:
            self._hold(str(error))
            for job in jobs:
                if job.job.id not in done:
                    self._release(job.job.id, JobInterrupted(job.job.id, str(error)))

    def _refused(self, jobs: Iterable[QueuedJob], error: SubmissionRefused) -> None:
        """Let jobs wait if the settings are wrong; fail those refused for their own options."""
        for queued in jobs:
            number = queued.job.id
            if queued.has_own_limits and not error.is_temporary:
                self._release(number, JobOver(number, JobState.FAILED, str(error)))
            else:
                self._hold(str(error))
                self._release(number, JobInterrupted(number, str(error)))

    def _hold(self, problem: str) -> None:
        if problem != self.problem:
            log.warning("%s", problem)
        self.problem = problem
        if self.accepts():
            self._held_until_s = time.monotonic() + self._hold_s
            self._hold_s = min(2 * self._hold_s, LONGEST_HOLD_S)

    def _submitted(self, submitted: Submitted) -> None:
        if submitted.slurm_id is None:
            self._unclear.append(submitted)
            return
        tasks = [
            TrackedTask(number, [self._followed(queued, number) for queued in task])
            for number, task in enumerate(submitted.tasks)
        ]
        log.info("Slurm has %s: %d jobs", submitted.slurm_id, sum(len(t.jobs) for t in tasks))
        self._follow(submitted.folder, submitted.slurm_id, submitted.resources, tasks)

    def _follow(
        self,
        folder: SubmissionFolder,
        slurm_id: SlurmId,
        resources: Resources | None,
        tasks: list[TrackedTask],
    ) -> None:
        for task in tasks:
            number = slurm_id.task(task.number).id
            for job in task.jobs:
                self._notify(JobPlaced(job.job.id, number))
        self._followers.append(
            ArrayTracker(
                self._folder,
                folder,
                slurm_id,
                resources,
                tasks,
                notify=self._notify,
                finish=self._finish,
                load=self._load,
                withdraw=self._withdraw,
                losses=self._losses,
            )
        )

    def _followed(self, queued: QueuedJob, task: int) -> TrackedJob:
        job = queued.job
        collector = Collector(
            self._folder,
            job.run_key,
            store=self._combiner,
            on_saved=lambda key, names: self._notify(ValuesSaved(key, tuple(names))),
            require_right=self._require_right,
        )
        return TrackedJob(job, queued.is_dedicated, task, collector)

    # Recovery of an earlier daemon's jobs

    def _adopt(self, jobs: Iterable[QueuedJob]) -> None:
        unsubmitted = {(queued.job.id, queued.job.attempt): queued for queued in jobs}
        for folder in submissions(self._folder):
            entries = list(folder.entries())
            ours = {
                (e.job_id, e.attempt): e for e in entries if (e.job_id, e.attempt) in unsubmitted
            }
            if not ours:
                continue
            tasks: dict[int, tuple[QueuedJob, ...]] = {}
            for key, entry in ours.items():
                queued = unsubmitted.pop(key)  # its stage is not in the ledger
                queued = replace(queued, is_dedicated=entry.job.cluster is True)
                tasks[entry.task] = (*tasks.get(entry.task, ()), queued)
            numbered = tuple(tasks.get(n, ()) for n in range(max(tasks) + 1))
            self._unclear.append(Submitted(folder, numbered, Resources(), None))
        for queued in unsubmitted.values():  # not yet submitted
            reason = "The daemon exited before submitting it to Slurm"
            self._release(queued.job.id, JobInterrupted(queued.job.id, reason))
        self._find_submissions()

    def _find_submissions(self) -> None:
        """Find out if Slurm has the arrays whose submission is unclear."""
        unclear, self._unclear = self._unclear, []
        for each in unclear:
            try:
                found = self._submitter.find_submission(each.folder, each.resources.clusters)
            except SlurmDown as error:
                self._hold(str(error))
                self._unclear.append(each)
                continue
            if found is not None:
                known = Submitted(each.folder, each.tasks, each.resources, found)
                self._submitted(known)
                continue
            for queued in (job for task in each.tasks for job in task):
                reason = "Slurm did not accept it"
                self._release(queued.job.id, JobInterrupted(queued.job.id, reason))

    # Tracking of submitted jobs

    def _poll_if_due(self) -> None:
        unfinished = [each for follower in self._followers for each in follower.unfinished]
        now_s = time.monotonic()
        if not (unfinished or self._unclear):
            return
        if now_s - self._polled_at_s < self._poll_s():
            return
        try:
            if self._unclear:
                self._find_submissions()
            statuses = self._client.poll(unfinished)
            again, self._uncancelled = self._uncancelled, []
            for order in again:
                self._cancel(order)
        except SlurmDown as error:
            self._hold(str(error))
        else:
            for follower in self._followers:
                for each in follower.unfinished:
                    if each in statuses:
                        follower.on_status(statuses[each])
        self._polled_at_s = time.monotonic()

    def _cancel(self, order: Cancel) -> None:
        for queued in self._waiting:
            if queued.job.id == order.job_id:
                self._waiting.remove(queued)
                over = JobOver(order.job_id, JobState.CANCELLED, order.reason)
                self._release(order.job_id, over)
                return
        for follower in self._followers:
            if (found := follower.find(order.job_id)) is not None:
                job, slurm_id = found
                job.cancel_reason = order.reason
                try:
                    self._client.cancel([slurm_id], follower.submission.comment)
                except SlurmDown:
                    self._uncancelled.append(order)
                except SlurmError as error:
                    job.cancel_reason = ""
                    self._notify(Remark(f"Job {order.job_id} cannot be cancelled: {error}"))
                self._polled_at_s = 0.0
                return
        if any(g.job.id == order.job_id for u in self._unclear for t in u.tasks for g in t):
            self._uncancelled.append(order)  # once it is known if Slurm has it

    def _withdraw(self, slurm_id: SlurmId, comment: str) -> bool:
        try:
            self._client.cancel([slurm_id], comment)
        except SlurmError:  # retried with the next status
            return False
        return True

    def _finish(self, job: TrackedJob, over: Callable[[], JobOver | JobInterrupted]) -> None:
        """Combine the results of a job, which may take long; then report how it ended."""

        def work() -> None:
            try:
                job.collector.finish(find_unreported=True)
            except Exception:
                log.exception("Job %s", job.job.id)
            for problem in filter(
                None, [job.collector.problem, job.collector.unsaved, *job.collector.notes]
            ):
                self._notify(Remark(f"{job.job.run_key}: {problem}"))
            self._release(job.job.id, over())

        self._finishing.submit(work)

    def _release(self, job_id: int, event: JobOver | JobInterrupted) -> None:
        job = self._in_work.pop(job_id, None)
        self._notify(event if job is None else replace(event, attempt=job.attempt))

    def _load(self, loaded: ContextLoaded) -> None:
        """Store the variables of a context file in the database before their values."""
        keep_context(self._folder, loaded)
        if loaded.context_hash == self._loaded:
            return
        try:
            self._require_right()
            changed = set(store_variables(self._folder, loaded))
        except DamnitError as error:
            self._notify(Remark(str(error)))
            return
        self._loaded = loaded.context_hash
        infos = tuple(info for info in declared_variables(loaded) if info.name in changed)
        if infos:
            self._notify(VariablesChanged(infos))

    def _settings(self) -> SlurmSettings:
        with Database(self._folder.database).reading() as con:
            return slurm_settings(load_settings(con))

    def _poll_s(self) -> float:
        try:
            return self._settings().poll_s
        except DamnitError:
            return 10.0
