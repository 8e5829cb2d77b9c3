"""The expressions of derived columns: values, reasons, mistakes and bounds."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.derived.definition import LONGEST, Definition, parse_definition
from damnit_daemon.derived.expression import FUNCTIONS, Expression
from damnit_daemon.model import Failure
from damnit_daemon.query import FilterError


def evaluate(text, **inputs):
    return Expression(text).value(inputs)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hits / pulses * 100", 12.5),
        ("2 * `two words` + xgm.energy", 9),
        ("where(pulses > 0, hits / pulses, 0)", 0.125),
        ("where(zero > 0, hits / zero, -1)", -1),
        ("1 if hits > 2 and pulses < 100 else 0", 1),
        ("(hits > 2) & ~(pulses == 24)", 0),
        ("where(sample == 'LaB6', 'powder', 'other')", "powder"),
        ("round(log10(abs(-100.4)), 1)", 2.0),
        ("clip(hits, 0, 2) + maximum(hits, pulses, 5) - sign(-4)", 27),
        ("arctan2(zero, -1) - pi", 0.0),
        ("hits ** 2 + (-8) ** 3", -503),
        ("µx + Δ", 3),
        ("lambda / 2 if lambda else xgm.energy.class", 0.5),
    ],
)
def test_values_follow_python_and_numpy(text, value):
    inputs = {"hits": 3, "pulses": 24, "zero": 0, "two words": 4, "xgm.energy": 1.0}
    inputs |= {"sample": "LaB6", "µx": 1, "Δ": 2, "lambda": 1, "xgm.energy.class": 3, "pi": math.pi}
    assert Expression(text).value(inputs) == value


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("hits / zero", "ZeroDivisionError", "division by zero (hits = 3, zero = 0)"),
        ("sample + 1", "TypeError", "'LaB6' is a text, not a number (sample = 'LaB6')"),
        ("sample > 1", "TypeError", "'LaB6' is a text, not a number (sample = 'LaB6')"),
        ("sqrt(-hits)", "ValueError", "a function is not defined there (hits = 3)"),
        ("exp(hits * 1000)", "OverflowError", "the result is too large (hits = 3)"),
        ("hits * 1e308 * 10", "OverflowError", "the result is infinite (hits = 3)"),
        ("hits * 1e999 * 0", "ValueError", "the result is NaN (hits = 3)"),
    ],
)
def test_an_error_is_the_reason_for_an_empty_cell(text, kind, reason):
    assert evaluate(text, hits=3, zero=0, sample="LaB6") == Failure(reason, kind)


@pytest.mark.parametrize(
    ("text", "span", "message"),
    [
        ("1 +", "", "incomplete here"),
        ("(1", "(", "never closed"),
        ("fluor(x)", "fluor", "Did you mean floor?"),
        ("1 + sqrt()", "sqrt()", "sqrt takes 1 argument."),
        ("clip(x, 1)", "clip(x, 1)", "clip takes 3 arguments."),
        ("`two words", "`two words", "not closed"),
        ("`a``b`", "`a``b`", "operator is missing"),
        ("µ + x[0]", "x[0]", "Brackets"),
        ("", "", "missing"),
    ],
)
def test_mistakes_are_located(text, span, message):
    with pytest.raises(FilterError) as caught:
        Expression(text)
    assert message in str(caught.value)
    assert text[caught.value.start : caught.value.end] == span


HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "x.__class__()",
    "(lambda: 1)()",
    "[i for i in (1,) * 10**9]",
    "{**x}",
    "f'{x.__class__}'",
    "open('/etc/passwd')",
    "eval('1')",
    "print(*x)",
    "round(x, ndigits=1)",
    "(x := 1)",
    "x = 1",
    "import os",
    "await x",
    "x @ x",
    "1 << 10**9",
    "b'x' * 9",
    "1j",
    "None",
    "...",
    "x\n+1",
    "(x +\n y)",
    "\0",
    "-" * 400 + "1",
    "(" * 240 + "1" + ")" * 240,
    "+".join(["1"] * 240),
    "1" * (LONGEST + 1),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_expressions_are_refused_before_they_are_evaluated(text):
    with pytest.raises(FilterError):
        Expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "9 ** 9 ** 9 ** 9",
        "(-9.5) ** 1e300",
        "'%999999999d' % 1",
        "'x' * 10**9",
        "square(" * 40 + "x" + ")" * 40,
        "(x * 10**300) ** 10**6",
        "9" * 400 + "* 10.5",
        "round(x, 10**18) / 0",
    ],
)
def test_costly_expressions_end_at_once_with_a_reason(text):
    begin = time.perf_counter()
    assert isinstance(evaluate(text, x=2**63), Failure)
    assert time.perf_counter() - begin < 1


WORDS = ["x", "y", "sample", "`two words`", "1", "2.5", "1e300", "10**9", "'a'", "True", "pi"]
_texts = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(list("+-*/%<>&|")), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(inner, st.sampled_from(["**", "//", "==", "and", "or"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(st.sampled_from(FUNCTIONS), st.lists(inner, min_size=1, max_size=3)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
    ),
    max_leaves=20,
)
_values = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=5)
)


def parsed(text):
    """The expression; None if it is refused, with a position in the text."""
    found = mistake = None
    try:
        found = Expression(text)
    except FilterError as error:
        mistake = error
    assert mistake is None or 0 <= mistake.start <= mistake.end <= len(text) + 1
    return found


@given(_texts, _values, _values, _values)
def test_every_expression_is_refused_or_has_a_finite_value_or_a_reason(text, x, y, sample):
    inputs = {"x": x, "y": y, "sample": sample, "two words": 1, "pi": math.pi, "e": math.e}
    expression = parsed(text)
    found = expression.value(inputs) if expression is not None else ""
    if isinstance(found, Failure):
        assert found.message
    elif not isinstance(found, str):
        assert math.isfinite(found)
        assert abs(found) < 2**63 or isinstance(found, float)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_located_mistake(text):
    parsed(text)


def test_definitions_are_read_as_they_are_written():
    for text in ("a / b as rate [1/pulse]", "a as A/b c", "`x as y` + 1 as z"):
        assert str(parse_definition(text)) == text
    assert parse_definition("a/b as  rate[ mm ]") == Definition("rate", "a/b", "mm")


@pytest.mark.parametrize(
    ("text", "span"),
    [("a / b", " "), ("a as ", ""), ("a as b$", "b$"), ("a as Run", "Run"), (" as b", " as b")],
)
def test_an_incomplete_definition_is_a_located_mistake(text, span):
    with pytest.raises(FilterError) as caught:
        parse_definition(text)
    assert f"{text} "[caught.value.start : caught.value.end] == span
