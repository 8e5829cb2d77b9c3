"""The wheel holds what a user needs, and no more."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import damnit_ctx
import damnit_daemon

ROOT = Path(__file__).parents[2]
PACKAGES = {"damnit_tui", "damnit_daemon", "damnit_ctx.py", "damnit_ctx-stubs"}

TYPED_CONTEXT = """\
from typing import TYPE_CHECKING, Any

from damnit_ctx import Cell, Group, Pipeline, Skip, Variable


@Variable(title="Energy", units="uJ", summary="mean")
def energy(run: Any) -> Cell:
    if not run.train_ids:
        raise Skip("no trains")
    return Cell([1.0, 2.0], bold="yes")  # wrong


@Group(tags="xgm")
class XGM:
    device: str
    offset: float = 0.0

    @Variable
    def is_weak(self, run: Any, energy: "self#energy") -> bool:  # type: ignore[valid-type]
        return bool(energy.mean() < self.offset)


sa2 = XGM(device="SA2_XTD1_XGM/XGM/DOOCS:output")
pipeline = Pipeline()
pipeline.add(energy)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """Built by the installed build backend alone: nothing is fetched."""
    pytest.importorskip("hatchling", reason="the build backend is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.parametrize(
    "name",
    [
        "damnit_ctx.py",
        "damnit_ctx-stubs/__init__.pyi",
        "damnit_tui/app.tcss",
        "damnit_tui/py.typed",
        "damnit_daemon/py.typed",
    ],
)
def test_it_holds_what_is_easily_forgotten(wheel, name):
    assert name in wheel.namelist()


def test_it_holds_every_source_file(wheel):
    tracked = ROOT / "src"
    expected = {
        path.relative_to(tracked).as_posix()
        for path in tracked.rglob("*")
        if path.suffix in {".py", ".tcss"}
    }
    assert expected <= set(wheel.namelist())


def test_it_holds_nothing_else(wheel):
    top = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES


def test_it_runs_without_the_source_tree(wheel, tmp_path):
    wheel.extractall(tmp_path)
    code = "import damnit_ctx, damnit_daemon; print(damnit_ctx.__file__, damnit_daemon.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count(str(tmp_path)) == 2


def test_stubs_of_damnit_ctx_have_its_names():
    stubs = ast.parse((ROOT / "damnit_ctx-stubs" / "__init__.pyi").read_text())
    names = {
        alias.asname for node in stubs.body if isinstance(node, ast.ImportFrom)
        for alias in node.names if alias.asname
    }  # fmt: skip
    names |= {node.name for node in stubs.body if isinstance(node, ast.FunctionDef)}
    assert names == set(damnit_ctx.__all__)


@pytest.mark.extended
def test_mypy_checks_context_files_against_the_installed_wheel(wheel, tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = ["-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel.filename]
    subprocess.run([python, *install], check=True)
    (tmp_path / "context.py").write_text(TYPED_CONTEXT)

    mypy = ["mypy", "--strict", "--config-file=", "--no-incremental", "--python-executable", python]
    done = subprocess.run(
        [sys.executable, "-m", *mypy, "context.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    line = TYPED_CONTEXT[: TYPED_CONTEXT.index("# wrong")].count("\n") + 1
    first, *others = done.stdout.splitlines()
    assert first.startswith(f'context.py:{line}: error: Argument "bold" to "Cell" has incompatible')
    assert others == ["Found 1 error in 1 file (checked 1 source file)"]


def test_both_commands_are_declared(wheel):
    (entry_points,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    declared = wheel.read(entry_points).decode()
    for command in ("damnit-tui", "damnit-daemon", "damnit"):
        assert f"\n{command} = " in declared


def test_workflows_call_only_sessions_of_nox_that_exist():
    sessions = set(re.findall(r"@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text()))
    text = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    called = {name for line in re.findall(r"nox -s ([\w ]+)", text) for name in line.split()}
    assert {"lint", "tests", "docs", "wheels", "minimums", "kafka"} <= called
    assert called <= sessions


def test_workflows_run_every_python_that_nox_supports():
    text = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    (supported,) = re.findall(
        r'^PYTHONS = \["3.10", (.*)\]$', (ROOT / "noxfile.py").read_text(), re.MULTILINE
    )
    matrices = re.findall(r"python: \[(.*)\]", text)
    assert matrices == [supported] * 2


def test_pre_commit_runs_the_ruff_of_lint():
    pinned = re.findall(r"ruff==[\d.]+", (ROOT / ".pre-commit-config.yaml").read_text())
    assert {*pinned} == {*re.findall(r"ruff==[\d.]+", (ROOT / "pyproject.toml").read_text())}


def test_wheel_has_the_version_of_the_package(wheel):
    assert any(f"damnit_tui-{damnit_daemon.__version__}.dist-info" in n for n in wheel.namelist())
