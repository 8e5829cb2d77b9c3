"""The run database from the results files: what it lost, or has older."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...errors import DamnitError
from ...launch.reader_process import ReaderPool
from ...paths import DamnitFolder
from ..combiner import Combiner
from .verify import lost_values, runs_of


class Restored(NamedTuple):
    """How far it has come."""

    done: int
    """Runs that were looked at."""
    total: int
    said: str = ""
    """What was done about the last one; empty if it needed nothing."""


def restore(folder: DamnitFolder) -> Iterator[Restored]:
    """Save values, summaries and errors again that only the results files have.

    Comments, notes and what people typed stay as they are; so does what is newer in the database.

    Raises:
        DamnitError: If the database cannot be read or written; what was saved before stays.
    """
    keys = runs_of(folder)
    combiner, reader = Combiner(folder), ReaderPool()
    try:
        for done, key in enumerate(keys, 1):
            said = ""
            try:
                if names := lost_values(folder, key, reader):
                    saved = combiner.restore(key, names)
                    said = f"{key}: brought back {', '.join(saved)}" if saved else ""
            except DamnitError as error:  # one damaged file costs its run only
                said = f"{key}: {error.message}"
            yield Restored(done, len(keys), said)
    finally:
        combiner.close()
        reader.close()
