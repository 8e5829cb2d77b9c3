"""Values of parameters for jobs, as users set them."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import RunKey
from ..paths import DamnitFolder
from ..store import Database, StoredParameter, load_parameters, run_parameters


def job_parameters(
    folder: DamnitFolder, key: RunKey, requested: Mapping[str, object]
) -> dict[str, object]:
    """Return the values with which a run is to be processed: requested, its own, for new runs.

    Raises:
        DamnitError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        return {**run_parameters(con, key), **requested}


def stored_parameters(folder: DamnitFolder) -> list[StoredParameter]:
    """Load the parameters of a folder.

    Raises:
        DamnitError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        return load_parameters(con)
