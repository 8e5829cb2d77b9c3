"""Pipelines in a program: composition, selection, execution, saving."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

from damnit_ctx import (
    Cell,
    ContextFileErrors,
    Group,
    GroupError,
    Pipeline,
    RunData,
    Skip,
    Variable,
)
from damnit_daemon.runner import file_format
from damnit_daemon.runner.context import read_context
from damnit_daemon.runner.graph import UnknownVariable
from damnit_daemon.runner.run_data import RunUnavailable

from .conftest import PROPOSAL, USER_PYTHON


@Variable(title="Alpha")
def a(run):
    return run[0]


@Variable(title="Beta", data="proc")
def b(run, x: "var#a", gain: "param#gain" = 1):
    return gain * (x + 1)


@Variable(title="Gamma", cluster=True)
def c(run):
    return np.arange(3.0)


@Variable(transient=True)
def helper(run):
    return object()


@Group
class G:
    k: int = 1

    @Variable
    def n(self, run):
        return self.k


DATA = [10]


@pytest.fixture
def pipeline():
    return Pipeline(1234, 7, data=DATA).add(a, b, c, helper)


def test_pipeline_accepts_any_object_as_data(pipeline):
    results = pipeline.execute()
    assert list(results.cells) == ["start_time", "a", "c", "b"]
    assert (results["a"], results["b"]) == (10, 11)
    assert results.errors == {}
    assert pipeline.results is results
    assert pipeline.execute(data=[20])["b"] == 21


def test_errors_of_variables_are_in_the_results():
    @Variable
    def broken(run):
        raise ValueError("no")

    results = Pipeline(1, 2, data=DATA).add(broken).execute()
    assert isinstance(results.errors["broken"], ValueError)
    with pytest.raises(KeyError, match="ValueError: no") as caught:
        results["broken"]
    assert caught.value.__cause__ is results.errors["broken"]
    with pytest.raises(KeyError, match="there are start_time"):
        results["borken"]


def test_parameters_are_given_by_context_or_execution(pipeline):
    with_gain = pipeline.with_context(param_values={"gain": 3})
    assert with_gain.execute()["b"] == 33
    assert with_gain.execute(param_values={"gain": 5})["b"] == 55
    assert pipeline.execute()["b"] == 11


def test_execution_without_proposal_and_run_is_refused():
    with pytest.raises(ValueError, match=r"with_context\(proposal=\.\.\., run_number=\.\.\.\)"):
        Pipeline().add(a).execute(data=DATA)


def test_with_context_copies_pipeline_for_another_run(pipeline):
    other = pipeline.with_context(run_number=8, name="second")
    assert (other.run_number, other.proposal, other.name) == (8, 1234, "second")
    assert pipeline.run_number == 7
    with pytest.raises(TypeError, match="not 'run'"):
        pipeline.with_context(run=8)


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"variables": "b"}, ["a", "b"]),
        ({"variables": ["c"]}, ["c"]),
        ({"match": "BET"}, ["a", "b"]),
        ({"match": ["gam", "alp"]}, ["a", "c"]),
        ({"run_data": "raw"}, ["a", "c", "helper"]),
        ({"run_data": RunData.PROC}, ["a", "b"]),
        ({"cluster": True}, ["c"]),
        ({}, ["a", "c", "helper", "b"]),
    ],
)
def test_selected_variables_include_dependencies(pipeline, choice, names):
    part = pipeline.select(**choice)
    assert list(part.vars) == names
    assert set(part.execute().cells) == {"start_time", *names} - {"helper"}
    assert list(pipeline.filter(**choice).vars) == names


def test_pipeline_selection_of_unknown_variable_is_refused(pipeline):
    with pytest.raises(UnknownVariable, match=r"no variable 'helpr'.*Did you mean 'helper'"):
        pipeline.select(variables="helpr")


def test_add_takes_variables_groups_lists_and_dicts():
    made = Pipeline().add([a, (G(name="g"),)], {"x": G(k=7), "y": G(name="own")})
    assert list(made.vars) == ["a", "g.n", "x.n", "own.n"]
    assert made.vars["x.n"].title == "x/n"
    assert list(made.add(a).vars) == ["a", "g.n", "x.n", "own.n"]


@pytest.mark.parametrize(
    ("item", "error", "message"),
    [
        (G(), GroupError, "has no name"),
        (3, TypeError, "got int"),
        ("a", TypeError, "got str"),
        (G, TypeError, "got type: make an instance"),
        ({"x": a}, TypeError, "got dict"),
        (Variable(title="X"), TypeError, "without a function"),
    ],
)
def test_failed_add_leaves_pipeline_unchanged(item, error, message):
    made = Pipeline().add(a)
    with pytest.raises(error, match=message):
        made.add(item)
    assert list(made.vars) == ["a"]


def another_a():
    @Variable(title="Alpha")
    def a(run):
        return 5

    return a


def test_conflicting_variables_need_on_conflict_in_union(pipeline):
    with pytest.raises(GroupError, match="Duplicate variable name 'a'"):
        pipeline.add(another_a())
    other = Pipeline().add(another_a())
    with pytest.raises(GroupError, match="on_conflict='left' or 'right'"):
        pipeline.union(other)
    assert pipeline.union(other, on_conflict="left").execute()["b"] == 11
    assert pipeline.union(other, on_conflict="right").execute()["b"] == 6
    assert list(pipeline.union(pipeline).vars) == list(pipeline.vars)
    with pytest.raises(ValueError, match="on_conflict must be"):
        pipeline.union(other, on_conflict="mine")


def test_pipeline_with_missing_dependency_is_an_error():
    with pytest.raises(ContextFileErrors, match="Missing dependency: 'a' for 'b'"):
        Pipeline().add(b).vars


def test_vars_to_dict_describes_variables_as_in_the_database(pipeline):
    assert pipeline.vars_to_dict()["a"] == {
        "title": "Alpha", "description": None, "tags": None, "attributes": None, "type": None,
    }  # fmt: skip
    assert "helper" not in pipeline.vars_to_dict()
    assert "helper" in pipeline.vars_to_dict(inc_transient=True)


def test_pipeline_name_depends_on_context(pipeline):
    assert len(pipeline.name) == 12
    assert pipeline.name == pipeline.copy().name
    assert pipeline.name != pipeline.with_context(run_number=8).name


CONTEXT = """\
from damnit_ctx import Variable
import neighbour

