"""The two programs with the same methods: make a folder, process runs, list its contents."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from damnit_daemon.launch import RunnerProcess
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.protocol import JobEnded, RunnerJob

from .peer.exchange import Reader

HERE = Path(__file__).parent
CONTEXTS = HERE / "contexts"
SOURCES = [HERE.parents[1] / "src", HERE.parents[1]]
TIMEOUT_S = 100
PROPOSAL = 1234


def data_environment(data_root: Path) -> dict[str, str]:
    """Where proposals are, under the names that either side looks for; no broker.

    Nothing of the tests' own Python may reach the peer's.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return {
        **kept,
        "AMORE_BROKER": "none",
        "XFEL_DATA_ROOT": str(data_root),
        "EXTRA_DATA_DATA_ROOT": str(data_root),
        "MPLBACKEND": "Agg",
    }


@dataclass(frozen=True)
class Side:
    """A program and how it is started."""

    python: str
    environment: dict[str, str]

    def run(self, *command: object, cwd: Path | None = None, check: bool = True) -> str:
        """Run a command; what it printed, both channels."""
        done = subprocess.run(
            [self.python, *map(str, command)],
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout


@dataclass(frozen=True)
class Peer(Side):
    """DAMNIT 0.4.0, through its commands and its Python API."""

    template: Path
    """A folder with a blank database, to be copied: making one takes two starts of the peer."""

    def make_folder(self, folder: Path, context: str, proposal: int) -> None:
        """A blank database with a context file of `contexts/`."""
        if not self.template.exists():
            self._damnit("init", self.template, "--proposal", proposal)
            self._damnit("db-config", "context_python", self.python, cwd=self.template)
        shutil.copytree(self.template, folder)
        (folder / "context.py").write_bytes((CONTEXTS / f"{context}.py").read_bytes())

    def extract(self, folder: Path, *runs: int | str, check: bool = True) -> str:
        """Evaluate all variables; the fragments stay."""
        return self._damnit("reprocess", *runs, "--direct", cwd=folder, check=check)

    def read_context(self, folder: Path) -> None:
        """Store the titles and tags of the context file's variables."""
        self._damnit("read-context", cwd=folder)

    def combine(self, folder: Path, *, check: bool = True) -> str:
        """Take waiting fragments into the database; the folder's own commands do not."""
        return self._damnit("combiner", "now", folder, check=check)

    def process(self, folder: Path, *runs: int) -> None:
        """Evaluate all variables and store them."""
        self.extract(folder, *runs)
        self.combine(folder)

    def migrate_format_zero(self, folder: Path) -> None:
        """Migrate a database of format 0."""
        self._damnit("migrate", "v0-to-v1", cwd=folder)

    def script(self, name: str, *arguments: object) -> str:
        """Run a script of `peer/` in the peer's Python."""
        return self.run("-W", "ignore", HERE / "peer" / name, *arguments)

    def look(self, folder: Path) -> Reader:
        """What the peer's Python API reads in a folder."""
        with TemporaryDirectory() as scratch:
            stem = Path(scratch) / "view"
            self.script("look.py", folder, stem)
            return Reader.load(stem)

    def _damnit(self, *arguments: object, cwd: Path | None = None, check: bool = True) -> str:
        return self.run("-m", "damnit.cli", *arguments, cwd=cwd, check=check)


@dataclass(frozen=True)
class Ours(Side):
    """`damnit-daemon`, started from this source tree."""

    def make_folder(self, folder: Path, context: str, proposal: int) -> None:
        """A blank database with a context file of `contexts/`."""
        source = CONTEXTS / f"{context}.py"
        self.daemon("--in", folder, "proposal", proposal, "--context", source)
        self.daemon("--in", folder, "db-config", "context_python", self.python)

    def process(self, folder: Path, *runs: int) -> str:
        """Evaluate all variables and store them."""
        return self.daemon("--in", folder, "reprocess", *runs, "--direct")

    def daemon(self, *arguments: object) -> str:
        """Run a command of `damnit-daemon`."""
        start = "from damnit_daemon.cli import main; main()"
        path = os.pathsep.join(map(str, SOURCES))
        side = Side(self.python, {**self.environment, "PYTHONPATH": path})
        return side.run("-c", start, *arguments)


def extract_with_our_runner(folder: Path, peer: Peer, run: int) -> None:
    """Evaluate all variables with our runner, in the peer's Python; the fragments stay."""
    environment = {**os.environ, **peer.environment}
    python = Path(peer.python)
    with RunnerProcess(DamnitFolder(folder), python, environment=environment) as runner:
        *_, ended = runner.run(RunnerJob("1", PROPOSAL, run))
    assert isinstance(ended, JobEnded)
    assert ended.outcome == "done", ended
