"""Extraction in the foreground: from runs to values in the run table."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import threading

import pytest

from damnit_daemon.cli.progress import BarDisplay
from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.launch import Limits
from damnit_daemon.launch.bundle import place_bundle
from damnit_daemon.model import RunKey
from damnit_daemon.runner.protocol import ContextLoaded, JobEnded, VariableDone, VariableStarted
from damnit_daemon.services.context import ContextUnusable
from damnit_daemon.services.extraction import default_jobs, extract
from damnit_daemon.services.machine import usable_cpus
from damnit_daemon.store import Database, load_columns, load_runs, save_setting
from damnit_daemon.store.database import TIMEOUT_VARIABLE
from tests.processes import is_running

from .builders import cells, keys, make_damnit_folder

LIMITS = Limits(start_s=60, grace_s=2)


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(
        tmp_path / "amore",
        """
        @Variable(title="First one", tags="t")
        def a(run):
            return 1

        @Variable(title="Second one")
        def b(run, a: "var#a", number: "meta#run_number"):
            return a + number

        @Variable(title="Odd runs")
        def odd(run, number: "meta#run_number"):
            if number % 2 == 0:
                raise Skip("it is even")
            return 1 / (number - 3)
        """,
    )


def test_extraction_stores_values_skips_and_errors_of_runs(folder):
    report = extract(folder, keys(1, 2, 3), mock=True)
    assert report.ok
    assert [run.key.run for run in report.runs] == [1, 2, 3]
    assert cells(folder, 1) == {"a": 1, "b": 2, "odd": -0.5}
    assert cells(folder, 2) == {"a": 1, "b": 3, "odd": ("Skip", "it is even")}
    assert cells(folder, 3)["odd"] == ("ZeroDivisionError", "division by zero")
    assert report.runs[2].outcomes == {"a": "done", "b": "done", "odd": "failed"}
    with ResultsFile(folder.results_file(RunKey(1234, 2))) as results:
        assert results.read("b") == 3
    assert list(folder.fragments()) == []


def test_extraction_stores_titles_tags_and_start_times(folder):
    extract(folder, keys(1), mock=True)
    with Database(folder.database).reading() as con:
        columns = {c.name: (c.title, c.tags) for c in load_columns(con)}
        runs = load_runs(con)
    assert columns["a"] == ("First one", ("t",))
    assert runs[0].start_time is not None


def test_values_appear_in_table_while_others_are_computed(tmp_path):
    gate = tmp_path / "gate"
    folder = make_damnit_folder(
        tmp_path / "amore",
        f"""
        import pathlib, time
        @Variable
        def early(run):
            return 1
        @Variable
        def late(run, e: "var#early"):
            while not pathlib.Path({str(gate)!r}).exists():
                time.sleep(0.01)
            return 2
        """,
    )
    extraction = threading.Thread(target=extract, args=(folder, keys(1)), kwargs={"mock": True})
    extraction.start()
    try:
        while extraction.is_alive() and not cells(folder):
            pass
        assert cells(folder) == {"early": 1}
    finally:
        gate.touch()
        extraction.join()
    assert cells(folder) == {"early": 1, "late": 2}


def test_extraction_reports_events_in_order(folder):
    seen = []
    extract(folder, keys(1), mock=True, on_event=lambda key, event: seen.append((key, event)))
    assert isinstance(seen[0][1], ContextLoaded)
    assert seen[0][0] is None
    assert {key for key, _ in seen[1:]} == set(keys(1))
    assert isinstance(seen[-1][1], JobEnded)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"variables": ["a"]}, {"a"}),
        ({"variables": {RunKey(1234, 1): ["a", "gone"]}}, {"a"}),
        ({"match": ["SECOND"]}, {"a", "b"}),
        ({"data": "raw"}, {"a", "b", "odd"}),
    ],
)
def test_extraction_is_limited_to_selected_variables(folder, options, names):
    assert extract(folder, keys(1), mock=True, **options).ok
    assert set(cells(folder)) == names


@pytest.mark.extended
def test_extraction_of_unknown_variable_is_refused_with_nearest_name(tmp_path):
    folder = make_damnit_folder(tmp_path / "a", "@Variable\ndef xgm_mean(run):\n    return 1\n")
    with pytest.raises(DamnitError) as caught:
        extract(folder, keys(1), mock=True, variables=["xgm_men"])
    assert "xgm_mean" in caught.value.hint
    with pytest.raises(DamnitError, match="No variable has a title"):
        extract(folder, keys(1), mock=True, match=["camera"])


def test_extraction_fails_at_line_of_failing_import_in_context_file(folder):
    folder.context_file.write_text("import nothing_of_that_name\n")
    with pytest.raises(ContextUnusable, match=r"context\.py:1.*nothing_of_that_name"):
        extract(folder, keys(1), mock=True)


def test_extraction_works_in_folder_with_colon_in_its_path(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = "from beside import VALUE\n@Variable\ndef a(run):\n    return VALUE\n"
    folder = make_damnit_folder(tmp_path / "run:42", source)
    (folder.path / "beside.py").write_text("VALUE = 7\n")
    extract(folder, keys(1), mock=True)
    assert cells(folder, 1) == {"a": 7}


def test_unknown_meta_field_fails_only_its_variable(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        @Variable
        def a(run):
            return 1
        @Variable(title="Path")
        def path(run, where: "meta#hdf5_path"):
            return 2
        """,
    )
    report = extract(folder, keys(1), mock=True)
    error = ("RuntimeError", "Unknown path 'meta#hdf5_path' for variable 'Path'")
    assert cells(folder, 1) == {"a": 1, "path": error}
    assert report.runs[0].failure == ""


