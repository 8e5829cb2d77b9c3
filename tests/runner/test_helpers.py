"""Modules beside the context file, as far as they count for what computes a value."""

from __future__ import annotations

import ast

import pytest

from damnit_daemon.runner.fingerprint import Fingerprints
from damnit_daemon.runner.helpers import Helpers

CONTEXT = """\
import numpy
import tools
from shapes.round import circle
from damnit_ctx import Variable


@Variable()
def uses_tools(run):
    return tools.mean(run)


@Variable()
def uses_shapes(run):
    return circle(run)


@Variable()
def uses_late(run):
    import late
    return late.value


@Variable()
def uses_nothing(run):
    return 1
"""
NAMES = ("uses_tools", "uses_shapes", "uses_late", "uses_nothing")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shapes").mkdir()
    for name, source in {
        "tools.py": "import deeper\ndef mean(x): return deeper.mean(x)",
        "deeper.py": "def mean(x): return x.mean()",
        "late.py": "value = 1",
        "unused.py": "value = 1",
        "shapes/__init__.py": "",
        "shapes/round.py": "from . import lines\nfrom .lines import line\ncircle = line",
        "shapes/lines.py": "def line(x): return x",
        "shapes/square.py": "",
    }.items():
        (tmp_path / name).write_text(source)
    return tmp_path


def fingerprints(folder, source=CONTEXT):
    tree = ast.parse(source)
    lines = {n.name: n.lineno for n in tree.body if isinstance(n, ast.FunctionDef)}
    made = Fingerprints(tree, lines, {}, Helpers(tree, folder))
    return {name: made.of(name) for name in lines}


def changed(folder, name, source=CONTEXT):
    before = fingerprints(folder, source)
    (folder / name).write_text((folder / name).read_text() + "\nmore = 1\n")
    after = fingerprints(folder, source)
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tools.py", {"uses_tools"}),
        ("deeper.py", {"uses_tools"}),
        ("late.py", {"uses_late"}),
        ("shapes/__init__.py", {"uses_shapes"}),
        ("shapes/round.py", {"uses_shapes"}),
        ("shapes/lines.py", {"uses_shapes"}),
        ("shapes/square.py", set()),
        ("unused.py", set()),
    ],
)
def test_a_module_counts_for_what_uses_it(folder, name, expected):
    assert changed(folder, name) == expected


def test_what_a_star_brings_counts_for_all(folder):
    source = CONTEXT.replace("import tools", "from tools import *")
    assert changed(folder, "deeper.py", source) == set(NAMES)


def test_files_are_told_with_what_is_in_them(folder):
    files = Helpers(ast.parse(CONTEXT), folder).files
    assert set(files) == {
        *("tools.py", "deeper.py", "late.py"),
        *("shapes/__init__.py", "shapes/round.py", "shapes/lines.py"),
    }
    assert all(len(digest) == 16 for digest in files.values())


def test_modules_that_import_each_other_or_make_no_sense(folder):
    (folder / "deeper.py").write_text("import tools\n")
    (folder / "late.py").write_text("this is no Python")
    (folder / "tools.py").write_bytes(b"\xff\xfe\x00")
    assert changed(folder, "late.py") == {"uses_late"}


def test_a_text_of_nowhere_has_nothing_beside_it():
    assert Helpers(ast.parse(CONTEXT), None).files == {}
