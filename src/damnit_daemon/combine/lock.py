"""One combiner per folder, across hosts: two would undo each other's merges."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from ..errors import DamnitError
from ..folder_lock import FolderLock
from ..paths import DamnitFolder


class CombinerBusy(DamnitError):  # noqa: N818 – house style
    """Raised when another combiner is running in the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"Results in {folder} are being combined by {holder or 'another process'}.",
            hint="It includes pending fragments, or the next run does.",
        )
        self.holder = holder


def combiner_lock(folder: DamnitFolder, *, timeout_s: float = 0.0) -> AbstractContextManager[None]:
    """Hold a folder's combiner lock for the length of the block.

    Raises:
        CombinerBusy: If another combiner holds it after the given time; names the holder.
        DamnitError: If the folder is not writable.
    """
    return FolderLock(
        folder,
        "combine.lock",
        busy=lambda holder: CombinerBusy(folder.path, holder),
        denied_hint="Combining results needs write access to the DAMNIT folder.",
        unsupported_hint="Its file system has no locks, so combining would not be safe.",
    ).held(timeout_s=timeout_s)
