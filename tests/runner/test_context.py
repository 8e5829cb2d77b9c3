"""Problems of a context file, each with file, line and column."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from damnit_daemon.runner.context import read_context


@pytest.fixture
def read(tmp_path):
    def read_source(source):
        path = tmp_path / "context.py"
        path.write_text(dedent(source))
        return read_context(path)

    return read_source


def places(context):
    return [(p.severity, p.line, p.column) for p in context.problems]


GOOD = """\
from damnit_ctx import Variable

@Variable(title="A", tags=["t"], units="mm")
def a(run):
    "Doc."
    return 1

@Variable(data="proc")
def b(run, x: "var#a"):
    return x
"""


def test_context_file_without_problems_declares_its_variables(read, tmp_path):
    context = read(GOOD)
    assert context.ok
    assert context.problems == []
    event = context.loaded_event({"python": "3"})
    a, b = event.variables
    assert (a.name, a.title, a.description, a.tags, a.units, a.data) == (
        "a", "A", "Doc.", ["t"], "mm", "raw",
    )  # fmt: skip
    assert (b.name, b.data, b.dependencies) == ("b", "proc", ["a"])
    assert (a.line, b.line) == (4, 9)
    assert len(context.context_hash) == 16
    assert context.context_hash != read(GOOD + "\n").context_hash


@pytest.mark.parametrize(
    ("mark", "encoding"), [("\ufeff", "utf-8"), ("# coding: latin-1\n", "latin-1")]
)
def test_byte_order_mark_and_declared_encoding_are_respected(tmp_path, mark, encoding):
    path = tmp_path / "context.py"
    path.write_bytes(f"{mark}{GOOD}\nMICRO = 'µ'\n".encode(encoding))
    context = read_context(path)
    assert context.problems == []
    assert context.loaded_event({}).variables[0].fingerprint


def test_syntax_error_has_its_place(read):
    context = read("x = 1\ny = (2,\n    3 4)\n")
    assert not context.ok
    assert places(context) == [("error", 3, 5)]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="columns of frames came with 3.11")
def test_exception_in_context_file_has_its_place_and_traceback(read):
    context = read("def f():\n    raise ValueError('no')\n\nx = f()\n")
    [problem] = context.problems
    assert problem.message == "ValueError: no"
    assert (problem.line, problem.column) == (2, 5)
    assert "x = f()" in context.traceback
    assert "context.py" in context.traceback
    assert "_execute" not in context.traceback  # our own frames are no help to the user


def test_failing_import_has_its_line_in_context_file(read):
    context = read("import os\nimport no_such_module_here\n")
    [problem] = context.problems
    assert problem.line == 2
    assert "no_such_module_here" in problem.message


def test_sys_exit_in_context_file_has_its_line(read):
    context = read("import sys\nsys.exit(0)\n")
    assert [p.message for p in context.problems] == ["the file calls sys.exit(0)"]
    assert context.problems[0].line == 2


def test_all_problems_of_declarations_have_their_places(read):
    context = read(
        """\
        from damnit_ctx import Variable

        @Variable(data="all")
        def a(run):
            return 1

        @Variable
        def b(run, ok: "var#a", bad: "var#aa"):
            return 1

        @Variable
        def c(run,
              x: "meta#nothing"):
            return 1
        """
    )
    assert places(context) == [("error", 4, 1), ("warning", 13, 10), ("error", 8, 30)]


def test_unknown_dependency_has_the_place_of_its_annotation(read):
    context = read(
        """\
        from damnit_ctx import Variable

        @Variable
        def b(run, bad: "var#aa"):
            return 1
        """
    )
    assert places(context) == [("error", 4, 17)]


def test_context_file_with_warnings_is_usable(read):
    context = read(
        """\
        from damnit_ctx import Variable

        @Variable
        def a(run, what):
            return 1

        @Variable
        def a(run):
            return 2

        @Variable
        def run():
            return 1

        @Variable
        def d(run, x: "var#gone" = 5):
            return x
        """
    )
    assert context.ok
    assert [p.severity for p in context.problems] == ["warning"] * 4
    messages = "\n".join(map(str, context.problems))
    assert "'a' is defined 2 times (lines 4 and 8)" in messages or "lines 4, 8" in messages
    assert "takes no argument" in messages
    assert "name of a built-in column" in messages
    assert "default will be used" in messages


def test_signature_that_cannot_be_read_is_a_warning(read):
    context = read(
        """\
        from damnit_ctx import Group, Variable

        number = Variable()(int)

        @Group
        class Detector:
            @Variable
            def mean():
                return 1

        detector = Detector()
        """
    )
    assert context.ok
    assert [p.severity for p in context.problems] == ["warning"] * 2
    assert all("takes no argument" in p.message for p in context.problems)


def test_duplicate_titles_are_reported(read):
    context = read(
        """\
        from damnit_ctx import Variable

        @Variable(title="Same")
        def a(run): ...

        @Variable(title="Same")
        def b(run): ...
        """
    )
    [problem] = context.problems
    assert problem.message == "These Variables have duplicate titles between them: a, b"
    assert problem.line == 7


def test_variable_without_function_is_reported(read):
    context = read("from damnit_ctx import Variable\nx = Variable(title='X')\n")
    assert "not used as the decorator" in context.problems[0].message


def test_missing_context_file_is_reported(tmp_path):
    context = read_context(tmp_path / "context.py")
    assert not context.ok
    assert "cannot be read" in str(context.problems[0])


def test_context_file_that_is_not_text_is_unusable(read, tmp_path):
    path = tmp_path / "context.py"
    path.write_bytes(b"\xff\xfe\x00x = 1")
    context = read_context(path)
    assert not context.ok


def test_dataclasses_work_in_context_files(read):
    context = read(
        """\
        from __future__ import annotations
        from dataclasses import dataclass
        from damnit_ctx import Variable

        @dataclass
        class Point:
            x: int

        @Variable
        def a(run, n: "meta#run_number", t: int = 1) -> Point:
            return Point(1).x
        """
    )
    assert context.ok
    assert context.problems == []


def test_variable_imported_from_module_beside_context_file_is_declared(read, tmp_path, monkeypatch):
    (tmp_path / "shared_part.py").write_text(
        "from damnit_ctx import Variable\n\n@Variable\ndef common(run):\n    return 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    context = read("from shared_part import common\n")
    assert list(context.variables) == ["common"]
    assert context.fingerprint("common") == ""


def test_problem_of_imported_variable_has_the_place_of_the_import(read, tmp_path, monkeypatch):
    (tmp_path / "another_part.py").write_text(
        "from damnit_ctx import Variable\n\n@Variable\ndef broken(run, x: 'var#gone'): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    context = read("import math\nimport os\n\nfrom another_part import broken\n")
    assert places(context) == [("error", 4, 1)]


EVERY_KIND = """\
from damnit_ctx import Group, Variable

