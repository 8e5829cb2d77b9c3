"""Derived columns: `hits / pulses as rate [1/pulse]`, computed from the other columns of a run.

Shared by the app, the command line and the Python API; docs/derived.md describes the
expressions. They are evaluated by simpleeval, which is imported with the first expression: a
folder without derived columns does not pay for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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

_HOMES = {
    "Definition": "definition",
    "DerivedColumns": "columns",
    "load_cells": "cells",
    "load_derived": "cells",
    "load_shared": "storage",
    "merged": "definition",
    "parse_definition": "definition",
    "save_shared": "storage",
    "stored_definition": "definition",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
