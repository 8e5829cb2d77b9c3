"""Advice on context files that work, but not as meant."""

from __future__ import annotations

from textwrap import dedent

import pytest

from damnit_daemon.runner.context import read_context
from damnit_daemon.runner.lint import check_costs, check_source
from damnit_daemon.runner.protocol import VariableMeta

IMPORTS = "from damnit_ctx import Group, Variable\n"


def told(source):
    """Severity, place and message of each problem, without the import's line."""
    found = check_source(IMPORTS + dedent(source))
    return [(p.severity, p.line - 1, p.column, p.message) for p in found]


@pytest.fixture
def advice(tmp_path):
    """What the runner says of a file it has loaded."""

    def load(source):
        path = tmp_path / "context.py"
        path.write_text(IMPORTS + dedent(source))
        event = read_context(path).loaded_event({})
        assert event.problems == []
        return [(p.severity, p.line - 1, p.column, p.message) for p in event.advice]

    return load


UNUSED = """\
@Variable
def a(run):
    return 1

@Variable
def b(run, x: "var#a", number: "meta#run_number", _: "var#a"):
    return 2
"""


def test_unused_arguments_are_reported(advice):
    found = told(UNUSED)
    assert found == [
        ("warning", 6, 15, "Argument 'x' (var#a) is never used, but 'b' depends on it"),
        ("warning", 6, 32, "Argument 'number' (meta#run_number) is never used"),
    ]
    assert advice(UNUSED) == found


@pytest.mark.parametrize("body", ["...", "pass", "raise NotImplementedError", "return locals()"])
def test_unused_arguments_of_unwritten_function_are_not_reported(body):
    assert told(f"@Variable\ndef a(run, n: 'meta#run_number'):\n    '''Doc.'''\n    {body}\n") == []


CORRECTED = """\
SOURCE = "SPB_DET_AGIPD1M-1/CORR/0CH0:output"

@Variable
def a(run):
    return run["HED_IA1_JF500K1/CORR/JNGFR01:daqOutput", "data.adc"].ndarray()

@Variable(title="B")
def b(run):
    return run[SOURCE, "image.data"].ndarray()

@Variable(data="proc")
def c(run):
    return run[SOURCE, "image.mask"].ndarray()

@Variable(data="raw")
def d(run):
    '''Not of /CORR/ sources.

    But of others.'''
    return run["X", "image.mask"].ndarray()
"""


def test_corrected_sources_in_raw_variables_are_reported(advice):
    found = told(CORRECTED)
    assert [(line, column) for _, line, column, _ in found] == [(5, 16), (9, 16), (20, 21)]
    assert '@Variable(data="proc")' in found[0][3]
    assert "SPB_DET_AGIPD1M-1/CORR/0CH0:output" in found[1][3]
    assert advice(CORRECTED) == found


DETECTORS = """from extra_data.components import AGIPD1M, JUNGFRAU, LPD1M
import extra_data.components as components

@Variable
def a(run):
    return AGIPD1M(run).get_array("image.data")

@Variable
def b(run):
    return components.LPD1M(run, "FXE_DET_LPD1M-1").data

@Variable
def c(run):
    return run["HED_IA1_JF500K1/DET/JNGFR01:daqOutput", "data.adc"].ndarray()

def opened(run):
    return JUNGFRAU(run, "JF4M")

@Variable
def d(run):
    return opened(run)["data.adc"]

@Variable(data="proc")
def e(run):
    return AGIPD1M(run)

@Variable
def f(run):
    return AGIPD1M(run, raw=True)
"""


def test_detector_components_in_raw_variables_are_reported(advice):
    found = told(DETECTORS)
    assert [(line, column) for _, line, column, _ in found] == [
        (6, 12),
        (10, 12),
        (14, 12),
        (17, 12),
    ]
    parts = ["'a' uses AGIPD1M", "'b' uses LPD1M", "'c' uses 'data.adc'", "'d' uses JUNGFRAU"]
    assert all(part in message for part, (*_, message) in zip(parts, found, strict=True))
    assert advice(DETECTORS) == found


