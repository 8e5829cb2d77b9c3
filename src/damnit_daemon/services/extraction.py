"""Evaluate variables of runs here and now, in the foreground."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from ..errors import DamnitError
from ..hdf5 import write_error_fragment
from ..launch import Limits, RunnerProcess, RunnerUnavailable, describe_exit
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.layout import START_TIME
from ..runner.protocol import ContextLoaded, Event, Job, JobEnded, VariableDone
from ..store import NameTaken, StoreError
from .collector import Collector
from .context import context_python, require_usable, store_variables
from .report import ExtractionReport, RunOutcome

PROCESS_DIED = "ProcessDied"
"""The class of the error of a variable whose process died; the runner calls it so too."""

OnEvent = Callable[[RunKey | None, Event], None]
Names = Collection[str] | Mapping[RunKey, Collection[str]]


def extract(
    folder: DamnitFolder,
    keys: Iterable[RunKey],
    *,
    data: str = "all",
    variables: Names | None = None,
    match: Collection[str] = (),
    mock: bool = False,
    on_event: OnEvent | None = None,
    tee: Callable[[bytes], None] | None = None,
    limits: Limits | None = None,
) -> ExtractionReport:
    """Evaluate variables of runs, one run after the other, and store the results.

    What ends the process of a variable costs that variable, and says so in its
    cell. Ctrl-C ends what runs; what was saved until then is stored.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        data: `raw`, `proc` or `all`: which variables, by the data they need.
        variables: Exact names, for all runs or for each; None for all.
        match: Parts of titles; ignored with `variables`.
        mock: A made-up run in place of files.
        on_event: Told of all that happens.
        tee: Gets a copy of what the user's code prints, from a thread.
        limits: For the runner.

    Raises:
        DamnitError: If the context file or its Python cannot be used, or a
            variable that was asked for does not exist.
    """
    template = Job("", 0, 0, data, None, list(match), mock=mock)
    extraction = _Extraction(folder, template, on_event, tee, limits)
    try:
        loaded = extraction.runner_context()
        wanted = _wanted_names(loaded, variables, match)
        extraction.store_variables(loaded)
        for key in keys:
            extraction.extract_run(key, wanted)
    except KeyboardInterrupt:
        extraction.report.is_interrupted = True
    finally:
        extraction.close()
    return extraction.report


class _Extraction:
    """The state that the runs of one extraction share."""

    def __init__(
        self,
        folder: DamnitFolder,
        template: Job,
        on_event: OnEvent | None,
        tee: Callable[[bytes], None] | None,
        limits: Limits | None,
    ) -> None:
        self.report = ExtractionReport()
        self._folder = folder
        self._template = template
        self._tell = on_event or (lambda _key, _event: None)
        self._collector: Collector | None = None
        self._runner = RunnerProcess(
            folder, context_python(folder), tee=tee, on_idle=self._ingest_if_due, limits=limits
        )

    def runner_context(self) -> ContextLoaded:
        """What the running runner has loaded; starts one if there is none, or none any more."""
        if not self._runner.alive:
            self._runner.close()
            loaded = self._runner.start()
            self._tell(None, loaded)
            require_usable(loaded)
        return self._runner.context

    def store_variables(self, loaded: ContextLoaded) -> None:
        try:
            store_variables(self._folder, loaded)
        except NameTaken:
            raise
        except StoreError as error:  # results can be kept in fragments all the same
            self._note_problem(str(error))

    def extract_run(self, key: RunKey, wanted: Callable[[RunKey], list[str] | None]) -> None:
        """Evaluate one run and store what came of it, however it ended."""
        began = time.monotonic()
        outcome = RunOutcome(key)
        self._collector = collector = Collector(self._folder, key)
        self.report.runs.append(outcome)
        sudden = True
        try:
            sudden = self._evaluate(outcome, wanted(key), collector)
        except RunnerUnavailable as error:
            outcome.failure = str(error)
        except KeyboardInterrupt:
            outcome.failure = "interrupted"
            self._runner.close()
            raise
        finally:
            collector.finish(look_for_more=sudden)
            outcome.duration_s = time.monotonic() - began
            outcome.not_stored = collector.problem
            for problem in filter(None, [collector.problem, *collector.notes]):
                self._note_problem(problem)

    def close(self) -> None:
        self._runner.close()

    def _evaluate(self, outcome: RunOutcome, names: list[str] | None, collector: Collector) -> bool:
        """Evaluate in as many jobs as it takes; tells whether one came to a sudden end."""
        lost: dict[str, str] = {}
        puzzling_deaths = 0
        for attempt in range(1, 10_000):
            self.runner_context()
            job = self._job(outcome, names, lost, attempt)
            ended = self._run_job(job, outcome, collector)
            if ended.outcome != "killed":
                outcome.failure = ended.reason if ended.outcome == "failed" else ""
                break
            reason = _reason_of_death(ended)
            # The runner itself may have died of anything; at the second time it is no chance.
            is_blamed = self._runner.alive or puzzling_deaths
            if ended.running and is_blamed:
                lost[ended.running] = reason
                self._blame(ended.running, reason, outcome, collector)
                continue
            puzzling_deaths += 1
            if puzzling_deaths > 1:
                outcome.failure = f"The job failed outside any variable: {reason}."
                break
        return attempt > 1

    def _job(
        self, outcome: RunOutcome, names: list[str] | None, lost: dict[str, str], attempt: int
    ) -> Job:
        template, key = self._template, outcome.key
        return Job(
            f"{key.proposal}-{key.run}-{attempt}",
            key.proposal,
            key.run,
            data=template.data,
            variables=names,
            match=template.match,
            saved=[name for name in outcome.outcomes if name not in lost],
            lost=lost,
            mock=template.mock,
        )

    def _run_job(self, job: Job, outcome: RunOutcome, collector: Collector) -> JobEnded:
        ended = JobEnded(job.job_id, "killed")
        for event in self._runner.run(job):
            if isinstance(event, VariableDone):
                if event.fragment:
                    collector.add(Path(event.fragment))
                self._count(event, outcome)
            elif isinstance(event, JobEnded):
                ended = event
            self._tell(outcome.key, event)
            collector.ingest_if_due()
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

    def _ingest_if_due(self) -> None:
        if self._collector is not None:
            self._collector.ingest_if_due()

    def _note_problem(self, problem: str) -> None:
        if problem not in self.report.problems:
            self.report.problems.append(problem)


def _reason_of_death(ended: JobEnded) -> str:
    """In the words that go into the cell."""
    if ended.reason:
        return ended.reason
    if ended.exit_code >= 0:
        return f"ended the process with exit code {ended.exit_code} (os._exit)"
    return describe_exit(ended.exit_code).removeprefix("was ")


def _wanted_names(
    loaded: ContextLoaded, variables: Names | None, match: Collection[str]
) -> Callable[[RunKey], list[str] | None]:
    """Check what was asked for; return what is wanted of a run.

    Raises:
        DamnitError: If there is no such variable.
    """
    known = {v.name for v in loaded.variables}
    if isinstance(variables, Mapping):
        by_run = variables
        return lambda key: [name for name in by_run.get(key, ()) if name in known]
    if variables is not None:
        names = list(variables)
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3)
                raise DamnitError(
                    f"The context file has no variable {name!r}.",
                    hint=f"Did you mean {' or '.join(near)}?" if near else "",
                )
        return lambda _key: names
    titles = [v.title.casefold() for v in loaded.variables]
    if match and not any(part.casefold() in title for part in match for title in titles):
        raise DamnitError(f"No variable has a title with {' or '.join(map(repr, match))} in it.")
    return lambda _key: None
