"""Descriptions of cells."""

import json
from datetime import UTC

import pytest

from damnit_daemon.model import Blob, BlobKind, Column
from damnit_tui.table.describe import describe, details

from ..conftest import NOW, key, stored

COMPUTED = Column("xgm.i", "XGM/Intensity", "Mean pulse energy.", tags=("xgm", "raw"))
TYPED = Column("sample", "Sample", type="string")


def failed(name, message):
    return stored(None, attributes_json=json.dumps({"error": message, "error_cls": name}))


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (stored(1032.4123456, attributes_json='{"units": "µJ"}'), COMPUTED, "1032.4123456 µJ"),
        (stored("two\nlines"), COMPUTED, "two␊lines"),
        (stored(Blob(BlobKind.PNG, 9)), COMPUTED, "an image  ▣ 30×20"),
        (stored(None), COMPUTED, "empty: it returned None or NaN, or was cleared"),
        (None, COMPUTED, "not computed: no result was stored for this run"),
        (None, TYPED, "no value entered yet"),
        (failed("Skip", "dark run"), COMPUTED, "» skipped: dark run"),
        (failed("SourceNameError", "no source 'X'"), COMPUTED, "? no source 'X'"),
        (failed("KeyError", "'x'"), COMPUTED, "✗ KeyError: 'x'"),
        (failed("DependencyError", "Skipped:\n└ a"), COMPUTED, "✗ Skipped: └ a"),
    ],
)
def test_cell_description_names_the_value_or_the_reason_of_its_absence(value, column, text):
    found = describe(key(410), column, value, complete=True, drawn="▣ 30×20")
    assert found.text == text


def test_cell_description_names_run_and_title():
    assert describe(key(410), COMPUTED, None, complete=True).place == "r410 · XGM/Intensity"
    assert describe(key(410), COMPUTED, None, complete=False).text == "loading"


def test_cell_details_list_the_provenance_of_a_value():
    given = {"units": "µJ", "computed_at": NOW, "duration_s": 1.2345, "context_hash": "ab12"}
    value = stored(
        1.5,
        max_diff=0.25,
        summary_method="mean",
        provenance="my notebook",
        attributes_json=json.dumps(given),
    )
    assert dict(details(COMPUTED, value, UTC)) == {
        "Variable": "xgm.i",
        "Description": "Mean pulse energy.",
        "Tags": "xgm, raw",
        "Units": "µJ",
        "Summary": "mean",
        "Varies by": "0.2500",
        "Provenance": "my notebook",
        "Computed": "2026-03-14 12:00:00, took 1.23 s",
        "Stored": "2026-03-14 12:00:00",
        "Context file": "ab12",
    }
