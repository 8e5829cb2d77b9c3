"""A folder with data of runs to be plotted, for the tests of plots."""

from __future__ import annotations

import numpy as np
import xarray as xr

from damnit_daemon.model import VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    NewValue,
    create_database,
    ensure_run,
    save_values,
    update_computed_variables,
)

from ...daemon.hdf5.builders import Fragment
from ..conftest import NOW, PROPOSAL, database_of, key


def fill(folder: DamnitFolder) -> DamnitFolder:
    """Three runs; of `energy` and `position` some trains are the same."""
    create_database(folder.database, proposal=PROPOSAL, context_python=None)
    infos = [VariableInfo(n, n.capitalize()) for n in ("energy", "position", "plain", "image")]
    with database_of(folder).writing() as con:
        update_computed_variables(con, infos)
        for run in (1, 2, 3):
            ensure_run(con, key(run), added_at=NOW, start_time=NOW)
            summaries = [NewValue(key(run), n.name, f"array {run}") for n in infos[:3]]
            save_values(con, [*summaries, NewValue(key(run), "image", 1.0 * run)], now=NOW)
    for run in (1, 2, 3):
        file = Fragment(folder.results_file(key(run)))
        for name, data in data_of(run).items():
            file.data(name, data)
    return folder


def data_of(run):
    trains = np.arange(1000, 1100)
    energy = xr.DataArray(np.sin(trains / 9 + run), {"trainId": trains}, ("trainId",))
    position = xr.DataArray(np.cos(trains / 9 + run), {"trainId": trains + 10}, ("trainId",))
    plain = np.arange(40.0) * run
    return {
        "energy": energy,
        "position": position,
        "plain": plain,
        "image": np.zeros((5, 6)),
    }
