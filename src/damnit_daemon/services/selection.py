"""Select the runs to process again, and their variables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..errors import DamnitError
from ..launch import RunnerProcess
from ..model import RunKey
from ..model.staleness import changed_since
from ..paths import DamnitFolder, existing_runs, find_proposal
from ..store import Database, load_runs, load_setting, load_values
from .context import context_python, require_usable

NOT_FAILED = frozenset({"Skip"})


@dataclass(frozen=True)
class Selection:
    """Runs to process."""

    keys: list[RunKey]
    missing: list[int]
    """Requested numbers that have no files."""


def current_proposal(folder: DamnitFolder) -> int:
    """Return the proposal of a folder.

    Raises:
        DamnitError: If none is set.
    """
    with Database(folder.database).reading() as con:
        setting = load_setting(con, "proposal")
    try:
        return int(str(setting))
    except ValueError:
        raise DamnitError(
            f"{folder.path} has no proposal yet.", hint="Set it: damnit-daemon proposal NUMBER"
        ) from None


def select_runs(
    folder: DamnitFolder, numbers: Collection[int] | None, *, proposal: int | None, mock: bool
) -> Selection:
    """Find the runs to process.

    Args:
        folder: The DAMNIT folder.
        numbers: Run numbers; None for all runs of the table, or if it is empty
            all that have files.
        proposal: Overrides the folder's own.
        mock: Whether to ignore missing files.

    Raises:
        DamnitError: If the proposal is not set, or has no files.
    """
    number = proposal if proposal is not None else current_proposal(folder)
    if numbers is not None:
        existing = set(numbers) if mock else set(existing_runs(find_proposal(number)))
        keys = [RunKey(number, run) for run in sorted(numbers) if run in existing]
        return Selection(keys, [run for run in sorted(numbers) if run not in existing])
    with Database(folder.database).reading() as con:
        known = [run.key for run in load_runs(con)]
    if proposal is not None:
        known = [key for key in known if key.proposal == proposal]
    if mock:
        return Selection(known, [])
    if not known:
        return Selection([RunKey(number, run) for run in existing_runs(find_proposal(number))], [])
    on_disk = {p: set(existing_runs(find_proposal(p))) for p in {key.proposal for key in known}}
    return Selection([key for key in known if key.run in on_disk[key.proposal]], [])


def changed_variables(folder: DamnitFolder, keys: Collection[RunKey]) -> dict[RunKey, list[str]]:
    """Return the variables of these runs that are new or changed in the context file.

    Raises:
        DamnitError: If the context file cannot be used, or its Python cannot be started.
    """
    with RunnerProcess(folder, context_python(folder)) as runner:
        loaded = runner.context
    require_usable(loaded)
    with Database(folder.database).reading() as con:
        return changed_since(load_values(con, keys=keys), loaded, keys)


def failed_variables(folder: DamnitFolder, keys: Collection[RunKey]) -> dict[RunKey, list[str]]:
    """Return the variables of these runs that have an error, excluding skipped ones."""
    failed: dict[RunKey, list[str]] = {}
    with Database(folder.database).reading() as con:
        for value in load_values(con, keys=keys):
            attributes = value.attributes if value.value is None else {}
            if "error" in attributes and attributes.get("error_cls") not in NOT_FAILED:
                failed.setdefault(value.key, []).append(value.name)
    return {key: sorted(failed[key]) for key in keys if key in failed}
