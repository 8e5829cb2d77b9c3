"""Causes of empty cells, from real databases, ledgers, context files and logs."""

import os

import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.demo.__main__ import make_damnit_folder
from damnit_daemon.ledger import (
    ArrivalState,
    Executor,
    JobState,
    Ledger,
    Placement,
    TakenFiles,
    explain_wait,
    load_arrivals,
    mark_arrival,
    renew,
    requeue,
    save_files,
    set_state,
)
from damnit_daemon.model import Column, StoredValue
from damnit_daemon.model.growing_runs import GrowingRun, growing_to_json
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import NewValue, create_database
from damnit_tui.data.session import Session
from damnit_tui.diagnosis.collect import diagnose
from damnit_tui.diagnosis.model import CauseKind

from ..conftest import NOW, PROPOSAL, add_run, key
from ..daemon_at_work import HOST, arrive, begin, end, ledger_of, queue, take_lease

CONTEXT = """\
import os, signal, sys
from damnit_ctx import Skip, Variable

@Variable(title="Fine")
def fine(run):
    return 1

@Variable(title="Broken")
def broken(run):
    print("here it comes")
    return [][3]

@Variable(title="After broken", transient=True)
def after(run, x: "var#broken"):
    return x

@Variable(title="Leaf")
def leaf(run, y: "var#after", fine: "var#fine"):
    return y

@Variable(title="Skipped")
def skipped(run):
    raise Skip("the stage did not move")

@Variable(title="Needs skipped")
def needs_skipped(run, x: "var#skipped"):
    return x

@Variable(title="Nothing")
def nothing(run):
    return None

@Variable(title="Needs nothing")
def needs_nothing(run, x: "var#nothing"):
    return x

@Variable(title="No source")
def no_source(run):
    return run["NO/SUCH/SOURCE", "value"].ndarray()

@Variable(title="Killed")
def killed(run):
    print("almost there", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

@Variable(title="Exits")
def exits(run):
    sys.exit("enough")

@Variable(title="Needs killed")
def needs_killed(run, x: "var#killed"):
    return x
"""


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    """A run that the real runner has evaluated such a file for."""
    scratch = tmp_path_factory.mktemp("why")
    proposal = make_proposal(scratch, PROPOSAL, start=NOW - 600)
    before = os.environ.get(DATA_ROOT_VARIABLE)
    os.environ[DATA_ROOT_VARIABLE] = str(proposal.root)
    try:
        write_run(proposal, 1)
        folder = make_damnit_folder(proposal)
        folder.context_file.write_text(CONTEXT)
        extract(folder, [key(1)])
    finally:
        os.environ.pop(DATA_ROOT_VARIABLE)
        if before is not None:
            os.environ[DATA_ROOT_VARIABLE] = before
    return folder


def ask(folder, name, run=1, now=NOW, type=None, known=None):
    session = Session(folder, clock=lambda: now)
    try:
        work = session.activity.read()
        return diagnose(session, key(run), Column(name, name, type=type), known, work, now=now)
    finally:
        session.close()


def kinds(why):
    return [(cause.kind, cause.name) for cause in why.chain]


def evidence(why):
    return "\n".join(line for excerpt in why.excerpts for line in excerpt.lines)


def test_cause_of_a_growing_run(empty_folder):
    growing = GrowingRun(*key(7), "raw", 2, 1000, NOW - 9, NOW - 1, 20.0)
    create_database(empty_folder.database, proposal=PROPOSAL, context_python=None)
    empty_folder.context_file.write_text("@Variable()\ndef a(run):\n    return 1\n")
    with ledger_of(empty_folder) as con:
        token = take_lease(con)
        renew(con, token, now=NOW, info={"growing": growing_to_json([growing])})
    why = ask(empty_folder, "a", run=7)
    assert kinds(why) == [(CauseKind.GROWING, "a")]
    assert "Its raw files are still arriving: 2 files" in why.root.text
    assert why.is_live


