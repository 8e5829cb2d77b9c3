"""The text and the style of a cell for each stored value."""

import json

import pytest

from damnit_daemon.model import Blob, BlobKind, Column
from damnit_tui.table.cells import CellKind, format_cell, is_problem, readable_on

from ..conftest import stored

COMPUTED = Column("v", "V")
BOOLEAN = Column("v", "V", type="boolean")
TRUTH = '{"value_type": "boolean"}'
"""As a computed boolean is marked in the database."""
TEXT = Column("v", "V", type="string")


def attributes(**values):
    return json.dumps(values)


def error(name, message="it broke"):
    return attributes(error=message, error_cls=name)


def failed(name, message="it broke"):
    return stored(None, attributes_json=error(name, message))


@pytest.mark.parametrize(
    ("value", "column", "text", "kind"),
    [
        (None, COMPUTED, "·", CellKind.NOT_COMPUTED),
        (None, TEXT, "", CellKind.EMPTY),
        (stored(None), COMPUTED, "", CellKind.EMPTY),
        (stored(3.0), COMPUTED, "3", CellKind.NUMBER),
        (stored(0.5), COMPUTED, "0.5000", CellKind.NUMBER),
        (stored(float("inf")), COMPUTED, "inf", CellKind.NUMBER),
        (stored(float("nan")), COMPUTED, "", CellKind.NUMBER),
        (stored(12), COMPUTED, "12", CellKind.NUMBER),
        (stored(1), COMPUTED, "1", CellKind.NUMBER),
        (stored(1), BOOLEAN, "yes", CellKind.TEXT),
        (stored(0), BOOLEAN, "no", CellKind.TEXT),
        (stored(7), BOOLEAN, "7", CellKind.NUMBER),
        (stored(1, attributes_json=TRUTH), COMPUTED, "yes", CellKind.TEXT),
        (stored(0, attributes_json=TRUTH), COMPUTED, "no", CellKind.TEXT),
        (stored(2, attributes_json=TRUTH), COMPUTED, "2", CellKind.NUMBER),
        (stored(1, attributes_json='{"value_type": ["boolean"]}'), COMPUTED, "1", CellKind.NUMBER),
        (stored("LaB6"), COMPUTED, "LaB6", CellKind.TEXT),
        (stored("a\nb"), COMPUTED, "a␊b", CellKind.TEXT),
        (stored("\x1b]52;c;x\x07"), COMPUTED, "␛]52;c;x␇", CellKind.TEXT),
        (stored("float64: (4, 5)"), COMPUTED, "float64: (4, 5)", CellKind.TEXT),
        (stored(Blob(BlobKind.PNG, 9)), COMPUTED, "▣", CellKind.PICTURE),
        (stored(Blob(BlobKind.TRENDLINE, 9)), COMPUTED, "∿", CellKind.PICTURE),
        (stored(b"\x00" * 16, summary_type="complex"), COMPUTED, "complex", CellKind.PICTURE),
        (stored(b"junk"), COMPUTED, "unreadable", CellKind.PICTURE),
        (
            stored(None, attributes_json=error("Skip", "dark run")),
            COMPUTED,
            "» dark run",
            CellKind.SKIPPED,
        ),
        (
            stored(None, attributes_json=error("SourceNameError")),
            COMPUTED,
            "? no source",
            CellKind.NO_SOURCE,
        ),
        (failed("KeyError"), COMPUTED, "✗ KeyError", CellKind.FAILED),
        (
            stored(None, attributes_json=error("DependencyError")),
            COMPUTED,
            "✗ dependency",
            CellKind.FAILED,
        ),
        (stored(None, attributes_json=attributes(error="x")), COMPUTED, "✗ Error", CellKind.FAILED),
        (failed("\x1b[31m"), COMPUTED, "✗ ␛[31m", CellKind.FAILED),
        (stored(None, attributes_json="not json"), COMPUTED, "", CellKind.EMPTY),
        (stored(1.5, attributes_json="[1, 2"), COMPUTED, "1.5000", CellKind.NUMBER),
        (stored(1.5, attributes_json="[1, 2]"), COMPUTED, "1.5000", CellKind.NUMBER),
    ],
)
def test_cell_text_of_each_stored_value(value, column, text, kind):
    cell = format_cell(value, column)
    assert (cell.text, cell.kind) == (text, kind)


def test_cell_of_a_run_that_is_still_loading_is_empty():
    assert format_cell(None, COMPUTED, complete=False).kind is CellKind.EMPTY


@pytest.mark.parametrize(
    ("max_diff", "given", "bold"),
    [
        (None, {}, False),
        (0.0, {}, False),
        (1e-10, {}, False),
        (1e-8, {}, True),
        (5.0, {"bold": False}, False),
        (None, {"bold": True}, True),
    ],
)
def test_cell_is_bold_if_the_value_varies_unless_stated_otherwise(max_diff, given, bold):
    value = stored(1.5, max_diff=max_diff, attributes_json=json.dumps(given))
    assert format_cell(value, COMPUTED).bold is bold


@pytest.mark.parametrize(
    ("given", "background"),
    [
        ([255, 190, 90], (255, 190, 90)),
        ([1, 2, 3, 4], (1, 2, 3)),
        ([1, 2], None),
        ([300, 0, 0], None),
        (["a", 0, 0], None),
        ("red", None),
        (None, None),
    ],
)
def test_cell_background_must_be_a_valid_colour(given, background):
    value = stored(1.5, attributes_json=attributes(background=given))
    assert format_cell(value, COMPUTED).background == background


def test_cell_text_is_black_on_backgrounds_of_luminance_186_and_more():
    assert readable_on((186, 186, 186)) == (0, 0, 0)
    assert readable_on((185, 185, 185)) == (255, 255, 255)
    assert readable_on((0, 255, 0)) == (255, 255, 255)
    assert readable_on((255, 255, 0)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("provenance", "column", "foreign"),
    [
        ("context.py", COMPUTED, False),
        (None, COMPUTED, False),
        ("", COMPUTED, False),
        ("my notebook", COMPUTED, True),
        ("manual-input", COMPUTED, True),
        ("manual-input", TEXT, False),
        ("my notebook", TEXT, True),
    ],
)
def test_cell_with_another_provenance_is_marked_as_foreign(provenance, column, foreign):
    assert format_cell(stored(1.5, provenance=provenance), column).foreign is foreign


def test_cell_shows_units_only_for_numbers():
    with_units = attributes(units="µJ")
    assert format_cell(stored(1.5, attributes_json=with_units), COMPUTED).units == "µJ"
    assert format_cell(stored("x", attributes_json=with_units), COMPUTED).units == ""
    assert format_cell(stored(1.5, attributes_json=attributes(units=3)), COMPUTED).units == ""


def test_skipped_value_is_not_a_problem():
    assert is_problem(failed("KeyError"))
    assert is_problem(failed("SourceNameError"))
    assert not is_problem(failed("Skip"))
    assert not is_problem(stored(None))
    assert not is_problem(stored(1.0))
