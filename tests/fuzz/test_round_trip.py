"""Round trips of values: dtypes, attributes, coordinates and containers, by every reader."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from damnit_ctx import Cell
from damnit_daemon.hdf5 import ResultsFile, merge
from damnit_daemon.runner import file_format
from damnit_daemon.runner.encode import Computed
from damnit_daemon.runner.fragment import FragmentWriter
from damnit_daemon.runner.saved_values import ValueMissing, read_back

from .budget import report, rounds

HASH = "0123456789abcdef"
COMPUTED = Computed(1_790_000_000.0, 0.1, HASH)

DTYPES = st.sampled_from(
    [
        *("bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"),
        *(">i4", ">f8", ">u2", "U5", "S4", "M8[ns]", "M8[s]", "m8[ns]", "m8[s]"),
    ]
)
SPECIAL = [
    *("scale_factor", "add_offset", "missing_value", "_FillValue", "_Unsigned", "_Encoding"),
    *("units", "calendar", "dtype", "coordinates", "grid_mapping", "bounds", "cell_measures"),
    *("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_NCProperties"),
    *("_Netcdf4Coordinates", "valid_min", "valid_range", "long_name", "units_", "scale_factor_"),
    *("chunksizes", "zlib", "source", "name", "DIMENSION_LABELS", "formula_terms", "_nc3_strict"),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(SPECIAL) | TEXTS.filter(lambda t: t and "/" not in t and t[:8] != "_damnit_"),
    st.sampled_from(
        [
            *("seconds since trigger", "days since 2020-01-01", "seconds", "ms", "bool", "true"),
            *("standard", "x y", "a", "utf-8", "timedelta64[ns]", "", "µm"),
        ]
    )
    | st.sampled_from([2, 1, -1, 0, 0.5, -1.0, 255])
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | TEXTS,
    max_size=4,
)


def elements(dtype):
    """None of the text that numpy itself shortens, and only dates that xarray holds."""
    dtype = np.dtype(dtype)
    if dtype.kind == "U":
        return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
    if dtype.kind == "S":
        return st.binary(max_size=4).map(lambda b: b.replace(b"\0", b"-"))
    if dtype.kind in "mM":
        largest = 2**62 // (10**9 if "[s]" in dtype.str else 1)
        numbers = st.integers(-largest, largest) | st.integers(-(10**5), 10**5)
        return numbers.map(lambda n: n) | st.just("NaT")
    return hnp.from_dtype(dtype)


@st.composite
def variables(draw, sizes):
    dims = tuple(draw(st.permutations(sorted(sizes))))[: draw(st.integers(0, len(sizes)))]
    dtype = np.dtype(draw(DTYPES))
    shape = tuple(sizes[dim] for dim in dims)
    if dtype.kind in "mM":
        size = int(np.prod(shape))
        items = draw(st.lists(elements(dtype), min_size=size, max_size=size))
        unit = dtype.str.partition("[")[2].rstrip("]")
        make = np.datetime64 if dtype.kind == "M" else np.timedelta64
        values = np.array([make(item, unit) for item in items], dtype).reshape(shape)
    else:
        values = draw(hnp.arrays(dtype, shape, elements=elements(dtype)))
    return xr.Variable(dims, values, draw(ATTRIBUTES), draw(ENCODINGS))


ENCODINGS = st.sampled_from(
    [
        *({}, {}, {"scale_factor": 2.0, "add_offset": 1.0, "dtype": "i2"}, {"_FillValue": 0}),
        *({"units": "days since 1900-01-01"}, {"coordinates": "x"}, {"grid_mapping": "crs"}),
        *({"dtype": "S1"}, {"missing_value": 1}, {"chunksizes": (1,)}, {"zlib": False}),
    ]
)


@st.composite
def objects(draw):
    sizes = {dim: draw(st.integers(0, 3)) for dim in draw(st.sampled_from(["", "x", "xy"]))}
    names = st.sampled_from(["a", "data", "b c", "x_y", "µ", "1", "_z"])
    coords = {n: draw(variables(sizes)) for n in draw(st.sets(st.sampled_from("cde"), max_size=2))}
    for dim in sizes:
        if draw(st.booleans()):
            made = draw(variables({dim: sizes[dim]}))
            if made.dims == (dim,):
                coords[dim] = made
    if draw(st.booleans()):
        main = draw(variables(sizes))
        along = {n: c for n, c in coords.items() if set(c.dims) <= set(main.dims)}
        return xr.DataArray(main, along, name=draw(st.none() | names | st.just("x")))
    data = {name: draw(variables(sizes)) for name in draw(st.sets(names, max_size=2))}
    return xr.Dataset(data, coords, draw(ATTRIBUTES))


def contents(value) -> dict:
    """All variables of an object, by name."""
    if isinstance(value, xr.DataArray):
        return {"": value.variable, **{n: c.variable for n, c in value.coords.items()}}
    return dict(value.variables)


def check_values(found, value):
    """The same names, dimensions, types and elements."""
    assert set(found.coords) == set(value.coords)
    ours, theirs = contents(found), contents(value)
    assert set(ours) == set(theirs)
    for name, expected in theirs.items():
        got = ours[name]
        assert got.dims == expected.dims
        if expected.dtype.kind in "mM":
            assert got.dtype.kind == expected.dtype.kind
        elif expected.dtype.kind == "U":
            assert [str(t) for t in got.values.ravel()] == expected.values.ravel().tolist()
            continue
        elif expected.dtype.kind == "S":
            assert got.values.ravel().tolist() == expected.values.ravel().tolist()
            continue
        else:
            assert got.dtype == expected.dtype.newbyteorder("="), name
        equal_nan = expected.dtype.kind in "fcmM"
        assert np.array_equal(got.values, expected.values, equal_nan=equal_nan), name


def check_attributes(found, value):
    for name, expected in contents(value).items():
        assert contents(found)[name].attrs == expected.attrs, name
    assert found.attrs == value.attrs


def saved(folder: Path, value) -> Path:
    """A results file with the value."""
    path = FragmentWriter(folder, 1234, 1).write_cell("it", Cell(value), COMPUTED)
    results = folder / file_format.EXTRACTED_DATA / file_format.results_name(1234, 1)
    assert merge(results, [path]) == []
    path.unlink()
    return results


def check(folder: Path, value) -> bool:
    """Write, merge and read it by every way there is; tell whether it can be read back."""
    results = saved(folder, value)
    with ResultsFile(results) as file:
        found = file.read("it")
        assert file.describe("it") is not None
    assert type(found) is type(value)
    assert found.name == value.name if isinstance(value, xr.DataArray) else True
    check_values(found, value)
    check_attributes(found, value)

    # As DAMNIT's API, and whoever has xarray.
    dataset = xr.load_dataset(results, group="it", engine="h5netcdf")
    if isinstance(value, xr.DataArray):
        (array,) = dataset.data_vars.values()
        check_values(array, value)
    else:
        check_values(dataset, value)

    try:
        again = read_back(folder, 1234, 1, "it", HASH)
    except ValueMissing:
        return False
    assert again.identical(value)
    check_values(again, value)
    check_attributes(again, value)
    for name, expected in contents(value).items():
        kinds = {key: type(item) for key, item in expected.attrs.items()}
        assert {k: type(v) for k, v in contents(again)[name].attrs.items()} == kinds
        assert contents(again)[name].dtype == expected.dtype
    assert set(again.xindexes) == set(value.xindexes)
    return True


@pytest.mark.filterwarnings("ignore:`pandas.Index` does not support the `float16`:FutureWarning")
def test_xarray_objects_survive_a_round_trip():
    tried, back = 0, 0
    for number in rounds(1):

        @seed(number)
        @settings(
            max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(objects())
        def attack(value):
            nonlocal tried, back
            with TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tried += 1
                back += check(Path(folder), value)

        attack()
    report("xarray round trips", tried=tried, survived=tried, told=0, wrong=0)
    assert 0 < back < tried


NUMBERS = st.sampled_from(
    [
        *("bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"),
        *(">i4", ">f8", ">u2", ">c16"),
    ]
)
ARRAYS = hnp.arrays(NUMBERS, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))


def check_array(folder: Path, value) -> None:
    with ResultsFile(saved(folder, value)) as file:
        found = file.read("it")
    assert np.shape(found) == value.shape
    if value.ndim:  # single numbers are Python's
        assert found.dtype == value.dtype
    assert np.array_equal(found, value, equal_nan=value.dtype.kind in "fc")
    try:
        again = read_back(folder, 1234, 1, "it", HASH)
    except ValueMissing:
        return
    assert again.dtype == value.dtype
    assert again.tobytes() == value.tobytes()


@st.composite
def tables(draw):
    """DataFrames with labels of one type, and any columns that Parquet has a type for."""
    size = draw(st.integers(0, 3))
    labels = draw(
        st.lists(st.integers(-5, 5), unique=True, max_size=3)
        | st.lists(TEXTS, unique=True, max_size=3)
        | st.lists(st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")), max_size=1)
    )
    columns = []
    for _ in labels:
        kind = np.dtype(draw(st.sampled_from(["bool", "i2", "u4", "i8", "f4", "f8", "M8[ns]"])))
        if kind.kind == "M":
            numbers = draw(hnp.arrays("i8", size, elements=st.integers(0, 2**60)))
            columns.append(numbers.astype(kind))
        else:
            columns.append(draw(hnp.arrays(kind, size)))
    frame = pd.DataFrame(dict(enumerate(columns)), index=range(size)).set_axis(
        pd.Index(labels), axis="columns"
    )
    return frame.iloc[:, 0] if len(labels) and draw(st.booleans()) else frame


def check_table(folder: Path, value) -> None:
    with ResultsFile(saved(folder, value)) as file:
        found = file.read("it")
    assert type(found) is type(value)
    if value.ndim == 1:
        assert found.name == value.name
        pd.testing.assert_series_equal(found, value, check_names=False, check_index_type=False)
    elif value.size:
        assert list(found.columns) == list(value.columns)
        pd.testing.assert_frame_equal(
            found, value, check_names=False, check_column_type=False, check_index_type=False
        )


@pytest.mark.parametrize(("values", "check_one"), [(ARRAYS, check_array), (tables(), check_table)])
def test_arrays_and_tables_survive_a_round_trip(values, check_one):
    tried = 0
    for number in rounds(1):

        @seed(number)
        @settings(
            max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(values)
        def attack(value):
            nonlocal tried
            with TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tried += 1
                check_one(Path(folder), value)

        attack()
    name = f"{check_one.__name__.removeprefix('check_')} round trips"
    report(name, tried=tried, survived=tried, told=0, wrong=0)