def test_unreadable_files_are_noted_beside_the_cause(processed):
    said = "1 of 2 files unreadable (x.h5: empty)"
    with ledger_of(processed) as con:
        save_files(con, key(1), "raw", TakenFiles(2, 9, 9, 9, said), now=NOW)
    try:
        assert ("Files", f"raw: {said}") in ask(processed, "no_source").notes
        assert ("Files", f"raw: {said}") in ask(processed, "fine").notes
    finally:
        with ledger_of(processed) as con:
            save_files(con, key(1), "raw", TakenFiles(2, 9, 9, 9), now=NOW)


# What the runner wrote


def test_cause_of_a_cell_with_a_value(processed):
    assert ask(processed, "fine").root.kind is CauseKind.HAS_VALUE


def test_cause_of_an_error_has_its_line_and_traceback(processed):
    why = ask(processed, "broken")
    assert kinds(why) == [(CauseKind.RAISED, "broken")]
    assert why.root.text == "IndexError: list index out of range"
    assert CONTEXT.splitlines()[why.root.line - 1] == "    return [][3]"
    source, log = why.excerpts
    assert source.marked == why.root.line
    assert source.lines[source.marked - source.first] == "    return [][3]"
    assert log.lines[0] == "Could not get data for broken"
    assert log.lines[-1] == "IndexError: list index out of range"
    assert "Computed" not in evidence(why)
    assert why.advice[0].text == f"Fix broken, line {why.root.line} of context.py"
    assert why.advice[1].command == "damnit-daemon reprocess 1 --var broken"


def test_cause_of_a_failed_dependency_is_traced_through_transient_variables(processed):
    why = ask(processed, "leaf")
    assert kinds(why) == [
        (CauseKind.RAISED, "broken"),
        (CauseKind.DEPENDENCY, "after"),
        (CauseKind.DEPENDENCY, "leaf"),
    ]
    assert why.chain[-1].text == "It depends on after, which had no value."
    assert "IndexError" in evidence(why)
    assert why.advice[1].command == "damnit-daemon reprocess 1 --var leaf"


def test_cause_of_a_skip_has_its_reason(processed):
    why = ask(processed, "skipped")
    assert kinds(why) == [(CauseKind.SKIPPED, "skipped")]
    assert why.root.text == "the stage did not move"
    assert "Skipped skipped: the stage did not move" in evidence(why)


def test_cause_of_a_skipped_dependency(processed):
    why = ask(processed, "needs_skipped")
    assert kinds(why) == [(CauseKind.SKIPPED, "skipped"), (CauseKind.DEPENDENCY, "needs_skipped")]


def test_cause_of_a_variable_that_returned_none_and_of_its_dependants(processed):
    assert ask(processed, "nothing").root.kind is CauseKind.RETURNED_NONE
    why = ask(processed, "needs_nothing")
    assert kinds(why) == [
        (CauseKind.RETURNED_NONE, "nothing"),
        (CauseKind.DEPENDENCY, "needs_nothing"),
    ]


def test_cause_of_a_missing_source_names_the_source(processed):
    why = ask(processed, "no_source")
    assert kinds(why) == [(CauseKind.NO_SOURCE, "no_source")]
    assert "NO/SUCH/SOURCE" in why.root.text


def test_cause_of_a_killed_process_names_the_signal(processed):
    why = ask(processed, "killed")
    assert why.root.kind is CauseKind.KILLED
    assert "signal 9" in why.root.text
    assert ask(processed, "needs_killed").root.name == "killed"


def test_cause_of_sys_exit_is_an_error_of_the_variable(processed):
    why = ask(processed, "exits")
    assert why.root.kind is CauseKind.RAISED
    assert "sys.exit('enough')" in why.root.text


@pytest.mark.parametrize(
    ("message", "kind", "command"),
    [
        ("it used 26 GB of memory, the limit is 25 GB", "ProcessDied", "noncluster_mem"),
        ("the time limit of 7200 s was exceeded", "ProcessDied", "slurm_time"),
    ],
)
def test_cause_of_an_exceeded_limit_advises_a_command(empty_folder, message, kind, command):
    failed(empty_folder, "a", message, kind)
    why = ask(empty_folder, "a")
    assert kinds(why) == [(CauseKind.KILLED, "a")]
    assert command in why.advice[0].command


