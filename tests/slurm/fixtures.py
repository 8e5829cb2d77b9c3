"""Clusters for tests; a conftest imports those that it needs.

Each lives as long as a module's tests, so that a test process has one at a time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from damnit_daemon.slurm import SlurmClient

from .cluster import Cluster
from .configuration import Design
from .needed import why_not

CLUSTER_NAME = "maxwell"


@contextmanager
def running(design: Design):
    """A cluster with idle nodes, or a skipped test with the reason."""
    if reason := why_not(accounting=design.accounting):
        pytest.skip(f"NO SLURM HERE, nothing about it is tested: {reason}")
    # Not pytest's own: munge wants a short name, and another user's jobs a readable one.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    cluster = Cluster(folder, design)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def slurm():
    """Without accounting; `--clusters` fails there."""
    with running(Design()) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def accounted_slurm():
    """With slurmdbd; its controller forgets ended jobs after seconds."""
    with running(Design(name=CLUSTER_NAME, accounting=True, min_job_age_s=2)) as cluster:
        yield cluster


@pytest.fixture
def client(slurm):
    """A client of the one without accounting."""
    return client_of(slurm)


@pytest.fixture
def accounted_client(accounted_slurm):
    """A client of the one with accounting."""
    return client_of(accounted_slurm)


def client_of(cluster, *, timeout_s=30.0):
    return SlurmClient(timeout_s=timeout_s, environment=dict(os.environ) | cluster.environment)
