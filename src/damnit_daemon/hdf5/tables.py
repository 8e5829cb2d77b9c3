"""pandas tables: DAMNIT 0.4 stores them as the bytes of a Parquet file."""

from __future__ import annotations

import io
from typing import Any

from ..runner.file_format import SERIES


class ParquetTable(bytes):
    """Table as the bytes of a Parquet file, where no Parquet reader is installed."""


def read_table(content: bytes, kind: str) -> Any:
    """Read a DataFrame, or a Series, which is stored as a table of one column.

    Returns a `ParquetTable` without pandas and a Parquet reader.
    """
    try:
        import pandas as pd

        table = pd.read_parquet(io.BytesIO(content))
    except ImportError:
        return ParquetTable(content)
    return table.iloc[:, 0] if kind == SERIES and table.shape[1] == 1 else table
