"""What the run database is told of a fragment."""

from __future__ import annotations

import math

import h5py
import numpy as np
import pytest

from damnit_daemon.hdf5 import ResultsMissing, ResultsUnreadable, read_fragment

from .builders import KEY, PNG, Fragment


@pytest.fixture
def file(tmp_path):
    return Fragment(tmp_path / "p1234_r7.abcdefgh.ready.h5")


def value_of(file, name):
    values = {value.name: value for value in read_fragment(file.path, KEY).values}
    return values[name]


@pytest.mark.parametrize("value", [3, 2.5, True, 1 + 2j, "text", PNG])
def test_a_summary_is_a_plain_python_value(file, value):
    file.value("v", value, at=5.0)
    found = value_of(file, "v")
    assert found.value == value
    assert type(found.value) is type(value)
    assert (found.max_diff, found.summary_type, found.summary_method) == (None, None, "")
    marked = {"value_type": "boolean"} if value is True else {}
    assert found.attributes == {"computed_at": 5.0, **marked}


def test_bytes_are_shown_as_text(file):
    file.value("v", b"abc")
    assert value_of(file, "v").value == "abc"


def test_a_line_is_an_array(file):
    line = np.array([[0.0, 1.0], [5.0, 6.0]])
    file.value("v", np.arange(2), summary=line, max_diff=1.0, summary_type="trendline")
    found = value_of(file, "v")
    np.testing.assert_array_equal(found.value, line)
    assert (found.max_diff, found.summary_type) == (1.0, "trendline")


def test_attributes_become_json(file):
    file.value(
        "v",
        1,
        at=5.0,
        summary_method="mean",
        bold=True,
        background=np.array([1, 2, 3], np.uint8),
        units="mm",
        other=np.float32(1.5),
    )
    found = value_of(file, "v")
    assert found.summary_method == "mean"
    assert found.attributes == {
        "bold": True,
        "background": [1, 2, 3],
        "units": "mm",
        "other": 1.5,
        "computed_at": 5.0,
    }
    assert type(found.attributes["bold"]) is bool


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_marked_as_one(file, value):
    """SQLite has it as 0 or 1."""
    file.value("v", value, at=5.0).value("n", int(value), at=5.0)
    found = value_of(file, "v")
    assert found.value is value
    assert found.attributes == {"value_type": "boolean", "computed_at": 5.0}
    assert value_of(file, "n").attributes == {"computed_at": 5.0}


def test_an_error_has_no_value_and_wins_over_a_summary(file):
    file.value("v", 1, at=5.0).error("v", "broke", "TypeError", at=5.0)
    found = value_of(file, "v")
    assert found.value is None
    assert found.attributes == {"error": "broke", "error_cls": "TypeError", "computed_at": 5.0}


def test_what_damnit_wrote_was_computed_when_the_file_was_written(file):
    file.value("v", 1).error("e", "x").written_at(1000.25)
    assert value_of(file, "v").attributes["computed_at"] == 1000.25
    assert value_of(file, "e").attributes["computed_at"] == 1000.25


@pytest.mark.parametrize("when", [math.nan, math.inf, "yesterday"])
def test_a_time_that_is_none_counts_as_missing(file, when):
    file.value("v", 1)
    with h5py.File(file.path, "r+") as opened:
        opened[".reduced/v"].attrs["computed_at"] = when
    file.written_at(1000.0)
    assert value_of(file, "v").attributes["computed_at"] == 1000.0


def test_the_start_of_the_run_is_no_value(file):
    file.value("start_time", 1700000000.5).value("v", 1)
    fragment = read_fragment(file.path, KEY)
    assert fragment.start_time == 1700000000.5
    assert [value.name for value in fragment.values] == ["v"]


@pytest.mark.parametrize("start", ["early", np.arange(3.0), math.nan])
def test_a_start_that_is_no_time_is_none(file, start):
    file.value("start_time", start)
    assert read_fragment(file.path, KEY).start_time is None


def test_provenance(tmp_path):
    file = Fragment(tmp_path / "f.h5", provenance="my script")
    assert read_fragment(file.path, KEY).provenance == "my script"
    with h5py.File(file.path, "r+") as opened:
        del opened.attrs["provenance"]
    assert read_fragment(file.path, KEY).provenance == ""


def test_bad_names_are_rejected_and_cost_no_other(file):
    file.value("good", 1).value("grp.good", 2).value("not-good", 3).value("a..b", 4)
    fragment = read_fragment(file.path, KEY)
    assert [value.name for value in fragment.values] == ["good", "grp.good"]
    assert [name for name, _ in fragment.rejected] == ["a..b", "not-good"]


def test_a_value_that_cannot_be_read_is_an_error_in_its_cell(file, tmp_path):
    file.value("good", 1, at=5.0)
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(range(8)))
    with h5py.File(file.path, "r+") as opened:
        opened.create_dataset(
            ".reduced/stolen", shape=(8,), dtype="u1", external=[(str(secret), 0, 8)]
        )
        opened.create_dataset(".reduced/damaged", data=np.arange(9), compression="gzip")
        offset = opened[".reduced/damaged"].id.get_chunk_info(0).byte_offset
    with file.path.open("r+b") as raw:
        raw.seek(offset)
        raw.write(b"\xff" * 16)
    assert value_of(file, "good").value == 1
    for name in ("stolen", "damaged"):
        found = value_of(file, name)
        assert found.value is None
        assert found.attributes["error_cls"] == "UnreadableResult"
        assert "cannot be read" in found.attributes["error"]


def test_data_without_a_summary_has_no_row(file):
    file.data("v", np.arange(3))
    assert read_fragment(file.path, KEY).values == []


def test_foreign_files(tmp_path):
    path = tmp_path / "x.h5"
    with pytest.raises(ResultsMissing):
        read_fragment(path, KEY)
    path.write_text("no")
    with pytest.raises(ResultsUnreadable):
        read_fragment(path, KEY)


def test_a_symbolic_link_is_no_fragment(file, tmp_path):
    link = tmp_path / "p1234_r7.zzzzzzzz.ready.h5"
    link.symlink_to(file.path)
    with pytest.raises(ResultsUnreadable, match="symbolic link"):
        read_fragment(link, KEY)
