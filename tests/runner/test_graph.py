"""The graph of variables: dependencies, order, promotion, selection."""

from __future__ import annotations

import pytest

from damnit_ctx import RunData, Variable
from damnit_daemon.runner.graph import Graph, UnknownVariable


def variable(name, *needs, title=None, **kwargs):
    def func(run, **_): ...

    func.__name__ = name
    made = Variable(title=title, **kwargs)(func)
    # As the parameters of a function written by hand.
    text = ", ".join(f"a{i}: {need!r}" for i, need in enumerate(needs))
    namespace: dict = {}
    exec(f"def {name}(run{', ' if needs else ''}{text}): ...", namespace)
    made.func = namespace[name]
    return made


def graph(*variables):
    return Graph({v.name: v for v in variables})


def test_order_within_a_level_follows_definition():
    found = graph(variable("c"), variable("b", "var#a"), variable("a"), variable("d"))
    assert found.order == ["c", "a", "d", "b"]


def test_pattern_matches_other_variables_but_not_its_own():
    found = graph(variable("x_all", "var#x_*"), variable("x_1"), variable("x_2"), variable("y"))
    assert found.direct["x_all"] == ["x_1", "x_2"]
    assert found.problems == []


def test_missing_dependency_is_reported_with_nearest_name():
    found = graph(variable("xgm_mean"), variable("b", "var#xgm_maen"))
    [(name, parameter, message, severity)] = found.problems
    assert (name, parameter, severity) == ("b", "a0", "error")
    assert message == "Missing dependency: 'xgm_maen' for 'b'. Did you mean 'xgm_mean'?"


def test_dependency_cycle_is_reported_in_full():
    found = graph(variable("a", "var#b"), variable("b", "var#c"), variable("c", "var#a"))
    [(_, _, message, _)] = found.problems
    assert "cyclical dependencies" in message
    assert message.endswith(
        ("a needs b needs c needs a", "b needs c needs a needs b", "c needs a needs b needs c")
    )


def test_variable_that_depends_on_itself_is_a_cycle():
    assert "cyclical" in graph(variable("a", "var#a")).problems[0][2]


def test_overlapping_cycles_give_few_errors():
    found = graph(*(variable(f"v{i}", "var#v*") for i in range(30)))
    assert 1 <= len(found.problems) <= 15


def test_dependents_are_promoted_to_proc_and_to_cluster():
    found = graph(
        variable("p", data="proc"), variable("k", cluster=True), variable("r"),
        variable("x", "var#p"), variable("y", "var#x", "var#r"), variable("z", "var#k"),
    )  # fmt: skip
    proc = {n for n, d in found.data.items() if d is RunData.PROC}
    assert proc == {"p", "x", "y"}
    assert {n for n, c in found.cluster.items() if c} == {"k", "z"}


def test_raw_variable_with_proc_dependency_is_an_error():
    found = graph(variable("p", data="proc"), variable("b", "var#p", data="raw"))
    [(name, _, message, _)] = found.problems
    assert name == "b"
    assert "depends on these Variables that require proc data: p" in message


@pytest.fixture
def many():
    return graph(
        variable("raw_a", title="XGM/Energy"),
        variable("raw_b", "var#raw_a", title="XGM/Jitter"),
        variable("heavy", cluster=True, title="Heavy"),
        variable("proc_a", data="proc", title="AGIPD/Hits"),
        variable("proc_b", "var#proc_a", "var#raw_a", title="AGIPD/Rate"),
    )


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        ({}, ["raw_a", "heavy", "proc_a", "raw_b", "proc_b"]),
        ({"data": RunData.RAW}, ["raw_a", "heavy", "raw_b"]),
        ({"data": RunData.PROC}, ["raw_a", "proc_a", "proc_b"]),
        ({"names": ["raw_b"]}, ["raw_a", "raw_b"]),
        ({"names": []}, []),
        ({"match": ["xgm/"]}, ["raw_a", "raw_b"]),
        ({"match": ["rate", "HEAVY"]}, ["raw_a", "heavy", "proc_a", "proc_b"]),
        ({"cluster": True}, ["heavy"]),
        ({"cluster": False, "data": RunData.RAW}, ["raw_a", "raw_b"]),
    ],
)
def test_selection_includes_dependencies(many, request_, names):
    assert many.select(**request_) == names


def test_selection_of_unknown_variable_is_refused_with_nearest_name(many):
    with pytest.raises(UnknownVariable, match="Did you mean 'raw_a'"):
        many.select(names=["rwa_a"])
