"""One value of one run, as stored in the run database."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from .bounded_json import parse_json
from .run import RunKey

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
NPY_SIGNATURE = b"\x93NUMPY"


class BlobKind(StrEnum):
    """Content of a blob in `run_variables.value`."""

    PNG = "png"
    """Thumbnail."""
    TRENDLINE = "trendline"
    """`.npy` of float64, shape (2, N): x and y."""
    ARRAY = "array"
    """`.npy` of any other array."""
    COMPLEX = "complex"
    """Two little-endian float64: real and imaginary part."""
    UNKNOWN = "unknown"
    """Not recognised (for example a pickle from before schema 1: never unpickled)."""


class Blob(NamedTuple):
    """Placeholder for a blob that was not fetched."""

    kind: BlobKind
    size_bytes: int


MARKERS = {
    BlobKind.PNG: "<image>",
    BlobKind.TRENDLINE: "<trendline>",
    BlobKind.UNKNOWN: "<unknown>",
}
"""Texts in place of blobs, in exports and DataFrames."""


def blob_kind(head: bytes, summary_type: str | None) -> BlobKind:
    """Determine the content of a blob from its first bytes and the row's `summary_type`."""
    if head.startswith(PNG_SIGNATURE):
        return BlobKind.PNG
    if summary_type == "complex":
        return BlobKind.COMPLEX
    if head.startswith(NPY_SIGNATURE):
        return BlobKind.TRENDLINE if summary_type == "trendline" else BlobKind.ARRAY
    return BlobKind.UNKNOWN


def describe_blob(cell: Any) -> Any:
    """Return the text that stands for a blob or an array in a table; other cells unchanged."""
    if cell is None or isinstance(cell, (int, float, str, complex)):
        return cell
    if isinstance(cell, Blob):
        return MARKERS.get(cell.kind, MARKERS[BlobKind.UNKNOWN])
    return f"{cell.dtype}: {cell.shape}"


class Failure(NamedTuple):
    """The reason for a missing value."""

    message: str
    error_class: str
    """Name of the exception's class; `Skip` for a skipped variable."""

    @property
    def is_skip(self) -> bool:
        """True if there is nothing to compute, as opposed to a failure."""
        return self.error_class == "Skip"


class StoredValue(NamedTuple):
    """Row of `run_variables`."""

    key: RunKey
    name: str
    value: int | float | str | bytes | Blob | None
    """Value as SQLite stores it; `Blob` where a blob was not to be fetched."""
    timestamp: float
    """When it was written to the database, Unix seconds UTC."""
    max_diff: float | None = None
    provenance: str | None = "context.py"
    summary_type: str | None = None
    summary_method: str | None = ""
    attributes_json: str | None = None

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes; empty where they are missing or malformed."""
        if not self.attributes_json:
            return {}
        try:
            parsed = parse_json(self.attributes_json)
        except (TypeError, ValueError):
            return {}
        return parsed if isinstance(parsed, dict) else {}

    @property
    def failure(self) -> Failure | None:
        """The reason for a missing value; None if there is a value, or it was not computed."""
        attributes = self.attributes
        message = attributes.get("error")
        if message is None:
            return None
        return Failure(str(message), str(attributes.get("error_cls") or ""))
