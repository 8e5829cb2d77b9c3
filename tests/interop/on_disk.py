"""The contents on disk without either program's readers: rows of SQLite, objects of HDF5."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import h5py
import numpy as np

OURS = {
    *("computed_at", "duration_s", "context_hash", "note", "comes_back_as", "fingerprint"),
    "job",
    *("checksums", "value_type"),
}
"""Attributes that we add, which the reference passes through (interop 10, MAY)."""

NETCDF_BOOKKEEPING = {"REFERENCE_LIST", "DIMENSION_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"}
"""References and ids; what they mean is checked by reading the objects."""


def value_rows(folder: Path) -> dict[str, dict[str, Any]]:
    """Rows of `run_variables` by name, without times, of a folder with one run."""
    columns = "name, version, value, max_diff, provenance, summary_type, summary_method, attributes"
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con:
        con.row_factory = sqlite3.Row
        rows = con.execute(f"SELECT {columns} FROM run_variables").fetchall()
    found = {}
    for row in map(dict, rows):
        attributes = json.loads(row["attributes"] or "{}")
        row["attributes"] = {k: v for k, v in attributes.items() if k not in OURS}
        found[row.pop("name")] = row
    return found


def raw_attributes(folder: Path) -> dict[str, dict[str, Any]]:
    """Attributes of each value, with what we add."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con:
        rows = con.execute("SELECT name, attributes FROM run_variables").fetchall()
    return {name: json.loads(text or "{}") for name, text in rows}


def definitions(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Rows of `variables` with their tags, by name."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con:
        rows = con.execute("SELECT name, type, title, description, attributes FROM variables")
        variables = rows.fetchall()
        links = con.execute(
            "SELECT variable_name, tags.name FROM variable_tags JOIN tags ON tags.id = tag_id"
        ).fetchall()
    return {
        name: (*rest, sorted(tag for variable, tag in links if variable == name))
        for name, *rest in variables
    }


def schema(folder: Path) -> dict[str, Any]:
    """Tables with their columns, indexes, triggers and the settings of the file."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con:
        listed = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        objects = con.execute(listed).fetchall()
        tables = sorted(name for kind, name in objects if kind == "table")
        return {
            "objects": sorted(objects),
            "columns": {t: con.execute(f"PRAGMA table_info({t})").fetchall() for t in tables},
            "keys": {t: con.execute(f"PRAGMA foreign_key_list({t})").fetchall() for t in tables},
            "journal": con.execute("PRAGMA journal_mode").fetchone(),
            "user_version": con.execute("PRAGMA user_version").fetchone(),
            "settings": sorted(k for (k,) in con.execute("SELECT key FROM metameta")),
        }


def view_columns(folder: Path) -> dict[str, list[str]]:
    """Columns of the two views."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as con:
        return {
            view: sorted(d[0] for d in con.execute(f"SELECT * FROM {view}").description)
            for view in ("runs", "max_diffs")
        }


def hdf5_objects(path: Path) -> dict[str, dict[str, Any]]:
    """Each variable's objects: path → kind, type, shape, value, layout and attributes."""
    found: dict[str, dict[str, Any]] = {}
    with h5py.File(path) as file:
        names = {n for n in file if not n.startswith(".")}
        for group in (".reduced", ".preview", ".errors"):
            names |= set(file[group])
        for name in names:
            places = [name, *(f"{g}/{name}" for g in (".reduced", ".preview", ".errors"))]
            found[name] = {}
            for place in places:
                if place in file:
                    found[name].update(_describe(file[place]))
    return found


def dimension_ids(path: Path) -> list[int]:
    """`_Netcdf4Dimid` of each dimension scale; netCDF's own library wants them unique in a file."""
    found = []

    def look(_: str, item: Any) -> None:
        if item.attrs.get("CLASS") == b"DIMENSION_SCALE" and "_Netcdf4Dimid" in item.attrs:
            found.append(int(item.attrs["_Netcdf4Dimid"]))

    with h5py.File(path) as file:
        file.visititems(look)
    return found


def _describe(item: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    described = {item.name: _object(item)}
    if isinstance(item, h5py.Group):
        for child in item.values():
            described.update(_describe(child))
    return described


def _object(item: Any) -> dict[str, Any]:
    attributes = {
        name: _plain(item.attrs[name])
        for name in item.attrs
        if name not in OURS | NETCDF_BOOKKEEPING
    }
    kind: dict[str, Any] = {"kind": type(item).__name__, "attributes": attributes}
    if isinstance(item, h5py.Dataset):
        kind |= {
            "dtype": str(item.dtype),
            "stored_as": item.id.get_type().get_class(),
            "shape": item.shape,
            "chunks": item.chunks,
            "filters": (item.compression, item.compression_opts, item.shuffle),
            "value": _plain(item[()]),
        }
    return kind


def _plain(value: Any) -> Any:
    """As something that compares by ==, where NaN equals NaN."""
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind == "O":
            return [str(_plain(v)) for v in array.ravel()]
        return (str(array.dtype), array.shape, array.tobytes())
    return value.decode(errors="replace") if isinstance(value, bytes) else value