@Variable
def one(run):
    return neighbour.ONE / len(run)
"""


def test_pipeline_is_made_from_context_file(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", list(os.sys.path))
    (tmp_path / "neighbour.py").write_text("ONE = 1\n")
    path = tmp_path / "context.py"
    path.write_text(CONTEXT)
    made = Pipeline.from_context_file(path).with_context(proposal=1, run_number=2)
    assert made.execute(data=[0, 0])["one"] == 0.5
    error = made.execute(data=[]).errors["one"]
    assert isinstance(error, ZeroDivisionError)
    frames = traceback_lines(error)
    assert f'File "{path}", line 6, in one' in frames


def test_fingerprints_agree_between_program_and_daemon(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.path", list(os.sys.path))
    path = tmp_path / "context.py"
    path.write_text(CONTEXT)
    (tmp_path / "neighbour.py").write_text("ONE = 1\n")
    elsewhere = Pipeline.from_context_file(path).context.fingerprint("one")
    monkeypatch.chdir(tmp_path)  # as the daemon's runner
    assert read_context(path).fingerprint("one") == elsewhere
    (tmp_path / "neighbour.py").write_text("ONE = 2\n")
    assert Pipeline.from_context_file(path).context.fingerprint("one") != elsewhere


def traceback_lines(error):
    import traceback

    return "".join(traceback.format_exception(error))


def test_traceback_has_lines_of_pipeline_made_from_text():
    made = Pipeline.from_str("from damnit_ctx import Variable\n@Variable\ndef f(run): return 1/0\n")
    error = made.with_context(proposal=1, run_number=2, data=DATA).execute().errors["f"]
    assert "def f(run): return 1/0" in traceback_lines(error)


def test_pipeline_from_unusable_context_file_is_an_error(tmp_path):
    with pytest.raises(ContextFileErrors, match=r"<string>:1:.*ZeroDivisionError") as caught:
        Pipeline.from_str("x = 1 / 0")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(ContextFileErrors) as caught:
        Pipeline.from_str(
            "from damnit_ctx import Variable\n"
            "@Variable\ndef a(run, x: 'var#n'): ...\n@Variable\ndef b(run, x: 'var#m'): ...\n"
        )
    assert [p.line for p in caught.value.problems] == [3, 5]
    with pytest.raises(FileNotFoundError):
        Pipeline.from_context_file(tmp_path / "none.py")


def test_pipelines_from_two_texts_are_independent():
    text = (
        "from dataclasses import dataclass\nfrom damnit_ctx import Variable\n"
        "@dataclass\nclass P:\n    x: int = {}\n"
        "@Variable\ndef f(run):\n    import pickle\n    return pickle.loads(pickle.dumps(P())).x\n"
    )
    first, second = (
        Pipeline.from_str(text.format(n)).with_context(proposal=1, run_number=2, data=DATA)
        for n in (1, 2)
    )
    assert (first.execute()["f"], second.execute()["f"]) == (1, 2)


def test_default_pipeline_outside_of_context_file_is_empty(pipeline):
    assert Pipeline.default().vars == {}
    assert Pipeline.set_default(pipeline) is pipeline
    assert Pipeline.default().vars == {}
    with pytest.raises(TypeError, match="takes a Pipeline"):
        Pipeline.set_default(a)


class TestOnFiles:
    @pytest.fixture(autouse=True)
    def _root(self, data_root, monkeypatch):
        monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(data_root))

    @pytest.fixture
    def files(self):
        @Variable
        def trains(run, path: "meta#proposal_path"):
            return len(run.train_ids) if path.is_dir() else 0

        @Variable(data="proc")
        def hits(run):
            return 3

        return Pipeline(PROPOSAL, 1).add(trains, hits)

    def test_pipeline_opens_the_run(self, files):
        results = files.execute()
        assert results["trains"] > 0
        assert results["hits"] == 3
        assert 1e9 < results["start_time"] < 2e9

    def test_pipeline_evaluates_only_raw_variables_without_proc_data(self, files):
        assert set(files.with_context(run_number=2).execute().cells) == {"start_time", "trains"}
        with pytest.raises(RunUnavailable, match="no proc data of run 2"):
            files.with_context(run_number=2, run_data="proc").execute()

    def test_pipeline_on_missing_run_is_an_error(self, files):
        with pytest.raises(RunUnavailable, match="run 99"):
            files.with_context(run_number=99).execute()

    def test_pipeline_accepts_data_opened_by_the_program(self, files):
        from extra_data import open_run

        opened = open_run(PROPOSAL, 1).select_trains(np.s_[:2])
        assert files.execute(data=opened)["trains"] == 2


def saved(path: Path) -> dict:
    with h5py.File(path) as file:
        return {
            "provenance": file.attrs["provenance"],
            "data": {n: file[n]["data"][()] for n in file if n[0] != "."},
            "errors": {
                n: (d.asstr()[()], d.attrs["type"]) for n, d in file[file_format.ERRORS].items()
            },
            "attributes": {n: dict(d.attrs) for n, d in file[file_format.REDUCED].items()},
        }


class TestSaving:
    def test_results_are_saved_as_one_fragment(self, pipeline, tmp_path):
        @Variable
        def broken(run):
            raise Skip("not now")

        @Variable
        def nothing(run):
            return None

        path = pipeline.add(broken, nothing).execute().save(tmp_path)
        assert path.name.startswith("p1234_r7.")
        assert path.name.endswith(".ready.h5")
        found = saved(path)
        assert found["provenance"] == "context.py"
        assert set(found["data"]) == {"start_time", "a", "b", "c"}
        assert found["errors"] == {
            "broken": ("not now", "Skip"),
            "nothing": ("The function returned None", "Skip"),
        }
        assert found["attributes"]["a"]["duration_s"] >= 0
        assert list(tmp_path.rglob("*.writing.h5")) == []

    def test_results_are_saved_for_given_run_and_provenance(self, pipeline, tmp_path):
        path = pipeline.execute().save(tmp_path, 4321, 9, provenance="notebook")
        assert path.name.startswith("p4321_r9.")
        assert saved(path)["provenance"] == "notebook"

    def test_value_that_cannot_be_stored_is_saved_as_its_error(self, tmp_path, capsys):
        @Variable
        def odd(run):
            return Cell(np.zeros(3, dtype=[("x", "f8"), ("y", "S0")]))

        @Variable
        def fine(run):
            return 1

        results = Pipeline(1, 2, data=DATA).add(odd, fine).execute()
        results.cells["odd"].data = object()  # as of a library that HDF5 does not know
        found = saved(results.save(tmp_path))
        assert set(found["data"]) == {"start_time", "fine"}
        assert "object" in found["errors"]["odd"][0]
        assert "odd cannot be stored" in capsys.readouterr().err


class TestInTheUsersPython:
    """Nothing of ours is there but the bundle."""

    SCRIPT = """
