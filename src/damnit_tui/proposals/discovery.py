"""Find DAMNIT folders; for workers: a file system with thousands of proposals is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from damnit_daemon.errors import DamnitError
from damnit_daemon.init_folder import PROPOSAL_NAME, Created, create_folder
from damnit_daemon.paths import (
    OFFICIAL_FOLDER,
    DamnitFolder,
    data_root,
    find_proposal,
    locate_folder,
    proposal_number,
)


@dataclass(frozen=True)
class FolderEntry:
    """A folder that can be opened."""

    path: Path
    proposal: str = ""
    """`p001234`, if known from its path."""
    instrument: str = ""
    is_recent: bool = False
    is_gone: bool = False

    def matches(self, text: str) -> bool:
        """Return True if it contains all words of a text, ignoring case."""
        whole = str(self.path).casefold()
        return all(word in whole for word in text.casefold().split())


def place_of(path: Path, *, is_recent: bool = False) -> FolderEntry:
    """Describe a folder by its path, and check if its database still exists."""
    parts = path.parts
    at = next((i for i, part in enumerate(parts) if PROPOSAL_NAME.fullmatch(part)), 0)
    folder = DamnitFolder(path)
    try:
        gone = not folder.database.exists() and not folder.context_file.exists()
    except OSError:
        gone = True
    proposal = parts[at] if at else ""
    instrument = parts[at - 2] if at >= 2 else ""
    return FolderEntry(path, proposal, instrument, is_recent, gone)


def find_places(should_continue: Callable[[], bool]) -> Iterator[FolderEntry]:
    """Yield the official folders of all readable proposals, newest cycles first."""
    root = data_root()
    try:
        instruments = sorted(path for path in root.iterdir() if path.is_dir())
        cycles = [cycle for path in instruments for cycle in _directories(path)]
    except OSError:
        return
    for cycle in sorted(cycles, key=lambda path: path.name, reverse=True):
        for proposal in sorted(_directories(cycle), reverse=True):
            if not should_continue():
                return
            folder = proposal / OFFICIAL_FOLDER
            if PROPOSAL_NAME.fullmatch(proposal.name) and _has_database(folder):
                yield place_of(folder)


def typed_place(text: str) -> Path:
    """Return the folder for a path or a proposal number.

    Raises:
        DamnitError: If there is none.
    """
    folder = locate_folder(
        text.strip().lstrip("p") if text.strip()[1:].isdecimal() else text.strip()
    )
    if not folder.database.exists() and not folder.context_file.exists():
        raise DamnitError(f"{folder.path} is not a DAMNIT folder.", hint="ctrl-n creates one.")
    return folder.path


def make_place(text: str, like: Path | None) -> tuple[Path, Created]:
    """Create the official folder of a proposal.

    Args:
        text: The proposal number.
        like: A folder to copy context file and user-editable variables from.

    Raises:
        DamnitError: If there is no such proposal, or it cannot be written.
    """
    number = proposal_number(text.strip().lstrip("p"))
    if number is None:
        raise DamnitError(f"{text.strip()!r} is not a proposal number.")
    folder = DamnitFolder(find_proposal(number) / OFFICIAL_FOLDER)
    source = None if like is None else DamnitFolder(like)
    return folder.path, create_folder(folder, number, like=source)


def _directories(path: Path) -> list[Path]:
    try:
        return [entry for entry in path.iterdir() if entry.is_dir()]
    except OSError:
        return []


def _has_database(folder: Path) -> bool:
    try:
        return DamnitFolder(folder).database.exists()
    except OSError:
        return False
