"""`damnit-daemon history`: the values that a cell has had, and computing one again as before."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import completion
from .daemon_request import ask_and_wait
from .folder import FolderOption, chosen_folder, writable_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..ledger import CellValue
    from ..model import RunKey
    from ..paths import DamnitFolder

HEADER = ("", "since", "value", "context file", "job", "by")


def history(
    context: typer.Context,
    run: Annotated[int, typer.Argument(min=0, metavar="RUN", help="A run number.")],
    variable: Annotated[
        str,
        typer.Argument(
            metavar="VARIABLE", autocompletion=completion.variables, help="Name or title."
        ),
    ],
    restore: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Compute the variable again, with the context file of value N of the list.",
        ),
    ] = None,
    proposal: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Proposal; default: the folder's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """List the values that a cell has had, newest first, with the context file of each."""
    from ..errors import DamnitError
    from ..ledger import Ledger, load_cell_history
    from ..store import Database

    damnit = (chosen_folder if restore is None else writable_folder)(context, folder)
    key, name = _cell(damnit, run, variable, proposal)
    found = load_cell_history(Database(damnit.database), Ledger(damnit.ledger), key, name)
    if restore is not None:
        if restore >= len(found):
            raise DamnitError(f"The list of {name} in run {run} has no value {restore}.")
        _restore(damnit, found[restore])
    elif as_json:
        typer.echo(json.dumps([_facts(each) for each in found], indent=1))
    elif not found:
        typer.echo(f"run {run} has no value of {name}")
    else:
        rows = [HEADER, *(_row(number, each) for number, each in enumerate(found))]
        for line in format_table(rows, right=[0]):
            typer.echo(line)
        if len(found) == 1:
            typer.echo("no earlier values are known")


def _cell(
    damnit: DamnitFolder, run: int, variable: str, proposal: int | None
) -> tuple[RunKey, str]:
    """Return the run's key, and the variable's name.

    Raises:
        DamnitError: If there is no such variable.
    """
    from ..errors import DamnitError
    from ..model import RunKey
    from ..services.selection import current_proposal
    from ..store import Database, load_columns
    from ..text import nearest, suggestion

    with Database(damnit.database).reading() as con:
        columns = load_columns(con)
    names = {column.title: column.name for column in columns}
    names |= {column.name: column.name for column in columns}
    if variable not in names:
        hint = suggestion(map(repr, nearest(variable, names)))
        raise DamnitError(f"There is no variable {variable!r}.", hint=hint)
    return RunKey(proposal or current_proposal(damnit), run), names[variable]


def _restore(damnit: DamnitFolder, value: CellValue) -> None:
    from ..errors import DamnitError
    from ..launch import find_kept_context, why_not_kept
    from ..ledger import Ledger, RestoreRequest

    kept = find_kept_context(damnit, value.stored)
    if kept is None:
        raise DamnitError(why_not_kept(value.stored), hint="Nothing was changed.")
    Ledger(damnit.ledger).create()
    stored = value.stored
    jobs = ask_and_wait(damnit, RestoreRequest(stored.key, stored.name, kept.id, value.parameters))
    if jobs is not None:
        typer.echo(
            f"job {', '.join(map(str, jobs))} computes {stored.name} of run {stored.key.run} "
            f"with the context file {value.context_hash}"
        )


def _row(number: int, value: CellValue) -> tuple[str, ...]:
    from ..model.sanitize import show_controls

    shown = " ".join(show_controls(value.text()).split())
    return (
        str(number),
        _time(value.since) or "?",
        shown if len(shown) <= 60 else f"{shown[:59]}…",
        value.context_hash,
        "" if value.job is None else str(value.job),
        show_controls(value.author),
    )


def _facts(value: CellValue) -> dict[str, Any]:
    """Return a value as plain data for programs; docs/commands.md describes the format."""
    failure = value.stored.failure
    plain = value.stored.value
    return {
        "value": plain if isinstance(plain, int | float | str) else None,
        "text": value.text(),
        "error": None if failure is None else failure.message,
        "error_class": None if failure is None else failure.error_class,
        "is_current": value.is_current,
        "since": value.since,
        "until": value.until,
        "computed_at": value.computed_at,
        "context_hash": value.context_hash or None,
        "job": value.job,
        "author": value.author or None,
    }


def _time(at: float | None) -> str:
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
