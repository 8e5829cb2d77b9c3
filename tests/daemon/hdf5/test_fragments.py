"""Database values read from a fragment."""

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
def test_fragment_summary_is_a_plain_python_value(file, value):
    file.value("v", value, at=5.0)
    found = value_of(file, "v")
    assert found.value == value
    assert type(found.value) is type(value)
    assert (found.max_diff, found.summary_type, found.summary_method) == (None, None, "")
    marked = {"value_type": "boolean"} if value is True else {}
    assert found.attributes == {"computed_at": 5.0, **marked}


def test_bytes_summary_is_read_as_text(file):
    file.value("v", b"abc")
    assert value_of(file, "v").value == "abc"


def test_trendline_summary_is_read_as_array(file):
    line = np.array([[0.0, 1.0], [5.0, 6.0]])
    file.value("v", np.arange(2), summary=line, max_diff=1.0, summary_type="trendline")
    found = value_of(file, "v")
    np.testing.assert_array_equal(found.value, line)
    assert (found.max_diff, found.summary_type) == (1.0, "trendline")


def test_summary_attributes_become_json_types(file):
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
def test_boolean_summary_is_marked_in_attributes(file, value):
    """SQLite has it as 0 or 1."""
    file.value("v", value, at=5.0).value("n", int(value), at=5.0)
    found = value_of(file, "v")
    assert found.value is value
    assert found.attributes == {"value_type": "boolean", "computed_at": 5.0}
    assert value_of(file, "n").attributes == {"computed_at": 5.0}


def test_error_in_fragment_overrides_summary(file):
    file.value("v", 1, at=5.0).error("v", "broke", "TypeError", at=5.0)
    found = value_of(file, "v")
    assert found.value is None
    assert found.attributes == {"error": "broke", "error_cls": "TypeError", "computed_at": 5.0}


def test_value_without_computed_at_gets_file_time(file):
    file.value("v", 1).error("e", "x").written_at(1000.25)
    assert value_of(file, "v").attributes["computed_at"] == 1000.25
    assert value_of(file, "e").attributes["computed_at"] == 1000.25


@pytest.mark.parametrize("when", [math.nan, math.inf, "yesterday"])
def test_invalid_computed_at_is_replaced_by_file_time(file, when):
    file.value("v", 1)
    with h5py.File(file.path, "r+") as opened:
        opened[".reduced/v"].attrs["computed_at"] = when
    file.written_at(1000.0)
    assert value_of(file, "v").attributes["computed_at"] == 1000.0


def test_start_time_in_fragment_belongs_to_run_not_to_values(file):
    file.value("start_time", 1700000000.5).value("v", 1)
    fragment = read_fragment(file.path, KEY)
    assert fragment.start_time == 1700000000.5
    assert [value.name for value in fragment.values] == ["v"]


@pytest.mark.parametrize("start", ["early", np.arange(3.0), math.nan])
def test_invalid_start_time_in_fragment_is_none(file, start):
    file.value("start_time", start)
    assert read_fragment(file.path, KEY).start_time is None


def test_fragment_provenance_is_read(tmp_path):
    file = Fragment(tmp_path / "f.h5", provenance="my script")
    assert read_fragment(file.path, KEY).provenance == "my script"
    with h5py.File(file.path, "r+") as opened:
        del opened.attrs["provenance"]
    assert read_fragment(file.path, KEY).provenance == ""


def test_invalid_variable_names_in_fragment_are_rejected_alone(file):
    file.value("good", 1).value("grp.good", 2).value("not-good", 3).value("a..b", 4)
    fragment = read_fragment(file.path, KEY)
    assert [value.name for value in fragment.values] == ["good", "grp.good"]
    assert [name for name, _ in fragment.rejected] == ["a..b", "not-good"]


def test_unreadable_value_in_fragment_becomes_an_error(file, tmp_path):
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


def test_data_without_summary_gives_no_database_value(file):
    file.data("v", np.arange(3))
    assert read_fragment(file.path, KEY).values == []


def test_missing_or_foreign_file_is_no_fragment(tmp_path):
    path = tmp_path / "x.h5"
    with pytest.raises(ResultsMissing):
        read_fragment(path, KEY)
    path.write_text("no")
    with pytest.raises(ResultsUnreadable):
        read_fragment(path, KEY)


def test_symlink_is_refused_as_fragment(file, tmp_path):
    link = tmp_path / "p1234_r7.zzzzzzzz.ready.h5"
    link.symlink_to(file.path)
    with pytest.raises(ResultsUnreadable, match="symbolic link"):
        read_fragment(link, KEY)
