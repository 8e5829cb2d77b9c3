"""Read the daemon's activity from the ledger, for the session.

Imported on first use, after the first paint.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    ACTIVE,
    Connection,
    Executor,
    Job,
    JobState,
    Lease,
    Ledger,
    LedgerMissing,
    Outcome,
    ProcessId,
    count_jobs,
    is_alive,
    load_jobs,
    load_lease,
    load_progress,
    load_unreadable,
    next_queued,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.consumer_health import parse_consumer_health
from damnit_daemon.model.growing_runs import GrowingRun, parse_growing

from .daemon_activity import DaemonActivity, DaemonStatus, RunJob

MOST_QUEUED = 500
"""Most queued jobs shown one by one; beyond that only their number is shown."""
LAST_JOBS = 100
"""Number of newest jobs searched for failures."""
LOOK_ANYWAY_S = 10.0
"""Maximum age of a reading; a file system may report changes late."""
ENDINGS = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class DaemonActivityReader:
    """Poll a ledger, reading it only if it has changed."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        alive: Callable[[ProcessId], bool | None] = is_alive,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._monotonic = monotonic
        self._alive = alive
        self._work = DaemonActivity()
        self._lease: Lease | None = None
        self._stamp: object = None
        self._read_at_s = 0.0

    def read(self) -> DaemonActivity:
        """Return the daemon's activity; if the ledger cannot be read, the last known state."""
        stamp, now_s = self._file_stamp(), self._monotonic()
        if stamp is None or stamp != self._stamp or now_s - self._read_at_s > LOOK_ANYWAY_S:
            self._read()
            # A failed reading is retried soon.
            self._stamp = None if self._work.problem else stamp
            self._read_at_s = now_s
        if self._lease is not None and self._work.daemon is not None:
            dead = self._alive(self._lease.holder) is False
            if dead != self._work.daemon.is_dead:
                self._work = self._work._replace(daemon=self._work.daemon._replace(is_dead=dead))
        daemon = self._work.daemon
        abandoned = daemon is None or daemon.is_lost(self._clock())
        if abandoned != self._work.is_abandoned:
            self._work = self._work._replace(is_abandoned=abandoned)
        return self._work

    def _file_stamp(self) -> object:
        """A value that changes with the file; None while that cannot be relied upon."""
        try:
            status = self._ledger.path.stat()
        except FileNotFoundError:
            return "no daemon has run here yet"
        except OSError:
            return None
        # Two commits within one tick of the file system's clock have the same time.
        if abs(time.time() - status.st_mtime) < 0.1:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _read(self) -> None:
        try:
            with self._ledger.reading() as con:
                self._apply(con)
        except LedgerMissing:
            self._lease = None
            self._work = DaemonActivity(is_known=True)
        except DamnitError as error:
            self._work = self._work._replace(is_known=True, problem=error.message)
        except Exception as error:  # noqa: BLE001 – a file of strangers: tables and values of any kind
            self._work = self._work._replace(is_known=True, problem=f"Invalid: {error}")

    def _apply(self, con: Connection) -> None:
        lease = load_lease(con)
        active = load_jobs(con, states=ACTIVE)
        queue = next_queued(con, limit=MOST_QUEUED)
        queued = len(queue)
        if queued == MOST_QUEUED:
            queued = count_jobs(con)[JobState.QUEUED]
        runs: dict[RunKey, tuple[RunJob, ...]] = {}
        for job in active:
            runs[job.run_key] = (*runs.get(job.run_key, ()), _running(con, job))
        for place, job in enumerate(queue):
            ahead = len(active) + place
            runs[job.run_key] = (*runs.get(job.run_key, ()), _queued(job, ahead))
        self._work = DaemonActivity(
            is_known=True,
            daemon=self._seen(lease),
            running=len(active),
            queued=queued,
            runs=runs,
            failures=_failures(load_jobs(con, states=ENDINGS, limit=LAST_JOBS)),
            growing=_growing(lease),
            unreadable=load_unreadable(con),
            deaf=_deafness(lease),
        )
        self._lease = lease

    def _seen(self, lease: Lease | None) -> DaemonStatus | None:
        """Clocks of two hosts differ: from the second poll on, rely on the changes seen here."""
        if lease is None:
            return None
        before, now = self._lease, self._clock()
        if before is None:
            heard_at = min(now, lease.beat_at)
        elif (before.token, before.beats) != (lease.token, lease.beats) or not self._work.daemon:
            heard_at = now
        else:
            heard_at = self._work.daemon.heard_at
        return DaemonStatus(lease.holder.host, lease.since, heard_at, is_ready=lease.beats > 0)


def _running(con: Connection, job: Job) -> RunJob:
    progress = load_progress(con, job.id)
    open_ = [each.name for each in progress if each.outcome in (Outcome.RUNNING, Outcome.WAITING)]
    running = [each for each in progress if each.outcome is Outcome.RUNNING]
    names = frozenset(open_) if progress else _wanted(job)
    is_submitted = job.state is JobState.SUBMITTED
    began_at = job.created_at if job.started_at is None else job.started_at
    return RunJob(
        job.data,
        None if is_submitted else began_at,
        job.host,
        names=names,
        computing=tuple(each.name for each in running),
        advances={each.name: each.advance for each in running if each.advance is not None},
        done=job.variables_done,
        total=job.variables_total,
        reason=job.reason,
        in_slurm=job.executor is Executor.SLURM,
        is_submitted=is_submitted,
    )


def _queued(job: Job, ahead: int) -> RunJob:
    return RunJob(job.data, ahead=ahead, names=_wanted(job), reason=job.reason)


def _growing(lease: Lease | None) -> dict[RunKey, tuple[GrowingRun, ...]]:
    found: dict[RunKey, tuple[GrowingRun, ...]] = {}
    for each in parse_growing(None if lease is None else lease.info.get("growing")):
        found[each.key] = (*found.get(each.key, ()), each)
    return found


def _deafness(lease: Lease | None) -> str:
    health = parse_consumer_health(None if lease is None else lease.info.get("consumer"))
    if health is None or health.problem == "not connected yet":
        return ""
    return health.problem


def _wanted(job: Job) -> frozenset[str] | None:
    return None if job.variables is None else frozenset(job.variables)


def _failures(jobs: list[Job]) -> dict[RunKey, str]:
    """The failure of each run's last job; jobs come newest first."""
    last: dict[RunKey, Job] = {}
    for job in jobs:
        last.setdefault(job.run_key, job)
    return {
        key: job.reason or "unknown reason"
        for key, job in last.items()
        if job.state is JobState.FAILED
    }
