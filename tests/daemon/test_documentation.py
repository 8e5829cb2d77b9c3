"""Examples of the documentation: each is run, or gives the reason why not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.init_folder import create_folder
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DATA_ROOT_VARIABLE, DamnitFolder
from damnit_daemon.services.extraction import extract

ROOT = Path(__file__).parents[2]
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md")), *ROOT.glob("docs/**/*.md")]
RUN = ("sh", "python")
SHOWN = ("text", "ini", "toml", "{eval-rst}")
"""Languages of blocks that are not run: they need no reason."""
BLOCK = re.compile(r"((?:^<!--[^\n]*-->\n)*)^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REASON = re.compile(r"^<!-- not run: \S.+ -->$", re.MULTILINE)
RUNS = (1, 2, 17, 42)
"""Numbers that examples name."""
WORK = """
@Variable
def broken(run):
    return 1 / 0
"""
ADDED = """
@Variable
def added(run):
    return 1
"""
"""After the runs were computed: so that some variables have failed, and one has changed."""
PRELUDE = "from damnit_ctx import Cell, Group, Pipeline, Skip, Variable\n"


class Block(NamedTuple):
    language: str
    text: str
    is_run: bool


def blocks(page: Path) -> list[Block]:
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [
        Block(name, text, name in RUN and not REASON.search(note)) for note, name, text in found
    ]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def pages_with(language: str) -> list[Path]:
    return [
        page for page in PAGES if any(b.language == language and b.is_run for b in blocks(page))
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_block_has_a_language_that_tells_how_it_is_tested(page):
    assert [block for block in blocks(page) if block.language not in (*RUN, *SHOWN)] == []
    fences = re.findall(r"^```", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == 2 * len(blocks(page))


@pytest.fixture(scope="module")
def proposal(tmp_path_factory):
    """A proposal with four runs, computed by the context file of the README, which then changes."""
    proposal = make_proposal(tmp_path_factory.mktemp("data"))
    folder = DamnitFolder(proposal.damnit_folder)
    context = next(block.text for block in blocks(ROOT / "README.md") if block.language == "python")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA_ROOT_VARIABLE, str(proposal.root))
        python = Path(sys.executable)
        create_folder(folder, proposal.number, context=context + WORK, context_python=python)
        for run in RUNS:
            write_run(proposal, run)
        extract(folder, [RunKey(proposal.number, run) for run in RUNS])
    folder.context_file.write_text(context + WORK + ADDED)
    folder.path.rename(proposal.path / "template")
    return proposal


@pytest.fixture
def run(proposal, tmp_path):
    """Run a command in a copy of the folder, at the end stop the daemons that it has started."""
    shutil.rmtree(proposal.damnit_folder, ignore_errors=True)
    shutil.copytree(proposal.path / "template", proposal.damnit_folder)
    environment = {
        **os.environ,
        DATA_ROOT_VARIABLE: str(proposal.root),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }

    def run(*command):
        done = subprocess.run(
            command, cwd=proposal.damnit_folder, env=environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=500, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    yield run
    for conf in proposal.root.rglob("supervisord.conf"):
        run("damnit-daemon", "--in", str(conf.parent), "stop")


@pytest.mark.extended
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", pages_with("sh"), ids=name_of)
def test_shell_examples_of_a_page_run_one_after_the_other(run, page):
    text = "".join(block.text for block in blocks(page) if block.is_run and block.language == "sh")
    code, output = run("bash", "-e", "-x", "-o", "pipefail", "-c", text)
    assert code == 0, output


@pytest.mark.extended
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", pages_with("python"), ids=name_of)
def test_python_examples_of_a_page_run_one_after_the_other(run, page):
    texts = [block.text for block in blocks(page) if block.is_run and block.language == "python"]
    code, output = run(sys.executable, "-c", PRELUDE + "\n".join(texts))
    assert code == 0, output
