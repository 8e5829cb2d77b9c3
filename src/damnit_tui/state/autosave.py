"""A thread that loads the saved table state, and keeps saving the current one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from damnit_daemon.errors import DamnitError

from .saved_state import VERSION, SavedState
from .storage import folder_file, read_json, state_directory, write_json
from .validate import mapping

PACE_S = 2.0
"""Minimum interval between two writes."""
RETRY_S = 1.0
"""Interval between checks for a database that does not exist yet."""
LAST_S = 1.0
"""Timeout for the last write on exit: a home directory may hang."""


class Autosave:
    """Loads once, then saves each noted state; never blocks the caller.

    Two apps on one folder write in turns; the last one wins, as a whole.
    """

    def __init__(
        self,
        load_id: Callable[[], object],
        folder: Path,
        *,
        directory: Path | None = None,
        pace_s: float = PACE_S,
    ) -> None:
        """Create an autosave thread.

        Args:
            load_id: Reads the database ID; may block on a file system.
            folder: The folder of the database.
            directory: Directory of the state files; None for the user's.
            pace_s: Minimum interval between two writes.
        """
        self.problem = ""
        """Reason why nothing can be saved; empty while it can."""
        self._load_id = load_id
        self._folder = folder
        self._directory = directory
        self._pace_s = pace_s
        self._loaded: SavedState | None = None
        self._latest: SavedState | None = None
        self._condition = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_writable = True

    def begin(self) -> None:
        """Start loading; a second call has no effect."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kept-state", daemon=True)
            self._thread.start()

    @property
    def loaded(self) -> SavedState | None:
        """The saved table state; None until it is loaded."""
        return self._loaded

    def note(self, kept: SavedState) -> None:
        """Note the current table state."""
        with self._condition:
            self._latest = kept
            self._condition.notify()

    def close(self) -> None:
        """Write any unsaved state."""
        self._stop.set()
        with self._condition:
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(LAST_S)

    def _run(self) -> None:
        path = self._find()
        if path is None:
            return
        written = self._loaded = self._read(path)
        while not self._stop.is_set():
            with self._condition:
                while self._latest in (None, written) and not self._stop.is_set():
                    self._condition.wait()
            written = self._write(path, written)
            self._stop.wait(self._pace_s)
        self._write(path, written)

    def _find(self) -> Path | None:
        """Return the folder's file, waiting for a database; None on close."""
        while not self._stop.is_set():
            try:
                directory = self._directory or state_directory()
                return folder_file(directory, self._load_id(), self._folder)
            except DamnitError:
                self._stop.wait(RETRY_S)
        return None

    def _read(self, path: Path) -> SavedState:
        try:
            found = read_json(path)
        except FileNotFoundError:
            return SavedState()
        except OSError as error:
            self._fail(path, error)
            return SavedState()
        except ValueError:
            self._set_aside(path)
            return SavedState()
        version = mapping(found).get("version")
        if isinstance(version, int) and version > VERSION:
            self.problem = f"{path} was written by a newer version and is left unchanged"
            self._is_writable = False
        return SavedState.from_json(found)

    def _set_aside(self, path: Path) -> None:
        """Rename a file broken by manual edits, so that it is not overwritten."""
        try:
            path.replace(path.with_suffix(".json.broken"))
        except OSError as error:
            self._fail(path, error)

    def _write(self, path: Path, written: SavedState) -> SavedState:
        latest = self._latest
        if latest is None or latest == written or not self._is_writable:
            return latest or written
        try:
            write_json(path, latest.as_json(str(self._folder)))
            self.problem = ""
        except OSError as error:
            self._fail(path, error)
        return latest

    def _fail(self, path: Path, error: OSError) -> None:
        self.problem = f"{path}: {error.strerror or error}"
