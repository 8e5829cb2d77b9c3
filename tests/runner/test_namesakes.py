"""Our versions of DAMNIT's modules for context files, with and without DAMNIT installed."""

from __future__ import annotations

import os
import subprocess

import pytest

from .conftest import RunnerInFolder

SOURCE = """
from damnit.context import Cell, Group, Pipeline, RunData, Skip, Variable
from damnit_writing import DataType, PNGData
from damnit_exceptions import GroupError
from damnit.ctxsupport.damnit_ctx import Variable as Again
import damnit.context
import damnit_ctx

assert Again is Variable is damnit_ctx.Variable is damnit.context.Variable

@Variable(title="Number", data=RunData.RAW)
def number(run):
    return Cell(4, units="mm")

@Again
def skipped(run, number: "var#number"):
    raise Skip("no")

@Variable
def picture(run):
    import io
    from matplotlib.figure import Figure
    buffer = io.BytesIO()
    Figure((1, 1)).savefig(buffer, format="png")
    cell = Cell([1, 2, 3])
    cell.summary_value = PNGData(buffer.getvalue())
    return cell

@Group
class G:
    @Variable
    def n(self, run): return 5

g = G(name="g")
Pipeline.default().add({"h": G()})
"""


def check(outcome):
    assert outcome.loaded.problems == []
    assert [v.name for v in outcome.loaded.variables] == [
        "number",
        "skipped",
        "picture",
        "g.n",
        "h.n",
    ]
    assert outcome.data("number") == 4
    assert outcome.error("skipped") == ("no", "Skip")
    value, _ = outcome.summary("picture")
    assert bytes(value).startswith(b"\x89PNG")


def test_context_file_can_import_from_modules_of_damnit(runner):
    check(runner.run(SOURCE))


def test_import_of_damnit_api_without_damnit_is_an_error_that_names_damnit(runner):
    outcome = runner.run("from damnit import Damnit\n")
    if outcome.loaded.problems == []:
        pytest.skip("the user's Python has DAMNIT")
    (problem,) = outcome.loaded.problems
    assert "has no DAMNIT" in problem.message


@pytest.fixture
def peer_python():
    python = os.environ.get("DAMNIT_PEER_PYTHON")
    if not python:
        pytest.skip("DAMNIT_PEER_PYTHON names no Python with DAMNIT")
    return python


@pytest.mark.peer
def test_context_file_can_import_api_of_installed_damnit(runner: RunnerInFolder, peer_python):
    runner.python = peer_python
    check(
        runner.run(
            "from damnit import Damnit, submit\nassert Damnit.__module__ == 'damnit.api'\n" + SOURCE
        )
    )


@pytest.mark.peer
def test_pipeline_reads_context_file_in_a_python_with_damnit(runner, peer_python):
    runner.write(SOURCE)
    program = (
        "from damnit_ctx import Pipeline\n"
        "p = Pipeline.from_context_file('context.py')\n"
        "print(p.with_context(proposal=1, run_number=2, data=[]).execute()['number'])\n"
    )
    done = subprocess.run(
        [peer_python, "-c", program], env=runner.environment, cwd=runner.folder,
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.stdout == "4\n", done.stderr
