"""A proposal with real files, made once."""

from __future__ import annotations

import pytest

from damnit_daemon.demo import make_proposal, write_run


@pytest.fixture(scope="session")
def three_run_proposal(tmp_path_factory):
    """Runs 1 to 3 of proposal 1234; run 2 has no corrected data, run 3 no camera."""
    proposal = make_proposal(tmp_path_factory.mktemp("exfel"))
    for run in (1, 2, 3):
        write_run(proposal, run, proc=run != 2, camera=run != 3)
    return proposal


@pytest.fixture
def proposal(three_run_proposal, monkeypatch):
    """The same, where EXtra-data looks for proposals."""
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(three_run_proposal.root))
    return three_run_proposal
