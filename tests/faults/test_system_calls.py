"""A single failing system call in a run."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, save_setting
from tests.daemon.builders import cells, is_error, make_damnit_folder
from tests.faults.injector import ERRNOS, OPERATIONS, Injector, can_compile
from tests.fuzz.budget import report, rounds

pytestmark = pytest.mark.skipif(not can_compile(), reason="there is no C compiler")

KEY = RunKey(1234, 1)
CONTEXT = """
import numpy as np, xarray as xr
@Variable
def number(run):
    return 42
@Variable
def real(run):
    return 2.5
@Variable
def words(run):
    return "some text"
@Variable
def array(run):
    return np.arange(1000.0)
@Variable
def labelled(run):
    return xr.DataArray(np.arange(200) * 2, dims="x", coords={"x": np.arange(200) * 0.5})
@Variable
def fails(run):
    raise ValueError("as it should")
"""
SUMMARIES = {
    "number": 42, "real": 2.5, "words": "some text", "fails": ("ValueError", "as it should"),
}  # fmt: skip
DATA = {
    "number": 42, "real": 2.5, "words": "some text", "array": np.arange(1000.0),
    "labelled": np.arange(200) * 2,
}  # fmt: skip
RUN = """
import json, sys
from pathlib import Path
from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.services.extraction import extract
try:
    report = extract(DamnitFolder(Path(sys.argv[1])), [RunKey(1234, 1)], mock=True)
    run = report.runs[0]
    print(json.dumps([run.failure, run.unsaved, run.not_stored, *report.problems]))
except (DamnitError, OSError) as error:
    print(json.dumps([str(error)]))
"""


class Whole:
    """A folder that is made anew for each fault, and what one run leaves in it."""

    def __init__(self, path: Path) -> None:
        self.target = path / "amore"
        self._pristine = path / "pristine"
        self.injector = Injector(path, self.target)
        folder = make_damnit_folder(self.target, CONTEXT)
        with Database(folder.database).writing() as con:
            python = self.injector.python(path / "python")
            save_setting(con, "context_python", str(python))
        shutil.copytree(self.target, self._pristine)
        self.folder = DamnitFolder(self.target)

    def run(self) -> tuple[list[str], int]:
        """Evaluate the run; what was told, and the exit code."""
        shutil.rmtree(self.target)
        shutil.copytree(self._pristine, self.target)
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(self.target)],
            env=os.environ | self.injector.environment,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        try:
            told = [text for text in json.loads(done.stdout.splitlines()[-1]) if text]
        except (IndexError, ValueError):
            told = [done.stderr[-2000:]]
        return told, done.returncode

    def judge(self, told: list[str]) -> tuple[bool, list[str]]:
        """Whether all is there and right; what is wrong with it."""
        wrong = []
        found = cells(self.folder)
        complete = True
        for name, expected in SUMMARIES.items():
            value = found.get(name)
            if value == expected:
                continue
            complete = False
            if value is not None and not is_error(value):
                wrong.append(f"{name} is {value!r} in the table")
            elif value is None and not told:
                wrong.append(f"{name} is missing, and nothing says so")
        results = self.folder.results_file(KEY)
        if results.exists():
            wrong += self._wrong_data(results, found)
        elif not told:
            wrong.append("there is no results file, and nothing says so")
        return complete and results.exists(), wrong

    def _wrong_data(self, results: Path, found: dict[str, object]) -> list[str]:
        wrong = []
        with ResultsFile(results) as file:
            for name, expected in DATA.items():
                if is_error(found.get(name)) or file.found(name) is None:
                    continue
                value = file.read(name)
                value = getattr(value, "values", value)
                if not np.array_equal(np.asarray(value), np.asarray(expected)):
                    wrong.append(f"{name} is {value!r} in the results file")
        return wrong


@pytest.mark.parametrize("kind", ["writes", "all others"])
def test_failing_system_call_in_a_run_stores_no_wrong_value(tmp_path, kind):
    whole = Whole(tmp_path)
    whole.injector.count(sum(OPERATIONS.values()))
    told, code = whole.run()
    complete, wrong = whole.judge(told)
    assert (complete, wrong, told, code) == (True, [], [], 0)
    operations = [operation for operation, _, _ in whole.injector.log()]
    names = {number: name for name, number in OPERATIONS.items()}
    faults = [
        (names[operation], operations[:index].count(operation), error)
        for index, operation in enumerate(operations)
        for error in ERRNOS[names[operation]]
    ]
    faults = [fault for fault in faults if (fault[0] == "write") == (kind == "writes")]
    random.Random(0).shuffle(faults)
    tried = survived = said = 0
    failures = []
    for number in rounds(2):
        if number >= len(faults):
            break
        name, at, error = faults[number]
        whole.injector.fail(OPERATIONS[name], at, error)
        told, code = whole.run()
        try:
            complete, wrong = whole.judge(told)
        except Exception as caught:  # noqa: BLE001 - a folder that cannot be read is a finding
            complete, wrong = False, [f"{type(caught).__name__}: {caught}"]
        if not whole.injector.injected:
            continue
        tried += 1
        survived += complete
        said += not complete and not wrong
        if wrong:
            log = [entry for entry in whole.injector.log() if entry[1]]
            failures.append((name, at, os.strerror(error), log, wrong, told))
    report("system calls of a run", tried=tried, survived=survived, told=said, wrong=len(failures))
    assert not failures, "\n".join(map(str, failures))
