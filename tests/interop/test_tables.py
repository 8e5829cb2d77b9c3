"""pandas tables stored as Parquet, with and without a Parquet reader."""

from __future__ import annotations

import pandas as pd
import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.hdf5.tables import ParquetTable
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder

from . import on_disk
from .sides import PROPOSAL, extract_with_our_runner
from .variables import names

pytestmark = pytest.mark.extended

KEY = RunKey(PROPOSAL, 1)
COLUMNS = {
    "dataframe": ["x", "y", "label"],
    "series": ["y"],
    "dataframe_of_numbered_columns": [1, 2],
    "dataframe_of_days": [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-02")],
    "series_without_a_name": [None],
}


@pytest.fixture(scope="module")
def folders(peer, tmp_path_factory):
    """The same tables, extracted in the peer's Python by each side's runner."""
    theirs, ours = (tmp_path_factory.mktemp("tables") / side for side in ("theirs", "ours"))
    for folder in (theirs, ours):
        peer.make_folder(folder, "tables", PROPOSAL)
    peer.extract(theirs, 1)
    extract_with_our_runner(ours, peer, 1)
    for folder in (theirs, ours):
        peer.read_context(folder)
        peer.combine(folder)
    return theirs, ours


@pytest.mark.parametrize("name", names("tables"))
def test_pandas_tables_of_both_programs_are_equal_on_disk(folders, name):
    theirs, ours = (on_disk.value_rows(folder)[name] for folder in folders)
    assert ours == theirs
    theirs, ours = (on_disk.hdf5_objects(DamnitFolder(f).results_file(KEY))[name] for f in folders)
    assert ours == theirs


def test_peer_reads_pandas_tables_of_both_programs_alike(peer, folders):
    read = []
    for folder in folders:
        view = peer.look(folder)
        variables = view.content["runs"]["1"]["variables"]
        read.append({name: view.decode(variables[name]["read"]) for name in names("tables")})
    assert read[0] == read[1]
    assert read[0]["series"]["data"] == [[0.5], [1.5], [2.5]]


@pytest.mark.parametrize("name", COLUMNS)
def test_our_reader_reads_pandas_tables_of_both_programs(folders, name):
    for folder in folders:
        with ResultsFile(DamnitFolder(folder).results_file(KEY)) as results:
            assert results.object_type(name) == name.partition("_")[0]
            table = results.read(name)
        if isinstance(table, ParquetTable):
            assert table.startswith(b"PAR1")
        else:
            frame = table.to_frame(table.name) if table.ndim == 1 else table
            assert list(frame.columns) == COLUMNS[name]
