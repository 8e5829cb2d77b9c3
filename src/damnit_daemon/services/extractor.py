"""Evaluates runs one after the other, with a runner that stays."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from ..errors import DamnitError
from ..hdf5 import write_error_fragment
from ..launch import Limits, RunnerProcess, RunnerUnavailable, describe_exit
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.layout import START_TIME
from ..runner.protocol import ContextLoaded, Event, Job, JobEnded, VariableDone
from ..store import NameTaken, StoreError
from .collector import Collector, Combine, OnSaved
from .context import ContextUnusable, context_python, require_usable, store_variables
from .report import RunOutcome

PROCESS_DIED = "ProcessDied"
"""The class of the error of a variable whose process died; the runner calls it so too."""

OnEvent = Callable[[RunKey | None, Event], None]


class Cancelled(Exception):  # noqa: N818 – it is no error
    """Somebody does not want the job any more; the message says who or why."""


class Extractor:
    """Evaluates one run after the other with a runner that stays, and stores what comes of it.

    For one thread. What ends the process of a variable costs that variable, and
    says so in its cell.

    Attributes:
        problems: What somebody has to look at, each once.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        on_event: OnEvent | None = None,
        on_saved: OnSaved | None = None,
        tee: Callable[[bytes], None] | None = None,
        limits: Limits | None = None,
        combine: Combine | None = None,
        require_right: Callable[[], None] = lambda: None,
        stop_reason: Callable[[], str] = lambda: "",
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            folder: The DAMNIT folder.
            on_event: Told of all that happens.
            on_saved: Told which values are in the database now.
            tee: Gets a copy of what the user's code prints, from a thread.
            limits: For the runner.
            combine: Puts a run's fragments together at its end, elsewhere; None: here.
            require_right: Raises a `DamnitError` if we may not store anything any more.
            stop_reason: Asked several times a second; a reason ends the run.
        """
        self.problems: list[str] = []
        self._folder = folder
        self._tell = on_event or (lambda _key, _event: None)
        self._on_saved = on_saved
        self._tee = tee
        self._limits = limits
        self._combine = combine
        self._require_right = require_right
        self._stop_reason = stop_reason
        self._collector: Collector | None = None
        self._runner: RunnerProcess | None = None
        self._python: Path | None = None

    def context(self) -> ContextLoaded:
        """What the running runner has read; starts one if there is none, or none any more.

        Raises:
            DamnitError: If the context file or its Python cannot be used.
        """
        if self._runner is None or not self._runner.alive:
            self.close()
            self._python = context_python(self._folder)
            runner = RunnerProcess(
                self._folder, self._python, tee=self._tee, on_idle=self._idle, limits=self._limits
            )
            loaded = runner.start()
            self._runner = runner
            self._tell(None, loaded)
        try:
            require_usable(self._runner.context)
        except ContextUnusable:
            self.close()
            raise
        return self._runner.context

    def refresh(self) -> ContextLoaded:
        """The same, but of the file and the Python as they are now.

        Raises:
            DamnitError: If the context file or its Python cannot be used.
        """
        if self._runner is not None and (
            self._runner.context.context_hash != context_hash(self._folder)
            or self._python != context_python(self._folder)
        ):
            self.close()
        return self.context()

    def store_variables(self, loaded: ContextLoaded) -> list[str]:
        """Write titles, descriptions and tags into the database; returns the names that changed.

        Raises:
            NameTaken: If the database has a user-editable variable of the same name.
        """
        self._require_right()
        try:
            return store_variables(self._folder, loaded)
        except NameTaken:
            raise
        except StoreError as error:  # results can be kept in fragments all the same
            self._note_problem(str(error))
            return []

    def extract_run(self, template: Job, outcome: RunOutcome) -> None:
        """Evaluate one run and store what came of it, however it ended.

        Args:
            template: What is wanted; names and attempts are filled in.
            outcome: Filled in as things happen.

        Raises:
            Cancelled: If there came a reason to stop; what was computed is stored.
        """
        began = time.monotonic()
        collector = Collector(
            self._folder,
            outcome.key,
            combine=self._combine,
            on_saved=self._on_saved,
            require_right=self._require_right,
        )
        self._collector = collector
        sudden = True
        try:
            sudden = self._evaluate(outcome, template, collector)
        except RunnerUnavailable as error:
            outcome.failure = str(error)
        except Cancelled as cancelled:
            outcome.failure = str(cancelled)
            raise
        except KeyboardInterrupt:
            outcome.failure = "interrupted"
            self.close()
            raise
        finally:
            self._collector = None
            collector.finish(look_for_more=sudden)
            outcome.duration_s = time.monotonic() - began
            outcome.not_stored = collector.problem
            for problem in filter(None, [collector.problem, *collector.notes]):
                self._note_problem(problem)

    def close(self) -> None:
        """End the runner and all that it started."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def _evaluate(self, outcome: RunOutcome, template: Job, collector: Collector) -> bool:
        """Evaluate in as many jobs as it takes; tells whether one came to a sudden end."""
        lost: dict[str, str] = {}
        puzzling_deaths = 0
        for attempt in range(1, 10_000):
            self.context()
            job = _attempt(template, outcome, lost, attempt)
            ended = self._run_job(job, outcome, collector)
            if ended.outcome != "killed":
                outcome.failure = ended.reason if ended.outcome == "failed" else ""
                break
            reason = _reason_of_death(ended)
            # The runner itself may have died of anything; at the second time it is no chance.
            is_blamed = puzzling_deaths or (self._runner is not None and self._runner.alive)
            if ended.running and is_blamed:
                lost[ended.running] = reason
                self._blame(ended.running, reason, outcome, collector)
                continue
            puzzling_deaths += 1
            if puzzling_deaths > 1:
                outcome.failure = f"The job failed outside any variable: {reason}."
                break
        return attempt > 1

    def _run_job(self, job: Job, outcome: RunOutcome, collector: Collector) -> JobEnded:
        ended = JobEnded(job.job_id, "killed")
        assert self._runner is not None
        with closing(self._runner.run(job)) as events:  # left early, all is ended
            for event in events:
                if isinstance(event, VariableDone):
                    if event.fragment:
                        collector.add(Path(event.fragment))
                    self._count(event, outcome)
                elif isinstance(event, JobEnded):
                    ended = event
                self._tell(outcome.key, event)
                collector.ingest_if_due()
                self._stop_if_wanted()
        return ended

    def _count(self, event: VariableDone, outcome: RunOutcome) -> None:
        # A second job evaluates what others depend on again, and does not save it.
        if event.name == START_TIME or event.name in outcome.outcomes:
            return
        outcome.outcomes[event.name] = event.outcome
        if event.error or event.error_class:
            outcome.errors[event.name] = f"{event.error_class}: {event.error}"

    def _blame(self, name: str, reason: str, outcome: RunOutcome, collector: Collector) -> None:
        """Put the reason into the cell of the variable that was running."""
        if name in outcome.outcomes:  # its value is saved; it died when it was needed again
            return
        outcome.outcomes[name] = "failed"
        outcome.errors[name] = reason
        self._tell(
            outcome.key,
            VariableDone("", name, "failed", 0.0, error=reason, error_class=PROCESS_DIED),
        )
        assert self._runner is not None
        context = self._runner.context
        if any(v.name == name and v.transient for v in context.variables):
            return
        try:
            fragment = write_error_fragment(
                self._folder.path,
                outcome.key,
                name,
                reason,
                PROCESS_DIED,
                computed_at=time.time(),
                context_hash=context.context_hash,
            )
        except DamnitError as error:
            self._note_problem(str(error))
        else:
            collector.add(fragment)

    def _idle(self) -> None:
        self._stop_if_wanted()
        if self._collector is not None:
            self._collector.ingest_if_due()

    def _stop_if_wanted(self) -> None:
        if reason := self._stop_reason():
            raise Cancelled(reason)

    def _note_problem(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def context_hash(folder: DamnitFolder) -> str:
    """The hash by which the runner knows the context file; empty if it cannot be read."""
    try:
        return hashlib.sha256(folder.context_file.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _attempt(template: Job, outcome: RunOutcome, lost: dict[str, str], number: int) -> Job:
    """The job that is left to do after what happened so far."""
    key = outcome.key
    return replace(
        template,
        job_id=f"{template.job_id or f'{key.proposal}-{key.run}'}-{number}",
        proposal=key.proposal,
        run=key.run,
        saved=[name for name in outcome.outcomes if name not in lost],
        lost=dict(lost),
    )


def _reason_of_death(ended: JobEnded) -> str:
    """In the words that go into the cell."""
    if ended.reason:
        return ended.reason
    if ended.exit_code >= 0:
        return f"ended the process with exit code {ended.exit_code} (os._exit)"
    return describe_exit(ended.exit_code).removeprefix("was ")
