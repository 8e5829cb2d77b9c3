"""Widths, alignment and placement of columns."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from damnit_daemon.model import Column
from damnit_tui.table.cell_render import paint_cell
from damnit_tui.table.cells import CellKind, TableCell, format_cell
from damnit_tui.table.header import count_levels, paint_header, rule
from damnit_tui.table.layout import (
    Fit,
    first_to_show,
    pins_that_fit,
    place_columns,
    split_title,
)

from ..conftest import stored


def column_of(values, units=""):
    """A fit that has seen some values, and their cells as painted lines."""
    given = json.dumps({"units": units}) if units else None
    fit = Fit(Column("v", "V"))
    cells = [
        format_cell(v if v is None else stored(v, attributes_json=given), fit.column)
        for v in values
    ]
    for cell in cells:
        fit.take(cell)
    return fit, ["".join(p.text for p in paint_cell(c, fit, fit.width)) for c in cells]


def test_numbers_are_aligned_at_the_decimal_point():
    fit, lines = column_of([1032.4, 3.0, 1e-7, -12.5, None, 12345678.0])
    assert lines == [
        "1032.4000   ",
        "   3        ",
        "   1.000e-07",
        " -12.5000   ",
        "   ·        ",
        "   1.235e+07",
    ]
    assert {cell_len(line) for line in lines} == {fit.width}


def test_whole_numbers_are_aligned_right():
    _, lines = column_of([7, 1204, None])
    assert lines == ["     7", "  1204", "     ·"]


def shown_widths(fits, width):
    return {fits[slot.index].column.name: slot.width for slot in place_columns(fits, 0, 5, width)}


def test_spare_width_goes_to_truncated_columns():
    long, short = Fit(Column("long", "L")), Fit(Column("short", "S"))
    failed = Fit(Column("failed", "F"))
    long.take(TableCell("x" * 60, CellKind.TEXT))
    short.take(TableCell("abc", CellKind.TEXT))
    failed.take(TableCell("7", CellKind.NUMBER))
    failed.take(TableCell("✗ ValueError", CellKind.FAILED))
    fits = [long, short, failed]
    assert shown_widths(fits, 200) == {"long": 60, "short": short.width, "failed": 12}
    tight = shown_widths(fits, 70)
    assert 28 < tight["long"] < 60
    assert tight["failed"] == 12
    assert sum(tight.values()) == 70 - 5 - 3 - 2 * 2
    long.by_hand = 10
    assert shown_widths(fits, 200)["long"] == 10


def test_complex_number_is_not_truncated():
    fit = Fit(Column("phase", "P"))
    fit.take(TableCell("complex", CellKind.PICTURE), "1.2346 - 9876.5432j")
    assert fit.width == len("1.2346 - 9876.5432j")


def test_text_is_aligned_left():
    _, lines = column_of(["dark", "calibration", None])
    assert lines == ["dark       ", "calibration", "·          "]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-(10**9), 10**9),
            st.floats(allow_nan=False),
            st.text(max_size=40),
        ),
        min_size=1,
    )
)
def test_each_cell_fills_its_width_exactly(values):
    fit, lines = column_of(values)
    assert {cell_len(line) for line in lines} == {fit.width}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2))
def test_decimal_points_of_any_numbers_share_one_column(values):
    _, lines = column_of(values)
    assert len({line.index(".") for line in lines if "." in line}) <= 1


@pytest.mark.parametrize("width", range(1, 12))
def test_narrow_cell_is_truncated_with_an_ellipsis(width):
    fit, _ = column_of([1032.4])
    cell = format_cell(stored(1032.4), fit.column)
    text = "".join(p.text for p in paint_cell(cell, fit, width))
    assert cell_len(text) == width
    assert "…" in text or "1032.4000" in text


def test_skip_reason_is_shown_only_in_full():
    skipped = TableCell("» Run is not a scan", CellKind.SKIPPED)
    wide, _ = column_of(["a text of some considerable len"])
    narrow, _ = column_of(["text"])
    assert paint_cell(skipped, wide, wide.width)[0].text.rstrip() == "» Run is not a scan"
    assert paint_cell(skipped, narrow, narrow.width)[0].text.rstrip() == "»"


def test_common_units_move_to_the_header():
    fit, lines = column_of([1.5, 2.5], units="µJ")
    assert fit.title_parts == ("V [µJ]",)
    assert lines == ["1.5000", "2.5000"]


def test_differing_units_stay_with_their_numbers():
    fit = Fit(Column("v", "V"))
    cells = [TableCell("1.5000", CellKind.NUMBER, units=u) for u in ("mm", "keV", "")]
    for cell in cells:
        fit.take(cell)
    assert fit.title_parts == ("V",)
    assert ["".join(p.text for p in paint_cell(c, fit, fit.width)) for c in cells] == [
        "1.5000 mm ",
        "1.5000 keV",
        "1.5000    ",
    ]


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Intensity", ("Intensity",)),
        ("XGM/Intensity", ("XGM", "Intensity")),
        ("XGM/Pulse [uJ/p]", ("XGM", "Pulse [uJ/p]")),
        ("A/B/C", ("A", "B", "C")),
        ("odd]/x", ("odd]", "x")),
        ("\x1b/x", ("␛", "x")),
    ],
)
def test_titles_split_at_slashes_except_in_units(title, parts):
    assert split_title(title) == parts


def test_header_names_the_mean_only_if_all_values_are_means():
    mean = json.dumps({"units": "µJ"})
    fit = Fit(Column("energy", "Beam/Energy"))
    fit.take(format_cell(stored(1.5, summary_method="mean", attributes_json=mean), fit.column))
    assert fit.title_parts == ("Beam", "Energy (mean) [µJ]")
    # One that is none of these makes the column a mixed one.
    fit.take(format_cell(stored(1.5, attributes_json=mean), fit.column))
    assert fit.title_parts == ("Beam", "Energy [µJ]")


@pytest.mark.parametrize(
    ("title", "method", "told"),
    [
        ("Energy", "nanmean", "Energy (nanmean)"),
        ("Mean energy", "nanmean", "Mean energy"),
        ("Energy", "", "Energy"),
        ("Energy", "\x1b[1m", "Energy"),
        ("Energy", "a_name_that_is_longer_than_any_title", "Energy"),
        ("Energy", 7, "Energy"),
    ],
)
def test_header_names_the_summary_method_unless_the_title_does(title, method, told):
    fit = Fit(Column("energy", title))
    fit.take(format_cell(stored(1.5, summary_method=method), fit.column))
    assert fit.title_parts == (told,)


def test_numbers_are_not_truncated_at_the_edge_of_the_screen():
    number, words, short = (Fit(Column(name, name)) for name in ("first", "words", "pair"))
    number.take(TableCell("1032.4000", CellKind.NUMBER))
    words.take(TableCell("a text of some considerable len", CellKind.TEXT))
    short.take(TableCell("34, 54", CellKind.TEXT))
    for last, narrow, wide in ((number, 8, 9), (short, 5, 6), (words, 11, 12)):
        found = [Fit(Column("v", "v")), last]
        left = 5 + len(" │ ") + 6 + len("  ")
        assert list(shown_widths(found, left + narrow)) == ["v"]
        assert shown_widths(found, left + wide) == {"v": 6, last.column.name: wide}
    # If there is no other, a part is better than nothing.
    assert shown_widths([number], 5 + 3 + 4) == {"first": 4}


def test_spare_width_beside_the_last_fitting_column_goes_to_truncated_ones():
    failed, number = Fit(Column("failed", "F")), Fit(Column("number", "N"))
    failed.take(TableCell("✗ ValueError", CellKind.FAILED))
    number.take(TableCell("1032.4000", CellKind.NUMBER))
    assert shown_widths([failed, number], 5 + 3 + 6 + 2 + 8) == {"failed": 12}


def fits(*titles):
    return [Fit(Column(title, title)) for title in titles]


def test_header_groups_span_their_columns():
    found = fits("Time", "XGM/Intensity", "XGM/Trend", "AGIPD/Hits")
    slots = place_columns(found, 0, 5, 80)
    lines = paint_header(found, slots, count_levels(found), " Run ", 1)
    text = ["".join(piece.text for piece in line) for line in lines]
    assert text == [
        "      │        │ XGM ───────────── │ AGIPD ",
        " Run  │ Time   │ Intensity  Trend  │ Hits  ",
    ]
    assert [p.text.strip() for p in lines[1] if p.role == "column-cursor"] == ["Intensity"]
    assert len(rule(slots, 5, 80)) == 80
    assert rule(slots, 5, 80)[6] == "┼"


@given(
    st.lists(st.text("ab/", max_size=30), min_size=1, max_size=30),
    st.integers(0, 200),
    st.data(),
)
def test_columns_stay_within_the_screen(titles, width, data):
    found = fits(*titles)
    first = data.draw(st.integers(0, len(found) - 1))
    slots = place_columns(found, first, 5, width)
    for slot in slots:
        assert slot.x + slot.width <= max(width, 0)
    levels = count_levels(found)
    for line in paint_header(found, slots, levels, " Run ", None):
        assert cell_len("".join(piece.text for piece in line)) <= max(5, width)


@given(st.integers(0, 29), st.integers(0, 29), st.integers(20, 120))
def test_wanted_column_is_shown_in_full_where_it_fits(wanted, first, width):
    found = fits(*(f"Title {i}" for i in range(30)))
    first = first_to_show(found, wanted, first, 5, width)
    shown = {slot.index: slot.width for slot in place_columns(found, first, 5, width)}
    assert shown[wanted] == found[wanted].width


def places(slots):
    return [slot.index for slot in slots]


def test_pinned_columns_stay_left_when_scrolled():
    found = fits("A/One", "A/Two", "A/Three", "B/Four", "B/Five")
    slots = place_columns(found, 3, 5, 80, pinned=2)
    assert places(slots) == [0, 1, 3, 4]
    assert [slot.gap for slot in slots] == [" │ ", "  ", " ┃ ", "  "]
    groups, titles = (
        "".join(piece.text for piece in line)
        for line in paint_header(found, slots, 2, "Run  ", None)
    )
    assert groups.count("A ──") == 1
    assert "┃" in titles
    assert rule(slots, 5, 80).count("╂") == 1


def test_header_group_ends_at_the_pinned_columns():
    found = fits("A/One", "A/Two")
    slots = place_columns(found, 1, 5, 80, pinned=1)
    groups = "".join(piece.text for piece in paint_header(found, slots, 2, "Run  ", None)[0])
    assert groups.count("A") == 2


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 160))
def test_pinned_columns_leave_room_for_scrolling(wanted, first, width):
    found = fits(*(f"Title {i}" for i in range(31)))
    pinned = pins_that_fit(found, wanted, 5, width)
    slots = place_columns(found, max(first, pinned), 5, width, pinned)
    assert places(slots)[:pinned] == list(range(pinned))
    if pinned and pinned < len(found):
        assert slots[pinned].width == found[slots[pinned].index].width
