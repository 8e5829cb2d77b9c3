"""Evaluate variables of runs for a command in the foreground, several runs at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from ..errors import DamnitError
from ..launch import Limits
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.parameter import Plain
from ..runner.protocol import ContextLoaded, Event, RunnerJob
from ..slurm import slurm_settings
from ..slurm.settings import CPUS, DEFAULT_CPUS
from ..store import Database, load_setting
from ..text import did_you_mean
from .combiner import Combiner
from .extractor import Extractor, JobCancelled
from .machine import memory_is_short, usable_cpus
from .ordered_events import OnEvent, OrderedEvents
from .outcome import ExtractionReport, RunOutcome

MEMORY_INTERVAL_S = 1.0
"""How often a worker that waits for memory checks again."""

Names = Collection[str] | Mapping[RunKey, Collection[str]]
NamesOf = Callable[[RunKey], list[str] | None]
"""Returns the variables to evaluate for a run; None: all."""


def extract(
    folder: DamnitFolder,
    keys: Iterable[RunKey],
    *,
    data: str = "all",
    variables: Names | None = None,
    match: Collection[str] = (),
    mock: bool = False,
    jobs: int = 1,
    parameters: Mapping[str, Plain] | None = None,
    on_event: OnEvent | None = None,
    on_progress: OnEvent | None = None,
    tee: Callable[[bytes], None] | None = None,
    limits: Limits | None = None,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> ExtractionReport:
    """Evaluate variables of runs and store the results.

    If the process of a variable dies, only that variable fails, with the reason in its
    cell. Ctrl-C ends the current runs; results saved until then are stored. The callbacks
    are called from any thread, by one thread at a time.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        data: `raw`, `proc` or `all`: selects variables by the data they need.
        variables: Exact names, for all runs or for each; None for all.
        match: Parts of titles; ignored with `variables`.
        mock: Use a mock run instead of files.
        jobs: How many runs are processed at once; fewer while memory is short.
        parameters: Values of parameters, instead of those of the runs.
        on_event: Called with each event, run by run in their order.
        on_progress: Called with each event of a run as it happens.
        tee: Gets a copy of the output of the user's code, run by run in their order.
        limits: For the runner.
        is_interrupted: Called several times a second: a `KeyboardInterrupt` that
            arrives while Python collects garbage is lost.

    Raises:
        DamnitError: If the context file or its Python cannot be used, or a
            requested variable does not exist.
    """
    runs = _Runs(list(keys), is_interrupted)
    template = RunnerJob(
        "", 0, 0, data, match=list(match), mock=mock, parameters=dict(parameters or {})
    )
    ordered = OrderedEvents(on_event, on_progress, tee)
    combiner = Combiner(folder, is_alone=min(jobs, len(runs.keys)) <= 1)

    def worker(*, is_first: bool) -> _Worker:
        return _Worker(runs, template, ordered, is_first=is_first)

    def extractor(of: _Worker) -> Extractor:
        return Extractor(
            folder,
            store=combiner,
            on_event=of.take_event,
            tee=of.take_output,
            limits=limits,
            stop_reason=runs.stop_reason,
        )

    def assist() -> None:
        helper = worker(is_first=False)
        helper.assist(extractor(helper))

    threads = [
        threading.Thread(target=assist, name="runs", daemon=True)
        for _ in range(1, min(jobs, len(runs.keys)))
    ]
    first = worker(is_first=True)
    resident = extractor(first)
    try:
        combiner.warm_up()
        for thread in threads:
            thread.start()
        loaded = resident.context()
        select = _selected_names(loaded, variables, match)
        resident.store_variables(loaded)
        runs.begin(select, loaded.context_hash)
        first.process(resident)
        for thread in threads:
            thread.join()
    except (KeyboardInterrupt, JobCancelled):
        runs.interrupt()
    except BaseException as error:  # noqa: BLE001 - raised again below, when the others have ended
        runs.fail(error)
    finally:
        resident.close()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        combiner.close()
    runs.problems += resident.problems
    return runs.report()


def default_jobs(folder: DamnitFolder) -> int:
    """Return how many runs to process at once: as many as CPUs, up to `noncluster_cpus`."""
    with Database(folder.database).reading() as con:
        setting = load_setting(con, CPUS)
    try:
        limit = slurm_settings({CPUS: setting}).shared_cpus
    except DamnitError:
        limit = DEFAULT_CPUS
    return max(1, min(limit, usable_cpus()))


class _Runs:
    """The runs of a command, taken one by one by its workers. For any thread."""

    def __init__(self, keys: list[RunKey], is_interrupted: Callable[[], bool]) -> None:
        self.keys = keys
        self.names: NamesOf = lambda _key: None
        self.context_hash = ""
        self.problems: list[str] = []
        self.began = threading.Event()
        """Set when runs may be taken, or there will be none."""
        self._is_interrupted = is_interrupted
        self._stopped = threading.Event()
        self._was_interrupted = False
        self._error: BaseException | None = None
        self._lock = threading.Lock()
        self._outcomes: list[RunOutcome] = []

    def begin(self, names: NamesOf, context_hash: str) -> None:
        """Let the workers take runs; all must have loaded the same context file."""
        self.names, self.context_hash = names, context_hash
        self.began.set()

    def interrupt(self) -> None:
        """End all runs at the user's request."""
        self._was_interrupted = True
        self._stop()

    def fail(self, error: BaseException) -> None:
        """End all runs because of an error, which `report` raises."""
        self._error = self._error or error
        self._stop()

    def stop_reason(self) -> str:
        """Return why runs are to end; empty if they are not."""
        return "interrupted" if self._stopped.is_set() or self._is_interrupted() else ""

    def take(self) -> tuple[int, RunOutcome] | None:
        """Return the position and the outcome of the next run; None if there is none."""
        with self._lock:
            position = len(self._outcomes)
            if position == len(self.keys) or self._stopped.is_set():
                return None
            self._outcomes.append(RunOutcome(self.keys[position]))
            return position, self._outcomes[position]

    def await_memory(self) -> None:
        """Wait while memory is short, and other workers have runs to take."""
        while len(self._outcomes) < len(self.keys) and memory_is_short():
            if self._stopped.wait(MEMORY_INTERVAL_S):
                return

    def _stop(self) -> None:
        self._stopped.set()
        self.began.set()  # the workers that wait for it find no run

    def report(self) -> ExtractionReport:
        """Return the outcome of all runs, in their order; raise the error that ended them."""
        if self._error is not None:
            raise self._error
        problems = list(dict.fromkeys(self.problems))
        return ExtractionReport(self._outcomes, self._was_interrupted, problems)