@Group
class Motor:
    @Variable(title="P")
    def position(self, run, x: "self#nowhere", y: "self#neither"):
        return x + y

m = Motor(title="M")

@Variable(title="A", data="prok")
def a(run):
    return 1

@Variable(title="B")
def b(run, x: "var#nope"):
    return 1

@Variable(title="C", tags=3)
def c(run, x: "var#d", y: "meta#none"):
    return x, y

@Variable(title="B")
def d(run, x: "var#c"):
    return x

@Variable(transient=True)
def e(run, x: "var#f"):
    return x

@Variable
def f(run, x: "var#e"):
    return x

@Variable(transient=True)
def g(run, x: "var#m.position", y: "var#none"):
    return x
"""


def test_errors_of_all_kinds_are_reported_together(read):
    context = read(EVERY_KIND)
    found = context.loaded_event({})
    assert {
        (problem.line, problem.severity, problem.message.split(" for ")[0][:40])
        for problem in (*found.problems, *found.advice)
    } == {
        (6, "error", "Attribute 'nowhere' on group 'm' does no"),
        (6, "error", "Attribute 'neither' on group 'm' does no"),
        (12, "error", "data='prok'"),
        (16, "error", "Missing dependency: 'nope'"),
        (16, "warning", "Argument 'x' (var#nope) is never used, b"),
        (20, "error", "tags=3"),
        (20, "warning", "Argument 'y' of variable 'c' has a meta "),
        (20, "error", "These Variables have cyclical dependenci"),
        (24, "error", "These Variables have duplicate titles be"),
        (28, "error", "These Variables have cyclical dependenci"),
        (36, "error", "Missing dependency: 'none'"),
        (36, "warning", "Argument 'y' (var#none) is never used, b"),
        (36, "warning", "'g' is transient and nothing depends on "),
    }


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("x = 1 / 0", "ZeroDivisionError: division by zero"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("@Group\nclass M: pass\ng = h = M()", "is assigned to multiple names"),
    ],
)
def test_file_that_is_not_read_to_its_end_has_its_missing_dependencies_reported(
    read, more, message
):
    source = "from damnit_ctx import *\n@Variable\ndef a(run, x: 'var#nope'):\n    return x\n"
    found = read(f"{source}{more}\n").loaded_event({})
    [problem] = found.problems
    assert message in problem.message
    [other] = found.advice
    assert (other.line, other.severity) == (3, "error")
    assert other.message == "Missing dependency: 'nope' for 'a'."


def test_syntax_error_is_reported_once(read):
    found = read("x = (1,\n").loaded_event({})
    assert len([*found.problems, *found.advice]) == 1
