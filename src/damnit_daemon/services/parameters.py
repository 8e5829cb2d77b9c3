"""Values of parameters for jobs, as users set them."""

from __future__ import annotations

from collections.abc import Iterable

from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.parameter import Plain
from ..store import Database, StoredParameter, load_parameters, run_parameters


def parameters_of_runs(
    folder: DamnitFolder, keys: Iterable[RunKey]
) -> dict[RunKey, dict[str, Plain]]:
    """Return the values with which runs are to be processed: their own, or those for new runs.

    Raises:
        DamnitError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        return {key: run_parameters(con, key) for key in keys}


def stored_parameters(folder: DamnitFolder) -> list[StoredParameter]:
    """Load the parameters of a folder.

    Raises:
        DamnitError: If the database cannot be read.
    """
    with Database(folder.database).reading() as con:
        return load_parameters(con)
