"""Completeness of docs/commands.md, and the name of the commands in messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

import damnit_daemon
from damnit_daemon.cli.app import app
from damnit_daemon.cli.jobs import job_facts
from damnit_daemon.ledger import Ledger, NewJob, add_job, load_jobs
from damnit_daemon.model import RunKey

DOCUMENT = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
GROUP = typer.main.get_command(app)


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_command_docs_name_each_command(name):
    assert re.search(rf"^(\| )?`{name}\b", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_command_docs_name_each_option_with_its_command(name):
    options = [p for p in GROUP.commands[name].params if p.param_type_name == "option"]
    wanted = {max(option.opts, key=len) for option in options} - {"--in"}
    assert wanted - set(re.findall(r"--[a-z][a-z-]+", about(name))) == set()


def about(name):
    """The rows of a command; for `reprocess`, its options' table."""
    if name == "reprocess":
        return DOCUMENT.partition("`reprocess RUN")[2].partition("Without `--direct`")[0]
    return "\n".join(row for row in DOCUMENT.splitlines() if row.startswith(f"| `{name}"))


def test_command_docs_name_only_existing_options():
    known = {opt for p in GROUP.params for opt in p.opts} | {"--help"}
    known |= {opt for c in GROUP.commands.values() for p in c.params for opt in p.opts}
    ours = re.sub(r"`pip [^`]*`", "", DOCUMENT)
    assert set(re.findall(r"--[a-z][a-z-]+", ours)) - known == set()


def test_command_docs_name_each_key_of_job_json(tmp_path):
    ledger = Ledger(tmp_path / "daemon.sqlite")
    ledger.create()
    with ledger.writing() as con:
        add_job(con, NewJob(RunKey(1, 1)), now=1.0)
        (job,) = load_jobs(con)
    assert [key for key in job_facts(job, 1.0) if f"`{key}`" not in DOCUMENT] == []


def test_messages_name_the_command_that_no_other_package_installs():
    """In one environment with DAMNIT, `damnit` is DAMNIT's, which has other commands."""
    wrong = re.compile(rf"\bdamnit ({'|'.join(GROUP.commands)})\b")
    source = Path(damnit_daemon.__file__).parents[1]
    paths = [
        path for name in ("damnit_daemon", "damnit_tui") for path in (source / name).rglob("*.py")
    ]
    assert [path for path in paths if wrong.search(path.read_text("utf-8"))] == []
