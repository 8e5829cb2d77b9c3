"""Explanations of how a job ended, from a controller without accounting."""

from __future__ import annotations

import pytest

from damnit_daemon.slurm import Fate, Resources, SlurmState, explain

from .abnormal_ends import end_in_every_way

pytestmark = pytest.mark.extended

ASKED = Resources(time="00:01:00", memory="200M")


@pytest.fixture(scope="module")
def ended(slurm, tmp_path_factory):
    from .fixtures import client_of

    return end_in_every_way(slurm, client_of(slurm), tmp_path_factory.mktemp("jobs"))


@pytest.mark.parametrize(
    ("name", "fate", "sentence"),
    [
        ("done", Fate.DONE, "It has ended."),
        ("failed", Fate.FAILED, "ended with exit code 3 on n1"),
        ("crashed", Fate.FAILED, "killed by SIGSEGV on n1"),
        ("unwritable", Fate.REFUSED, "could not be started on n1"),
        ("cancelled", Fate.CANCELLED, "was cancelled in Slurm with scancel"),
        ("memory", Fate.OUT_OF_MEMORY, "it needed more than the requested 200M"),
        ("time", Fate.OUT_OF_TIME, "exceeded its time limit of 00:01:00"),
        ("node", Fate.LOST, "The node n2 failed while the job was running."),
    ],
)
def test_end_of_job_is_explained_without_accounting(ended, name, fate, sentence):
    status = ended[name].read
    assert status.fate is fate
    assert sentence in explain(status, ASKED)


def test_out_of_memory_is_recognised_only_from_the_output(ended):
    assert ended["memory"].status.state is SlurmState.FAILED
    assert ended["memory"].status.signal == 9
    assert "failed" in ended["memory"].status.fate
