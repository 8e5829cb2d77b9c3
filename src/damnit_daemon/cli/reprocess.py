"""`damnit-daemon reprocess`: re-evaluate variables of runs."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import DamnitError
from ..run_ranges import format_run_ranges, parse_run_ranges
from . import completion
from .folder import FolderOption, chosen_folder, writable_folder
from .param import parsed_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from ..paths import DamnitFolder
    from ..runner.parameter import Plain
    from ..services.selection import Selection

ALL = "all"
EXIT_INTERRUPTED = 130


class Data(StrEnum):
    """Selects variables by the data they need."""

    RAW = "raw"
    PROC = "proc"
    ALL = "all"


def reprocess(
    context: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...|all",
            autocompletion=completion.runs,
            help="Runs, such as 17 or 20-32; all: every run that has files.",
        ),
    ],
    proposal: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Default: the folder's proposal.")
    ] = None,
    match: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Variables with this text in their title; repeatable."),
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            autocompletion=completion.variables,
            help="This variable; repeatable, overrides --match.",
        ),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            autocompletion=completion.parameters,
            help="Value of a parameter, instead of that of the runs; repeatable.",
        ),
    ] = None,
    data: Annotated[Data, typer.Option(help="Only variables that need this data.")] = Data.ALL,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only variables that failed before.")
    ] = False,
    changed: Annotated[
        bool,
        typer.Option("--changed", help="Only new variables and those whose code has changed."),
    ] = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Process in the foreground, without a daemon.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            min=1,
            metavar="N",
            help="Runs processed at once with --direct; default: the number of CPUs, at most the "
            "setting noncluster_cpus (4).",
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the jobs; exit code 1 unless all succeed.")
    ] = False,
    mock: Annotated[
        bool, typer.Option("--mock", help="Use a simulated run; needs --direct.")
    ] = False,
    local: Annotated[
        bool, typer.Option("--local", help="Compute all variables on the daemon's machine.")
    ] = False,
    slurm: Annotated[bool, typer.Option("--slurm", help="Compute all variables in Slurm.")] = False,
    concurrent_jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Maximum number of these runs in Slurm at a time."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the runs and the Slurm commands.")
    ] = False,
    folder: FolderOption = None,
) -> None:
    """Evaluate variables of runs and store the results."""
    from ..services.context import require_context_file
    from ..services.selection import changed_variables, failed_variables, select_runs

    numbers = _run_numbers(runs)
    if mock and not (direct or dry_run):
        raise typer.BadParameter("--mock needs --direct.")
    if jobs is not None and not direct:
        raise typer.BadParameter("--jobs needs --direct; see --concurrent-jobs for Slurm.")
    if local + slurm + direct > 1:
        raise typer.BadParameter("Use only one of --direct, --local and --slurm.")
    if failed and changed:
        raise typer.BadParameter("Use only one of --failed and --changed.")
    executor = "local" if local else "slurm" if slurm else None
    damnit = (chosen_folder if dry_run else writable_folder)(context, folder)
    if direct or changed:
        require_context_file(damnit)
    parameters = parsed_parameters(damnit, param or [], store=not dry_run)
    selection = select_runs(damnit, numbers, proposal=proposal, mock=mock)
    _print_missing(selection)
    if not selection.keys and numbers is not None:
        raise DamnitError("None of these runs has files.")
    names = None
    if failed or changed:
        by_run = (changed_variables if changed else failed_variables)(damnit, selection.keys)
        names = {key: [n for n in by_run[key] if not var or n in var] for key in by_run}
        selection = _narrowed(selection, {key for key in names if names[key]})
    if not selection.keys:
        what = "failed variables" if failed else "new or changed variables" if changed else "files"
        typer.echo(f"nothing to process: no runs with {what}")
        return
    if dry_run:
        for key in selection.keys:
            only = "" if names is None else f": {', '.join(names[key])}"
            typer.echo(f"would process {key}{only}")
        if not direct:
            from .dry_run import print_plan

            print_plan(
                damnit,
                selection.keys,
                executor,
                data=data.value,
                names=names if names is not None else var or None,
                match=match or [],
                at_once=concurrent_jobs,
            )
        return
    variables = names if names is not None else var or None
    if direct:
        _extract(damnit, selection, data, variables, match or [], mock, jobs, parameters)
        return
    from .submit_request import request_reprocessing

    with _ending_counts_as_ctrl_c():
        code = request_reprocessing(
            damnit,
            selection.keys,
            data.value,
            variables,
            match=match or [],
            watch=watch,
            executor=executor,
            concurrent_jobs=concurrent_jobs,
            parameters=parameters,
        )
    raise typer.Exit(code)


def _extract(
    damnit: DamnitFolder,
    selection: Selection,
    data: Data,
    variables: object,
    match: list[str],
    mock: bool,
    jobs: int | None,
    parameters: dict[str, Plain],
) -> None:
    from ..services.extraction import default_jobs, extract
    from .progress import show_progress

    with _ending_counts_as_ctrl_c() as ending, show_progress(len(selection.keys)) as display:
        report = extract(
            damnit,
            selection.keys,
            data=data.value,
            variables=variables,  # type: ignore[arg-type]  # names, or names by run
            match=match,
            mock=mock,
            jobs=default_jobs(damnit) if jobs is None else jobs,
            parameters=parameters,
            on_event=display.show_event,
            on_progress=display.show_progress,
            tee=display.show_output,
            is_interrupted=lambda: ending.came,
        )
    display.show_summary(report, damnit)
    if report.is_interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if not report.ok:
        raise typer.Exit(1)


def _run_numbers(words: list[str]) -> list[int] | None:
    if words == [ALL]:
        return None
    if ALL in words:
        raise typer.BadParameter("all stands for every run: give it alone, or give run numbers.")
    try:
        return parse_run_ranges(" ".join(words))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def _narrowed(selection: Selection, keys: set[object]) -> Selection:
    from ..services.selection import Selection

    return Selection([key for key in selection.keys if key in keys], selection.missing)


def _print_missing(selection: Selection) -> None:
    if selection.missing:
        runs = format_run_ranges(selection.missing)
        typer.echo(f"damnit: no files of run {runs}: skipped", err=True)


class _Ending:
    """Signal handler that raises `KeyboardInterrupt`, and records that it was called."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt


@contextmanager
def _ending_counts_as_ctrl_c() -> Iterator[_Ending]:
    """Handle SIGTERM and SIGHUP like Ctrl-C, for a clean exit."""
    ending = _Ending()
    numbers = [signal.SIGTERM, signal.SIGHUP]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not in the background
        numbers.append(signal.SIGINT)
    before = [signal.signal(number, ending) for number in numbers]
    try:
        yield ending
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        sys.stdout.flush()
