"""Parameters of a context file: their declaration, values for a job, and storage."""

from __future__ import annotations

import json

import h5py
import pytest

from damnit_daemon.runner.parameter import parse_value

SOURCE = """
from damnit_ctx import Group, Parameter, Variable

threshold = Parameter(2.5, title="Threshold", description="in keV", tags="t")
mode = Parameter("fast")

@Group
class Camera:
    top = Parameter(3, title="Top")
    is_on = Parameter(True)

    @Variable
    def roi(self, run, top: "self#top", on: "self#is_on"):
        return top if on else -top

cam = Camera(title="Cam", tags="g")

@Variable
def scaled(run, factor: "param#threshold"):
    return 2 * factor

@Variable
def after(run, scaled: "var#scaled", mode: "param#mode"):
    return f"{scaled} {mode}"

@Variable
def lacks(run, x: "param#thresold"):
    return x

@Variable
def other(run, x: "param#absent" = 7):
    return x
"""


def test_declarations_are_reported(runner):
    loaded = runner.run(SOURCE).loaded
    found = [(p.name, p.title, p.type_name, p.default, p.tags) for p in loaded.parameters]
    assert found == [
        ("threshold", "Threshold", "number", 2.5, ["t"]),
        ("mode", "mode", "string", "fast", []),
        ("cam.is_on", "Cam/is_on", "boolean", True, ["g"]),
        ("cam.top", "Cam/Top", "integer", 3, ["g"]),
    ]
    warnings = [p.message for p in loaded.problems]
    assert warnings[0].endswith(
        "no parameter 'thresold' in the context file. Did you mean 'threshold'?"
    )
    assert "'absent'" in warnings[1]


def test_values_of_the_job_or_defaults_are_used_and_stored(runner):
    outcome = runner.run(SOURCE, parameters={"threshold": "4", "cam.is_on": 0, "gone": 1})
    assert [outcome.data(name) for name in ("scaled", "after", "cam.roi")] == [8.0, "8.0 fast", -3]
    assert outcome.done["lacks"].outcome == "skipped"
    assert outcome.data("other") == 7
    assert any("no parameter 'gone'" in note for note in outcome.notes)
    with outcome.fragment("start_time") as file:
        stored = {name: file[".parameters"][name][()] for name in file[".parameters"]}
    expected = {"threshold": 4.0, "mode": b"fast", "cam.top": 3, "cam.is_on": False}
    assert stored == expected
    _, attributes = outcome.summary("after")
    assert json.loads(attributes["parameters"]) == {"mode": "fast", "threshold": 4.0}
    with h5py.File(outcome.done["other"].fragment) as file:
        assert "parameters" not in file[".reduced/other"].attrs


def test_job_with_a_value_of_another_type_fails_with_the_reason(runner):
    ended = runner.run(SOURCE, parameters={"cam.top": "wide"}).ended[0]
    assert (ended.outcome, ended.reason) == (
        "failed",
        "The parameter cam.top: 'wide' is not a whole number.",
    )


@pytest.mark.parametrize(
    ("declaration", "complaint"),
    [
        ("a = Parameter([1])", "must be a bool, int, float or str"),
        ("a = Parameter(float('nan'))", "'nan' is not a number"),
        ("a = Parameter(2**64)", "'18446744073709551616' is not a whole number"),
        ("a = Parameter('\\0')", "is not text that can be stored"),
        ("a = Parameter(1, title=5)", "must be texts"),
        ("comment = Parameter(1)", "has the name of a variable or column"),
        ("p = Parameter(1)\n@Variable\ndef p_(run): return 1\np_.name = 'p'", "has the name of"),
        ("p = Parameter(1, name='a b')", "not a valid Python identifier"),
        ("p = Parameter(1, tags=[3])", "must be strings"),
    ],
)
def test_invalid_declaration_is_an_error(runner, declaration, complaint):
    source = f"from damnit_ctx import Parameter, Variable\n{declaration}\n"
    problems = [p.message for p in runner.run(source).loaded.problems]
    assert len(problems) == 1
    assert complaint in problems[0]


@pytest.mark.parametrize(
    ("text", "type_name", "value"),
    [
        ("yes", "boolean", True), ("FALSE", "boolean", False), (0, "boolean", False),
        ("-7", "integer", -7), (7.0, "number", 7.0), ("1e3", "number", 1000.0),
        (" a ", "string", " a "), (3, "string", "3"),
    ],
)  # fmt: skip
def test_value_is_parsed_by_the_type_of_the_default(text, type_name, value):
    assert repr(parse_value(text, type_name)) == repr(value)


@pytest.mark.parametrize(
    ("text", "type_name"),
    [
        ("maybe", "boolean"), ("2", "boolean"), ("2.5", "integer"), (str(2**63), "integer"),
        ("9" * 5000, "integer"), ("nan", "number"), ("1e999", "number"), ("", "number"),
        ("x" * 10_001, "string"), ("\0", "string"), ("\ud800", "string"),
    ],
)  # fmt: skip
def test_value_of_another_type_is_refused(text, type_name):
    with pytest.raises(ValueError, match="is not"):
        parse_value(text, type_name)
