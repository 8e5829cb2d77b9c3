"""The daemon's main loop: read arrivals and requests, and dispatch their jobs."""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..errors import DamnitError
from ..ledger import (
    RENEW_EVERY_S,
    Connection,
    Executor,
    Job,
    JobOptions,
    JobState,
    LeaseLost,
    Ledger,
    NewJob,
    Placement,
    RowFailed,
    SlurmTask,
    add_job,
    end_malformed_rows,
    expect_variables,
    explain_wait,
    has_queued,
    has_undecided,
    load_job,
    next_queued,
    place_job,
    prune,
    recover,
    renew,
    requeue,
    require_lease,
    row_guard,
    save_advance,
    save_files,
    save_progress,
    set_state,
    this_process,
)
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner import protocol
from ..runner.author import user_name
from ..settings import parse_duration_s, parse_memory_bytes
from ..slurm import ExecutorSetting as Where
from ..slurm import Fallback
from ..store import Database, load_settings
from ..supervise.sd_notify import Notifier
from .awaited_files import AwaitedFiles
from .cluster import Cluster, QueuedJob
from .cluster.commands import Adopt, Cancel, Give
from .combiner import Combiner
from .daemon_settings import DaemonSettings, daemon_settings
from .events import (
    DaemonEvent,
    FilesCame,
    FilesTaken,
    FunctionAdvanced,
    JobBegan,
    JobInterrupted,
    JobOver,
    JobPlaced,
    JobWaits,
    Remark,
    ValuesSaved,
    VariableProgressed,
    VariablesChanged,
)
from .extractor import context_hash
from .job_options import load_options
from .ledger_renewal import LedgerWatch
from .local_worker import LocalWorker
from .machine import usable_cpus
from .publisher import Publisher
from .scheduling import ScheduledActions, schedule_pending
from .sweeper import Sweeper

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.5
"""Poll interval for requests: users wait for the response."""

GATHER_S = 0.05
"""How long events are batched before they are written: a commit is the expensive part."""

SAY_RUNNING_EVERY_S = 10.0
"""How often a running job is announced to other programs (DAMNIT's interval)."""

TRY_AGAIN_EVERY_S = 10.0
"""How often an unchanged context file that did not load is tried again: a module that it
imports may have been fixed, or its Python.
"""

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0
"""Longest pause of jobs after the disk took no results; each pause is twice as long."""

MOST_TO_SLURM = 1000
"""Limit on the jobs submitted to Slurm in one iteration."""

SETTINGS_INTERVAL_S = 2.0
"""How often settings are read while jobs wait; new work and the end of a job cause it, too."""

SETTINGS_TIMEOUT_S = 2.0
"""How long to wait for settings while another program holds the database's lock."""

STOPPED = "The daemon was stopped"


