"""Decoding of stored values."""

import pickle
import struct

import numpy as np
import pytest

from damnit_daemon.model import Blob, BlobKind, StoredValue
from damnit_daemon.store import decode_value
from damnit_daemon.store.encode import encode_value

from .conftest import KEY


def stored(value, summary_type=None):
    return StoredValue(KEY, "a", value, 0.0, summary_type=summary_type)


def npy(header, data=b"", version=b"\x01\x00"):
    text = header.encode("latin1") + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + data


@pytest.mark.parametrize("value", [1, 2.5, "text", None, 1 + 2j, b"\x89PNG\r\n\x1a\nx", b"?"])
def test_encoded_value_is_decoded_unchanged(value):
    assert decode_value(stored(*encode_value(value))) == value


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6).reshape(3, 2),
        np.asfortranarray(np.arange(6).reshape(3, 2)),
        np.array(["a", "bc"]),
        np.zeros((0, 3)),
        np.zeros(3, dtype=[("a", "i4"), ("b", "f8")]),
        np.array(["2026-01-01"], dtype="M8[D]"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_encoded_array_is_decoded_unchanged(array):
    decoded = decode_value(stored(*encode_value(array)))

    assert decoded.dtype == array.dtype
    np.testing.assert_array_equal(decoded, array)


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\x93NUMPY",
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", b"\0" * 8),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,), }"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", b"\0" * 8),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle.dumps([1])),
        npy("{'descr': 'no type', 'fortran_order': False, 'shape': (1,), }", b"\0" * 8),
        npy("{'descr': '|V0', 'fortran_order': False, 'shape': (1,), }"),
        npy("(" * 9000),
        npy("__import__('os')"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", b"\0" * 8, b"\x07\x00"),
    ],
    ids=range(11),
)
@pytest.mark.parametrize("summary_type", [None, "numpy", "trendline"])
def test_malformed_array_is_decoded_as_bytes(blob, summary_type):
    assert decode_value(stored(blob, summary_type)) == blob


def test_malformed_complex_number_is_decoded_as_bytes():
    assert decode_value(stored(b"123", "complex")) == b"123"


def test_pickle_is_never_loaded():
    class Bomb:
        def __reduce__(self):
            return print, ("unpickled",)

    blob = pickle.dumps(Bomb())

    assert decode_value(stored(blob)) == blob


def test_decoding_an_unloaded_blob_raises():
    with pytest.raises(ValueError, match="not loaded"):
        decode_value(stored(Blob(BlobKind.PNG, 100)))
