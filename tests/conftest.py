"""What holds for all tests."""

from __future__ import annotations

import signal


def pytest_configure():
    """Let ctrl-c end what is tested: a shell has all that it starts in the background ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
