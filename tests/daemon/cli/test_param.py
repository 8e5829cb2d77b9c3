"""The command `param`, and `reprocess --param`."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.ledger import Ledger, load_requests
from damnit_daemon.store import Database, load_values, save_new_run_value

SOURCE = """
from damnit_ctx import Parameter, Variable

threshold = Parameter(2.5, title="Threshold")
is_on = Parameter(True)

@Variable(title="A")
def a(run, threshold: "param#threshold", on: "param#is_on"):
    return threshold if on else -1
"""


@pytest.fixture
def with_parameters(folder, damnit):
    folder.context_file.write_text(SOURCE)
    assert "2 parameters (threshold=2.5, is_on=True)" in damnit("read-context").out
    return folder


def test_param_without_parameters_says_how_to_declare_one(damnit, folder):
    assert "threshold = Parameter(2.5)" in damnit("param").out
    assert damnit("param", "--json").out == "[]\n"


def test_param_sets_the_value_for_new_runs_by_the_type_of_the_default(damnit, with_parameters):
    assert damnit("param", "threshold", "4").code == 0
    assert damnit("param", "is_on", "no").out.splitlines()[1].split() == [
        "is_on", "false", "true", "boolean", "is_on",
    ]  # fmt: skip
    found = {each["name"]: each["new_runs"] for each in json.loads(damnit("param", "--json").out)}
    assert found == {"threshold": 4.0, "is_on": False}
    assert "(default)" in damnit("param", "threshold", "-d").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("param", "thresold", "4"), "no parameter 'thresold'. Did you mean threshold?"),
        (("param", "threshold", "high"), "'high' is not a number. Its default is 2.5."),
        (("param", "x"), "no parameter 'x'. There are threshold, is_on."),
        (("reprocess", "1", "--param", "is_on"), "'is_on' sets no parameter. Write name=value."),
        (("reprocess", "1", "--param", "is_on=1", "--param", "is_on=0"), "is_on is set twice"),
        (("reprocess", "1", "--param", "is_on=maybe"), "'maybe' is not yes or no"),
    ],
)
def test_mistakes_say_what_to_do(damnit, with_parameters, arguments, said):
    result = damnit(*arguments)
    assert result.code == 1
    assert said in result.err


def test_reprocess_uses_and_stores_the_values(damnit, with_parameters):
    def values():
        with Database(with_parameters.database).reading() as con:
            return {value.name: value.value for value in load_values(con)}

    with Database(with_parameters.database).writing() as con:
        save_new_run_value(con, "threshold", 4.0)
    damnit("reprocess", "1", "--direct", "--mock")
    assert values() == {"a": 4.0, "threshold": 4.0, "is_on": 1}
    damnit("reprocess", "1", "--direct", "--mock", "--param", "is_on=no")
    assert values() == {"a": -1, "threshold": 4.0, "is_on": 0}


def test_reprocess_sends_the_values_to_the_daemon(damnit, with_parameters, monkeypatch):
    monkeypatch.setattr("damnit_daemon.services.selection.existing_runs", lambda _path: [1])
    monkeypatch.setattr("damnit_daemon.services.selection.find_proposal", lambda number: number)
    damnit("reprocess", "1", "--param", "threshold=7")
    with Ledger(with_parameters.ledger).reading() as con:
        (request,) = load_requests(con)
    assert request.payload["parameters"] == {"threshold": 7.0}