@pytest.mark.parametrize("kind", ["MemoryError", "_ArrayMemoryError"])
@pytest.mark.parametrize(
    ("arguments", "setting"), [("", "noncluster_mem"), ("(cluster=True)", "slurm_mem")]
)
def test_cause_of_a_memory_error_names_limit_and_setting(empty_folder, kind, arguments, setting):
    text = f"from damnit_ctx import Variable\n@Variable{arguments}\ndef a(run):\n    pass\n"
    empty_folder.context_file.write_text(text)
    failed(empty_folder, "a", "It needed more memory than its limit of 25 GB", kind)
    why = ask(empty_folder, "a")
    assert kinds(why) == [(CauseKind.OUT_OF_MEMORY, "a")]
    assert "25 GB" in why.root.text
    assert why.advice[0].command == f"damnit-daemon db-config {setting} 50G"


def test_memory_error_in_words_of_numpy_advises_the_setting_and_shows_the_source(empty_folder):
    empty_folder.context_file.write_text(
        "from damnit_ctx import Variable\n@Variable()\ndef a(run):\n    pass\n"
    )
    failed(empty_folder, "a", "Unable to allocate 7.11 PiB for an array", "_ArrayMemoryError")
    why = ask(empty_folder, "a")
    assert why.advice[0].command == "damnit-daemon db-config noncluster_mem 50G"
    assert [excerpt.title for excerpt in why.excerpts][:1] == ["context.py, line 3"]


def failed(folder, name, message, kind, run=1, **more):
    if not folder.database.exists():
        create_database(folder.database, proposal=PROPOSAL, context_python=None)
    attributes = {"error": message, "error_cls": kind, **more}
    add_run(folder, run, NewValue(key(run), name, None, attributes=attributes))


# What the ledger knows


@pytest.fixture
def known(empty_folder) -> DamnitFolder:
    """A context file with two variables, and a run with a value of one of them."""
    text = (
        "from damnit_ctx import Variable\n\n@Variable()\ndef a(run):\n    return 1\n\n"
        '@Variable(data="proc")\ndef corrected(run):\n    return 1\n\n'
        '@Variable()\ndef below(run, x: "var#corrected"):\n    return x\n\n'
        "@Variable(cluster=True)\ndef large(run):\n    return 1\n\n"
        "@Variable(transient=True)\ndef passing(run):\n    return 1\n"
    )
    empty_folder.context_file.write_text(text)
    create_database(empty_folder.database, proposal=PROPOSAL, context_python=None)
    add_run(empty_folder, 1, NewValue(key(1), "other", 3.0))
    return empty_folder


def processed_once(folder, *names):
    with ledger_of(folder) as con:
        take_lease(con)
        arrive(con, 1)
        end(con, begin(con, queue(con, 1), *(names or ("a",)), done=list(names or ("a",))))


def test_cause_of_a_variable_gone_from_the_context_file(known):
    processed_once(known)
    why = ask(known, "gone")
    assert kinds(why) == [(CauseKind.NOT_DECLARED, "gone")]
    assert why.advice[1].action == "runs.delete_variable"


def test_cause_of_a_missing_start_time_is_a_missing_source(known):
    processed_once(known)
    why = ask(known, "start_time")
    assert kinds(why) == [(CauseKind.NO_SOURCE, "start_time")]
    assert "none of its files contains a start time" in why.root.text
    began = StoredValue(key(1), "start_time", NOW, None)
    assert ask(known, "start_time", known=began).root.kind is CauseKind.HAS_VALUE


def test_cause_of_a_missing_start_time_in_a_queued_run(known):
    with ledger_of(known) as con:
        take_lease(con)
        queue(con, 1)
    assert ask(known, "start_time").root.kind is CauseKind.QUEUED