class Daemon:
    """Works in one folder as long as it holds the lease.

    All pending work is in the ledger: killed at any moment and restarted, it completes
    each job once. Only this loop makes, starts and ends jobs there; the triggers record
    arrivals, commands and the app add requests. Other threads send it events.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        token: str,
        settings: DaemonSettings,
        announcer: Publisher,
        *,
        info: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        self.facts: Callable[[], Mapping[str, object]] = dict
        """State of the triggers; written to the lease with each renewal."""
        self._info = info
        self._folder = folder
        self._token = token
        self._settings = settings
        self._announcer = announcer
        self._settings_problem = ""
        self._database = Database(folder.database, timeout_s=SETTINGS_TIMEOUT_S)
        self._ledger = Ledger(folder.ledger)
        self._events: queue.Queue[DaemonEvent | None] = queue.Queue()
        self._unwritten: list[DaemonEvent] = []
        self._is_stopping = False
        self._renewed_at_s = 0.0
        self._settings_read_s = 0.0
        self._reported_at_s = 0.0
        self._held_for: str | None = None
        self._held_at_s = 0.0
        self._no_room_s = FIRST_WAIT_S
        self._no_room_until_s = 0.0
        self._problem = ""
        self._ledger_watch = LedgerWatch(folder)
        combiner = self._combiner = Combiner(folder)
        self._sweeper = Sweeper(
            folder, combiner, self._events.put, self._runs_in_work, self._require_lease
        )
        self._cluster = Cluster(folder, combiner, self._events.put, self._require_lease)
        self._awaited = AwaitedFiles(self._events.put)
        self._runs_elsewhere: dict[int, Job] = {}
        self._cluster_work: list[int] = []
        self._slots = [self._new_slot() for _ in range(settings.slots)]

    def wake(self) -> None:
        """Have the loop check the ledger at once; for any thread."""
        self._events.put(None)

    def stop(self) -> None:
        """End the loop soon; for any thread, and for signal handlers."""
        self._is_stopping = True
        self._events.put(None)

    def recover_jobs(self) -> None:
        """Recover the unfinished work of an earlier daemon.

        Raises:
            LeaseLost: If another daemon took over.
            StoreError: If the ledger cannot be written.
        """
        with self._ledger.writing(self._token) as con:
            malformed = end_malformed_rows(con, now=time.time())
            left = recover(con, now=time.time())
            renew(con, self._token, now=time.time())
        self._renewed_at_s = time.monotonic()
        for sentence in malformed:
            log.warning("%s", sentence)
        for job_id in left.requeued:
            log.info("Job %s was interrupted and is queued again", job_id)
        if left.elsewhere:
            log.info("Jobs possibly in Slurm: %s", len(left.elsewhere))
            self._cluster.order(Adopt(tuple(map(QueuedJob, left.elsewhere))))
            for job_id, reason in left.cancels:
                self._cluster.order(Cancel(job_id, reason))
        self._cluster.start()
        self._sweeper.start()
        self._awaited.start()

    def run(self, notifier: Notifier) -> None:
        """Run until `stop` is called, and renew the lease meanwhile.

        Raises:
            LeaseLost: If another daemon took over.
            LedgerGone: If the ledger was deleted or damaged.
        """
        while not self._is_stopping:
            self._gather(POLL_INTERVAL_S)
            self._try_to_write()
            notifier.watchdog()

    def shutdown(self) -> None:
        """End all threads and processes; unfinished jobs are queued again."""
        self._is_stopping = True
        for slot in self._slots:
            if slot.job is not None:
                slot.stop(STOPPED, must_retry=True)
        for slot in self._slots:
            slot.close()
        self._awaited.close()
        self._cluster.close()
        self._sweeper.close()
        self._combiner.close()
        self._gather(0)
        try:
            self._write()
        except DamnitError as error:  # the next daemon recovers the jobs
            log.warning("The final state could not be written: %s", error)

    def _gather(self, timeout_s: float) -> None:
        """Batch events for a moment, then collect all available; urgent ones end the wait."""
        until_s = time.monotonic() + timeout_s
        is_first = True
        while True:
            try:
                event = self._events.get(timeout=max(0.0, until_s - time.monotonic()))
            except queue.Empty:
                return
            if event is not None:
                self._unwritten.append(event)
            if event is None or isinstance(event, JobOver | JobInterrupted):
                until_s = 0.0
            elif is_first:
                until_s = min(until_s, time.monotonic() + GATHER_S)
            is_first = False

    def _try_to_write(self) -> None:
        try:
            self._write()
        except LeaseLost:
            raise
        except DamnitError as error:  # locked, disk full: events to write are kept
            if str(error) != self._problem:
                log.warning("%s", error)
            self._problem = str(error)
            self._ledger_watch.fails(time.monotonic())
        except Exception as error:  # the loop survives any bad row
            if repr(error) != self._problem:
                log.exception("An iteration of the daemon failed")
            self._problem = repr(error)
            self._ledger_watch.fails(time.monotonic())
        else:
            self._problem = ""
            self._ledger_watch.works()

    def _write(self) -> None:
        """Bring the ledger up to date in one transaction, then act on it."""
        now_s = time.monotonic()
        is_renewal_due = now_s - self._renewed_at_s >= RENEW_EVERY_S
        has_work = self._look_for_work(now_s)
        if not (self._unwritten or is_renewal_due or has_work):
            return
        over: list[Job] = []
        begun: list[tuple[LocalWorker, Job, protocol.RunnerJob]] = []
        queued: list[QueuedJob] = []
        malformed: list[str] = []
        with self._ledger.writing(self._token) as con:
            now = time.time()
            if is_renewal_due:
                facts = {"slots": self._settings.slots, **self.facts()}
                renew(con, self._token, now=now, info={**self._info, **facts})
                malformed = end_malformed_rows(con, now=now)
            for event in self._unwritten:
                self._write_one(con, event, now, over)
            actions = schedule_pending(con, now=now)
            followed_up = self._follow_up(con, over, now)
            added = [load_job(con, job_id) for job_id in (*actions.jobs, *followed_up)]
            if not self._is_stopping:
                queued = self._send_to_slurm(con, now)
                begun = self._start_jobs(con, now)
            if over:
                prune(con)
        # Committed: now others may be notified, and jobs may run.
        if is_renewal_due:
            self._renewed_at_s = now_s
        written, self._unwritten = self._unwritten, []
        self._cluster_work.clear()
        for sentence in malformed:
            log.warning("%s", sentence)
        self._announce(written, over, [job for job in added if job is not None])
        self._act(actions)
        if queued:
            self._cluster.order(Give(tuple(queued)))
        for slot, job, template in begun:
            slot.assign(job, template)
            self._announcer.job_runs(job)
        self._report_status(now_s)

    def _apply_settings(self) -> None:
        """Read the settings again, for jobs that start now; invalid ones change nothing."""
        try:
            with self._database.reading() as con:
                stored = load_settings(con)
            settings = daemon_settings(stored, cpu_count=usable_cpus())
        except DamnitError as error:
            if str(error) != self._settings_problem:
                log.warning("The previous settings stay in use: %s", error)
            self._settings_problem = str(error)
            return
        self._settings_problem = ""
        self._settings = settings
        while len(self._slots) < settings.slots:
            self._slots.append(self._new_slot())

    def _new_slot(self) -> LocalWorker:
        return LocalWorker(self._folder, self._combiner, self._events.put, self._require_lease)

    def _look_for_work(self, now_s: float) -> bool:
        """Return True if a job is to be decided or started, after reading the settings if due."""
        with self._ledger.reading() as con:
            is_new = has_undecided(con)
            is_queued = is_new or has_queued(con, excluding=self._awaited.job_ids)
        has_ended = any(isinstance(each, JobOver | JobInterrupted) for each in self._unwritten)
        is_due = is_queued and now_s - self._settings_read_s >= SETTINGS_INTERVAL_S
        if is_new or has_ended or is_due:
            self._settings_read_s = now_s
            self._apply_settings()
        return is_new or (is_queued and (self._may_start() or self._may_send()))

    def _write_one(self, con: Connection, event: DaemonEvent, now: float, over: list[Job]) -> None:
        """Write an event; a failure affects only that event, or the job that it ends."""
        try:
            with row_guard(con, type(event).__name__):
                self._write_events(con, event, now, over)
        except RowFailed as error:
            if isinstance(event, JobOver | JobInterrupted):
                set_state(con, event.job_id, JobState.FAILED, now=now, reason=str(error))

    def _write_events(
        self, con: Connection, event: DaemonEvent, now: float, over: list[Job]
    ) -> None:
        if isinstance(event, JobBegan):
            expect_variables(con, event.job_id, event.names)
        elif isinstance(event, VariableProgressed):
            save_progress(con, [event.progress])
        elif isinstance(event, FunctionAdvanced):
            save_advance(con, event.job_id, event.name, event.advance)
        elif isinstance(event, FilesTaken):
            save_files(con, event.key, event.data, event.files, now=now)
        elif isinstance(event, JobOver):
            self._awaited.remove(event.job_id)
            if set_state(
                con, event.job_id, event.state, now=now, reason=event.reason, attempt=event.attempt
            ):
                self._note_cluster_work(event)
                if event.state is JobState.DONE:
                    self._no_room_s = FIRST_WAIT_S
            if job := load_job(con, event.job_id):
                over.append(job)
        elif isinstance(event, JobPlaced):
            self._place(con, event, now)
        elif isinstance(event, JobWaits):
            explain_wait(con, event.job_id, event.reason)
        elif isinstance(event, JobInterrupted):
            waiting = requeue(
                con, event.job_id, now=now, reason=event.reason, attempt=event.attempt
            )
            if event.awaits_files and waiting is not None and (job := load_job(con, waiting)):
                self._awaited.add(job)
            if event.held_for is not None:
                self._held_for = event.held_for
                self._held_at_s = time.monotonic()
            if event.waits:
                self._wait_for_room()
            if job := load_job(con, event.job_id):
                over.append(job)

    def _wait_for_room(self) -> None:
        """Start no job for a while, longer each time: the disk took no results."""
        self._no_room_until_s = time.monotonic() + self._no_room_s
        self._no_room_s = min(2 * self._no_room_s, LONGEST_WAIT_S)

    def _start_jobs(
        self, con: Connection, now: float
    ) -> list[tuple[LocalWorker, Job, protocol.RunnerJob]]:
        """Assign the next jobs to free workers."""
        if not self._may_start():
            return []
        free = self._free_slots()
        busy = {job.run_key for slot in self._slots if (job := slot.job) is not None}
        executor = None if self._falls_back() else Executor.LOCAL
        in_slurm = self._in_slurm()
        place = Placement(Executor.LOCAL, this_process().host, os.getpid())
        begun: list[tuple[LocalWorker, Job, protocol.RunnerJob]] = []
        limit = len(self._slots) + len(free)
        awaited = self._awaited.job_ids
        for job in next_queued(
            con, limit=limit, executor=executor, in_slurm=in_slurm, excluding=awaited
        ):
            # Run raw and proc of one run in sequence: both would rewrite its file.
            if len(begun) < len(free) and job.run_key not in busy:
                try:
                    template = self._template(job, load_options(con, job.id))
                except DamnitError as error:
                    set_state(con, job.id, JobState.FAILED, now=now, reason=str(error))
                    continue
                set_state(con, job.id, JobState.RUNNING, now=now, placement=place)
                job_now = load_job(con, job.id) or job
                begun.append((free[len(begun)], job_now, template))
                busy.add(job.run_key)
        return begun

    def _send_to_slurm(self, con: Connection, now: float) -> list[QueuedJob]:
        """Select the next jobs for Slurm; committed before they are submitted."""
        if not self._may_send():
            return []
        queued = []
        place = Placement(Executor.SLURM, host="", slurm_id="")
        for job in next_queued(
            con,
            limit=MOST_TO_SLURM,
            executor=Executor.SLURM,
            in_slurm=self._in_slurm(),
            excluding=self._awaited.job_ids,
        ):
            try:
                options = load_options(con, job.id)
            except DamnitError as error:
                set_state(con, job.id, JobState.FAILED, now=now, reason=str(error))
                continue
            set_state(con, job.id, JobState.SUBMITTED, now=now, placement=place)
            job_now = load_job(con, job.id) or job
            queued.append(QueuedJob(job_now, options, is_dedicated=job_now.cluster is True))
        return queued

    def _in_slurm(self) -> SlurmTask:
        """Return which jobs go to Slurm by default."""
        match self._settings.slurm.executor:
            case Where.SLURM:
                return SlurmTask.ALL
            case Where.AUTO if self._cluster.is_there:
                return SlurmTask.CLUSTER
        return SlurmTask.WANTED

    def _may_send(self) -> bool:
        if time.monotonic() < self._no_room_until_s:
            return False
        return not self._is_held() and self._cluster.accepts()

    def _falls_back(self) -> bool:
        """Return True if jobs run here because Slurm does not respond."""
        is_down = bool(self._cluster.problem)
        return is_down and self._settings.slurm.fallback is Fallback.LOCAL

    def _note_cluster_work(self, event: JobOver) -> None:
        if event.leaves_cluster_work and event.state is not JobState.CANCELLED:
            self._cluster_work.append(event.job_id)

    def _follow_up(self, con: Connection, over: list[Job], now: float) -> list[int]:
        """Queue what jobs left to the cluster, in the transaction that ends the jobs."""
        new = []
        for job in over:
            if job.id in self._cluster_work:
                follow_up = NewJob(
                    job.run_key, job.data, job.variables, job.match, True,
                    job.wanted_executor, job.origin, job.priority, job.user,
                )  # fmt: skip
                added = add_job(con, follow_up, now=now)
                if added.is_new:
                    new.append(added.id)
        return new

    def _place(self, con: Connection, event: JobPlaced, now: float) -> None:
        place = Placement(Executor.SLURM, host=event.host or None, slurm_id=event.slurm_id)
        if not event.is_running:
            place_job(con, event.job_id, place)
            return
        set_state(con, event.job_id, JobState.RUNNING, now=now, placement=place)
        if job := load_job(con, event.job_id):
            self._runs_elsewhere[job.id] = job

    def _is_held(self) -> bool:
        """Return True if the context file is unusable, so that no job can run."""
        if self._held_for is not None and (
            context_hash(self._folder) != self._held_for
            or time.monotonic() - self._held_at_s > TRY_AGAIN_EVERY_S
        ):
            log.info("Retrying the context file")
            self._held_for = None
        return self._held_for is not None

    def _may_start(self) -> bool:
        if time.monotonic() < self._no_room_until_s:
            return False
        return not self._is_held() and bool(self._free_slots())

    def _free_slots(self) -> list[LocalWorker]:
        free = [slot for slot in self._slots if slot.job is None]
        busy = len(self._slots) - len(free)
        return free[: max(0, self._settings.slots - busy)]

    def _template(self, job: Job, options: JobOptions) -> protocol.RunnerJob:
        settings = self._settings
        memory, time = options.memory, options.time
        return protocol.RunnerJob(
            str(job.id),
            *job.run_key,
            data=job.data,
            variables=None if job.variables is None else list(job.variables),
            match=list(job.match),
            cluster=self._stage(job),
            cpus=settings.cpus,
            memory_bytes=parse_memory_bytes(memory) if memory else settings.memory_bytes,
            time_s=parse_duration_s(time) if time else settings.time_s,
            parameters=dict(options.parameters),
            number=job.id,
        )

    def _stage(self, job: Job) -> bool | None:
        """Return which of its variables a job computes on this machine; None: all of them."""
        leaves_some = job.cluster is None and job.wanted_executor is None
        if leaves_some and self._in_slurm() is not SlurmTask.WANTED and not self._falls_back():
            return False
        return job.cluster

    def _announce(self, written: list[DaemonEvent], over: list[Job], added: list[Job]) -> None:
        waiting: dict[str, list[int]] = {}
        for event in written:
            if isinstance(event, ValuesSaved):
                self._announcer.values_saved(event.key, event.names)
            elif isinstance(event, VariablesChanged):
                self._announcer.variables_changed(event.variables)
            elif isinstance(event, Remark):
                log.info("%s", event.text)
            elif isinstance(event, FilesCame):
                log.info("%s no longer: the files have arrived", _name_jobs(list(event.job_ids)))
            elif isinstance(event, JobInterrupted):
                waiting.setdefault(event.reason, []).append(event.job_id)
        for reason, ids in waiting.items():
            log.warning("%s: %s", _name_jobs(ids), reason)
        for job in over:
            self._runs_elsewhere.pop(job.id, None)
            self._announcer.job_over(job)
            if not job.state.is_over:
                continue
            outcome = ": ".join(filter(None, [job.state, job.reason]))
            log.info("Job %s (%s, %s) is %s", job.id, job.run_key, job.data, outcome)
        for job in added:
            self._announcer.job_waits(job)

    def _act(self, actions: ScheduledActions) -> None:
        stop = dict(actions.stop)
        for slot in self._slots:
            if slot.job is not None and slot.job.id in stop:
                slot.stop(stop[slot.job.id], must_retry=False)
        for job_id, reason in actions.stop:
            if self._cluster.has(job_id):
                self._cluster.order(Cancel(job_id, reason))
        if actions.sweep:
            self._sweeper.sweep()

    def _report_status(self, now_s: float) -> None:
        if now_s - self._reported_at_s < SAY_RUNNING_EVERY_S:
            return
        self._reported_at_s = now_s
        for slot in self._slots:
            if (job := slot.job) is not None:
                self._announcer.job_runs(job)
        for job in self._runs_elsewhere.values():
            self._announcer.job_runs(job)

    def _require_lease(self) -> None:
        """Check the lease before a thread stores results: after a long stall it may be lost.

        Raises:
            LeaseLost: If another daemon took over.
        """
        with self._ledger.reading() as con:
            require_lease(con, self._token)

    def _runs_in_work(self) -> list[RunKey]:
        here = [job.run_key for slot in self._slots if (job := slot.job) is not None]
        return [*here, *self._cluster.runs_in_work()]


def _name_jobs(ids: list[int]) -> str:
    """Describe the waiting jobs briefly."""
    if len(ids) == 1:
        return f"Job {ids[0]} waits"
    few = ", ".join(map(str, ids[:3]))
    return f"Jobs {few} wait" if len(ids) <= 3 else f"{len(ids)} jobs ({few}, …) wait"


def daemon_info(settings: DaemonSettings, version: str) -> dict[str, object]:
    """Return the daemon's description for its lease."""
    return {
        "version": version,
        "user": user_name(),
        "trigger": settings.trigger,
        "slots": settings.slots,
        "proposal": settings.proposal,
    }
