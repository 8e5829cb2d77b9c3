"""Starts the runner in the user's Python; the only entry point to its processes."""

from ..runner.exit_reason import describe_exit
from .bundle import Bundle, place_bundle
from .environment import user_environment
from .kept_contexts import (
    KeptContext,
    find_kept_context,
    keep_context,
    open_kept_context,
    why_not_kept,
)
from .runner_process import Limits, RunnerProcess, RunnerUnavailable

__all__ = [
    "Bundle",
    "KeptContext",
    "Limits",
    "RunnerProcess",
    "RunnerUnavailable",
    "describe_exit",
    "find_kept_context",
    "keep_context",
    "open_kept_context",
    "place_bundle",
    "user_environment",
    "why_not_kept",
]
