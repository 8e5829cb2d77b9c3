"""Locate the data of a run: its results file, and fragments not yet combined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..model import RunKey
from ..model.view import ViewData, ViewRequest
from ..paths import DamnitFolder
from .errors import NoSuchData, ResultsError, ResultsMissing
from .read_view import load_view


def places_of(folder: DamnitFolder, key: RunKey) -> list[Path]:
    """Return the files to search, newest first; those of a run being computed are fragments."""
    fragments = [path for found, path in folder.fragments() if found == key]
    return [*reversed(fragments), folder.results_file(key)]


def load_view_in_folder(
    folder: DamnitFolder,
    key: RunKey,
    name: str,
    view: ViewRequest,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    timeout_s: float = 2.0,
) -> Iterator[ViewData]:
    """Read the view of a variable of a run; see `load_view`.

    Raises:
        ResultsError: If none of the run's files has it, or one cannot be read.
    """
    problem: ResultsError | None = None
    for path in places_of(folder, key):
        try:
            yield from load_view(path, name, view, is_cancelled=is_cancelled, timeout_s=timeout_s)
        except (NoSuchData, ResultsMissing) as error:
            # A results file without it is a better error than a fragment already gone.
            problem = error
        else:
            return
    if problem is not None:
        raise problem
