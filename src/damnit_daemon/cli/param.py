"""`damnit-daemon param`: list the parameters of the context file, set them for new runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from . import completion
from .folder import FolderOption, chosen_folder, writable_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..runner.parameter import Plain
    from ..store import StoredParameter

HEADER = ("parameter", "new runs", "default", "type", "title")
NONE = (
    "no parameters: the context file declares none. Declare one: threshold = Parameter(2.5), "
    "then damnit-daemon read-context"
)


def param(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(autocompletion=completion.parameters, help="Parameter; default: list all."),
    ] = None,
    value: Annotated[
        str | None, typer.Argument(help="Value for new runs; default: show it.")
    ] = None,
    delete: Annotated[
        bool, typer.Option("-d", "--delete", help="Use the default for new runs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """List the parameters of the context file, or set the value of one for new runs."""
    from ..services.parameters import stored_parameters
    from ..store import Database, parse_for, save_new_run_value

    if delete and (name is None or value is not None):
        raise typer.BadParameter("--delete takes the name of a parameter, and no value.")
    is_change = delete or value is not None
    if is_change and as_json:
        raise typer.BadParameter("--json only shows parameters.")
    damnit = (writable_folder if is_change else chosen_folder)(context, folder)
    known = (_refreshed if is_change else stored_parameters)(damnit)
    by_name = {each.name: each for each in known}
    if name is not None and name not in by_name:
        parse_for(by_name, name, "")
    if name is not None and is_change:
        new = None if value is None else parse_for(by_name, name, value)
        with Database(damnit.database).writing() as con:
            save_new_run_value(con, name, new)
        known = stored_parameters(damnit)
    shown = [each for each in known if name in (None, each.name)]
    if as_json:
        typer.echo(json.dumps([_facts(each) for each in shown], indent=1))
        return
    if not shown:
        typer.echo(NONE)
        return
    for line in format_table([HEADER, *map(_row, shown)]):
        typer.echo(line)


def parsed_parameters(
    folder: DamnitFolder, assignments: Sequence[str], *, store: bool
) -> dict[str, Plain]:
    """Parse `name=value` texts; a parameter that is new in the context file is looked up there.

    Raises:
        DamnitError: If one is not valid.
    """
    if not assignments:
        return {}
    from ..services.parameters import stored_parameters
    from ..store import parse_assignments

    return parse_assignments((_refreshed if store else stored_parameters)(folder), assignments)


def _refreshed(folder: DamnitFolder) -> list[StoredParameter]:
    """Load the parameters after reading the context file, if it has changed."""
    from ..services.context import require_context_file, require_usable, store_variables
    from ..services.context_record import load_context
    from ..services.parameters import stored_parameters

    require_context_file(folder)
    loaded = load_context(folder)
    require_usable(loaded)
    store_variables(folder, loaded)
    return stored_parameters(folder)


def _facts(each: StoredParameter) -> dict[str, object]:
    return {
        "name": each.name,
        "title": each.info.title,
        "description": each.info.description,
        "type": each.info.type,
        "tags": list(each.info.tags),
        "default": each.default,
        "new_runs": each.default if each.new_run is None else each.new_run,
    }


def _row(each: StoredParameter) -> tuple[str, ...]:
    new = "(default)" if each.new_run is None else json.dumps(each.new_run, ensure_ascii=False)
    default = json.dumps(each.default, ensure_ascii=False)
    return each.name, new, default, each.info.type or "", each.info.title
