"""Filter and sort the runs: the filter language and its evaluation. Pure.

Shared by the app, the command line and the Python API; docs/filter.md describes the
language. Completion while typing is in `completion`.

The parser is imported on first use: showing a table does not need it.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names
from .errors import FilterError

if TYPE_CHECKING:
    from .cells import parse_number
    from .filter import Filter, parse_filter
    from .sort import SortKey, parse_sort, sort_keys
    from .table import SummaryTable, Table
    from .times import Moment

__all__ = [
    "Filter",
    "FilterError",
    "Moment",
    "SortKey",
    "SummaryTable",
    "Table",
    "parse_filter",
    "parse_number",
    "parse_sort",
    "sort_keys",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Filter": "filter",
        "Moment": "times",
        "SortKey": "sort",
        "SummaryTable": "table",
        "Table": "table",
        "parse_filter": "filter",
        "parse_number": "cells",
        "parse_sort": "sort",
        "sort_keys": "sort",
    },
)
