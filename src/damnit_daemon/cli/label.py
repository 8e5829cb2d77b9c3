"""`damnit-daemon label`: label runs, or list the labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from . import completion
from .folder import FolderOption, chosen_folder, writable_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..model import RunRow
    from ..paths import DamnitFolder


def label(
    context: typer.Context,
    runs: Annotated[
        str | None,
        typer.Argument(
            metavar="RUNS",
            autocompletion=completion.runs,
            help="Runs: 17, 20-32 or 17,20-32; default: list labels.",
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LABEL...",
            autocompletion=completion.labels,
            help="Labels, such as good, bad, dark or own words.",
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove these labels.")] = False,
    proposal: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Proposal; default: the folder's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="List as JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """Label runs as good, bad, dark or with own words. Without labels, list those of runs."""
    numbers = _numbers(runs)
    if not labels:
        if remove:
            raise typer.BadParameter("--remove needs a label.")
        _list(_rows(chosen_folder(context, folder), proposal), numbers, as_json=as_json)
        return
    if as_json:
        raise typer.BadParameter("--json only lists: give no labels.")
    damnit = writable_folder(context, folder)
    _change(damnit, _rows(damnit, proposal), numbers or [], labels, remove=remove)


def _numbers(runs: str | None) -> list[int] | None:
    from ..run_ranges import parse_run_ranges

    if runs is None:
        return None
    try:
        return parse_run_ranges(runs)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def _rows(damnit: DamnitFolder, proposal: int | None) -> list[RunRow]:
    """Return the runs of the proposal, by default the folder's."""
    from ..services.selection import current_proposal
    from ..store import Database, load_runs

    own = current_proposal(damnit) if proposal is None else proposal
    with Database(damnit.database).reading() as con:
        return [row for row in load_runs(con) if row.key.proposal == own]


def _list(rows: list[RunRow], numbers: list[int] | None, *, as_json: bool) -> None:
    chosen = set(numbers or ())
    shown = [row for row in rows if (row.key.run in chosen if chosen else row.labels)]
    if as_json:
        found = [{**row.key._asdict(), "labels": row.labels} for row in shown]
        typer.echo(json.dumps(found, indent=1))
    elif not shown:
        typer.echo(
            "no such runs" if chosen else "no labels yet. Set one: damnit-daemon label RUNS good"
        )
    else:
        lines = [("run", "labels"), *((str(row.key.run), " ".join(row.labels)) for row in shown)]
        for line in format_table(lines, right=[0]):
            typer.echo(line)


def _change(
    damnit: DamnitFolder,
    rows: list[RunRow],
    numbers: list[int],
    labels: list[str],
    *,
    remove: bool,
) -> None:
    from ..edit import Editor
    from ..errors import DamnitError
    from ..run_ranges import format_run_ranges
    from ..text import count_of

    known = {row.key.run: row.key for row in rows}
    if missing := [number for number in numbers if number not in known]:
        raise DamnitError(
            f"Not in the run table: {format_run_ranges(missing)}.",
            hint="Nothing was changed. `damnit-daemon export` lists the runs.",
        )
    editor = Editor(damnit)
    done = editor.label_runs(
        [known[number] for number in numbers],
        add=() if remove else labels,
        remove=labels if remove else (),
    )
    editor.close()
    typer.echo(f"changed: {count_of(len(done.labels), 'run')}")
    if editor.problem:
        typer.echo(f"damnit: not in the edit history: {editor.problem}", err=True)
