"""Clusters, needed by every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fixtures import accounted_client, accounted_slurm, client, slurm

__all__ = ["accounted_client", "accounted_slurm", "client", "slurm"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slurm)