def test_corrected_source_in_variable_promoted_to_proc_is_not_reported(advice):
    source = """\
    @Variable(data="proc")
    def a(run):
        return 1

    @Variable
    def b(run, a: "var#a"):
        return run["X/CORR/Y", "z"].ndarray() * a
    """
    assert advice(source) == []


def test_transient_variable_without_dependents_is_reported(advice):
    source = """\
    @Variable(transient=True)
    def a(run):
        return object()

    @Variable(transient=True)
    def b(run):
        return object()

    @Variable
    def c(run, b: "var#b"):
        return str(b)
    """
    [(severity, line, column, message)] = advice(source)
    assert (severity, line, column) == ("warning", 2, 1)
    assert message.startswith("'a' is transient and nothing depends on it")


def test_problem_of_a_group_with_two_instances_is_reported_once(advice):
    source = """\
    @Group
    class G:
        @Variable
        def n(self, run, number: "meta#run_number"):
            return 1

    a = G()
    b = G()
    """
    assert [(line, column) for _, line, column, _ in advice(source)] == [(4, 30)]
    assert [(line, column) for _, line, column, _ in told(source)] == [(4, 30)]


def test_unknown_and_repeated_names_are_reported_without_loading():
    found = told(
        """\
        @Variable
        def energy(run, x: "var#enregy", z: "vra#energy", y: "var#gone" = 3): ...
        @Variable
        def energy(run): ...
        @Variable
        def comment(run, all: "var#ener*", none: "var#x_*"): ...
        """
    )
    assert [(severity, line) for severity, line, _, _ in found] == [
        ("error", 2), ("warning", 2), ("warning", 2), ("warning", 4), ("error", 6), ("error", 6),
    ]  # fmt: skip
    messages = "\n".join(message for *_, message in found)
    assert "Missing dependency: 'enregy' for 'energy'. Did you mean 'energy'?" in messages
    assert "'gone' for 'energy'. Its default will be used." in messages
    assert "Unknown source vra#" in messages
    assert "'energy' is defined more than once; the last definition is used" in messages
    assert "The variable name 'comment' is reserved" in messages
    assert "Missing dependency: 'x_*'" in messages


@pytest.mark.parametrize(
    "more",
    [
        "from elsewhere import *",
        "from elsewhere import gone",
        "gone = make()",
        "for n in range(3):\n    make(n)",
        "Pipeline.default().add(gone)",
        "import gone",
    ],
)
def test_dependency_that_may_be_defined_elsewhere_is_not_reported(more):
    assert told(f"{more}\n@Variable\ndef a(run, x: 'var#gone'):\n    return x\n") == []


def test_unknown_group_instance_is_reported():
    source = "g = G()\n@Variable\ndef a(run, x: 'var#g.n', y: 'var#h.n'):\n    return x + y\n"
    [(*_, message)] = told(source)
    assert "'h.n'" in message


def test_source_that_is_not_python_is_an_error():
    [problem] = check_source("x = (1,\n", "c.py")
    assert (problem.severity, problem.file, problem.line) == ("error", "c.py", 1)
    assert check_source("x = '\0'")[0].severity == "error"


def test_good_source_has_no_problems():
    assert told("@Variable\ndef a(run):\n    return 1\n") == []
    assert check_source("") == []


def test_slow_variables_are_reported_from_their_timings():
    variables = [
        VariableMeta("slow", "Slow", line=3, column=1),
        VariableMeta("once", "Once"),
        VariableMeta("quick", "Quick"),
        VariableMeta("there", "There", cluster=True),
        VariableMeta("new", "New"),
    ]
    timings = {"slow": (12, 95.4), "once": (1, 300.0), "quick": (50, 1.0), "there": (9, 400.0)}
    [problem] = check_costs(variables, timings, "context.py")
    assert str(problem) == (
        "context.py:3:1: warning: 'slow' takes 95 s (median of 12 runs) "
        "and delays the variables after it: use cluster=True to run it on its own node"
    )
