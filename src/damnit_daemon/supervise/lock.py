"""Lock that lets one process at a time start or stop a folder's daemon."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ..errors import DamnitError
from ..folder_lock import FolderLock
from ..paths import DamnitFolder


def supervise_lock(folder: DamnitFolder, *, timeout_s: float) -> AbstractContextManager[None]:
    """Hold the lock for the length of the block.

    Raises:
        DamnitError: If another process still holds it after the given time, or the
            folder is not writable.
    """
    return FolderLock(
        folder,
        "supervise.lock",
        busy=lambda _holder: DamnitError(
            f"The daemon of {folder.path} is being started or stopped by another user.",
            hint="Try again in a minute.",
        ),
        denied_hint="Managing the daemon needs write access to the DAMNIT folder.",
    ).held(timeout_s=timeout_s)
