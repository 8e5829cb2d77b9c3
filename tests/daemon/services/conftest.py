"""Experiments with a daemon."""

from __future__ import annotations

import pytest

from tests.daemon.daemon_process import Experiment


@pytest.fixture
def experiment(tmp_path):
    """Make an experiment with a context file; what it started ends with the test."""
    made = []

    def make(context, **settings):
        made.append(Experiment(tmp_path, context, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
