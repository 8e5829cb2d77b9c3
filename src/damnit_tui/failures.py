"""What a worker may fail with though nothing is wrong with it: the disk, what a person can mend."""

from __future__ import annotations

from damnit_daemon.errors import DamnitError

Failure = (DamnitError, OSError)


def as_told(error: DamnitError | OSError) -> DamnitError:
    """A failure in words; what the system says is said with the file it says it of."""
    if isinstance(error, DamnitError):
        return error
    reason = error.strerror or str(error) or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return DamnitError(f"That could not be done: {place}{reason}.")
