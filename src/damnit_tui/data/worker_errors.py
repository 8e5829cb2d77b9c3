"""What a worker may fail with though nothing is wrong with it: the disk, what a person can mend."""

from __future__ import annotations

from damnit_daemon.errors import DamnitError

from ..sanitize import as_line, clip, visible

LONGEST_CELLS = 90
"""Of what an exception says."""

Failure = (DamnitError, OSError)


def as_told(error: DamnitError | OSError) -> DamnitError:
    """A failure in words; what the system says is said with the file it says it of."""
    if isinstance(error, DamnitError):
        return error
    reason = error.strerror or str(error) or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return DamnitError(f"That could not be done: {place}{reason}.")


def unforeseen(error: Exception) -> DamnitError:
    """Note an exception that nobody expected; in words, with where it is noted."""
    from ..state.crash_log import note_bug

    words = clip(as_line(f"{type(error).__name__}: {error}"), LONGEST_CELLS)
    place = note_bug(error)
    told = f"The details are in {visible(place)}." if place else ""
    return DamnitError(f"That did not work, by a fault of this program ({words}).", hint=told)
