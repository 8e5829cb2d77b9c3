"""`damnit read-context`: load the context file, store what it declares."""

from __future__ import annotations

from typing import Annotated

import typer

from .folder import FolderOption, chosen_folder, writable_folder


def read_context(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong; store nothing.")
    ] = False,
    folder: FolderOption = None,
) -> None:
    """Load the context file in the context Python; store titles, descriptions and tags."""
    from ..launch import RunnerProcess
    from ..model.texts import show_controls
    from ..services.context import context_python, store_variables

    damnit = (chosen_folder if check else writable_folder)(context, folder)
    with RunnerProcess(damnit, context_python(damnit)) as runner:
        loaded = runner.context
    for problem in loaded.problems:
        typer.echo(show_controls(str(problem)), err=True)
    if any(problem.severity == "error" for problem in loaded.problems):
        raise typer.Exit(1)
    count = f"{len(loaded.variables)} variable{'' if len(loaded.variables) == 1 else 's'}"
    if check:
        typer.echo(f"{damnit.context_file}: {count}, no errors")
        return
    changed = store_variables(damnit, loaded)
    typer.echo(f"{count}; changed: {', '.join(changed) or 'none'}")
