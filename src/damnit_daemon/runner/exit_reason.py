"""Descriptions of how a process or a job ended."""

from __future__ import annotations

import signal

from .protocol import JobEnded


def describe_exit(code: int) -> str:
    """Describe how a process ended, as a phrase after its name; negative codes are signals."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    maybe = ", possibly out of memory" if -code == signal.SIGKILL else ""
    return f"was killed by signal {-code}{name}{maybe}"


def reason_of_death(ended: JobEnded) -> str:
    """Return why a child died, for the cell of the variable it was computing."""
    if ended.reason:
        return ended.reason
    if ended.exit_code >= 0:
        return f"ended the process with exit code {ended.exit_code} (os._exit)"
    return describe_exit(ended.exit_code).removeprefix("was ")
