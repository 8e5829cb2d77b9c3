"""Evaluate runs one after the other with a resident runner."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ..launch import KeptContext, Limits, RunnerProcess, RunnerUnavailable, keep_context
from ..paths import DamnitFolder
from ..runner.local_imports import digest
from ..runner.protocol import ContextLoaded, FilesFound, JobEnded, RunnerJob, VariableDone
from ..runner.retry import PROCESS_DIED, Attempts
from ..store import NameTaken, StoreError
from .collector import Collector, OnSaved, Store
from .context import (
    ContextUnusable,
    context_python,
    may_fork,
    require_usable,
    store_variables,
)
from .ordered_events import OnEvent
from .outcome import RunOutcome
from .parameters import parameters_of_runs


class JobCancelled(Exception):  # noqa: N818 – it is no error
    """The job is to be cancelled; the message gives the user or the reason."""


class Extractor:
    """Evaluates one run after the other with a resident runner, and stores the results.

    For one thread. If the process of a variable dies, only that variable is lost, and
    its cell says so.

    Attributes:
        problems: Problems that need attention, each once.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        on_event: OnEvent | None = None,
        on_saved: OnSaved | None = None,
        tee: Callable[[bytes], None] | None = None,
        limits: Limits | None = None,
        store: Store | None = None,
        require_right: Callable[[], None] = lambda: None,
        stop_reason: Callable[[], str] = lambda: "",
        kept: KeptContext | None = None,
    ) -> None:
        """Create an extractor; starts no process yet.

        Args:
            folder: The DAMNIT folder.
            on_event: Called with each event.
            on_saved: Called with the values that are now in the database.
            tee: Gets a copy of the output of the user's code, from a thread.
            limits: For the runner.
            store: Reads fragments and stores their values; None: in this process.
            require_right: Raises a `DamnitError` if we may no longer store results.
            stop_reason: Called several times a second; a reason ends the run.
            kept: An earlier context file to use; None for the folder's own.
        """
        self.problems: list[str] = []
        self._folder = folder
        self._notify = on_event or (lambda _key, _event: None)
        self._on_saved = on_saved
        self._tee = tee
        self._limits = limits
        self._store = store
        self._require_right = require_right
        self._stop_reason = stop_reason
        self._kept = kept
        self._collector: Collector | None = None
        self._runner: RunnerProcess | None = None
        self._python: Path | None = None
        self._forks = True

    def context(self) -> ContextLoaded:
        """Return the context that the runner has loaded; start a runner if none is alive.

        Raises:
            DamnitError: If the context file or its Python cannot be used.
        """
        is_new = self._runner is None or not self._runner.alive
        if is_new:
            self.close()
            self._python = context_python(self._folder)
            self._forks = may_fork(self._folder)
            runner = RunnerProcess(
                self._folder,
                self._python,
                tee=self._tee,
                on_idle=self._idle,
                limits=self._limits,
                forks=self._forks,
                kept=self._kept,
            )
            loaded = runner.start()
            self._runner = runner
            self._notify(None, loaded)
        assert self._runner is not None
        try:
            require_usable(self._runner.context)
        except ContextUnusable:
            self.close()
            raise
        if is_new and self._kept is None:
            keep_context(self._folder, self._runner.context)
        return self._runner.context

    def refresh(self) -> ContextLoaded:
        """Return the context after restarting the runner if the file or the Python has changed.

        Raises:
            DamnitError: If the context file or its Python cannot be used.
        """
        if self._runner is not None and (
            is_outdated(self._folder, self._runner.context)
            or self._python != context_python(self._folder)
            or self._forks != may_fork(self._folder)
        ):
            self.close()
        return self.context()

    def store_variables(self, loaded: ContextLoaded) -> list[str]:
        """Write titles, descriptions and tags into the database; return the names that changed.

        Raises:
            NameTaken: If the database has a user-editable variable of the same name.
        """
        self._require_right()
        try:
            return store_variables(self._folder, loaded)
        except NameTaken:
            raise
        except StoreError as error:  # results can still be kept in fragments
            self._note_problem(str(error))
            return []

    def extract_run(self, template: RunnerJob, outcome: RunOutcome) -> None:
        """Evaluate one run and store the results, however it ended.

        Args:
            template: The selection; names and attempts are filled in.
            outcome: Updated during the run.

        Raises:
            JobCancelled: If there was a reason to stop; computed results are stored.
            DatabaseBusy: If there are parameters, and the database stays locked before it begins.
        """
        began = time.monotonic()
        if self._runner is None or self._runner.context.parameters:
            own = parameters_of_runs(self._folder, [outcome.key])[outcome.key]
            template = replace(template, parameters={**own, **template.parameters})
        collector = Collector(
            self._folder,
            outcome.key,
            store=self._store,
            on_saved=self._on_saved,
            require_right=self._require_right,
        )
        self._collector = collector
        sudden = True
        try:
            sudden = self._evaluate(outcome, template, collector)
        except RunnerUnavailable as error:
            outcome.failure = str(error)
            self._notify(outcome.key, JobEnded("", "failed", outcome.failure))
        except JobCancelled as cancelled:
            outcome.failure = str(cancelled)
            raise
        except KeyboardInterrupt:
            outcome.failure = "interrupted"
            self.close()
            raise
        finally:
            self._collector = None
            collector.finish(find_unreported=sudden)
            outcome.duration_s = time.monotonic() - began
            outcome.not_stored = " ".join(filter(None, [collector.problem, *collector.notes]))
            outcome.unsaved = outcome.unsaved or collector.unsaved
            for problem in filter(None, [collector.problem, outcome.unsaved, *collector.notes]):
                self._note_problem(problem)

    def close(self) -> None:
        """End the runner and all its processes."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def _evaluate(self, outcome: RunOutcome, template: RunnerJob, collector: Collector) -> bool:
        """Evaluate in as many jobs as it takes; return True if one ended abruptly."""
        key = outcome.key
        job_id = template.job_id or f"{key.proposal}-{key.run}"
        attempts = Attempts(replace(template, job_id=job_id, proposal=key.proposal, run=key.run))
        while True:
            self.context()
            ended = self._run_job(attempts, outcome, collector)
            lives = self._runner is not None and self._runner.alive
            verdict = attempts.ended(ended, runner_lives=lives)
            if verdict.crashed:
                self._record_crash(verdict.crashed, verdict.reason, outcome, collector)
            if verdict.is_over:
                outcome.failure = attempts.failure
                outcome.is_absent = attempts.is_absent
                if ended.outcome == "killed":  # not reported as the end: it might be retried
                    self._notify(outcome.key, JobEnded(ended.job_id, "failed", attempts.failure))
                return attempts.number > 1

    def _run_job(self, attempts: Attempts, outcome: RunOutcome, collector: Collector) -> JobEnded:
        job = attempts.next_job()
        ended = JobEnded(job.job_id, "killed")
        assert self._runner is not None
        with closing(self._runner.run(job)) as events:  # if left early, all processes end
            for event in events:
                if isinstance(event, VariableDone):
                    outcome.unsaved = collector.record(event) or outcome.unsaved
                    if attempts.record(event):
                        _count(event, outcome)
                elif isinstance(event, FilesFound):
                    _note_unreadable(event, outcome)
                elif isinstance(event, JobEnded):
                    ended = event
                self._notify(outcome.key, event)
                collector.ingest_if_due()
                self._stop_if_requested()
        return ended

    def _record_crash(
        self, name: str, reason: str, outcome: RunOutcome, collector: Collector
    ) -> None:
        """Write the reason into the cell of the variable that was running."""
        outcome.outcomes[name] = "failed"
        outcome.errors[name] = reason
        self._notify(
            outcome.key,
            VariableDone("", name, "failed", 0.0, error=reason, error_class=PROCESS_DIED),
        )
        assert self._runner is not None
        if problem := collector.record_crash(name, reason, self._runner.context):
            self._note_problem(problem)

    def _idle(self) -> None:
        self._stop_if_requested()
        if self._collector is not None:
            self._collector.ingest_if_due()

    def _stop_if_requested(self) -> None:
        if reason := self._stop_reason():
            raise JobCancelled(reason)

    def _note_problem(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def context_hash(folder: DamnitFolder) -> str:
    """Return the runner's hash of the context file; empty if it cannot be read."""
    return _digest(folder.context_file)


def is_outdated(folder: DamnitFolder, loaded: ContextLoaded) -> bool:
    """Return True if the context file, or a module that it imports from the folder, has changed."""
    return loaded.context_hash != context_hash(folder) or any(
        _digest(folder.path / name) != known for name, known in loaded.helpers.items()
    )


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _note_unreadable(event: FilesFound, outcome: RunOutcome) -> None:
    if event.unreadable and event.unreadable not in outcome.unreadable:
        outcome.unreadable.append(event.unreadable)


def _count(event: VariableDone, outcome: RunOutcome) -> None:
    outcome.outcomes[event.name] = event.outcome
    if event.error or event.error_class:
        outcome.errors[event.name] = f"{event.error_class}: {event.error}"
