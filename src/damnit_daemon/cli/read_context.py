"""`damnit-daemon read-context`: load the context file and store its variables."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import chdir, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import DamnitError
from ..text import count_of
from .folder import FolderOption, chosen_folder, writable_folder

if TYPE_CHECKING:
    from ..paths import DamnitFolder
    from ..runner.protocol import ContextLoaded, Problem

Format = Literal["text", "json", "github"]


def read_context(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="Check this file in the Python of damnit-daemon; needs no folder."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Always load the file; only report problems, store nothing."),
    ] = False,
    format: Annotated[
        Format,
        typer.Option(help="How to print problems; github: as annotations of GitHub Actions."),
    ] = "text",
    folder: FolderOption = None,
) -> None:
    """Load the context file, if it has changed, in the context Python.

    Titles, descriptions and tags are stored.
    """
    from ..model.sanitize import show_controls
    from ..services.context import store_variables

    if file is not None:
        loaded, damnit = _load_file(file), None
    else:
        damnit = (chosen_folder if check else writable_folder)(context, folder)
        loaded = _load(damnit, check=check)
    problems = [*loaded.problems, *loaded.advice, *_costs(damnit, loaded)]
    problems.sort(key=lambda problem: (problem.line, problem.column))
    _print_problems(problems, format)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)
    count = count_of(len(loaded.variables), "variable")
    if loaded.parameters:
        shown = ", ".join(f"{p.name}={p.default!r}" for p in loaded.parameters)
        number = count_of(len(loaded.parameters), "parameter")
        count += f", {number} ({show_controls(shown)})"
    if check or damnit is None:
        text = f"{file or (damnit and damnit.context_file)}: {count}, no errors"
    else:
        text = f"{count}; changed: {', '.join(store_variables(damnit, loaded)) or 'none'}"
    typer.echo(text, err=format != "text")


def _load(folder: DamnitFolder, *, check: bool) -> ContextLoaded:
    from ..launch import RunnerProcess
    from ..services.context import context_python, require_context_file

    require_context_file(folder)
    if not check:
        from ..services.context_record import load_context

        return load_context(folder)
    with RunnerProcess(folder, context_python(folder)) as runner:
        return runner.context


def _load_file(file: Path) -> ContextLoaded:
    """Execute a file in this Python, as no folder names another; it prints to stderr."""
    import sys

    from ..runner.context import read_context as read

    if not file.is_file():
        raise DamnitError(f"There is no file {file}.")
    path = file.absolute()
    sys.path.append(os.fspath(path.parent))  # as the runner does
    with chdir(path.parent), redirect_stdout(sys.stderr):
        return read(path).loaded_event({})


def _costs(folder: DamnitFolder | None, loaded: ContextLoaded) -> list[Problem]:
    """Return lint messages based on the variables' run times in past jobs."""
    from ..ledger import Ledger, LedgerMissing, load_timings
    from ..runner.lint import check_costs

    if folder is None:
        return []
    try:
        with Ledger(folder.ledger).reading() as con:
            timings = {t.name: (t.count, t.median_s) for t in load_timings(con)}
    except LedgerMissing:
        return []
    return check_costs(loaded.variables, timings, str(folder.context_file))


def _print_problems(problems: Iterable[Problem], format: Format) -> None:
    from ..model.sanitize import show_controls

    if format == "json":
        typer.echo(json.dumps([asdict(problem) for problem in problems], indent=1))
        return
    for problem in problems:
        if format == "github":
            typer.echo(format_github(problem))
        else:
            typer.echo(show_controls(str(problem)), err=True)


def format_github(problem: Problem) -> str:
    """Format a GitHub Actions annotation, with the path relative to the current directory."""
    path = Path(problem.file)
    here = Path.cwd()
    if path.is_relative_to(here):
        path = path.relative_to(here)
    places = {"file": str(path), "line": problem.line, "col": problem.column}
    text = ",".join(f"{key}={_escaped(str(v), ':,')}" for key, v in places.items() if v)
    return f"::{problem.severity} {text}::{_escaped(problem.message)}"


def _escaped(text: str, others: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + others else c for c in text)
