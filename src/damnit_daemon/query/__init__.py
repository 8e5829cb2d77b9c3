"""Which runs to show, in which order: a filter language, and sorting. Pure.

The same in the app, on the command line and for programs; the language is
described in docs/filter.md. What is offered while somebody types is in `completion`.
The language is imported when somebody first asks for it: a table is shown without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import FilterError

if TYPE_CHECKING:
    from .cells import parse_number
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

_HOMES = {
    "Filter": "filter",
    "Moment": "times",
    "SortKey": "sort",
    "Table": "table",
    "ValueTable": "table",
    "parse_filter": "filter",
    "parse_number": "cells",
    "parse_sort": "sort",
    "sort_keys": "sort",
}


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
