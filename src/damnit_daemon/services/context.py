"""A folder's context file: the Python that loads it, and the variables it declares."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ..errors import DamnitError
from ..model import VariableInfo
from ..paths import DamnitFolder
from ..runner.protocol import ContextLoaded, Problem
from ..settings import FORK
from ..store import (
    Database,
    StoredParameter,
    load_setting,
    save_parameters,
    update_computed_variables,
)

CONTEXT_PYTHON = "context_python"
UNUSABLE = "The context file cannot be used:"
"""First line of the reason why jobs wait; its problems follow."""


class ContextUnusable(DamnitError):  # noqa: N818 – house style
    """The context file does not load.

    Attributes:
        problems: Each problem with its location.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join([UNUSABLE, *map(str, problems)]))
        self.problems = problems


def context_python(folder: DamnitFolder) -> Path:
    """Return the interpreter for the folder's context file; our own if none is set.

    Raises:
        DamnitError: If the setting names no executable program.
    """
    with Database(folder.database).reading() as con:
        setting = load_setting(con, CONTEXT_PYTHON)
    if setting in (None, ""):
        return Path(sys.executable)
    python = Path(str(setting))
    if is_program(python):
        return python
    try:
        state = "not a program" if python.exists() else "missing"
    except PermissionError:
        state = "in a folder that you cannot read"
    raise DamnitError(
        f"The context Python {python} is {state}.",
        hint=f"Set another (damnit-daemon db-config {CONTEXT_PYTHON} /path/to/bin/python), "
        f"or use our own (damnit-daemon db-config --delete {CONTEXT_PYTHON}).",
    )


def require_context_file(folder: DamnitFolder) -> None:
    """Raise if there is no context file.

    Raises:
        DamnitError: With how to create one.
    """
    if not folder.context_file.is_file():
        raise DamnitError(
            f"There is no {folder.context_file}.", hint="Create one: damnit-daemon proposal NUMBER"
        )


def may_fork(folder: DamnitFolder) -> bool:
    """Return True if jobs may be forks of one Python that has loaded the context file."""
    with Database(folder.database).reading() as con:
        return str(load_setting(con, FORK)) != "no"


def is_program(path: Path) -> bool:
    """Return True if the full path is an executable file."""
    return path.is_absolute() and shutil.which(os.fspath(path)) is not None


def require_usable(loaded: ContextLoaded) -> None:
    """Raise if a problem is an error; ignore warnings.

    Raises:
        ContextUnusable: With all errors.
    """
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if errors:
        raise ContextUnusable(errors)


def declared_variables(loaded: ContextLoaded) -> list[VariableInfo]:
    """Return the variables for the database: all except those that only other variables use."""
    return [
        VariableInfo(v.name, v.title, v.description, None, tuple(v.tags))
        for v in loaded.variables
        if not v.transient
    ]


def declared_parameters(loaded: ContextLoaded) -> list[StoredParameter]:
    """Return the parameters for the database."""
    return [
        StoredParameter(
            VariableInfo(p.name, p.title, p.description or None, p.type_name, tuple(p.tags)),
            p.default,
        )
        for p in loaded.parameters
    ]


def store_variables(folder: DamnitFolder, loaded: ContextLoaded) -> list[str]:
    """Write titles, descriptions and tags into the database; return the names that changed.

    Raises:
        DamnitError: If the database cannot be written, or has a user-editable
            variable of the same name.
    """
    with Database(folder.database).writing() as con:
        parameters = save_parameters(con, declared_parameters(loaded))
        return [*update_computed_variables(con, declared_variables(loaded)), *parameters]
