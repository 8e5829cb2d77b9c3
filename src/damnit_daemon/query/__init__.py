"""Which runs to show, in which order: a filter language, and sorting. Pure.

The same in the app, on the command line and for programs; the language is
described in docs/filter.md. What is offered while somebody types is in `completion`,
which nobody needs before that.
"""

from .cells import parse_number
from .errors import FilterError
from .filter import Filter, parse_filter
from .sort import SortKey, parse_sort, sort_keys
from .table import Table, ValueTable
from .times import Moment

__all__ = [
    "Filter",
    "FilterError",
    "Moment",
    "SortKey",
    "Table",
    "ValueTable",
    "parse_filter",
    "parse_number",
    "parse_sort",
    "sort_keys",
]
