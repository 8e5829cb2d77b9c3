"""Experiments with a daemon."""

from __future__ import annotations

from tests.daemon.daemon_process import experiment

__all__ = ["experiment"]