import json, sys
from damnit_ctx import Pipeline, Variable

@Variable
def trains(run):
    return len(run.train_ids)

pipeline = Pipeline(1234, 1).add(trains)
loaded = {m.partition(".")[0] for m in sys.modules}
results = pipeline.execute()
results.save(sys.argv[1])
print(json.dumps([int(results["trains"]), sorted(loaded & {"numpy", "h5py", "extra_data"})]))
"""

    @pytest.mark.extended
    def test_program_runs_pipeline_in_the_users_python(self, runner, tmp_path):
        script = tmp_path / "program.py"
        script.write_text(self.SCRIPT)
        done = subprocess.run(
            [USER_PYTHON, script, tmp_path],
            env=runner.environment, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        trains, heavy = json.loads(done.stdout)
        assert trains > 0
        assert heavy == []
        assert len(list((tmp_path / "extracted_data").glob("*.ready.h5"))) == 1

    def test_context_api_without_the_runner_names_the_missing_package(self, tmp_path):
        import damnit_ctx

        shutil.copy(damnit_ctx.__file__, tmp_path)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        code = (
            "import sys; sys.path = [p for p in sys.path if 'main' not in p and 'src' not in p];"
            "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()];"
            f"sys.path.insert(0, {str(tmp_path)!r})\n"
            "from damnit_ctx import Variable"
        )
        done = subprocess.run(
            [USER_PYTHON, "-S", "-c", code],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert "ImportError: The package damnit_daemon is not next to" in done.stderr
        assert "Install damnit-tui" in done.stderr


@Variable
def fine(run):
    return 1


@Variable
def broken(run):
    raise ValueError("bad")


@Variable
def needy(run, x: "var#broken"):
    return x


def test_errors_of_variables_are_logged_with_traceback_and_pipeline_name(caplog):
    pipeline = Pipeline(1, 2, data=[]).add(fine, broken, needy)
    with caplog.at_level(logging.INFO, logger="damnit"):
        pipeline.execute()
    levels = {record.getMessage().split("\n")[0]: record.levelno for record in caplog.records}
    label = f"[{pipeline.name}]"
    assert len(pipeline.name) == 12
    assert levels[f"{label} Could not get data for broken"] == logging.ERROR
    (skipped,) = (level for text, level in levels.items() if "Skipping needy" in text)
    assert skipped == logging.WARNING
    (text,) = (r.getMessage() for r in caplog.records if r.levelno == logging.ERROR)
    assert text.endswith("ValueError: bad\n")
    assert 'raise ValueError("bad")' in text


def test_add_drops_earlier_results():
    pipeline = Pipeline(1, 2, data=[]).add(fine)
    pipeline.execute()
    assert pipeline.results is not None
    pipeline.add(broken)
    assert pipeline.results is None


def test_failed_summary_is_logged_with_its_traceback(caplog, tmp_path):
    @Variable(summary="no_such_function")
    def array(run):
        return [1, 2, 3]

    (tmp_path / "extracted_data").mkdir()
    Pipeline(1, 2, data=[]).add(array).execute().save(tmp_path)
    (record,) = (r for r in caplog.records if r.levelno == logging.ERROR)
    assert "numpy has no function 'no_such_function'" in record.getMessage()
    assert record.exc_info
