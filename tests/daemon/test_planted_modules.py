"""Planted modules: in the DAMNIT folder by another member of the group, or in a working directory.

They have the names of all that we import and of the standard library. None may be run by any
process of ours; a module of the context file's own is found.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import damnit_daemon
import damnit_tui
from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.hdf5 import save_data
from damnit_daemon.launch import RunnerProcess
from damnit_daemon.launch.check_python import probe_python
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import ViewRequest
from damnit_daemon.own_python import own_environment
from damnit_daemon.paths import DATA_ROOT_VARIABLE
from damnit_daemon.runner.protocol import RunnerJob
from damnit_daemon.services.combiner import Combiner
from damnit_daemon.supervise import start, stop

from .builders import make_damnit_folder
from .hdf5.builders import Fragment

PYTHON = Path(os.environ.get("DAMNIT_USER_PYTHON", sys.executable))
CONTEXT = """\
from damnit_ctx import Variable
import xarray, yaml, requests
from own_helper import ANSWER

@Variable(title="Answer")
def answer(run):
    return ANSWER

@Variable(title="Image", summary="max")
def image(run):
    import numpy as np
    return np.arange(12.0).reshape(3, 4)

@Variable(title="Labelled")
def labelled(run):
    return xarray.DataArray([1.0, 2.0], dims=["x"])
"""
PLANTED = """\
import os
with open(os.path.join({marks!r}, {name!r}), "a") as file:
    file.write("run by %s\\n" % os.getpid())
raise ImportError("planted")
"""
ALWAYS_LOADED = {"sys", "builtins", "marshal", "posix"}


def imported_names() -> set[str]:
    """All modules that our sources name in an import."""
    names = set()
    for package in (damnit_daemon, damnit_tui):
        for path in Path(package.__file__).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {each.name.partition(".")[0] for each in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    names.add(node.module.partition(".")[0])
    return names


OPTIONAL = {"sitecustomize", "usercustomize", "h5netcdf", "pandas", "PIL", "netCDF4", "dask"}
NAMES = (imported_names() | sys.stdlib_module_names | OPTIONAL) - ALWAYS_LOADED


@pytest.fixture
def marks(tmp_path):
    """Where a planted module that is run leaves its name."""
    path = tmp_path / "marks"
    path.mkdir()
    return path


@pytest.fixture
def plant(marks):
    def plant(directory: Path, names: set[str]) -> None:
        for name in sorted(names):
            (directory / f"{name}.py").write_text(PLANTED.format(marks=str(marks), name=name))
        (directory / "matplotlibrc").write_text("backend: module://own_helper\n")

    return plant


@pytest.fixture(scope="session")
def installed() -> set[str]:
    """Those of the names that the context Python has.

    What nobody has installed, the runner takes from the folder like any other helper: who can
    put it there can change the context file.
    """
    code = "import sys, importlib.util as u; print(*filter(u.find_spec, sys.argv[1:]))"
    command = [PYTHON, "-c", code, *sorted(NAMES)]
    found = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    return set(found.stdout.split())


@pytest.fixture
def folder(tmp_path, plant, installed):
    made = make_damnit_folder(tmp_path / "amore", python=PYTHON)
    made.context_file.write_text(CONTEXT)
    plant(made.path, installed)
    (made.path / "own_helper.py").write_text("ANSWER = 42\n")
    return made


@pytest.fixture
def elsewhere(tmp_path, plant, monkeypatch):
    """The working directory; an empty entry of PYTHONPATH stands for it, too."""
    here = tmp_path / "here"
    here.mkdir()
    plant(here, NAMES)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep + "/nowhere")
    return here


def ran(marks: Path) -> list[str]:
    return sorted(path.name for path in marks.iterdir())


@pytest.fixture
def data_root(tmp_path, monkeypatch):
    proposal = make_proposal(tmp_path / "data", 1234)
    write_run(proposal, 1, camera=False, proc=False)
    monkeypatch.setenv(DATA_ROOT_VARIABLE, str(proposal.root))


def test_runner_imports_helper_but_no_planted_module(folder, marks, data_root):
    with RunnerProcess(folder, PYTHON) as runner:
        assert [p for p in runner.context.problems if p.severity == "error"] == []
        events = list(runner.run(RunnerJob("1", 1234, 1)))
    assert {e.name: e.outcome for e in events if hasattr(e, "outcome") and hasattr(e, "name")} == {
        "start_time": "done",
        "answer": "done",
        "image": "done",
        "labelled": "done",
    }
    assert ran(marks) == []


def test_helper_named_like_an_installed_module_is_reported(folder, marks):
    with RunnerProcess(folder, PYTHON) as runner:
        said = [problem.message for problem in runner.context.problems]
    assert any(message.startswith("yaml.py next to the context file is not") for message in said)
    assert not any("own_helper" in message for message in said)


def test_combiner_imports_no_planted_module(folder, marks, elsewhere):
    combiner = Combiner(folder)
    try:
        combiner.combine_run(RunKey(1234, 1), [])
    finally:
        combiner.close()
    assert ran(marks) == []


@pytest.mark.parametrize("place", ["folder", "elsewhere"])
def test_saving_a_picture_imports_no_planted_module(
    folder, marks, elsewhere, place, monkeypatch, tmp_path
):
    if place == "folder":
        monkeypatch.chdir(folder.path)
    Fragment(folder.results_file(RunKey(1, 2))).data("v", np.arange(5.0))
    save_data(folder, RunKey(1, 2), "v", ViewRequest(), Path("v.png"))
    assert Path("v.png").read_bytes().startswith(b"\x89PNG")
    assert ran(marks) == []


def test_probing_a_python_imports_no_planted_module(marks, elsewhere):
    assert probe_python(PYTHON).versions["numpy"]
    assert ran(marks) == []


def test_supervised_daemon_imports_no_planted_module(folder, marks, elsewhere, data_root):
    start(folder)
    stop(folder)
    assert ran(marks) == []


@pytest.mark.parametrize("arguments", [["doctor"], ["status"], ["read-context", "--check"]])
def test_commands_import_no_planted_module(folder, marks, monkeypatch, arguments):
    monkeypatch.chdir(folder.path)
    command = [str(Path(sys.executable).with_name("damnit-daemon")), *arguments]
    subprocess.run(command, capture_output=True, check=False, env=own_environment(), timeout=120)
    assert ran(marks) == []


def test_sources_start_python_only_through_own_python():
    """`-m` without `-P` takes modules from the working directory."""
    for package in (damnit_daemon, damnit_tui):
        for path in Path(package.__file__).parent.rglob("*.py"):
            if path.name != "own_python.py":
                assert '[sys.executable, "-' not in path.read_text(), path
                assert '"-m"' not in path.read_text(), path
