from __future__ import annotations

import pytest

from damnit_daemon.edit import Editor
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import Database, create_database, ensure_run, load_plain

from ..store.conftest import shared_folder  # noqa: F401 – a fixture

NOW = 1_770_000_000.0
PROPOSAL = 1234


def key(run, proposal=PROPOSAL):
    return RunKey(proposal, run)


@pytest.fixture
def folder(tmp_path) -> DamnitFolder:
    return make_folder(tmp_path)


def make_folder(path) -> DamnitFolder:
    """Five runs, and a user variable of each type."""
    create_database(path / "runs.sqlite", proposal=PROPOSAL, context_python=None)
    folder = DamnitFolder(path)
    editor = make_editor(folder)
    for type_name in ("boolean", "integer", "number", "string"):
        editor.define_variable(VariableInfo(f"a_{type_name}", f"A/{type_name}", "", type_name))
    with Database(folder.database).writing() as con:
        for run in range(1, 6):
            ensure_run(con, key(run), added_at=NOW - 60, start_time=NOW - 60)
    return folder


@pytest.fixture
def editor(folder):
    return make_editor(folder)


def make_editor(folder, author="me@here", **options):
    options = {"timeout_s": 0.2, "environment": {"AMORE_BROKER": "none"}, **options}
    return Editor(folder, author=author, clock=lambda: NOW, **options)


def cell(folder, run, name="comment", proposal=PROPOSAL):
    with Database(folder.database).reading() as con:
        return load_plain(con, key(run, proposal), name)
