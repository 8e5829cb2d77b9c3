"""Locations of proposals, DAMNIT folders and the files in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .errors import DamnitError
from .model import RunKey
from .runner import file_format
from .user_path import typed_path

DATA_ROOT_VARIABLE = "EXTRA_DATA_DATA_ROOT"
DEFAULT_DATA_ROOT = "/gpfs/exfel/exp"
"""Root of the proposals at European XFEL; EXtra-data's default, too."""

OFFICIAL_FOLDER = Path("usr/Shared/amore")
"""DAMNIT's standard folder, relative to the proposal's folder."""

RUN_NAME = re.compile(r"r\d+", re.ASCII)
"""Name of a run's folder in `raw` or `proc`."""

MOST_DIGITS = 9
"""Digits of a proposal number."""

BROKEN = "broken"
"""Folder in `extracted_data` of quarantined fragments."""

RESULTS_NAME = re.compile(r"p([0-9]{1,18})_r([0-9]{1,18})\.h5")
FRAGMENT_NAME = re.compile(r"p(\d+)_r(\d+)\.[^.]+\.ready\.h5", re.ASCII)


class DamnitFolder(NamedTuple):
    """A folder with `runs.sqlite` and `context.py`; builds paths without file access."""

    path: Path

    @property
    def database(self) -> Path:
        """The run database."""
        return self.path / "runs.sqlite"

    @property
    def ledger(self) -> Path:
        """The daemon's pending and completed work."""
        return self.path / "daemon.sqlite"

    @property
    def context_file(self) -> Path:
        """The user's context file."""
        return self.path / "context.py"

    @property
    def extracted_data(self) -> Path:
        """The folder of results files and fragments."""
        return self.path / file_format.EXTRACTED_DATA

    @property
    def process_logs(self) -> Path:
        """The folder of logs, one per run."""
        return self.path / "process_logs"

    @property
    def internals(self) -> Path:
        """The program's private folder: runner bundles, locks."""
        return self.path / ".damnit"

    @property
    def derived_columns(self) -> Path:
        """The derived columns shared by all users of the folder."""
        return self.path / "derived_columns.json"

    def derived_version(self) -> object:
        """Return what differs once the shared derived columns were replaced."""
        try:
            status = self.derived_columns.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def results_file(self, key: RunKey) -> Path:
        """Return the path of a run's combined HDF5 file."""
        return self.extracted_data / file_format.results_name(*key)

    def log_file(self, key: RunKey) -> Path:
        """Return the path of a run's processing log."""
        return self.path / file_format.process_log(*key)

    def set_aside(self) -> list[Path]:
        """Return the quarantined fragments; a text file next to each has the reason."""
        try:
            return sorted((self.extracted_data / BROKEN).glob("*.h5"))
        except OSError:
            return []

    def results(self) -> list[RunKey]:
        """Return the runs that have a combined HDF5 file."""
        try:
            names = [path.name for path in self.extracted_data.iterdir()]
        except OSError:
            return []
        found = (RESULTS_NAME.fullmatch(name) for name in names)
        return sorted(RunKey(int(match[1]), int(match[2])) for match in found if match)

    def fragments(self) -> Iterator[tuple[RunKey, Path]]:
        """Yield the finished fragments to be combined, oldest first."""
        found = []
        try:
            with os.scandir(self.extracted_data) as entries:
                names = [entry.name for entry in entries]
        except FileNotFoundError:
            return
        for name in names:
            if match := FRAGMENT_NAME.fullmatch(name):
                path = self.extracted_data / name
                try:
                    written = path.lstat().st_mtime_ns
                except FileNotFoundError:  # combined meanwhile
                    continue
                found.append((written, RunKey(int(match[1]), int(match[2])), path))
        for _, key, path in sorted(found):
            yield key, path


def data_root() -> Path:
    """Return the root folder of all proposals."""
    return Path(os.environ.get(DATA_ROOT_VARIABLE, DEFAULT_DATA_ROOT))


def proposal_number(text: str) -> int | None:
    """Parse a proposal number; None if the text is anything else."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def find_proposal(proposal: int) -> Path:
    """Find a proposal's folder, `<root>/<instrument>/<cycle>/p001234`, as EXtra-data does.

    Raises:
        DamnitError: If it does not exist.
    """
    name = f"p{proposal:06d}"
    for path in sorted(data_root().glob(f"*/*/{name}")):
        return path
    raise DamnitError(
        f"No proposal {proposal} below {data_root()}.",
        hint=f"Check the number, or set {DATA_ROOT_VARIABLE} to the folder of the instruments.",
    )


def locate_folder(folder: str | Path | None) -> DamnitFolder:
    """Resolve user input to a DAMNIT folder: a path, or a proposal number.

    Args:
        folder: An existing directory, the digits of a proposal number, or None
            for the current directory.

    Raises:
        DamnitError: If there is no such directory or proposal.
    """
    if folder is None:
        return DamnitFolder(Path.cwd())
    path = typed_path(folder)
    if os.path.isdir(path):  # noqa: PTH112 – false where it cannot be looked at
        return DamnitFolder(path)
    if (number := proposal_number(str(folder))) is not None:
        return DamnitFolder(find_proposal(number) / OFFICIAL_FOLDER)
    if os.path.isfile(path):  # noqa: PTH113 – likewise
        raise DamnitError(f"{path} is a file.", hint=f"Give its folder: {path.parent}")
    raise DamnitError(
        f"There is no folder {path}.",
        hint="Give a DAMNIT folder (with runs.sqlite and context.py) or a proposal number.",
    )


def existing_runs(proposal_folder: Path) -> list[int]:
    """Return the numbers of the runs with raw or corrected files, ascending.

    Entries not named like a run (`r0001`) are ignored.
    """
    runs: set[int] = set()
    for kind in ("raw", "proc"):
        try:
            with os.scandir(proposal_folder / kind) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue
        runs.update(int(name[1:]) for name in names if RUN_NAME.fullmatch(name))
    return sorted(runs)
