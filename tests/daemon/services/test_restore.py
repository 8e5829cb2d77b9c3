"""Values computed again with an earlier context file, by the daemon."""

from __future__ import annotations

import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.launch import find_kept_context
from damnit_daemon.ledger import (
    JobState,
    RequestKind,
    RequestState,
    RestoreRequest,
    load_cell_history,
)
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database

KEY = RunKey(1234, 1)
CONTEXT = """
from damnit_ctx import Parameter, Variable
import helper
offset = Parameter(0)
@Variable
def base(run):
    return {base}
@Variable
def scaled(run, base: "var#base", offset: "param#offset"):
    return base * helper.FACTOR + offset
"""


def write(it, base, factor):
    (it.folder.path / "helper.py").write_text(f"FACTOR = {factor}\n")
    it.folder.context_file.write_text(CONTEXT.format(base=base))


def history(it, name):
    return load_cell_history(Database(it.folder.database), it.ledger, KEY, name)


def test_variable_is_computed_as_before_and_what_it_depends_on_is_not_stored(experiment):
    it = experiment(CONTEXT)
    write(it, 2, 10)
    it.arrive(1)
    it.start_daemon()
    it.all_over(1)
    write(it, 3, 100)
    it.ask(RequestKind.REPROCESS, runs=[[*KEY]], parameters={"offset": 1})
    it.all_over(2)
    now, before = history(it, "scaled")
    assert (now.stored.value, before.stored.value) == (301, 20)
    assert (now.parameters, before.parameters) == ((("offset", 1),), (("offset", 0),))
    assert (now.job, before.job) == (2, 1)
    assert now.context_hash != before.context_hash

    kept = find_kept_context(it.folder, before.stored)
    request = RestoreRequest(KEY, "scaled", kept.id, before.parameters)
    assert it.ask(request.kind, **request.to_payload()).state is RequestState.DONE
    job = it.all_over(3)[-1]
    assert (job.state, job.reason, job.context) == (JobState.DONE, "", kept.id)
    assert it.cells() == {"base": 3, "scaled": 20, "offset": 1}
    with ResultsFile(it.folder.results_file(KEY)) as results:
        assert (results.read("base"), results.read("scaled")) == (3, 20)
    assert [each.stored.value for each in history(it, "scaled")] == [20, 301, 20]
    assert history(it, "scaled")[0].context_hash == before.context_hash
    assert [each.stored.value for each in history(it, "base")] == [3, 2]


@pytest.mark.extended
def test_job_with_a_context_file_that_is_gone_fails_alone(experiment):
    it = experiment("@Variable\ndef one(run):\n    return 1\n")
    it.arrive(1)
    it.start_daemon()
    it.all_over(1)
    for name in ("../../etc", "f" * 15, 7):
        refused = it.ask(RequestKind.RESTORE, run=[*KEY], variable="one", context=name)
        assert refused.state is RequestState.REFUSED
    it.ask(RequestKind.RESTORE, run=[*KEY], variable="one", context="f" * 16)
    job = it.all_over(2)[-1]
    assert (job.state, job.reason) == (
        JobState.FAILED, f"The context file {'f' * 16} is no longer kept."
    )  # fmt: skip
    it.ask(RequestKind.REPROCESS, runs=[[*KEY]])
    assert it.all_over(3)[-1].state is JobState.DONE
