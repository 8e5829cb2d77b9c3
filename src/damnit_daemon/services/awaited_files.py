"""Jobs of runs that were announced before their files became visible here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import DamnitError
from ..ledger import Job, JobState
from ..model import RunKey
from ..paths import find_proposal
from .events import DaemonEvent, FilesCame, JobOver
from .run_scanner import RunFiles, scan_run

POLL_INTERVAL_S = 1.0
STILL_S = 2.0
"""Files arrive one by one: wait until none has been added for this long."""
GIVE_UP_AFTER_S = 3600.0
"""Then the job fails; the watcher finds any files that arrive later."""

NOT_YET = "its files have not arrived yet"


@dataclass
class _Waiting:
    job: Job
    since_s: float
    files: list[RunFiles]
    still_since_s: float


class AwaitedFiles:
    """Polls for the files that jobs wait for, in its own thread.

    Args:
        notify: Called with the jobs that may start, and those that are given up.
        give_up_after_s: How long a job waits at most.
    """

    def __init__(
        self, notify: Callable[[DaemonEvent], None], *, give_up_after_s: float = GIVE_UP_AFTER_S
    ) -> None:
        self._notify = notify
        self._timeout_s = give_up_after_s
        self._waiting: dict[int, _Waiting] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="awaited files", daemon=True)

    @property
    def job_ids(self) -> frozenset[int]:
        """The jobs that must not start yet."""
        with self._lock:
            return frozenset(self._waiting)

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def add(self, job: Job) -> None:
        """Wait for the files of a job."""
        now_s = time.monotonic()
        with self._lock:
            self._waiting.setdefault(job.id, _Waiting(job, now_s, [], now_s))

    def remove(self, job_id: int) -> None:
        """Stop waiting for the files of a job."""
        with self._lock:
            self._waiting.pop(job_id, None)

    def poll(self, now_s: float) -> None:
        """Poll for new files."""
        with self._lock:
            waiting = list(self._waiting.values())
        arrived = [each.job.id for each in waiting if self._has_arrived(each, now_s)]
        expired = [
            each
            for each in waiting
            if each.job.id not in arrived and now_s - each.since_s > self._timeout_s
        ]
        for job_id in (*arrived, *(each.job.id for each in expired)):
            self.remove(job_id)
        for each in expired:
            minutes = round((now_s - each.since_s) / 60)
            reason = (
                f"No {each.job.data} files arrived within {minutes} minutes of the announcement."
            )
            self._notify(JobOver(each.job.id, JobState.FAILED, reason))
        if arrived:
            self._notify(FilesCame(tuple(arrived)))

    def _work(self) -> None:
        while not self._stop.wait(POLL_INTERVAL_S):
            self.poll(time.monotonic())

    def _has_arrived(self, waiting: _Waiting, now_s: float) -> bool:
        found = _scan(waiting.job.run_key, waiting.job.data)
        if found != waiting.files:
            waiting.files, waiting.still_since_s = found, now_s
        has_data = any(files.hdf5_files for files in found)
        return has_data and now_s - waiting.still_since_s >= STILL_S


def _scan(key: RunKey, data: str) -> list[RunFiles]:
    try:
        folder = find_proposal(key.proposal)
    except DamnitError:
        return []
    kinds = ("raw", "proc") if data == "all" else (data,)
    return [files for kind in kinds if (files := scan_run(folder, (key, kind)))]
