"""Read a folder with DAMNIT's Python API: `look.py FOLDER STEM` writes STEM.json and STEM.npz."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from damnit import Damnit
from exchange import Writer


def attempt(writer: Writer, call: Any) -> Any:
    """What a call gives, or which exception it raises."""
    try:
        return writer.encode(call())
    except Exception as error:  # noqa: BLE001 – what the API raises is what is asked
        return {"kind": "other", "type": type(error).__name__, "text": str(error)}


def look_at_variable(writer: Writer, run: Any, name: str) -> dict[str, Any]:
    """Everything that VariableData offers, but for drawing it."""
    try:
        variable = run[name]
    except KeyError as error:
        return {"missing": str(error)}
    return {
        "name": variable.name,
        "title": variable.title,
        "units": attempt(writer, lambda: variable.units),
        "read": attempt(writer, variable.read),
        "summary": attempt(writer, variable.summary),
        "preview": attempt(writer, lambda: variable.preview_data(data_fallback=False)),
        "shown": attempt(writer, variable.preview_data),
        "type_hint": attempt(writer, lambda: str(getattr(variable.type_hint(), "value", None))),
    }


def look_at_table(writer: Writer, damnit: Damnit) -> dict[str, Any]:
    """The run table, cell by cell; `<no row>` where the database has none."""
    table = damnit.table()
    rows = []
    for _, row in table.iterrows():
        rows.append({str(name): _cell(writer, value) for name, value in row.items()})
    return {
        "rows": rows,
        "titles": [str(title) for title in damnit.table(with_titles=True).columns],
    }


def _cell(writer: Writer, value: Any) -> Any:
    if value is pd.NA:
        return "<no row>"
    if isinstance(value, pd.Timestamp):
        return writer.encode(value.timestamp())
    if value is pd.NaT:
        return None
    return writer.encode(value)


def main(folder: str, stem: str) -> None:
    """Look at every run that the API lists."""
    damnit = Damnit(folder)
    writer = Writer()
    runs = {}
    for number in damnit.runs():
        run = damnit[number]
        keys = list(run.keys())
        variables = {name: look_at_variable(writer, run, name) for name in keys}
        runs[number] = {"keys": keys, "titles": list(run.titles()), "variables": variables}
    content = {
        "proposal": damnit.proposal,
        "runs": runs,
        "table": look_at_table(writer, damnit),
    }
    writer.save(Path(stem), content)


if __name__ == "__main__":
    main(*sys.argv[1:])
