"""The peer, a proposal to process, and one folder processed by each side."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from damnit_daemon.demo import make_proposal, write_run

from .sides import PROPOSAL, Ours, Peer, data_environment


def pytest_collection_modifyitems(items):
    """Everything here needs the peer."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker("peer")


@pytest.fixture(scope="session")
def data_root(tmp_path_factory) -> Path:
    """Two runs in EXtra-data's files, as `root/instrument/cycle/p001234`."""
    root = tmp_path_factory.mktemp("data")
    proposal = make_proposal(root, PROPOSAL)
    for run in (1, 2):
        write_run(proposal, run, camera=False, proc=False)
    return root


@pytest.fixture(scope="session")
def peer(data_root, tmp_path_factory) -> Peer:
    """DAMNIT 0.4.0 in a Python of its own."""
    python = os.environ.get("DAMNIT_PEER_PYTHON")
    if not python:
        without = pytest.fail if os.environ.get("CI") else pytest.skip
        without("DAMNIT_PEER_PYTHON names no Python with damnit[backend]==0.4.0")
    template = tmp_path_factory.mktemp("template") / "amore"
    return Peer(python, data_environment(data_root), template)


@pytest.fixture(scope="session")
def ours(data_root) -> Ours:
    """Our commands, in this Python."""
    return Ours(sys.executable, data_environment(data_root))


@pytest.fixture(scope="session")
def their_folder(peer, tmp_path_factory) -> Path:
    """Every return type, processed by the peer; edited as its window does."""
    folder = tmp_path_factory.mktemp("theirs") / "amore"
    peer.make_folder(folder, "types", PROPOSAL)
    peer.process(folder, 1)
    peer.script("edit.py", folder, PROPOSAL, 1)
    return folder


@pytest.fixture(scope="session")
def our_folder(ours, tmp_path_factory) -> Path:
    """Every return type, processed by us."""
    folder = tmp_path_factory.mktemp("ours") / "amore"
    ours.make_folder(folder, "types", PROPOSAL)
    ours.process(folder, 1)
    return folder
