"""Start the runner as the launcher does: in the user's Python, with nothing of ours but the bundle.

`DAMNIT_USER_PYTHON` names that Python (`nox -s user_env` sets it to the oldest
one of the machine); without it, it is the one that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import h5py
import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.launch.bundle import place_bundle
from damnit_daemon.launch.environment import user_environment
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner import file_format
from damnit_daemon.runner.protocol import (
    ContextLoaded,
    JobEnded,
    RunnerJob,
    RunnerMessage,
    VariableDone,
    decode_event,
    encode,
)

PROPOSAL = 1234
USER_PYTHON = os.environ.get("DAMNIT_USER_PYTHON", sys.executable)


@pytest.fixture(scope="session")
def data_root(tmp_path_factory) -> Path:
    """Run 1: raw and proc. Run 2: raw only. Run 3: proc only."""
    proposal = make_proposal(tmp_path_factory.mktemp("data"), PROPOSAL)
    for run in (1, 2, 3):
        write_run(proposal, run, camera=False, proc=run != 2)
    shutil.rmtree(proposal.path / "raw" / "r0003")
    return proposal.root


@dataclass
class Outcome:
    """All that a runner said, and what it left in the folder."""

    events: list = field(default_factory=list)
    stderr: str = ""
    exit_code: int = 0

    @property
    def loaded(self) -> ContextLoaded:
        return self.events[0]

    @property
    def done(self) -> dict[str, VariableDone]:
        return {e.name: e for e in self.events if isinstance(e, VariableDone)}

    @property
    def ended(self) -> list[JobEnded]:
        return [e for e in self.events if isinstance(e, JobEnded)]

    @property
    def notes(self) -> list[str]:
        return [e.message for e in self.events if isinstance(e, RunnerMessage)]

    def fragment(self, name: str) -> h5py.File:
        return h5py.File(self.done[name].fragment)

    def error(self, name: str) -> tuple[str, str]:
        with self.fragment(name) as file:
            dataset = file[f"{file_format.ERRORS}/{name}"]
            return dataset.asstr()[()], dataset.attrs["type"]

    def data(self, name: str):
        with self.fragment(name) as file:
            dataset = file[f"{name}/data"]
            return dataset.asstr()[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]

    def summary(self, name: str):
        with self.fragment(name) as file:
            dataset = file[f"{file_format.REDUCED}/{name}"]
            text = h5py.check_string_dtype(dataset.dtype)
            return (dataset.asstr()[()] if text else dataset[()]), dict(dataset.attrs)


class RunnerInFolder:
    """A DAMNIT folder in which the runner can be started."""

    def __init__(self, folder: Path, data_root: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.options: list[str] = []
        self.python = USER_PYTHON
        self.bundle = place_bundle(DamnitFolder(folder))
        self.environment = user_environment(os.environ, self.bundle)
        self.environment["EXTRA_DATA_DATA_ROOT"] = str(data_root)

    def write(self, source: str) -> None:
        (self.folder / "context.py").write_text(dedent(source))

    def start(self, command: str = "serve", python: str = ""):
        """The process, and the file its events come from."""
        ours, theirs = os.pipe()
        with self.log.open("wb") as log:  # a file, not a pipe: nobody reads while a job is on
            process = subprocess.Popen(
                [python or self.python, *self.bundle.program, command,
                 "--events-fd", str(theirs), "--folder", str(self.folder), *self.options],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
                pass_fds=[theirs], env=self.environment, cwd=self.folder,
            )  # fmt: skip
        os.close(theirs)
        return process, os.fdopen(ours, "rb")

    def run(self, source: str, *jobs: RunnerJob, **fields) -> Outcome:
        """Read a context file, do the jobs, end."""
        self.write(source)
        outcome = Outcome()
        process, events = self.start()
        with events:
            outcome.events.append(decode_event(events.readline()))
            for job in jobs or [RunnerJob("1", PROPOSAL, fields.pop("run", 1), **fields)]:
                if not outcome.loaded.variables:
                    break
                process.stdin.write(encode(job))
                process.stdin.flush()
                while (
                    not isinstance(outcome.events[-1], JobEnded)
                    or outcome.events[-1].job_id != job.job_id
                ):
                    outcome.events.append(decode_event(events.readline()))
        process.stdin.close()
        outcome.exit_code = process.wait(60)
        outcome.stderr = self.log.read_text()
        return outcome


@pytest.fixture
def runner(tmp_path, data_root) -> RunnerInFolder:
    """A new DAMNIT folder with the runner's bundle in it."""
    return RunnerInFolder(tmp_path, data_root)
