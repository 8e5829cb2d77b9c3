"""Starts the runner in the user's Python; the only entry point to its processes."""

from ..runner.exit_reason import describe_exit
from .bundle import Bundle, place_bundle
from .environment import user_environment
from .runner_process import Limits, RunnerProcess, RunnerUnavailable

__all__ = [
    "Bundle",
    "Limits",
    "RunnerProcess",
    "RunnerUnavailable",
    "describe_exit",
    "place_bundle",
    "user_environment",
]
