"""Values on their way from the peer's Python to the tests': JSON, with arrays in an .npz beside it.

Runs on both sides, imports numpy and xarray only. No pickle: neither side's
classes mean anything to the other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr


class Writer:
    """Collects values, then saves them as `NAME.json` and `NAME.npz`."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}

    def encode(self, value: Any) -> Any:
        """A JSON form that says the type and keeps every bit."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) in (float, complex, bytes):
            return {"kind": type(value).__name__, "at": self._keep(np.asarray([value]).view("u1"))}
        if isinstance(value, np.generic):
            return {"kind": "scalar", "at": self._keep(np.asarray(value))}
        if isinstance(value, np.ndarray):
            return {"kind": "ndarray", "at": self._keep(value)}
        if isinstance(value, xr.DataArray):
            name = None if value.name is None else str(value.name)
            return {"kind": "dataarray", "name": name, **self._xarray(value.variable, value.coords)}
        if isinstance(value, xr.Dataset):
            variables = {str(k): self._variable(v.variable) for k, v in value.data_vars.items()}
            coords = {str(k): self._variable(v.variable) for k, v in value.coords.items()}
            attrs = self._attributes(value.attrs)
            return {"kind": "dataset", "variables": variables, "coords": coords, "attrs": attrs}
        if hasattr(value, "to_parquet") or hasattr(value, "to_frame"):
            frame = value if hasattr(value, "to_parquet") else value.to_frame()
            parts = frame.to_dict(orient="split")
            parts["index"] = [list(i) if isinstance(i, tuple) else i for i in parts["index"]]
            return {"kind": "table", "of": type(value).__name__, **parts}
        if hasattr(value, "to_plotly_json"):
            return {"kind": "plotly", "json": value.to_json()}
        return {"kind": "other", "type": type(value).__name__, "text": str(value)}

    def save(self, stem: Path, content: Any) -> None:
        """Write both files."""
        np.savez(stem.with_suffix(".npz"), **self.arrays)
        stem.with_suffix(".json").write_text(json.dumps(content, default=str))

    def _keep(self, array: np.ndarray) -> str:
        if array.dtype.kind in "OT":
            array = array.astype(str)
        key = f"a{len(self.arrays)}"
        self.arrays[key] = array
        return key

    def _variable(self, variable: xr.Variable) -> dict[str, Any]:
        attrs = self._attributes(variable.attrs)
        return {"dims": list(variable.dims), "at": self._keep(variable.values), "attrs": attrs}

    def _xarray(self, variable: xr.Variable, coords: Any) -> dict[str, Any]:
        named = {str(k): self._variable(v.variable) for k, v in coords.items()}
        return {**self._variable(variable), "coords": named}

    def _attributes(self, attrs: Any) -> dict[str, Any]:
        return {str(name): self.encode(value) for name, value in attrs.items()}


class PlotlyText(str):
    """The JSON text of a plotly figure."""

    __slots__ = ()


class Unreadable(str):
    """Which exception came instead of a value, or which type there is no form for."""

    __slots__ = ()


class Reader:
    """Reads what a `Writer` saved."""

    def __init__(self, content: Any, arrays: dict[str, np.ndarray]) -> None:
        self.content = content
        self.arrays = arrays

    @classmethod
    def load(cls, stem: Path) -> Reader:
        """Read both files."""
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
            return cls(json.loads(stem.with_suffix(".json").read_text()), dict(arrays))

    def decode(self, form: Any) -> Any:
        """The value that was encoded."""
        if not isinstance(form, dict):
            return form
        return getattr(self, f"_{form['kind']}")(form)

    def _float(self, form: dict[str, Any]) -> float:
        return float(self.arrays[form["at"]].view("f8")[0])

    def _complex(self, form: dict[str, Any]) -> complex:
        return complex(self.arrays[form["at"]].view("c16")[0])

    def _bytes(self, form: dict[str, Any]) -> bytes:
        return self.arrays[form["at"]].tobytes()

    def _scalar(self, form: dict[str, Any]) -> Any:
        return self.arrays[form["at"]][()]

    def _ndarray(self, form: dict[str, Any]) -> np.ndarray:
        return self.arrays[form["at"]]

    def _dataarray(self, form: dict[str, Any]) -> xr.DataArray:
        coords = {name: self._variable(v) for name, v in form["coords"].items()}
        variable = self._variable(form)
        return xr.DataArray(
            variable.values, coords, variable.dims, form["name"], attrs=variable.attrs
        )

    def _dataset(self, form: dict[str, Any]) -> xr.Dataset:
        return xr.Dataset(
            {name: self._variable(v) for name, v in form["variables"].items()},
            {name: self._variable(v) for name, v in form["coords"].items()},
            {name: self.decode(v) for name, v in form["attrs"].items()},
        )

    def _plotly(self, form: dict[str, Any]) -> PlotlyText:
        return PlotlyText(form["json"])

    def _table(self, form: dict[str, Any]) -> dict[str, Any]:
        return form

    def _other(self, form: dict[str, Any]) -> Unreadable:
        return Unreadable(f"{form['type']}: {form['text']}")

    def _variable(self, form: dict[str, Any]) -> xr.Variable:
        attrs = {name: self.decode(value) for name, value in form["attrs"].items()}
        return xr.Variable(form["dims"], self.arrays[form["at"]], attrs)
