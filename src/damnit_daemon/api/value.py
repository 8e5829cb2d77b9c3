"""A variable's value for one run: the table's summary, its origin and the full data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..ledger import CellValue, Ledger, load_cell_history
from ..model import Column, Failure, StoredValue
from ..paths import DamnitFolder
from ..runner import file_format
from ..store import Database, decode_value

if TYPE_CHECKING:
    from ..hdf5 import ValueInfo


class Value:
    """A value. Get one from a run: `folder[42]["xgm"]`.

    Attributes:
        column: The variable: name, title, description, type and tags.
    """

    def __init__(self, folder: DamnitFolder, column: Column, stored: StoredValue) -> None:
        self.column = column
        self._folder = folder
        self._stored = stored

    def __repr__(self) -> str:
        shown = f"✗ {self.error.message.splitlines()[0]}" if self.error else repr(self.summary)
        if len(shown) > 60:
            shown = f"{shown[:59]}…"
        return f"<Value {self.name} of run {self._stored.key.run}: {shown}>"

    @property
    def name(self) -> str:
        """The variable's name."""
        return self.column.name

    @property
    def title(self) -> str:
        """The column's title."""
        return self.column.title

    @property
    def summary(self) -> Any:
        """The displayed summary: a number, text, a line (float64, (2, N)), PNG bytes of an image.

        None if there is no value.
        """
        value = decode_value(self._stored)
        is_yes_or_no = self.column.type == "boolean" and isinstance(value, int)
        return bool(value) if is_yes_or_no else value

    @property
    def units(self) -> str:
        """The unit; empty if there is none."""
        found = self._stored.attributes.get("units")
        return found if isinstance(found, str) else ""

    @property
    def max_diff(self) -> float | None:
        """Variation of the data within the run; None where not applicable."""
        return self._stored.max_diff

    @property
    def error(self) -> Failure | None:
        """The reason for a missing value; None if there is a value, or it was not computed."""
        return self._stored.failure

    @property
    def attributes(self) -> dict[str, Any]:
        """All stored attributes: style, units, and those that only some programs write."""
        return self._stored.attributes

    @property
    def provenance(self) -> str:
        """The source: `context.py`, `manual-input`, or as given on submitting."""
        return self._stored.provenance or ""

    @property
    def computed_at(self) -> datetime | None:
        """When the function returned, UTC; None if not recorded."""
        return _time(self._stored.attributes.get(file_format.COMPUTED_AT))

    @property
    def duration_s(self) -> float | None:
        """How long the function ran; None if not recorded."""
        found = self._stored.attributes.get(file_format.DURATION_S)
        return float(found) if isinstance(found, int | float) else None

    @property
    def context_hash(self) -> str:
        """Hash of the context file that computed it; empty if not recorded."""
        return str(self._stored.attributes.get(file_format.CONTEXT_HASH) or "")

    @property
    def stored_at(self) -> datetime | None:
        """When it was stored in the database, UTC."""
        return _time(self._stored.timestamp)

    def history(self) -> list[CellValue]:
        """Return the values that the cell has had, the present one first; see `CellValue`.

        Earlier ones are those that this program has replaced or its users have edited;
        `damnit-daemon db-config kept_values N` sets how many are kept.
        """
        ledger = Ledger(self._folder.ledger)
        database = Database(self._folder.database)
        return load_cell_history(database, ledger, self._stored.key, self.name)

    def data(self) -> Any:
        """Read the full data that the function returned.

        Returns:
            A number or text; an ndarray; an xarray DataArray or Dataset; a pandas table; an
            image as uint8 (height, width, 4); a Plotly figure as JSON text. For user-editable
            variables, the `summary`.

        Raises:
            ResultsError: If there is no data, or it cannot be read.
        """
        from ..hdf5 import NoSuchData, ResultsFile, ResultsMissing

        if self.column.type is not None or self.name == "comment":
            return self.summary
        path = self._folder.results_file(self._stored.key)
        try:
            with ResultsFile(path) as results:
                return results.read(self.name)
        except (NoSuchData, ResultsMissing) as error:
            if self.error:
                failed = NoSuchData(path, self.name)
                kind = "" if self.error.is_skip else f"{self.error.error_class}: "
                failed.hint = f"There is no value: {kind}{self.error.message}"
                raise failed from error
            if self._stored.value is None:
                raise
            return self.summary  # some programs store only the summary

    def preview(self) -> Any:
        """Read the custom preview, in a type that `data` can return; None if there is none."""
        from ..hdf5 import ResultsFile, ResultsMissing

        try:
            with ResultsFile(self._folder.results_file(self._stored.key)) as results:
                return results.preview(self.name)
        except ResultsMissing:
            return None

    def describe(self) -> ValueInfo | None:
        """Return the data's kind, type, shape and size without reading it; None if missing."""
        from ..hdf5 import ResultsFile, ResultsMissing

        try:
            with ResultsFile(self._folder.results_file(self._stored.key)) as results:
                return results.describe(self.name)
        except ResultsMissing:
            return None


def _time(value: Any) -> datetime | None:
    try:
        return None if value is None else datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):  # written by another program
        return None
