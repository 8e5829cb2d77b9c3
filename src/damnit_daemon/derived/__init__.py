"""Derived columns: `hits / pulses as rate [1/pulse]`, computed from the other columns of a run.

Shared by the app, the command line and the Python API; docs/derived.md describes the
expressions. They are evaluated by simpleeval, which is imported with the first expression: a
folder without derived columns does not pay for it.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy_names

if TYPE_CHECKING:
    from .cells import load_cells, load_derived
    from .columns import DerivedColumns
    from .definition import Definition, merged, parse_definition, stored_definition
    from .storage import load_shared, save_shared

__all__ = [
    "Definition",
    "DerivedColumns",
    "load_cells",
    "load_derived",
    "load_shared",
    "merged",
    "parse_definition",
    "save_shared",
    "stored_definition",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Definition": "definition",
        "DerivedColumns": "columns",
        "load_cells": "cells",
        "load_derived": "cells",
        "load_shared": "storage",
        "merged": "definition",
        "parse_definition": "definition",
        "save_shared": "storage",
        "stored_definition": "definition",
    },
)
