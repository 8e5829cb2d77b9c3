"""One variable of one run: what the table shows, where it comes from, and the data behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model import Column, StoredValue
from ..paths import DamnitFolder
from ..runner import file_format
from ..store import decode_value

if TYPE_CHECKING:
    from ..hdf5 import ValueInfo


class Failure(NamedTuple):
    """Why there is no value."""

    message: str
    error_class: str
    """Name of the exception's class; `Skip` for what the function skipped."""

    @property
    def is_skip(self) -> bool:
        """Whether there is nothing to compute, rather than that something broke."""
        return self.error_class == "Skip"


class Value:
    """A value. Get one from a run: `folder[42]["xgm"]`.

    Attributes:
        column: Name, title, description, type and tags of its variable.
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
        """Name of the variable."""
        return self.column.name

    @property
    def title(self) -> str:
        """Title of its column."""
        return self.column.title

    @property
    def summary(self) -> Any:
        """What the table shows: a number, text, a line (float64, (2, N)), a picture's PNG bytes.

        None where there is no value.
        """
        value = decode_value(self._stored)
        is_yes_or_no = self.column.type == "boolean" and isinstance(value, int)
        return bool(value) if is_yes_or_no else value

    @property
    def units(self) -> str:
        """Empty if there are none."""
        found = self._stored.attributes.get("units")
        return found if isinstance(found, str) else ""

    @property
    def max_diff(self) -> float | None:
        """How much the data varies within the run; None where that means nothing."""
        return self._stored.max_diff

    @property
    def error(self) -> Failure | None:
        """Why there is no value; None if there is one, or nobody tried."""
        attributes = self._stored.attributes
        message = attributes.get("error")
        if message is None:
            return None
        return Failure(str(message), str(attributes.get("error_cls") or ""))

    @property
    def attributes(self) -> dict[str, Any]:
        """All that is noted with it: looks, units, and what only some programs write."""
        return self._stored.attributes

    @property
    def provenance(self) -> str:
        """Who made it: `context.py`, `manual-input`, or what was said on submitting."""
        return self._stored.provenance or ""

    @property
    def computed_at(self) -> datetime | None:
        """When its function returned, UTC; None where nobody noted it."""
        return _time(self._stored.attributes.get(file_format.COMPUTED_AT))

    @property
    def duration_s(self) -> float | None:
        """How long its function took; None where nobody noted it."""
        found = self._stored.attributes.get(file_format.DURATION_S)
        return float(found) if isinstance(found, int | float) else None

    @property
    def context_hash(self) -> str:
        """Of the context file that it was computed with; empty where nobody noted it."""
        return str(self._stored.attributes.get(file_format.CONTEXT_HASH) or "")

    @property
    def stored_at(self) -> datetime | None:
        """When it came into the database, UTC."""
        return _time(self._stored.timestamp)

    def data(self) -> Any:
        """Read all that the function returned.

        Returns:
            A number or text; an ndarray; an xarray DataArray or Dataset; a pandas table; a
            picture as uint8 (height, width, 4); a Plotly figure as JSON text. What people typed
            is as in `summary`.

        Raises:
            ResultsError: If there is none, or it cannot be read.
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
            return self.summary  # some programs store no more than this

    def preview(self) -> Any:
        """Read the preview that was given for it, of the same kinds as `data`; None if none was."""
        from ..hdf5 import ResultsFile, ResultsMissing

        try:
            with ResultsFile(self._folder.results_file(self._stored.key)) as results:
                return results.preview(self.name)
        except ResultsMissing:
            return None

    def describe(self) -> ValueInfo | None:
        """Kind, type, shape and size of the data without reading it; None if there is none."""
        from ..hdf5 import ResultsFile, ResultsMissing

        try:
            with ResultsFile(self._folder.results_file(self._stored.key)) as results:
                return results.describe(self.name)
        except ResultsMissing:
            return None


def _time(value: Any) -> datetime | None:
    try:
        return None if value is None else datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):  # what other programs write
        return None
