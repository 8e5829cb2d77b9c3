"""The files of a run: their number, modification times, and which are unreadable."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MOST_NAMED = 3
"""Maximum number of unreadable files to name; the others are only counted."""
LONGEST_REASON = 160
OVERVIEW = "overview.h5"
"""EXtra-data's virtual file that stands for all others."""


@dataclass
class DataFiles:
    """Contents of the `raw` or `proc` folder of a run before it was opened.

    Attributes:
        names: Names of the HDF5 files that EXtra-data reads.
        size_bytes: Total size.
        newest_ns: Modification time of the newest file, by the storage's clock.
        folder_ns: Modification time of the folder itself.
        unreadable: Files that could not be opened, each with the reason.
    """

    path: Path
    names: list[str] = field(default_factory=list)
    size_bytes: int = 0
    newest_ns: int = 0
    folder_ns: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)

    @classmethod
    def scan(cls, path: Path) -> DataFiles:
        """List a folder; a missing one counts as empty."""
        found = cls(path)
        try:
            found.folder_ns = path.stat().st_mtime_ns
            names = sorted(os.listdir(path))  # noqa: PTH208 - thousands of names
        except OSError:
            return found
        for name in names:
            if not name.endswith(".h5") or name[0] == ".":
                continue
            try:
                status = (path / name).stat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                found.names.append(name)
                found.size_bytes += status.st_size
                found.newest_ns = max(found.newest_ns, status.st_mtime_ns)
        return found

    def opened(self, names: Iterable[str]) -> None:
        """Record which files were opened, and find out why the others were not."""
        readable = set(names)
        if any(name.lower() == OVERVIEW for name in readable):
            return  # a virtual overview stands for all of them
        missing = [n for n in self.names if n not in readable and n.lower() != OVERVIEW]
        self.unreadable = {name: self._reason(name, missing) for name in missing}

    def _reason(self, name: str, missing: list[str]) -> str:
        if missing.index(name) >= MOST_NAMED:
            return ""
        if not (self.path / name).stat().st_size:
            return "empty"
        from extra_data.file_access import FileAccess

        try:
            FileAccess(str(self.path / name)).close()
        except Exception as error:  # noqa: BLE001 - h5py and EXtra-data raise what they like
            return _in_words(error)
        return "it is readable now"


def sentence(folders: Iterable[DataFiles]) -> str:
    """Return a sentence about the unreadable files; empty if there are none."""
    folders = list(folders)
    reasons = {n: r for folder in folders for n, r in folder.unreadable.items()}
    if not reasons:
        return ""
    total = sum(len(folder.names) for folder in folders)
    named = "; ".join(f"{name}: {reason}" for name, reason in list(reasons.items())[:MOST_NAMED])
    more = f"; and {len(reasons) - MOST_NAMED} more" if len(reasons) > MOST_NAMED else ""
    return f"{len(reasons)} of {total} files unreadable ({named}{more})"


def _in_words(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "truncated file" in text:
        return "truncated"
    if "file signature not found" in text:
        return "not an HDF5 file"
    if isinstance(error, KeyError):
        return "no METADATA or INDEX"
    return text[:LONGEST_REASON]
