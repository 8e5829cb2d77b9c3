"""Errors a worker is expected to raise: disk faults and user mistakes."""

from __future__ import annotations

from damnit_daemon.errors import DamnitError

from ..sanitize import as_line, clip, visible

LONGEST_CELLS = 90
"""Longest excerpt of an exception's message."""

Failure = (DamnitError, OSError)


def as_user_error(error: DamnitError | OSError) -> DamnitError:
    """Return an error as a message; a system error names the file."""
    if isinstance(error, DamnitError):
        return error
    reason = error.strerror or str(error) or type(error).__name__
    place = f"{error.filename}: " if error.filename else ""
    return DamnitError(f"The operation failed: {place}{reason}.")


def unforeseen(error: Exception) -> DamnitError:
    """Log an unexpected exception; return a message that names the log."""
    from ..state.crash_log import note_bug

    words = clip(as_line(f"{type(error).__name__}: {error}"), LONGEST_CELLS)
    place = note_bug(error)
    hint = f"See {visible(place)} for details." if place else ""
    return DamnitError(f"Internal error ({words}).", hint=hint)
