"""Evaluate variables of runs in this process, in the foreground."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from ..errors import DamnitError
from ..launch import Limits
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.protocol import ContextLoaded, RunnerJob
from ..text import did_you_mean
from .combiner import Combiner
from .extractor import Extractor, JobCancelled, OnEvent
from .outcome import ExtractionReport, RunOutcome

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
    is_interrupted: Callable[[], bool] = lambda: False,
) -> ExtractionReport:
    """Evaluate variables of runs, one run after the other, and store the results.

    If the process of a variable dies, only that variable is lost, and its cell says
    so. Ctrl-C ends the current run; results saved until then are stored.

    Args:
        folder: The DAMNIT folder.
        keys: The runs.
        data: `raw`, `proc` or `all`: selects variables by the data they need.
        variables: Exact names, for all runs or for each; None for all.
        match: Parts of titles; ignored with `variables`.
        mock: Use a mock run instead of files.
        on_event: Called with each event.
        tee: Gets a copy of the output of the user's code, from a thread.
        limits: For the runner.
        is_interrupted: Called several times a second: a `KeyboardInterrupt` that
            arrives while Python collects garbage is lost.

    Raises:
        DamnitError: If the context file or its Python cannot be used, or a
            requested variable does not exist.
    """
    report = ExtractionReport()
    template = RunnerJob("", 0, 0, data, match=list(match), mock=mock)
    combiner = Combiner(folder)
    extractor = Extractor(
        folder,
        store=combiner,
        on_event=on_event,
        tee=tee,
        limits=limits,
        stop_reason=lambda: "interrupted" if is_interrupted() else "",
    )
    try:
        loaded = extractor.context()
        select = _selected_names(loaded, variables, match)
        extractor.store_variables(loaded)
        for key in keys:
            outcome = RunOutcome(key)
            report.runs.append(outcome)
            extractor.extract_run(replace(template, variables=select(key)), outcome)
    except (KeyboardInterrupt, JobCancelled):
        report.is_interrupted = True
    finally:
        extractor.close()
        combiner.close()
        report.problems = extractor.problems
    return report


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
