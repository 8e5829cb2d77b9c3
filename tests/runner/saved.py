"""A folder for evaluated functions: saved, combined and read as by the table and the app."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from typing import Any

from damnit_ctx import Pipeline, Variable
from damnit_daemon.combine import combine_folder
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.init_folder import create_folder
from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.file_format import results_name
from damnit_daemon.store import Database, decode_value, load_values

PROPOSAL, RUN = 1234, 1


def variable(name: str, value: Any, **settings: Any) -> Variable:
    """A variable that returns this value."""

    def function(run: Any) -> Any:
        return value

    function.__name__ = name
    return Variable(**settings)(function)


class SavedFolder:
    """A DAMNIT folder with one run."""

    def __init__(self, path) -> None:
        self.folder = DamnitFolder(path)
        create_folder(self.folder, PROPOSAL, context="")
        self.results_file = self.folder.extracted_data / results_name(PROPOSAL, RUN)

    def evaluate(self, *variables: Variable, **values: Any) -> None:
        """Evaluate variables on the run; values are those of functions that return just that."""
        pipeline = Pipeline(PROPOSAL, RUN, data=())
        pipeline.add(*variables, *itertools.starmap(variable, values.items())).execute().save(
            self.folder.path
        )
        combine_folder(self.folder)

    def row(self, name: str = "it") -> StoredValue:
        """What the database has."""
        with Database(self.folder.database).reading() as con:
            rows = load_values(con, keys=[RunKey(PROPOSAL, RUN)], blobs=True)
        return {row.name: row for row in rows}[name]

    def summary(self, name: str = "it") -> Any:
        """What the table shows."""
        return decode_value(self.row(name))

    def read(self, name: str = "it") -> Any:
        """What the app and the API read of the data."""
        with ResultsFile(self.results_file) as results:
            return results.read(name)

    def error(self, name: str = "it") -> tuple[str, str]:
        """Why there is no value."""
        attributes = self.row(name).attributes
        return attributes["error_cls"], attributes["error"]

    def raw_columns(self, name: str = "it") -> tuple[Any, ...]:
        """The row as it is stored: value, max_diff, summary_type, summary_method."""
        columns = "value, max_diff, summary_type, summary_method"
        with closing(sqlite3.connect(self.folder.database)) as con:
            return con.execute(
                f"SELECT {columns} FROM run_variables WHERE name = ?", [name]
            ).fetchone()
