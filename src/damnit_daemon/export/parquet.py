"""Write a table as a Parquet file with typed columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from ..errors import ExtraMissing
from .table import ExportTable, Plain, as_datetime


def write_parquet(table: ExportTable, file: IO[bytes]) -> None:
    """Write `proposal`, `run`, `start_time` and the variables, named by their names.

    A column of numbers only is numeric (integers if all are), one of true and false only is
    boolean; any other is text, with errors and markers as text.

    Raises:
        ExtraMissing: If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise ExtraMissing("To write Parquet, pyarrow", "parquet") from error
    starts = [None if run.start_time is None else as_datetime(run.start_time) for run in table.runs]
    arrays = {
        "proposal": pa.array([run.key.proposal for run in table.runs], pa.int64()),
        "run": pa.array([run.key.run for run in table.runs], pa.int64()),
        "start_time": pa.array(starts, pa.timestamp("us", tz="UTC")),
    }
    used = {*arrays, *(column.name for column in table.columns)}
    # A column's type is known once all its values are, so the table has to fit in memory.
    found: list[list[Plain]] = [[] for _ in table.columns]
    for _, cells in table.lines():
        for values, cell in zip(found, cells, strict=True):
            values.append(cell)
    for column, values in zip(table.columns, found, strict=True):
        name = _free_name(column.name, used) if column.name in arrays else column.name
        arrays[name] = _array(pa, values)
    metadata = {f"title:{column.name}": column.title for column in table.columns if column.title}
    pq.write_table(pa.table(arrays).replace_schema_metadata(metadata), file)


def _free_name(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    return name


def _array(pa: Any, values: Sequence[Plain]) -> Any:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return pa.array(values, pa.bool_())
    if present and all(_is_number(value) for value in present):
        is_whole = all(isinstance(value, int) for value in present)
        numbers = values if is_whole else [None if v is None else float(v) for v in values]
        return pa.array(numbers, pa.int64() if is_whole else pa.float64())
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())


def _is_number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