def test_keyboard_interrupt_in_a_variable_is_stored_as_its_error(tmp_path):
    source = "@Variable\ndef a(run):\n    raise KeyboardInterrupt\n"
    folder = make_damnit_folder(tmp_path / "amore", source)
    extract(folder, keys(1), mock=True)
    assert cells(folder, 1)["a"][0] == "KeyboardInterrupt"


@pytest.mark.parametrize(
    ("death", "said"),
    [
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_crash_while_loading_context_file_is_reported_with_its_line(tmp_path, death, said):
    source = f"import numpy\ndef load():\n    {death}\n\nload()\n"
    folder = make_damnit_folder(tmp_path / "amore", source)
    with pytest.raises(ContextUnusable) as caught:
        extract(folder, keys(1), mock=True)
    (problem,) = caught.value.problems
    text = folder.context_file.read_text().splitlines()
    assert (text[problem.line - 1].strip(), problem.file) == (death, str(folder.context_file))
    assert said in problem.message


def test_extraction_with_missing_context_python_is_refused(folder, tmp_path):
    with Database(folder.database).writing() as con:
        save_setting(con, "context_python", str(tmp_path / "gone"))
    with pytest.raises(DamnitError, match="is missing") as caught:
        extract(folder, keys(1), mock=True)
    assert "db-config" in caught.value.hint


@pytest.mark.extended
def test_run_without_files_fails_and_next_run_is_processed(folder, proposal):
    report = extract(folder, keys(77, 1))
    assert [bool(run.failure) for run in report.runs] == [True, False]
    assert not report.ok
    assert "77" in report.runs[0].failure
    assert cells(folder, 1)["a"] == 1


@pytest.mark.extended
def test_variable_that_ends_its_process_fails_alone_with_reason(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import os, signal
        @Variable
        def before(run):
            return 1
        @Variable
        def exits(run, x: "var#before"):
            os._exit(3)
        @Variable
        def dies(run, x: "var#before"):
            os.kill(os.getpid(), signal.SIGSEGV)
        @Variable
        def dependent(run, x: "var#dies"):
            return x
        @Variable
        def after(run, x: "var#before"):
            return x + 1
        """,
    )
    report = extract(folder, keys(1, 2), mock=True, limits=LIMITS)
    assert [run.failure for run in report.runs] == ["", ""]
    for run in (1, 2):
        found = cells(folder, run)
        assert (found["before"], found["after"]) == (1, 2)
        assert found["exits"] == ("ProcessDied", "ended the process with exit code 3 (os._exit)")
        assert found["dies"] == ("ProcessDied", "killed by signal 11 (SIGSEGV)")
        assert found["dependent"][0] == "DependencyError"
        assert "killed by signal 11" in found["dependent"][1]
    assert report.runs[0].count("failed") == 3


def test_crash_of_transient_variable_is_stored_for_its_dependents(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import os
        @Variable(transient=True)
        def hidden(run):
            os._exit(0)
        @Variable
        def shown(run, x: "var#hidden"):
            return x
        """,
    )
    extract(folder, keys(1), mock=True, limits=LIMITS)
    found = cells(folder)
    assert set(found) == {"shown"}
    assert "exit code 0" in found["shown"][1]


def test_ctrl_c_keeps_saved_values(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import time
        @Variable
        def early(run):
            return 1
        @Variable
        def endless(run, e: "var#early"):
            time.sleep(100)
        """,
    )
    seen = []

    def interrupt(key, event):
        seen.append(event)
        if isinstance(event, VariableStarted) and event.name == "endless":
            os.kill(os.getpid(), signal.SIGINT)

    report = extract(folder, keys(1, 2), mock=True, on_event=interrupt, limits=LIMITS)
    assert report.is_interrupted
    assert [run.failure for run in report.runs] == ["interrupted"]
    assert cells(folder) == {"early": 1}
    assert folder.results_file(RunKey(1234, 1)).exists()
    assert list(folder.fragments()) == []


def test_ctrl_c_lost_by_python_still_ends_extraction(tmp_path):
    """An exception that comes while garbage is collected goes nowhere."""
    text = "import time\n@Variable\ndef endless(run):\n    time.sleep(100)\n"
    folder = make_damnit_folder(tmp_path / "amore", text)
    seen = []

    def began():
        return any(isinstance(event, VariableStarted) for event in seen)

    report = extract(
        folder, keys(1, 2), mock=True, limits=LIMITS,
        on_event=lambda _key, event: seen.append(event), is_interrupted=began,
    )  # fmt: skip
    assert report.is_interrupted
    assert [run.failure for run in report.runs] == ["interrupted"]


@pytest.mark.extended
def test_fragments_are_kept_when_run_database_is_locked(folder, monkeypatch):
    monkeypatch.setattr(Database.__init__, "__kwdefaults__", {"timeout_s": 0.1})
    monkeypatch.setenv(TIMEOUT_VARIABLE, "0.1")  # for the process that combines
    holder = sqlite3.connect(folder.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        report = extract(folder, keys(1, 2), mock=True)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert not report.ok
    assert len(report.problems) == 1
    assert "locked" in report.problems[0]
    assert all(run.not_stored for run in report.runs)
    assert report.runs[0].outcomes["a"] == "done"
    assert {key.run for key, _ in folder.fragments()} == {1, 2}

    from damnit_daemon.combine import combine_folder

    combine_folder(folder)
    assert cells(folder, 2)["b"] == 3


def test_variable_named_like_a_user_variable_is_refused(folder):
    from damnit_daemon.model import VariableInfo
    from damnit_daemon.store import NameTaken, add_user_variable

    with Database(folder.database).writing() as con:
        add_user_variable(con, VariableInfo("a", "Mine", None, "number"))
    with pytest.raises(NameTaken):
        extract(folder, keys(1), mock=True)


@pytest.mark.extended
def test_second_evaluation_replaces_error_with_value(folder):
    extract(folder, keys(3), mock=True)
    assert cells(folder, 3)["odd"][0] == "ZeroDivisionError"
    folder.context_file.write_text(folder.context_file.read_text().replace("- 3", "- 2"))
    extract(folder, keys(3), mock=True)
    assert cells(folder, 3)["odd"] == 1.0


def test_variable_done_events_name_their_fragments(folder):
    done = {}

    def note(key, event):
        if isinstance(event, VariableDone):
            done[event.name] = event.fragment

    extract(folder, keys(1), mock=True, on_event=note)
    assert set(done) == {"start_time", "a", "b", "odd"}
    assert all(fragment.endswith(".ready.h5") for fragment in done.values())


def test_runs_are_processed_at_once_and_reported_in_their_order(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        f"""
        import pathlib, time
        HERE = pathlib.Path({str(tmp_path)!r})
        @Variable
        def both(run, number: "meta#run_number"):
            (HERE / f"began-{{number}}").touch()
            while not (HERE / f"began-{{3 - number}}").exists():
                time.sleep(0.01)
            print("run", number)
            return number
        @Variable
        def later(run, number: "meta#run_number"):
            while number == 1 and not (HERE / "ended-2").exists():
                time.sleep(0.01)
        """,
    )
    seen, printed = [], []

    def note_end(key, event):
        if isinstance(event, JobEnded) and key.run == 2:
            (tmp_path / "ended-2").touch()

    report = extract(
        folder, keys(1, 2), mock=True, jobs=2, on_progress=note_end, tee=printed.append,
        on_event=lambda key, event: seen.append((key, event)),
    )  # fmt: skip
    assert report.ok
    assert [(run.key.run, run.outcomes["both"]) for run in report.runs] == [
        (1, "done"),
        (2, "done"),
    ]
    assert [cells(folder, run)["both"] for run in (1, 2)] == [1, 2]
    runs = [key.run for key, _ in seen if key is not None]
    assert runs == sorted(runs)
    assert b"".join(printed).count(b"run") == 2
    assert b"".join(printed).index(b"run 1") < b"".join(printed).index(b"run 2")
    assert "run 2" in folder.log_file(RunKey(1234, 2)).read_text()
    assert "run 2" not in folder.log_file(RunKey(1234, 1)).read_text()


@pytest.mark.extended
def test_ctrl_c_ends_all_runs_and_keeps_their_values(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import os, time
        @Variable
        def early(run):
            return os.getpid()
        @Variable
        def endless(run, e: "var#early"):
            time.sleep(100)
        """,
    )
    began = set()

    def interrupt(key, event):
        if isinstance(event, VariableStarted) and event.name == "endless":
            began.add(key.run)
            if len(began) == 2:
                os.kill(os.getpid(), signal.SIGINT)

    report = extract(folder, keys(1, 2, 3), mock=True, jobs=2, on_progress=interrupt, limits=LIMITS)
    assert report.is_interrupted
    assert [(run.key.run, run.failure) for run in report.runs] == [
        (1, "interrupted"), (2, "interrupted")
    ]  # fmt: skip
    for run in (1, 2):
        assert not is_running(cells(folder, run)["early"])
    assert list(folder.fragments()) == []


@pytest.mark.extended
def test_failing_runs_do_not_stop_those_beside_them(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import os, signal
        @Variable
        def dies(run, number: "meta#run_number"):
            if number % 2:
                os.kill(os.getppid(), signal.SIGKILL)
            return number
        @Variable
        def b(run, number: "meta#run_number"):
            return number
        """,
    )
    report = extract(folder, keys(1, 2, 3, 4), mock=True, jobs=2, limits=LIMITS)
    assert [run.key.run for run in report.runs] == [1, 2, 3, 4]
    for number in (1, 2, 3, 4):
        assert cells(folder, number)["b"] == number
        assert (cells(folder, number)["dies"] == number) == (number % 2 == 0)


@pytest.mark.extended
def test_several_runs_at_once_need_a_usable_context_file_too(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore", "oops\n")
    with pytest.raises(ContextUnusable):
        extract(folder, keys(1, 2), mock=True, jobs=2)
    folder = make_damnit_folder(tmp_path / "other", "@Variable\ndef a(run):\n    return 1\n")
    with pytest.raises(DamnitError, match="no variable 'b'"):
        extract(folder, keys(1, 2), mock=True, jobs=2, variables=["b"])
    assert cells(folder, 1) == {}


@pytest.mark.extended
def test_run_that_fails_outside_any_variable_leaves_the_progress_bar(tmp_path):
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        import os
        os.register_at_fork(after_in_child=lambda: os._exit(3))
        @Variable
        def a(run):
            return 1
        """,
    )
    display = BarDisplay(2)
    report = extract(
        folder, keys(1, 2), mock=True, jobs=2, on_progress=display.show_progress, limits=LIMITS
    )
    assert all("outside any variable" in run.failure for run in report.runs)
    runs, _variables = display.bar.tasks
    assert runs.completed == 2


@pytest.mark.extended
def test_worker_that_cannot_start_leaves_its_runs_to_the_others(folder, monkeypatch):
    def place(of):
        if threading.current_thread() is not threading.main_thread():
            raise OSError(errno.EMFILE, "Too many open files")
        return place_bundle(of)

    monkeypatch.setattr("damnit_daemon.launch.runner_process.place_bundle", place)
    assert extract(folder, keys(1, 2), mock=True, jobs=2).ok
    assert cells(folder, 2)["b"] == 3


def test_no_more_runs_at_once_than_cpus_and_the_setting(tmp_path):
    folder = make_damnit_folder(tmp_path / "amore")
    assert default_jobs(folder) == min(4, usable_cpus())
    for setting, most in [("1", 1), ("1.0", 1), ("", 4), ("many", 4), ("inf", 4)]:
        with Database(folder.database).writing() as con:
            save_setting(con, "noncluster_cpus", setting)
        assert default_jobs(folder) == min(most, usable_cpus())
