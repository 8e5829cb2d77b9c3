"""Formatting of numbers and escaping of untrusted text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model.sanitize import HOSTILE, for_stdout, format_number, show_controls

INF = float("inf")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (9999.0, "9999"),
        (9999.5, "9999.5000"),
        (-0.5, "-0.5000"),
        (0.00010001, "0.0001"),
        (0.0001, "1.000e-04"),
        (10_000.0, "1.000e+04"),
        (12_345.6, "1.235e+04"),
        (-1e-9, "-1.000e-09"),
        (float("nan"), "nan"),
        (INF, "inf"),
        (-INF, "-inf"),
        (42, "42"),
        (1_234_567, "1234567"),
        (-(2**63), "-9223372036854775808"),
        (True, "True"),
    ],
)
def test_number_is_formatted_as_in_damnit(value, text):
    assert format_number(value) == text


def test_control_characters_are_escaped_except_newline_and_tab():
    assert show_controls("a\x1b[0m\x9b\x7f\n\tb") == "a\\x1b[0m\\x9b\\x7f\n\tb"
    assert show_controls("x\u202ey\u200b\ufeff\ud800") == "x\\u202ey\\u200b\\ufeff\\ud800"
    assert show_controls("µJ – 10⁻³ 汉") == "µJ – 10⁻³ 汉"


@pytest.mark.parametrize(("is_terminal", "printed"), [(True, "a\\u200db\n"), (False, "a\u200db\n")])
def test_text_is_escaped_only_for_a_terminal(monkeypatch, is_terminal, printed):
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    assert for_stdout("a\u200db\n") == printed
    for_stdout("\ud800").encode("utf-8")


@given(st.text())
def test_escaped_text_has_no_hostile_character(text):
    shown = show_controls(text)
    assert not HOSTILE.search(shown.replace("\n", "").replace("\t", ""))
    shown.encode("utf-8")


@given(st.text())
def test_json_escapes_keep_the_string(text):
    written = show_controls(json.dumps(text, ensure_ascii=False), lambda c: json.dumps(c)[1:-1])
    assert json.loads(written) == text
