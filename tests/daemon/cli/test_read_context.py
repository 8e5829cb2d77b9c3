"""The command `read-context --check` for terminals, programs and GitHub."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.ledger import Ledger, Outcome, VariableProgress, save_progress
from tests.daemon.ledger.builders import running

CONTEXT = """\
from damnit_ctx import Variable

@Variable
def a(run):
    return 1

@Variable
def b(run, x: "var#a", y: "var#gone" = 3):
    return y
"""


@pytest.fixture
def advised(folder):
    folder.context_file.write_text(CONTEXT)
    return folder


@pytest.mark.extended
def test_check_prints_problems_with_line_and_column(damnit, advised):
    result = damnit("read-context", "--check")
    assert result.code == 0
    assert f"{advised.context_file}:8:15: warning: Argument 'x' (var#a) is never used" in result.err
    assert "8:27: warning: Missing dependency: 'gone'" in result.err
    assert result.out == f"{advised.context_file}: 2 variables, no errors\n"


def test_check_prints_problems_as_json(damnit, advised):
    result = damnit("read-context", "--check", "--format", "json")
    found = json.loads(result.out)
    assert [(p["line"], p["column"], p["severity"]) for p in found] == [
        (8, 15, "warning"), (8, 27, "warning"),
    ]  # fmt: skip
    assert "2 variables" in result.err


def test_check_prints_problems_as_github_annotations(damnit, advised):
    advised.context_file.write_text("from damnit_ctx import Variable\nx = 1 / 0 # 100%\n")
    result = damnit("read-context", "--check", "--format", "github")
    assert result.code == 1
    assert result.out.startswith("::error file=context.py,line=2,col=")
    assert "ZeroDivisionError: division by zero" in result.out


def test_github_annotation_escapes_line_breaks_in_message():
    from damnit_daemon.cli.read_context import format_github
    from damnit_daemon.runner.protocol import Problem

    line = format_github(Problem("100%\n::error::x", "a,b:c.py", 3, 0, "warning"))
    assert line == "::warning file=a%2Cb%3Ac.py,line=3::100%25%0A::error::x"


def test_context_file_outside_damnit_folder_is_checked(damnit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parts.py").write_text("ONE = 1\n")
    (tmp_path / "mine.py").write_text("import parts\nprint('loading')\n" + CONTEXT)
    result = damnit("read-context", "mine.py", "--format", "json")
    assert result.code == 0
    assert len(json.loads(result.out)) == 2
    assert "loading" in result.err
    assert "mine.py: 2 variables, no errors" in result.err
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix) == ["mine.py", "parts.py"]
    assert damnit("read-context", "none.py").code == 1


@pytest.mark.extended
def test_check_warns_of_slow_variable_that_is_not_on_the_cluster(damnit, advised):
    ledger = Ledger(advised.ledger)
    ledger.create()
    with ledger.writing() as con:
        for run in range(1, 5):
            took = VariableProgress(running(con, run), "a", Outcome.DONE, duration_s=100.0 + run)
            save_progress(con, [took])
    result = damnit("read-context", "--check")
    assert "4:1: warning: 'a' takes 102 s (median of 4 runs)" in result.err
    assert "cluster=True" in result.err


def test_read_context_stores_variables_despite_warnings(damnit, advised):
    assert damnit("read-context").out == "2 variables; changed: a, b\n"


COUNTED = """\
import pathlib
from damnit_ctx import Variable
from helper import TITLE
log = pathlib.Path("loaded")
log.write_text((log.read_text() if log.exists() else "") + "x")

@Variable(title=TITLE)
def a(run):
    return 1
"""


@pytest.fixture
def counted(folder):
    folder.context_file.write_text(COUNTED)
    (folder.path / "helper.py").write_text("TITLE = 'One'\n")
    return folder


def loads(folder):
    return len((folder.path / "loaded").read_text())


def test_unchanged_file_is_not_loaded_again(damnit, counted):
    assert damnit("read-context").out == "1 variable; changed: a\n"
    assert damnit("read-context").out == "1 variable; changed: none\n"
    assert loads(counted) == 1


@pytest.mark.extended
def test_file_is_loaded_again_when_something_it_depends_on_has_changed(damnit, counted):
    damnit("read-context")
    (counted.path / "helper.py").write_text("TITLE = 'Second'\n")
    assert damnit("read-context").out == "1 variable; changed: a\n"
    counted.context_file.write_text(COUNTED + "# more\n")
    damnit("read-context")
    (counted.path / "other.py").touch()
    damnit("read-context")
    assert loads(counted) == 4
    damnit("read-context", "--check")
    assert loads(counted) == 5


@pytest.mark.extended
@pytest.mark.parametrize("content", [b"", b"[]", b"[1]\n{}", b"\xff\n\xff", b"[" * 100_000])
def test_damaged_record_of_the_context_file_is_replaced(damnit, counted, content):
    damnit("read-context")
    record = counted.internals / "context.json"
    usual = record.read_bytes().split(b"\n")[0]
    for damaged in (content, usual + b"\n" + content):
        record.write_bytes(damaged)
        assert damnit("read-context").code == 0
    assert loads(counted) == 3


@pytest.mark.extended
def test_file_with_an_error_is_loaded_each_time(damnit, counted):
    counted.context_file.write_text(COUNTED + "1 / 0\n")
    assert [damnit("read-context").code for _ in range(2)] == [1, 1]
    assert loads(counted) == 2
