"""Restore values that the run database lost, or has older, from the results files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...errors import DamnitError
from ...launch.reader_process import ReaderPool
from ...paths import DamnitFolder
from ..combiner import Combiner
from .verify import lost_values, runs_of


class Restored(NamedTuple):
    """Progress of the restore."""

    done: int
    """Number of runs checked."""
    total: int
    message: str = ""
    """Action taken for the last one; empty if it needed none."""


def restore(folder: DamnitFolder) -> Iterator[Restored]:
    """Save values, summaries and errors again that only the results files have.

    Comments, notes and user input stay as they are; so do newer values in the database.

    Raises:
        DamnitError: If the database cannot be read or written; values already saved persist.
    """
    keys = runs_of(folder)
    combiner, reader = Combiner(folder), ReaderPool()
    try:
        for done, key in enumerate(keys, 1):
            message = ""
            try:
                if names := lost_values(folder, key, reader):
                    saved = combiner.restore(key, names)
                    message = f"{key}: restored {', '.join(saved)}" if saved else ""
            except DamnitError as error:  # one damaged file affects only its run
                message = f"{key}: {error.message}"
            yield Restored(done, len(keys), message)
    finally:
        combiner.close()
        reader.close()
