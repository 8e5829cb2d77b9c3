"""Encoding of values for the run database."""

import struct
from datetime import date
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest

from damnit_daemon.store import encode
from damnit_daemon.store.encode import encode_real, encode_value

INF = float("inf")
PNG = b"\x89PNG\r\n\x1a\n..."
PAIR = np.array([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]])


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (3, 3),
        (-(2**63), -(2**63)),
        (2**63 - 1, 2**63 - 1),
        (2.5, 2.5),
        (INF, INF),
        (-INF, -INF),
        (True, 1),
        ("text", "text"),
        ("", ""),
        (PNG, PNG),
        (b"", b""),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        (np.bool_(True), 1),
        (np.int8(-5), -5),
        (np.uint64(2**63 - 1), 2**63 - 1),
        (np.float16(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.longdouble("1e4000"), INF),
        (np.str_("text"), "text"),
        (np.bytes_(b"text"), "text"),
        (np.bytes_(PNG), PNG),
        (np.array(7), 7),
        (np.array("text"), "text"),
        (np.array("text", dtype=object), "text"),
    ],
)
def test_sqlite_types_are_stored_unchanged(value, stored):
    found = encode_value(value)

    assert found == (stored, None)
    assert type(found.value) is (int if isinstance(stored, bool) else type(stored))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (2**63, "9223372036854775808"),
        (-(2**63) - 1, "-9223372036854775809"),
        (np.uint64(2**64 - 1), "18446744073709551615"),
        ("a\0b", "a␀b"),
        ("a\udc80b", "a\\udc80b"),
        (np.datetime64("2026-01-01T00:00"), "2026-01-01T00:00"),
        (np.timedelta64(5, "s"), "5 seconds"),
        (np.array((1, 2.5), dtype=[("a", "i4"), ("b", "f8")])[()], "[1, 2.5]"),
        (np.array(["a", None, 1.5], dtype=object), '["a", null, 1.5]'),
        ([1, 2.5, float("nan")], "[1, 2.5, null]"),
        ({"ä": 1}, '{"ä": 1}'),
        (Fraction(1, 3), "1/3"),
        (date(2026, 1, 1), "2026-01-01"),
    ],
)
def test_other_types_are_stored_as_text(value, stored):
    assert encode_value(value) == (stored, None)


@pytest.mark.parametrize(
    "nothing", [None, float("nan"), np.float32("nan"), np.longdouble("nan"), np.array(np.nan)]
)
@pytest.mark.parametrize("summary_type", [None, "numpy", "trendline", "complex", "timestamp"])
def test_none_is_stored_without_summary_type(nothing, summary_type):
    assert encode_value(nothing, summary_type) == (None, None)


@pytest.mark.parametrize(
    "value", [1 + 2j, np.complex64(1 + 2j), np.complex128(1 + 2j), np.clongdouble(1 + 2j)]
)
def test_complex_number_is_stored_as_two_doubles(value):
    assert encode_value(value) == (struct.pack("<dd", 1.0, 2.0), "complex")


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(3, 2),
        np.arange(5, dtype=">f4"),
        np.zeros((4, 3, 2), dtype=bool),
        np.array([1 + 2j, 3]),
        PAIR + 1j,
        np.array(["a", "bc"]),
        np.array(["2026-01-01"], dtype="M8[D]"),
        np.zeros(3, dtype=[("a", "i4"), ("b", "f8")]),
        np.zeros(0),
        np.asfortranarray(np.arange(6).reshape(3, 2)),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_array_is_stored_as_npy(array):
    blob, summary_type = encode_value(array)

    assert summary_type == "numpy"
    np.testing.assert_array_equal(np.load(BytesIO(blob), allow_pickle=False), array)


@pytest.mark.parametrize("given", [None, "", "trendline"])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u1", "bool", "longdouble", ">f8"])
def test_array_of_two_rows_is_stored_as_trendline_of_its_dtype(given, dtype):
    blob, summary_type = encode_value(PAIR.astype(dtype), given)

    assert summary_type == "trendline"
    loaded = np.load(BytesIO(blob))
    assert loaded.dtype == (np.float64 if dtype == "longdouble" else dtype)
    np.testing.assert_array_equal(loaded, PAIR.astype(dtype))


@pytest.mark.parametrize(
    ("value", "given", "stored"),
    [
        (PAIR, "numpy", "numpy"),
        (PAIR, "complex", "numpy"),
        (PAIR, "histogram", "histogram"),
        (PAIR.T, "trendline", "numpy"),
        (PAIR + 1j, "trendline", "numpy"),
        (5, "trendline", None),
        ("text", "numpy", None),
        (2.5, "complex", None),
        (1700000000.0, "timestamp", "timestamp"),
        (PNG, "numpy", None),
        (PNG, "image", "image"),
        (b"12345678" * 2, "complex", "complex"),
        (b"12345678", "complex", None),
        (np.array([None]), "numpy", None),
    ],
)
def test_summary_type_of_fragment_is_kept_when_it_fits(value, given, stored):
    assert encode_value(value, given).summary_type == stored


def test_extended_precision_is_stored_as_double():
    for dtype, wanted in (("longdouble", "f8"), ("clongdouble", "c16")):
        blob, _ = encode_value(np.zeros(3, dtype))
        assert np.load(BytesIO(blob)).dtype == wanted


def test_oversized_value_is_stored_as_description(monkeypatch):
    monkeypatch.setattr(encode, "MAX_BLOB_BYTES", 100)

    assert encode_value(np.zeros((5, 5))) == ("float64: (5, 5)", None)
    assert encode_value(PNG * 20) == ("<220 bytes>", None)
    assert encode_value(np.zeros(12)).summary_type == "numpy"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1.5, 1.5),
        (np.float32(1.5), 1.5),
        (3, 3.0),
        (3 + 4j, 5.0),
        (np.longdouble(1.5), 1.5),
        (None, None),
        (float("nan"), None),
        (INF, INF),
        ("much", None),
        (10**400, None),
    ],
)
def test_max_diff_is_stored_as_number_or_null(value, stored):
    assert encode_real(value) == stored
