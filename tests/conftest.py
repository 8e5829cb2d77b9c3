"""What holds for all tests."""

from __future__ import annotations

import signal

from .slurm.needed import why_not


def pytest_configure():
    """Let ctrl-c end what is tested: a shell has all that it starts in the background ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header():
    """Say at once what will not be tested."""
    reason = why_not() or why_not(accounting=True)
    return f"slurm: NOT ALL OF IT TESTED: {reason}" if reason else "slurm: a real one"
