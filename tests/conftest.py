"""What holds for all tests."""

from __future__ import annotations

import os
import signal

import hypothesis
import pytest

from .slurm.needed import why_not

SLOW = os.environ.get("DAMNIT_SLOW_TESTS") == "1"


def default(values, count=1):
    """Parameters of which the default selection has the first ones, and `--all` the others."""
    extended = [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.extended)
        for value in list(values)[count:]
    ]
    return [*list(values)[:count], *extended]


def pytest_configure():
    """Let ctrl-c end what is tested: a shell has all that it starts in the background ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["DAMNIT_TUI_TOUR"] = "off"  # what is started here is no newcomer
    # How long an example takes says something about the machine, not about the program.
    hypothesis.settings.register_profile(
        "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("ours")


def pytest_report_header():
    """Say at once what will not be tested."""
    reason = why_not() or why_not(accounting=True)
    return f"slurm: NOT ALL OF IT TESTED: {reason}" if reason else "slurm: a real one"


def pytest_runtest_setup(item):
    if item.get_closest_marker("slow") and not SLOW:
        pytest.skip("takes minutes: set DAMNIT_SLOW_TESTS=1")
