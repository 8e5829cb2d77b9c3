"""Submit results that were computed elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from damnit_ctx import Cell

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder, locate_folder
from ..runner import file_format
from ..store import Database, is_variable_name, load_setting, load_variables

RESERVED = {"comment": "it is entered by users; edit the run's comment instead"}


def submit(
    folder: int | str | Path,
    run: int | RunKey,
    values: Mapping[str, Any],
    *,
    provenance: str,
    errors: Mapping[str, BaseException | str] | None = None,
    start_time: float | None = None,
) -> Path:
    """Submit results that were computed elsewhere: all of them, or none.

    They are written to one file in the folder, which the daemon merges within half a minute
    (without a running daemon, `damnit-daemon combine` does). Until then they are not in the table.
    Of two results for a cell the one computed later is kept.

    Args:
        folder: A DAMNIT folder, or a proposal number.
        run: The run number; a `RunKey` for a run of another proposal.
        values: Values by variable name, as a context file's function may return them, bare or
            in a `Cell`.
        provenance: The source, such as the name of a notebook or program; it is displayed.
        errors: Exceptions or texts by variable name, for variables without a value. A `Skip`
            marks the variable as skipped.
        start_time: Start of a run that is not processed yet, Unix seconds UTC; DAMNIT's own
            readers list only runs that have one.

    Returns:
        The file that was written.

    Raises:
        DamnitError: If a name or a value is not valid, or the folder is not writable.
    """
    found = locate_folder(str(folder) if isinstance(folder, int) else folder)
    values, errors = dict(values), dict(errors or {})
    if file_format.START_TIME in values:  # as in DAMNIT's own `submit`
        start_time = float(values.pop(file_format.START_TIME))
    with Database(found.database).reading() as con:
        typed = {info.name for info in load_variables(con) if info.type is not None}
        proposal = load_setting(con, "proposal")
    if problem := next(_problems(values, errors, typed, provenance), ""):
        raise DamnitError(problem)
    if not values and not errors and start_time is None:
        raise DamnitError("Nothing to submit.")
    return _write(found, _run_key(run, proposal), values, errors, provenance, start_time)


def _problems(
    values: Mapping[str, Any], errors: Mapping[str, Any], typed: set[str], provenance: str
) -> Iterator[str]:
    if not isinstance(provenance, str) or not provenance:
        yield "provenance must name the origin of the results, for example a notebook."
    for name in (*values, *errors):
        if not is_variable_name(name):
            yield f"{name!r} is not a variable name: use identifiers joined by dots."
        elif name in RESERVED or name == file_format.START_TIME:
            yield f"{name!r} cannot be submitted: {RESERVED.get(name, 'it is no error')}."
        elif name in typed:
            yield f"{name!r} is a user-editable variable; use another name for results."
        elif name in values and name in errors:
            yield f"{name!r} has both a value and an error."


def _run_key(run: int | RunKey, proposal: Any) -> RunKey:
    if isinstance(run, tuple):
        return RunKey(int(run[0]), int(run[1]))
    if not isinstance(proposal, int):
        raise DamnitError(
            "The folder has no proposal.",
            hint="Set it (damnit-daemon proposal NUMBER), or give a RunKey.",
        )
    return RunKey(proposal, int(run))


def _write(
    folder: DamnitFolder,
    key: RunKey,
    values: Mapping[str, Any],
    errors: Mapping[str, BaseException | str],
    provenance: str,
    start_time: float | None,
) -> Path:
    from ..runner.encode import Computed
    from ..runner.evaluate import describe
    from ..runner.fragment import CannotBeStored, FragmentEntry, FragmentWriter

    computed = Computed(time.time(), None, "")
    entries = [FragmentEntry(name, computed, _cell(name, value)) for name, value in values.items()]
    for name, error in errors.items():
        text, kind = (error, "Error") if isinstance(error, str) else describe(error, None)
        entries.append(FragmentEntry(name, computed, message=text, error_class=kind))
    writer = FragmentWriter(folder.path, key.proposal, key.run, provenance=provenance)
    try:
        return writer.write_together(entries, start_time, computed)
    except CannotBeStored as error:
        raise DamnitError(f"{error}.", hint="Nothing was submitted.") from error
    except OSError as error:
        raise DamnitError(
            f"Cannot write to {folder.extracted_data}: {error.strerror or error}."
        ) from error


def _cell(name: str, value: Any) -> Cell:
    try:
        cell = value if isinstance(value, Cell) else Cell(value)
    except (TypeError, ValueError) as error:
        raise DamnitError(
            f"{name} cannot be stored: {error}.", hint="Nothing was submitted."
        ) from error
    if cell.is_empty:
        raise DamnitError(f"{name} is None.", hint="Leave it out, or give the reason in errors.")
    return cell
