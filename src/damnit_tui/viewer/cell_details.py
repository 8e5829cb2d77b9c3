"""The details of one cell, loaded at one moment."""

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
    """Large preview of a blob."""
    absence: str = ""
    """Reason for a missing value, from the ledger."""
    history: tuple[tuple[str, str], ...] = ()
    """Processing history of the run, as labelled lines."""

    @property
    def title(self) -> str:
        """Run and variable."""
        return f"r{self.key.run} · {'/'.join(split_title(self.column.title))}"

    @property
    def error(self) -> tuple[str, str] | None:
        """The class and message of the error stored in place of a value."""
        if self.value is None or self.value.value is not None:
            return None
        return error_of(parse_attributes(self.value.attributes_json))

    @property
    def summary(self) -> CellDescription:
        """The value, or why there is none, in one line."""
        drawn = self.drawn.shape if self.drawn is not None else ""
        if drawn:
            return CellDescription(self.title, drawn)
        return describe(self.key, self.column, self.value, complete=True, doing=self.absence)

    @property
    def units(self) -> str:
        """Units of the variable; empty if not set."""
        if self.value is None:
            return ""
        return units(parse_attributes(self.value.attributes_json))

    def plain_text(self) -> str:
        """Return the value or the error as text to copy."""
        if self.value is None:
            return ""
        if self.error is not None:
            return f"{self.error[0]}: {self.error[1]}"
        return self.drawn.shape if self.drawn else str(self.value.value)

    def error_lines(self) -> list[str]:
        """Return the full error; empty if there is none."""
        if self.error is None:
            return []
        name, message = self.error
        heading = "Skipped" if name == "Skip" else visible(name)
        return [heading, *visible_lines(message.strip())]

    def facts(self, zone: tzinfo | None) -> list[tuple[str, str]]:
        """Return the metadata of the value as labelled lines."""
        return [*details(self.column, self.value, zone), *self.history]