def test_cause_of_a_possible_group_variable_is_unknown(known):
    known.context_file.write_text("from damnit_ctx import Group\nmore = Group('xgm')\n")
    processed_once(known)
    assert ask(known, "xgm.gone").root.kind is CauseKind.NOT_DECLARED  # the ledger says so
    with ledger_of(known) as con:
        con.execute("DELETE FROM progress")
    assert ask(known, "xgm.gone").root.kind is CauseKind.UNKNOWN


@pytest.mark.parametrize("name", ["corrected", "below"])
def test_cause_of_missing_corrected_data(known, name):
    processed_once(known)
    assert kinds(ask(known, name)) == [(CauseKind.NEEDS_PROC, name)]
    with ledger_of(known) as con:
        arrive(con, 1, "proc")
        end(con, begin(con, queue(con, 1, "proc"), "corrected"))
    assert ask(known, name).root.kind is not CauseKind.NEEDS_PROC


def test_cause_of_a_queued_run_counts_the_jobs_ahead(known):
    with ledger_of(known) as con:
        take_lease(con)
        begin(con, queue(con, 3), "a")
        queue(con, 2)
        queue(con, 1)
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.QUEUED, "a")]
    assert why.root.text == "Queued behind 2 jobs."
    assert why.is_live


def test_cause_of_a_queued_run_without_a_daemon(known):
    with ledger_of(known) as con:
        queue(con, 1)
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.NO_DAEMON, ""), (CauseKind.QUEUED, "a")]
    assert (why.advice[0].action, why.advice[0].command) == ("runs.daemon", "damnit-daemon start")


def test_cause_of_a_queued_run_with_a_lost_daemon(known):
    with ledger_of(known) as con:
        take_lease(con, now=NOW - 300)
        queue(con, 1)
    why = ask(known, "a")
    assert why.root.text == f"The daemon on {HOST} is not responding."


def test_cause_of_a_running_job_has_the_tail_of_its_log(known):
    with ledger_of(known) as con:
        take_lease(con)
        begin(con, queue(con, 1), "a", "b", computing="a", now=NOW - 32)
    log = known.log_file(key(1))
    log.parent.mkdir()
    log.write_text("----- Processing r1 -----\nold\n----- Processing r1 -----\nframe 7 of 9\n")
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.RUNNING, "a")]
    assert why.root.text == f"Computing (1 of 2), running for 32 s on {HOST}."
    assert evidence(why).splitlines() == ["----- Processing r1 -----", "frame 7 of 9"]


def test_cause_of_a_job_interrupted_by_a_lost_daemon(known):
    with ledger_of(known) as con:
        take_lease(con, now=NOW - 300)
        begin(con, queue(con, 1), "a", computing="a", now=NOW - 400)
    assert kinds(ask(known, "a")) == [(CauseKind.NO_DAEMON, ""), (CauseKind.STOPPED, "a")]


def test_cause_of_a_submitted_job_has_the_reason_of_slurm(known):
    with ledger_of(known) as con:
        take_lease(con)
        job = queue(con, 1)
        place = Placement(Executor.SLURM, slurm_id="77_1")
        set_state(con, job, JobState.SUBMITTED, now=NOW, placement=place)
        explain_wait(con, job, "Waits: there is no free node now (Resources).")
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.SUBMITTED, "a")]
    assert "there is no free node now (Resources)" in why.root.text


def test_cause_of_a_failed_or_cancelled_job(known):
    with ledger_of(known) as con:
        take_lease(con)
        end(con, begin(con, queue(con, 1), "a"), JobState.FAILED, "memory 25 GB exceeded")
    why = ask(known, "a")
    assert (why.root.kind, why.root.text) == (
        CauseKind.JOB_FAILED,
        "Its job failed: memory 25 GB exceeded.",
    )
    with ledger_of(known) as con:
        end(con, begin(con, queue(con, 1), "a"), JobState.CANCELLED, "by anna")
    assert ask(known, "a").root.kind is CauseKind.JOB_CANCELLED


def test_cause_of_a_run_without_arrival(known):
    with ledger_of(known) as con:
        take_lease(con)
    assert kinds(ask(known, "a")) == [(CauseKind.NEVER_ARRIVED, "a")]
    with Ledger(known.ledger).writing() as con:
        con.execute("DELETE FROM lease")
    assert kinds(ask(known, "a")) == [(CauseKind.NO_DAEMON, ""), (CauseKind.NEVER_ARRIVED, "a")]


