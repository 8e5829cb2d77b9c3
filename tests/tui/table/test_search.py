"""Searching cells, and columns by a few letters."""

import json

import pytest

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import parse_filter
from damnit_tui.table.cell_render import highlight, paint_cell
from damnit_tui.table.cells import CellKind, TableCell
from damnit_tui.table.layout import Fit
from damnit_tui.table.rows import Rows
from damnit_tui.table.search import Search, next_problem, rank

from ..conftest import NOW, key, stored

COLUMNS = [Column("a", "Sample/A"), Column("b", "Sample/B"), Column("c", "XGM/Intensity")]
FAILED = json.dumps({"error": "division by zero", "error_cls": "ZeroDivisionError"})
SKIPPED = json.dumps({"error": "dark run", "error_cls": "Skip"})


@pytest.fixture
def rows():
    """Runs 3, 2, 1 from the top."""
    table = Rows()
    table.add_columns(COLUMNS)
    table.add_runs([RunRow(key(run), NOW, NOW) for run in (1, 2, 3)])
    table.add_values(
        [
            stored("LaB6", "a", 3),
            stored("dark field", "b", 2),
            stored(1032.4, "c", 2),
            stored(None, "c", 1, attributes_json=FAILED),
            stored(None, "a", 1, attributes_json=SKIPPED),
        ]
    )
    return table


def found(search, rows, row=0, column=0, step=1):
    """The next cell, as run and variable; None without any."""
    place = next((p for p in search.seek(rows, COLUMNS, row, column, step) if p), None)
    return place and (place[0].run, place[1])


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("lab", (3, "a")),
        ("DARK", (2, "b")),
        ("1032", (2, "c")),
        ("by zero", (1, "c")),
        ("ZeroDiv", (1, "c")),
        ("nothing like it", None),
    ],
)
def test_search_finds_a_word_in_texts_numbers_and_reasons(rows, word, place):
    assert found(Search((word,)), rows) == place


def test_search_continues_from_the_cursor_and_wraps_around(rows):
    dark = Search(("dark",))
    assert found(dark, rows) == (2, "b")
    assert found(dark, rows, 1, 1) == (1, "a")
    assert found(dark, rows, 2, 0) == (2, "b")
    assert found(dark, rows, 1, 1, -1) == (1, "a")
    assert found(dark, rows, 2, 0, -1) == (2, "b")
    assert found(Search(("lab",)), rows, 0, 0) == (3, "a")


def test_search_skips_hidden_columns(rows):
    assert next(p for p in Search(("dark",)).seek(rows, COLUMNS[:1], 0, 0) if p)[0] == key(1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("dark", (2, "b")),
        ("c > 1000", (2, "c")),
        ("b ~ field", (2, "b")),
        ("(a = LaB6 or c > 1) and dark", (2, "b")),
        ("not dark", None),
        ("", None),
    ],
)
def test_search_by_filter_finds_matching_cells(rows, text, place):
    search = Search.of_filter(parse_filter(text, COLUMNS))
    assert found(search, rows) == place
    assert bool(search) is (place is not None)


def test_search_without_a_filter_is_empty():
    assert not Search.of_filter(None)
    assert found(Search(), Rows()) is None


def test_next_problem_is_a_failure_in_a_visible_column(rows):
    assert next_problem(rows, COLUMNS, 0, 0) == (key(1), "c")
    assert next_problem(rows, COLUMNS, 2, 2) == (key(1), "c")
    assert next_problem(rows, COLUMNS[:2], 0, 0) is None
    assert next_problem(Rows(), COLUMNS, 0, 0) is None


def test_search_matches_are_highlighted_in_place():
    cell = TableCell("a dark, Dark run", CellKind.TEXT)
    fit = Fit(COLUMNS[0])
    fit.take(cell)
    pieces = highlight(paint_cell(cell, fit, fit.width), Search(("dark",)).patterns)
    assert [(p.text, p.role) for p in pieces if p.text] == [
        ("a ", "text"),
        ("dark", "match"),
        (", ", "text"),
        ("Dark", "match"),
        (" run", "text"),
    ]
    assert "".join(p.text for p in pieces) == cell.text


def test_empty_matches_are_not_highlighted():
    blank = Search.of_filter(parse_filter("a ~ 'x*'", COLUMNS)).patterns
    pieces = paint_cell(TableCell("ab", CellKind.TEXT), Fit(COLUMNS[0]), 6)
    assert "".join(p.text for p in highlight(pieces, blank)) == "ab    "
    assert {p.role for p in highlight(pieces, blank)} == {"text"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("xgm", ["c"]),
        ("int", ["c"]),
        ("tens", ["c"]),
        ("sample b", ["b"]),
        ("a", ["a", "b"]),
        ("sample", ["a", "b"]),
        ("xgm b", []),
        ("  ", []),
    ],
)
def test_columns_are_ranked_by_a_few_letters(text, names):
    ranked = [(rank(text, column), column.name) for column in COLUMNS]
    assert [name for at, name in sorted(r for r in ranked if r[0] is not None)] == names