class _Worker:
    """Processes one run after the other, and reports with their positions."""

    def __init__(
        self,
        runs: _Runs,
        template: RunnerJob,
        ordered: OrderedEvents,
        *,
        is_first: bool,
    ) -> None:
        self._runs = runs
        self._template = template
        self._ordered = ordered
        self._is_first = is_first
        self._position = 0 if is_first else None
        """Position of the current run. None: nothing is reported, because it is loading the
        context file, and the first worker reports that.
        """

    def process(self, extractor: Extractor) -> None:
        """Process runs until there are no more."""
        while (item := self._runs.take()) is not None:
            self._position, outcome = item
            names = self._runs.names(outcome.key)
            try:
                extractor.extract_run(replace(self._template, variables=names), outcome)
            finally:
                self._ordered.end(self._position)
            if not self._is_first:
                self._runs.await_memory()

    def assist(self, extractor: Extractor) -> None:
        """Process runs beside the first worker, in a thread of its own."""
        try:
            loaded = extractor.context()
        except (DamnitError, JobCancelled, OSError):
            return  # the first worker reports it, or does all alone
        try:
            self._runs.began.wait()
            self._runs.await_memory()
            if loaded.context_hash == self._runs.context_hash:
                self.process(extractor)
        except JobCancelled:
            self._runs.interrupt()
        except Exception as error:  # noqa: BLE001 - raised by the command's thread
            self._runs.fail(error)
        finally:
            extractor.close()
            self._runs.problems += extractor.problems

    def take_event(self, key: RunKey | None, event: Event) -> None:
        """Pass on an event of the current run, or of loading the context file."""
        if self._position is not None:
            self._ordered.event(self._position, key, event)

    def take_output(self, chunk: bytes) -> None:
        """Pass on output of the current run, or of loading the context file."""
        if self._position is not None:
            self._ordered.output(self._position, chunk)


def _selected_names(
    loaded: ContextLoaded, variables: Names | None, match: Collection[str]
) -> Callable[[RunKey], list[str] | None]:
    """Check the requested variables; return a function that selects those of a run.

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
                raise DamnitError(
                    f"The context file has no variable {name!r}.",
                    hint=did_you_mean(name, known),
                )
        return lambda _key: names
    titles = [v.title.casefold() for v in loaded.variables]
    if match and not any(part.casefold() in title for part in match for title in titles):
        raise DamnitError(f"No variable has a title with {' or '.join(map(repr, match))} in it.")
    return lambda _key: None
