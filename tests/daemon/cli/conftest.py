"""Commands, run in this process."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from damnit_daemon.cli import main
from damnit_daemon.ledger import Ledger
from tests.daemon.builders import make_damnit_folder


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def damnit(monkeypatch, capsys):
    """Run a command; tells its exit code and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["damnit", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main()
        return Result(int(caught.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A DAMNIT folder, which is the current directory."""
    folder = make_damnit_folder(
        tmp_path / "amore",
        """
        @Variable(title="A", tags="t")
        def a(run):
            print("hello from a")
            return 1

        @Variable(title="Bad")
        def bad(run):
            return {}["x"]
        """,
    )
    monkeypatch.chdir(folder.path)
    return folder


@pytest.fixture
def ledger(folder):
    ledger = Ledger(folder.ledger)
    ledger.create()
    return ledger
