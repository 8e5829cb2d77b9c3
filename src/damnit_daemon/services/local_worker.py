"""A worker that runs jobs on this machine, one at a time."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial

from ..errors import DamnitError
from ..launch import open_kept_context
from ..ledger import Job, JobOrigin, JobState
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner import protocol
from ..store import DatabaseBusy
from ..submission import stage_has_variables
from .awaited_files import NOT_YET
from .combiner import Combiner
from .context import ContextUnusable, declared_variables
from .events import (
    DaemonEvent,
    JobInterrupted,
    JobOver,
    Remark,
    ValuesSaved,
    VariablesChanged,
    ended_unsaved,
)
from .extractor import Extractor, JobCancelled, context_hash
from .outcome import RunOutcome
from .runner_events import translate

log = logging.getLogger(__name__)


class LocalWorker:
    """A thread with its own resident runner; reports events as `DaemonEvent`.

    The runner is kept between jobs, and replaced when the context file or its Python
    changes.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        combiner: Combiner,
        notify: Callable[[DaemonEvent], None],
        require_right: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._notify = notify
        self._jobs: queue.Queue[tuple[Job, protocol.RunnerJob] | None] = queue.Queue()
        self._job: Job | None = None
        self._stop_reason = ""
        self._must_retry = False
        self._new_extractor = partial(
            Extractor,
            folder,
            on_event=self._on_event,
            on_saved=self._on_saved,
            store=combiner,
            require_right=require_right,
            stop_reason=lambda: self._stop_reason,
        )
        self._extractor = self._new_extractor()
        self._thread = threading.Thread(target=self._work, name="slot", daemon=True)
        self._thread.start()

    @property
    def job(self) -> Job | None:
        """The current job."""
        return self._job

    def assign(self, job: Job, template: protocol.RunnerJob) -> None:
        """Assign a job; only while idle."""
        self._stop_reason, self._must_retry = "", False
        self._job = job
        self._jobs.put((job, template))

    def stop(self, reason: str, *, must_retry: bool) -> None:
        """Stop the current job.

        Args:
            reason: Saved with the job.
            must_retry: Whether the job is to run later; else it is cancelled.
        """
        self._must_retry = must_retry
        self._stop_reason = reason

    def close(self, timeout_s: float = 30.0) -> None:
        """Stop the thread and its runner."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (assignment := self._jobs.get()) is not None:
            job, template = assignment
            try:
                message = (self._restore if job.context else self._do)(job, template)
            except Exception as error:
                log.exception("Job %s", job.id)
                message = JobOver(job.id, JobState.FAILED, f"{type(error).__name__}: {error}")
            self._job = None
            self._notify(replace(message, attempt=job.attempt))
        self._extractor.close()

    def _do(self, job: Job, template: protocol.RunnerJob) -> JobOver | JobInterrupted:
        outcome = RunOutcome(job.run_key)
        tried = context_hash(self._folder)  # hashed first: it may be fixed while it is read
        try:
            loaded = self._prepare()
        except JobCancelled as cancelled:
            return self._end_early(job, str(cancelled))
        except DatabaseBusy as error:  # locked, which is temporary
            return JobInterrupted(job.id, str(error))
        except DamnitError as error:  # the context file or its Python: not the run's fault
            return JobInterrupted(job.id, str(error), tried)
        try:
            self._extractor.extract_run(template, outcome)
        except ContextUnusable as error:
            return JobInterrupted(job.id, str(error), tried)
        except DatabaseBusy as error:  # nothing is wrong with the run
            return JobInterrupted(job.id, str(error))
        except JobCancelled as cancelled:
            return self._end_early(job, str(cancelled))
        except DamnitError as error:
            return JobOver(job.id, JobState.FAILED, str(error))
        finally:
            for problem in self._extractor.problems:
                self._notify(Remark(f"{job.run_key}: {problem}"))
            self._extractor.problems.clear()
        left = template.cluster is False and stage_has_variables(
            loaded, job.data, job.variables, job.match, cluster=True
        )
        if outcome.is_absent and job.origin is JobOrigin.ARRIVAL:
            return JobInterrupted(job.id, f"{NOT_YET}: {outcome.failure}", awaits_files=True)
        return _job_over(job, outcome, left=left)

    def _restore(self, job: Job, template: protocol.RunnerJob) -> JobOver | JobInterrupted:
        """Compute variables with an earlier context file, in a runner of its own."""
        outcome = RunOutcome(job.run_key)
        try:
            kept = open_kept_context(self._folder, job.context)
            with closing(self._new_extractor(kept=kept)) as extractor:
                wanted = set(job.variables or ())
                others = [v.name for v in extractor.context().variables if v.name not in wanted]
                extractor.extract_run(replace(template, saved=others), outcome)
        except JobCancelled as cancelled:
            return self._end_early(job, str(cancelled))
        except DatabaseBusy as error:  # nothing is wrong with the run
            return JobInterrupted(job.id, str(error))
        except DamnitError as error:
            return JobOver(job.id, JobState.FAILED, str(error))
        return _job_over(job, outcome, left=False)

    def _end_early(self, job: Job, reason: str) -> JobOver | JobInterrupted:
        if self._must_retry:
            return JobInterrupted(job.id, reason)
        return JobOver(job.id, JobState.CANCELLED, reason)

    def _prepare(self) -> protocol.ContextLoaded:
        """Start a runner for the current context file, and store its variables in the database."""
        loaded = self._extractor.refresh()
        changed = set(self._extractor.store_variables(loaded))
        infos = tuple(info for info in declared_variables(loaded) if info.name in changed)
        if infos:
            self._notify(VariablesChanged(infos))
        return loaded

    def _on_event(self, _key: RunKey | None, event: protocol.Event) -> None:
        if self._job is not None:
            for message in translate(self._job, event):
                self._notify(message)

    def _on_saved(self, key: RunKey, names: list[str]) -> None:
        self._notify(ValuesSaved(key, tuple(names)))


def _job_over(job: Job, outcome: RunOutcome, *, left: bool) -> JobOver | JobInterrupted:
    """Return the end of a job that was not interrupted.

    Args:
        job: The job.
        outcome: Of its run.
        left: True if it leaves variables to the cluster.
    """
    if outcome.failure:
        return JobOver(job.id, JobState.FAILED, outcome.failure, leaves_cluster_work=left)
    if outcome.unsaved:
        return ended_unsaved(job, outcome.unsaved, leaves_cluster_work=left)
    remarks = " · ".join(filter(None, [outcome.not_stored, *outcome.unreadable]))
    return JobOver(job.id, JobState.DONE, remarks, leaves_cluster_work=left)
