"""All about one cell, fetched at one moment."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from damnit_daemon.model import Column, RunKey, StoredValue

from ..sanitize import visible, visible_lines
from ..table.blob_preview import LargePicture
from ..table.cells import parse_attributes, units
from ..table.describe import CellDescription, describe, details, error_of
from ..table.layout import split_title


class CellDetails(NamedTuple):
    """A snapshot of a cell; it does not follow later changes."""

    key: RunKey
    column: Column
    value: StoredValue | None
    drawn: LargePicture | None = None
    """What a blob looks like."""
    absence: str = ""
    """Why there is no value, from the ledger."""
    history: tuple[tuple[str, str], ...] = ()
    """What was done for the run, as labelled lines."""

    @property
    def title(self) -> str:
        """Which run and variable."""
        return f"r{self.key.run} · {'/'.join(split_title(self.column.title))}"

    @property
    def error(self) -> tuple[str, str] | None:
        """The class and the message of the error that stands in for a value."""
        if self.value is None or self.value.value is not None:
            return None
        return error_of(parse_attributes(self.value.attributes_json))

    @property
    def said(self) -> CellDescription:
        """The value, or why there is none, in a line."""
        drawn = self.drawn.shape if self.drawn is not None else ""
        if drawn:
            return CellDescription(self.title, drawn)
        return describe(self.key, self.column, self.value, complete=True, doing=self.absence)

    @property
    def units(self) -> str:
        """Of the variable; empty if nobody said."""
        if self.value is None:
            return ""
        return units(parse_attributes(self.value.attributes_json))

    def plain_text(self) -> str:
        """The value or the error as text, to be copied."""
        if self.value is None:
            return ""
        if self.error is not None:
            return f"{self.error[0]}: {self.error[1]}"
        return self.drawn.shape if self.drawn else str(self.value.value)

    def error_lines(self) -> list[str]:
        """The error in full; empty if there is none."""
        if self.error is None:
            return []
        name, message = self.error
        heading = "Skipped" if name == "Skip" else visible(name)
        return [heading, *visible_lines(message.strip())]

    def facts(self, zone: tzinfo | None) -> list[tuple[str, str]]:
        """What is known about it beside the value, as labelled lines."""
        return [*details(self.column, self.value, zone), *self.history]
