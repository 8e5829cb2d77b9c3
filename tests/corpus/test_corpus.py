"""Each situation of a context file gives what it says, in the user's Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..interop.stated_differences import STATED_CONTEXTS
from .expectations import Situation, is_problem, load_situations

SITUATIONS = load_situations()
DIFFERENCES = Path(__file__).parents[2] / "docs" / "differences.md"


def each(situations):
    return pytest.mark.parametrize("situation", situations, ids=lambda s: s.name)


@pytest.fixture
def found(situation: Situation, ours):
    """What came of it."""
    return ours[situation.name]


def test_there_are_enough():
    assert len(SITUATIONS) >= 60


@pytest.mark.parametrize("reason", STATED_CONTEXTS.values(), ids=STATED_CONTEXTS)
def test_what_damnit_does_otherwise_is_in_the_docs(reason):
    assert f"| {reason} |" in DIFFERENCES.read_text(encoding="utf-8")


@each(SITUATIONS)
def test_its_problems_are_told_at_their_places(situation, found):
    expected, problems = situation.expected.get("problems", []), found["problems"]
    assert len(problems) == len(expected), problems
    for text, problem in zip(expected, problems, strict=True):
        assert is_problem(text, problem), problem
    assert found["loads"] is situation.loads


@each([s for s in SITUATIONS if s.loads])
def test_it_declares_what_it_says(situation, found):
    expected = situation.expected
    if "order" in expected:
        assert found["order"] == expected["order"]
    for key in ("titles", "tags"):
        assert {n: found[key][n] for n in expected.get(key, {})} == dict(
            sorted_values(expected.get(key, {}))
        )
    for key in ("proc", "cluster", "transient"):
        assert sorted(found[key]) == sorted(expected.get(key, []))


def sorted_values(mapping):
    return ((n, sorted(v) if isinstance(v, list) else v) for n, v in mapping.items())


@each([s for s in SITUATIONS if s.loads])
def test_it_gives_what_it_says(situation, found):
    expected = situation.expected
    values = dict(found["values"])
    empty = [*expected.get("empty", []), *expected.get("empty_data", [])]
    assert [values.pop(name) for name in empty] == [None] * len(empty)
    assert values == expected.get("values", {})
    errors = expected.get("errors", {})
    assert set(found["errors"]) == set(errors)
    for name, (kind, text) in errors.items():
        assert found["errors"][name][0] == kind
        assert text in found["errors"][name][1]
    assert {*values, *errors, *empty, *found["transient"]} == set(found["order"])
