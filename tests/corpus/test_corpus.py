"""Situations of context files with their expected results in the user's Python."""

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


def test_corpus_has_at_least_sixty_situations():
    assert len(SITUATIONS) >= 60


@pytest.mark.parametrize("reason", STATED_CONTEXTS.values(), ids=STATED_CONTEXTS)
def test_stated_difference_to_damnit_is_documented(reason):
    assert f"| {reason} |" in DIFFERENCES.read_text(encoding="utf-8")


@each(SITUATIONS)
def test_situation_has_expected_problems_at_their_places(situation, found):
    expected, problems = situation.expected.get("problems", []), found["problems"]
    assert len(problems) == len(expected), problems
    for text, problem in zip(expected, problems, strict=True):
        assert is_problem(text, problem), problem
    assert found["loads"] is situation.loads


@each([s for s in SITUATIONS if s.loads])
def test_situation_has_expected_declarations(situation, found):
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
def test_situation_has_expected_values_and_errors(situation, found):
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
