"""`damnit-daemon rehearse`: replay a finished proposal in a scratch folder."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..paths import locate_folder
from ..text import count_of, format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..services.rehearsal import PlannedArrival, Rehearsal, RehearsalSummary

LOOK_S = 0.2


def rehearse(
    original: Annotated[
        str, typer.Argument(metavar="FOLDER", help="DAMNIT folder or proposal number to replay.")
    ],
    speed: Annotated[
        float, typer.Option(min=0.01, max=100_000, metavar="N", help="How many times faster.")
    ] = 20.0,
    into: Annotated[
        Path | None,
        typer.Option(metavar="SCRATCH", help="Scratch folder; default: a new temporary one."),
    ] = None,
    runs: Annotated[
        str | None, typer.Option(metavar="A:B", help="Only these runs: 20:32 or 17,20-32.")
    ] = None,
    context_file: Annotated[
        Path | None,
        typer.Option("--context", metavar="FILE", help="Context file; default: the folder's."),
    ] = None,
    longest_gap: Annotated[
        float,
        typer.Option(min=0.0, metavar="SECONDS", help="Shorten longer pauses between arrivals."),
    ] = 600.0,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the scratch folder at the end.")
    ] = False,
) -> None:
    """Replay the runs of a finished proposal, to test a context file and the screens.

    The runs arrive again in a scratch folder, as links, with a daemon of its own. Nothing is
    written in FOLDER. Ctrl-C stops; the same command with --into SCRATCH goes on.
    """
    from ..services.rehearsal import Rehearsal, plan_arrivals

    source = locate_folder(original)
    plan = plan_arrivals(source, _parse_runs(runs), longest_gap_s=longest_gap)
    root = into or Path(tempfile.mkdtemp(prefix="damnit-rehearsal-"))
    rehearsal = Rehearsal(source, root, context=context_file)
    span_s = plan[-1].due_s
    typer.echo(
        f"{count_of(len({arrival.key for arrival in plan}), 'run')}, "
        f"{count_of(len(plan), 'arrival')}: {format_duration(span_s)}, "
        f"{format_duration(span_s / speed)} at speed {speed:g}"
    )
    typer.echo(f"scratch folder: {rehearsal.root}")
    typer.echo(f"to watch it: damnit-tui {rehearsal.folder.path}")
    is_stopped = False
    try:
        try:
            rehearsal.start_daemon()
            _replay(rehearsal, plan, speed)
        except KeyboardInterrupt:
            is_stopped = True
        finally:
            rehearsal.stop_daemon()
        for line in _lines(rehearsal.summarise(plan)):
            typer.echo(line)
    finally:
        if remove:
            rehearsal.remove()
        else:
            rest = f"; to go on, repeat with --into {rehearsal.root}" if is_stopped else ""
            typer.echo(f"kept: {rehearsal.root}{rest}")
    if is_stopped:
        raise typer.Exit(130)


def _parse_runs(text: str | None) -> set[int] | None:
    from ..run_ranges import parse_run_ranges

    try:
        return None if text is None else set(parse_run_ranges(text.replace(":", "-")))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def _replay(rehearsal: Rehearsal, plan: Sequence[PlannedArrival], speed: float) -> None:
    """Let the runs arrive, and wait until they are computed."""
    from ..text import format_timestamp

    left = [arrival for arrival in plan if not rehearsal.has(arrival)]
    before = len(plan) - len(left)
    if before:
        typer.echo(f"{before} of {count_of(len(plan), 'arrival')} from before")
    begun_s = time.monotonic()
    for number, arrival in enumerate(left, before + 1):
        due_s = (arrival.due_s - left[0].due_s) / speed
        while (rest_s := begun_s + due_s - time.monotonic()) > 0:
            rehearsal.require_daemon()
            time.sleep(min(rest_s, LOOK_S))
        rehearsal.link(arrival)
        typer.echo(
            f"{format_timestamp(arrival.came_at)}  run {arrival.key.run} {arrival.data}  "
            f"{number}/{len(plan)}  {count_of(rehearsal.waiting(), 'job')} waiting"
        )
    typer.echo("all runs have arrived; waiting for the last jobs")
    while not rehearsal.is_computed(plan):
        rehearsal.require_daemon()
        time.sleep(LOOK_S)


def _lines(summary: RehearsalSummary) -> list[str]:
    from .timings import format_timings

    counts = ", ".join(f"{number} {state}" for state, number in sorted(summary.jobs.items()))
    lines = ["", f"{count_of(summary.runs, 'run')}, jobs: {counts or 'none'}"]
    lines += [f"failed: {reason}" for reason in summary.reasons]
    lines += [f"errors of {name}: {count_of(n, 'job')}" for name, n in summary.errors.items()]
    if summary.timings:
        total_s = sum(timing.total_s for timing in summary.timings)
        shares = [timing.total_s / total_s if total_s else 0.0 for timing in summary.timings]
        lines += ["", *format_timings(list(summary.timings), shares)]
    load = summary.load
    queue = (
        f"at speed 1, with {count_of(summary.slots, 'job')} at once: at most "
        f"{count_of(load.waiting, 'job')} waiting, longest wait {format_duration(load.wait_s)}, "
        f"last results {format_duration(load.behind_s)} after the last run"
    )
    return [*lines, "", queue]
