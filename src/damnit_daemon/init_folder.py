"""Create a DAMNIT folder: database and context file, where missing."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .atomic_write import atomic_write
from .errors import DamnitError
from .paths import DamnitFolder
from .permissions import file_bits, make_shared_folder
from .store import Database, add_user_variable, create_database, load_variables

PROPOSAL_NAME = re.compile(r"p\d{6}", re.ASCII)

EUXFEL_PYTHON = Path(
    "/gpfs/exfel/sw/software/euxfel-environment-management/current-python-env/bin/python"
)
"""The default interpreter for user code at European XFEL."""

XGM = {
    **dict.fromkeys(("SPB", "FXE"), "SA1_XTD2_XGM/XGM/DOOCS"),
    **dict.fromkeys(("MID", "HED"), "SA2_XTD1_XGM/XGM/DOOCS"),
    **dict.fromkeys(("SQS", "SCS", "SXP"), "SA3_XTD10_XGM/XGM/DOOCS"),
}
"""The X-ray gas monitor upstream of each instrument, by the instrument's folder name.

By beamline: SASE1 serves SPB and FXE, SASE2 MID and HED, SASE3 SQS, SCS and SXP.
"""

STARTING_CONTEXT = '''\
"""Variables of each run: one function per column."""

from damnit_ctx import Cell, Skip, Variable


@Variable(title="Trains")
def n_trains(run):
    """Number of recorded trains."""
    return len(run.train_ids)


# @Variable(title="XGM/Pulse energy", units="µJ", summary="mean")
# def pulse_energy(run):
#     return run["{xgm}", "pulseEnergy.photonFlux"].xarray()
'''


def starting_context(instrument: str = "") -> str:
    """Return a context file to start from.

    Args:
        instrument: The name of its folder, such as `MID`; unknown ones get an example.
    """
    return STARTING_CONTEXT.format(xgm=XGM.get(instrument.upper(), XGM["MID"]))


def instrument_of(folder: DamnitFolder) -> str:
    """Return the instrument of a folder's proposal; empty if the path does not show it."""
    parts = folder.path.absolute().parts
    at = next((i for i, part in enumerate(parts) if PROPOSAL_NAME.fullmatch(part)), 0)
    return parts[at - 2] if at >= 2 else ""


@dataclass(frozen=True)
class Created:
    """The items that were missing and have been created."""

    database: bool
    context_file: bool
    user_variables: int = 0


def create_folder(
    folder: DamnitFolder,
    proposal: int,
    *,
    context: Path | str | None = None,
    like: DamnitFolder | None = None,
    context_python: Path | None = None,
) -> Created:
    """Create a DAMNIT folder; existing files are kept.

    Args:
        folder: The folder to create, with its parents.
        proposal: The proposal number for a new database.
        context: A context file to copy, or its text.
        like: A folder to copy the context file and user-editable variables from.
        context_python: The interpreter for a new database. Default: the facility's.

    Raises:
        DamnitError: If a given file cannot be copied, or the folder cannot be written.
    """
    text = _context_text(context, like, instrument_of(folder))
    if context is not None and folder.context_file.exists():
        raise DamnitError(
            f"{folder.context_file} exists already.", hint="Move it away to replace it."
        )
    try:
        _make_folder(folder.path)
        is_new = not folder.database.exists()
        if is_new:
            python = context_python or _facility_python()
            create_database(
                folder.database,
                proposal=proposal,
                context_python=None if python is None else os.fspath(python),
            )
        has_context = _write_new(folder.context_file, text)
        copied = 0 if like is None else copy_user_variables(like, folder)
    except OSError as error:
        raise DamnitError(f"{folder.path} cannot be written: {error.strerror}.") from error
    return Created(is_new, has_context, copied)


def copy_user_variables(source: DamnitFolder, target: DamnitFolder) -> int:
    """Copy the user-editable variables that the target lacks; returns their number."""
    with Database(source.database).reading() as con:
        variables = [info for info in load_variables(con) if info.type is not None]
    with Database(target.database).writing() as con:
        known = {info.name for info in load_variables(con)}
        missing = [info for info in variables if info.name not in known]
        for info in missing:
            add_user_variable(con, info)
    return len(missing)


def _context_text(context: Path | str | None, like: DamnitFolder | None, instrument: str) -> str:
    if isinstance(context, str):
        return context
    source = context or (like.context_file if like is not None else None)
    if source is None:
        return starting_context(instrument)
    try:
        return source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DamnitError(f"The context file {source} cannot be read: {reason}.") from error


def _facility_python() -> Path | None:
    """Return the facility's interpreter by its versioned path, which outlasts updates."""
    if not EUXFEL_PYTHON.exists():
        return None
    return EUXFEL_PYTHON.parent.resolve() / EUXFEL_PYTHON.name  # do not resolve a venv's link


def _make_folder(path: Path) -> None:
    """Create a folder and its parents, each with the permissions of its parent."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    make_shared_folder(path)


def _write_new(path: Path, text: str) -> bool:
    """Write a file atomically with the folder's permissions, unless it exists."""
    if path.exists():
        return False
    try:
        atomic_write(path, text.encode(), file_bits(path.parent), exclusive=True)
    except FileExistsError:
        return False
    return True
