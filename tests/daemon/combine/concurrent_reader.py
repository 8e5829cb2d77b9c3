"""What is in a folder after combining."""

from __future__ import annotations

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.store import Database, decode_value, load_runs, load_values

from ..hdf5.builders import KEY


def stored(folder, key=KEY):
    """Name → row of the database."""
    with Database(folder.database).reading() as con:
        return {value.name: value for value in load_values(con, keys=[key], blobs=True)}


def stored_values(folder, key=KEY):
    return {name: decode_value(value) for name, value in stored(folder, key).items()}


def runs(folder):
    with Database(folder.database).reading() as con:
        return {row.key: row for row in load_runs(con)}


def results(folder, key=KEY):
    """Name → data; None where there is only an error."""
    with ResultsFile(folder.results_file(key)) as file:
        return {n: file.read(n) if file.has_data(n) else None for n in file.names()}


def left(folder):
    """Files in `extracted_data`."""
    return sorted(path.name for path in folder.extracted_data.iterdir())
