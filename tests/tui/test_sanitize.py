"""Data as safe text: visible control characters, padding and truncation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from damnit_tui.sanitize import clip, pad, visible, visible_lines


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain", "plain"),
        ("µJ – 10⁻³ 汉", "µJ – 10⁻³ 汉"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x7f\x9b31m", "␡\\x9b31m"),
        ("safe\u202egnp.exe", "safe\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("lone \ud800", "lone \\ud800"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_control_characters_are_replaced_by_visible_ones(hostile, shown):
    assert visible(hostile) == shown


@given(st.text())
def test_visible_text_is_one_printable_line(text):
    result = visible(text)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in result)
    result.encode("utf-8")


def test_visible_lines_keep_line_breaks_and_tabs():
    assert visible_lines("a\r\nb\tc\n\x1b") == ["a", "b   c", "␛"]


@given(st.text(), st.integers(0, 20))
def test_padded_text_has_the_exact_cell_width(text, width):
    assert cell_len(pad(visible(text), width)) == width
    assert cell_len(pad(visible(text), width, right=True)) == width


def test_truncated_text_ends_with_an_ellipsis():
    assert clip("intensity", 5) == "inte…"
    assert clip("汉字汉字", 5) == "汉字…"
    assert clip("short", 5) == "short"
