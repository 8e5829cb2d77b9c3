"""Read results files in child processes, as a broken file can crash its reader."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder

if TYPE_CHECKING:
    from damnit_daemon.hdf5.series import NumberSeries
    from damnit_daemon.launch.reader_process import ReaderPool
    from damnit_daemon.model.view import ViewData, ViewRequest

TIMEOUT_S = 2.0
"""How long to wait for a lock."""


class ResultsReader:
    """Read the data of a folder's runs; for workers only.

    The processes start on first use, and end with `close`.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._pool: ReaderPool | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start a process ahead of its use."""
        self._readers().start()

    def stream_view(
        self, key: RunKey, name: str, view: ViewRequest, is_cancelled: Callable[[], bool]
    ) -> Iterator[ViewData]:
        """Yield a variable reduced to a view, each response finer than the last.

        Args:
            key: The run.
            name: The variable.
            view: The part and resolution.
            is_cancelled: Polled now and then; stops the reading.

        Raises:
            DamnitError: If it does not exist, or its file cannot be read.
        """
        yield from self._readers().stream(
            "look", self._folder, key, name, view, is_cancelled=is_cancelled, timeout_s=TIMEOUT_S
        )

    def read_line(self, key: RunKey, name: str) -> NumberSeries:
        """Read a one-dimensional variable of a run in full, with its coordinate.

        Raises:
            DamnitError: If it does not exist, or has another shape.
        """
        line: NumberSeries = self._readers().call(
            "read_line", self._folder, key, name, timeout_s=TIMEOUT_S
        )
        return line

    def save(
        self, key: RunKey, name: str, view: ViewRequest, path: Path, **look_of: object
    ) -> None:
        """Write a variable to a file in the format of its suffix; may take minutes.

        Args:
            key: The run.
            name: The variable.
            view: The part.
            path: The file.
            **look_of: Title, units and colours of a picture.

        Raises:
            DamnitError: If it cannot be read or written.
        """
        where = path.absolute()
        self._readers().call("save_data", self._folder, key, name, view, where, **look_of)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()

    def _readers(self) -> ReaderPool:
        from damnit_daemon.launch.reader_process import ReaderPool

        with self._lock:
            self._pool = self._pool or ReaderPool()
        return self._pool