def test_cause_of_an_ignored_arrival(known):
    with ledger_of(known) as con:
        take_lease(con)
        arrive(con, 1)
        (found,) = load_arrivals(con, key(1))
        mark_arrival(con, found.id, ArrivalState.IGNORED, reason="older than the daemon")
    why = ask(known, "a")
    assert why.root.kind is CauseKind.IGNORED
    assert "older than the daemon" in why.root.text


def test_cause_of_an_arrival_without_a_job_yet(known):
    with ledger_of(known) as con:
        take_lease(con)
        arrive(con, 1)
    assert ask(known, "a").root.kind is CauseKind.UNDECIDED


def test_cause_in_a_folder_without_a_ledger(known):
    assert kinds(ask(known, "a", run=2)) == [(CauseKind.NO_DAEMON, "")]
    assert ask(known, "a").root.kind is CauseKind.CAME_LATER
    assert ask(known, "corrected").root.kind is CauseKind.NEEDS_PROC


def test_cause_of_a_context_file_with_a_syntax_error(known):
    known.context_file.write_text("def a(run:\n    return 1\n")
    with ledger_of(known) as con:
        take_lease(con)
        queue(con, 1)
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.CONTEXT_BROKEN, ""), (CauseKind.QUEUED, "a")]
    assert "SyntaxError" in why.root.text
    assert why.root.line == 1
    assert why.excerpts[0].marked == 1


def test_cause_of_a_context_file_that_fails_when_executed(known):
    with ledger_of(known) as con:
        take_lease(con)
        job = begin(con, queue(con, 1))
        requeue(con, job, now=NOW, reason="The context file cannot be used:\nNameError: nope")
    why = ask(known, "a")
    assert kinds(why) == [(CauseKind.CONTEXT_BROKEN, ""), (CauseKind.QUEUED, "a")]
    assert "NameError: nope" in why.root.text


def test_cause_of_a_variable_added_later(known):
    processed_once(known, "other")
    assert kinds(ask(known, "a")) == [(CauseKind.CAME_LATER, "a")]


def test_cause_of_an_evaluated_variable_without_a_stored_value(known):
    processed_once(known, "a")
    assert kinds(ask(known, "a")) == [(CauseKind.NOT_STORED, "a")]


def test_cause_of_a_cluster_variable_advises_slurm(known):
    processed_once(known, "a")
    why = ask(known, "large")
    assert kinds(why) == [(CauseKind.FOR_CLUSTER, "large")]
    assert why.advice[0].command.endswith("--slurm")


def test_cause_of_a_transient_variable(known):
    assert kinds(ask(known, "passing")) == [(CauseKind.TRANSIENT, "passing")]


def test_cause_of_an_empty_user_variable_advises_editing(known):
    why = ask(known, "sample", type="string")
    assert kinds(why) == [(CauseKind.BY_HAND, "sample")]
    assert why.advice[0].action == "runs.edit"


# What may be amiss


def test_cause_of_a_dependency_error_that_names_itself_ends(empty_folder):
    text = "Skipped due to missing dependency:\n└ (a) skipped"
    failed(empty_folder, "a", text, "DependencyError")
    assert ask(empty_folder, "a").chain[-1].kind is CauseKind.DEPENDENCY


def test_cause_with_a_damaged_ledger_and_no_context_file_is_unknown(known):
    known.ledger.write_bytes(b"no ledger" * 1000)
    known.context_file.unlink()
    why = ask(known, "a")
    assert why.root.kind is CauseKind.UNKNOWN
    assert "Ledger" in dict(why.notes)


def test_cause_mentions_that_the_context_file_has_changed_since(empty_folder):
    empty_folder.context_file.write_text(CONTEXT)
    failed(empty_folder, "broken", "oh", "ValueError", context_hash="0123456789abcdef")
    (source,) = ask(empty_folder, "broken").excerpts
    assert source.title.endswith("(changed since)")
