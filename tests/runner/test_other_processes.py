"""Functions of the context file in processes started by joblib, dask or multiprocessing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import default

HEAD = """
from dataclasses import dataclass
from damnit_ctx import Variable
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

@dataclass
class Fit:
    value: int

def fit(n):
    return Fit(n * 2)

def run_pool(pool):
    return sum(each.value for each in pool)
"""
WAYS = {
    "spawn": "multiprocessing.get_context('spawn').Pool(2).map(fit, [1, 2])",
    "forkserver": "multiprocessing.get_context('forkserver').Pool(2).map(fit, [1, 2])",
    "fork": "multiprocessing.get_context('fork').Pool(2).map(fit, [1, 2])",
    "futures": "ProcessPoolExecutor(2, multiprocessing.get_context('spawn')).map(fit, [1, 2])",
    "joblib": "__import__('joblib').Parallel(2)("
    "__import__('joblib').delayed(fit)(n) for n in [1, 2])",
    "dask": "__import__('dask').compute(*[__import__('dask').delayed(fit)(n) for n in [1, 2]],"
    " scheduler='processes')",
}


def require(runner, way):
    if way in ("joblib", "dask"):
        done = subprocess.run(
            [runner.python, "-c", f"import {way}"], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"the user's Python has no {way}")


@pytest.mark.parametrize("way", default(WAYS, 2))
def test_functions_of_context_file_are_called_in_other_processes(runner, way):
    require(runner, way)
    outcome = runner.run(f"{HEAD}\n@Variable\ndef total(run):\n    return run_pool({WAYS[way]})\n")
    assert outcome.data("total") == 6, outcome.stderr


@pytest.mark.extended
@pytest.mark.parametrize("way", ["spawn", "futures", "joblib", "dask"])
def test_context_file_that_starts_processes_while_loading_fails_at_once(runner, way):
    require(runner, way)
    outcome = runner.run(
        f"{HEAD}\nTOTAL = run_pool({WAYS[way]})\n@Variable\ndef a(run): return 1\n"
    )
    if outcome.loaded.variables:
        assert outcome.data("a") == 1
    else:
        text = outcome.loaded.traceback + outcome.stderr
        assert "Start them in a function" in text or "cannot be loaded there" in text


def test_function_of_context_file_that_only_loads_once_fails_at_once(runner):
    outcome = runner.run(
        "import multiprocessing\n"
        "assert multiprocessing.parent_process() is None, 'only in the first one'\n"
        f"{HEAD}\n@Variable\ndef total(run):\n    return run_pool({WAYS['spawn']})\n"
    )
    message, kind = outcome.error("total")
    assert kind == "ImportError"
    assert message.startswith("fit of the context file cannot be called in another process")
    assert message.endswith("it cannot be loaded there: AssertionError: only in the first one")


PROGRAM = """
import sys
from pathlib import Path
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
from damnit_ctx import Pipeline

def evaluate(pipeline, pool):
    given = pipeline.with_context(proposal=1, run_number=2, param_values={"pool": pool})
    results = given.execute(data=[0])
    print(results.errors.get("total") or results["total"])

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    pool.submit(abs, 1).result()  # its process is older than what follows
    files = [Path(name) for name in sys.argv[1:]]
    pipelines = [Pipeline.from_context_file(file) for file in files]
    for pipeline in pipelines:
        evaluate(pipeline, pool)
    evaluate(Pipeline.from_str(files[0].read_text()), pool)
    files[0].write_text(files[0].read_text() + "# changed")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as new:
        evaluate(pipelines[0], new)
    pool.shutdown()
"""


def test_functions_are_called_in_other_processes_of_a_program_with_pipelines(tmp_path):
    context = (
        f"{HEAD}\nfrom neighbour import ONE\n"
        "@Variable\ndef total(run, pool: 'param#pool'):\n"
        "    return run_pool(pool.map(fit, [ONE, 2])) + {}\n"
    )
    (tmp_path / "neighbour.py").write_text("ONE = 1\n")
    files = [tmp_path / "a.b" / "context.py", tmp_path / "second file.py"]
    files[0].parent.mkdir()
    (files[0].parent / "neighbour.py").write_text("ONE = 1\n")
    for number, file in enumerate(files):
        file.write_text(context.format(number))
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, program, *files], capture_output=True, text=True, check=False, timeout=100
    )
    first, second, text, changed = done.stdout.splitlines()
    assert (first, second) == ("6", "7"), done.stderr
    assert text.startswith("fit of the context file cannot be called in another process: it was cr")
    assert changed.endswith("context.py has changed since the program read it. Reload it")
