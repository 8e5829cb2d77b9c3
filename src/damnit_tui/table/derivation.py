"""The derived columns of a table: kept up to date with its variables and values; no Textual."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from damnit_daemon.model import Column, Failure, RunKey, StoredValue
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.runner.file_format import BOOLEAN, VALUE_TYPE

from .values import NO_TIME

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition, DerivedColumns
    from damnit_daemon.derived.expression import Outcome
    from damnit_daemon.query.table import Table

    class StoredTable(Table, Protocol):
        """A table with its stored values."""

        def value(self, key: RunKey, name: str) -> StoredValue | None:
            """Return the stored value of a cell."""
            ...

        def is_complete(self, key: RunKey) -> bool:
            """Return True if all values of the run are loaded."""
            ...


INPUTS, MISSING = "inputs", "missing"
"""Attributes of an explained cell: the inputs in words, and those without a value."""


class Derivation:
    """The definitions of derived columns, the columns they name, and the runs to evaluate.

    Without definitions it costs nothing: the evaluator is imported with the first.
    """

    def __init__(self) -> None:
        self.definitions: tuple[Definition, ...] = ()
        self.changed: set[RunKey] = set()
        """The runs that have changed since the last evaluation, while there are definitions."""
        self.bound: DerivedColumns | None = None
        self._bound_for: tuple[object, object] | None = None

    def bind(self, stored: Sequence[Column]) -> bool:
        """Find the columns that the definitions name; return True if anything is different.

        Args:
            stored: All variables.
        """
        bound_for = (self.definitions, stored)
        if bound_for == self._bound_for:
            return False
        self._bound_for, self.bound = bound_for, None
        if self.definitions:
            from damnit_daemon.derived import DerivedColumns

            self.bound = DerivedColumns(self.definitions, stored)
        return True

    def values(
        self, rows: StoredTable, keys: Sequence[RunKey]
    ) -> list[StoredValue | tuple[RunKey, str]]:
        """Evaluate some runs: a value, or a reason for none; the cell alone if it is empty."""
        found: list[StoredValue | tuple[RunKey, str]] = []
        if self.bound is None:
            return found
        booleans = self.bound.booleans
        for name, cells in self.bound.cells(rows, keys).items():
            attributes = _attributes(self.bound.units(name), is_boolean=name in booleans)
            for key, cell in zip(keys, cells, strict=True):
                found.append((key, name) if cell is None else _stored(key, name, cell, attributes))
        return found

    def explained(self, rows: StoredTable, key: RunKey, name: str) -> StoredValue | None:
        """Return a derived cell with its inputs among the attributes; None while it is loading."""
        value = rows.value(key, name)
        if self.bound is None or (value is None and not rows.is_complete(key)):
            return value
        inputs = {c.title: _in_words(rows, key, c) for c in self.bound.inputs(name)}
        missing = {} if value is not None else self._missing(rows, key, name)
        value = value or StoredValue(key, name, None, NO_TIME, provenance=None)
        attributes = {**value.attributes, INPUTS: inputs, MISSING: missing}
        return value._replace(attributes_json=json.dumps(attributes))

    def _missing(
        self, rows: StoredTable, key: RunKey, name: str
    ) -> dict[str, dict[str, str | None]]:
        """Return the inputs without a value: the type of a variable, or the error of a column."""
        found: dict[str, dict[str, str | None]] = {}
        for column in self.bound.inputs(name) if self.bound is not None else ():
            value = rows.value(key, column.name)
            if column.expression and value is None:
                found |= self._missing(rows, key, column.name)
            elif column.expression and value is not None and value.value is None:
                failure = value.failure
                found[column.name] = {"failure": failure.message if failure is not None else ""}
            elif _scalar(rows, key, column) is None:
                found[column.name] = {"type": column.type}
        return found


def _stored(key: RunKey, name: str, cell: Outcome, attributes: str | None) -> StoredValue:
    value: Any = cell
    if isinstance(cell, Failure):
        value, attributes = None, _failure_json(cell)
    return StoredValue(key, name, value, NO_TIME, provenance=None, attributes_json=attributes)


@lru_cache(maxsize=100)
def _attributes(units: str, *, is_boolean: bool) -> str | None:
    found: dict[str, object] = {"units": units} if units else {}
    if is_boolean:
        found[VALUE_TYPE] = BOOLEAN
    return json.dumps(found) if found else None


@lru_cache(maxsize=1000)
def _failure_json(failure: Failure) -> str:
    return json.dumps({"error": failure.message, "error_cls": failure.error_class})


def _scalar(rows: StoredTable, key: RunKey, column: Column) -> Any:
    from damnit_daemon.query.cells import scalar

    return scalar(rows, key, column)


def _in_words(rows: StoredTable, key: RunKey, column: Column) -> str:
    value = _scalar(rows, key, column)
    if isinstance(value, int | float):
        stored = rows.value(key, column.name)
        attributes: Mapping[str, Any] = stored.attributes if stored is not None else {}
        return f"{format_number(value)} {attributes.get('units') or ''}".rstrip()
    if value is not None:
        return repr(value[:200])
    if any(rows.filled(column.name, [key])):
        return "an image or array"
    stored = rows.value(key, column.name)
    failure = stored.failure if stored is not None else None
    return f"no value: {failure.message}" if failure is not None else "no value"
