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


def blob_kind(head: bytes, summary_type: str | None) -> BlobKind:
    """Determine the content of a blob from its first bytes and the row's `summary_type`."""
    if head.startswith(PNG_SIGNATURE):
        return BlobKind.PNG
    if summary_type == "complex":
        return BlobKind.COMPLEX
    if head.startswith(NPY_SIGNATURE):
        return BlobKind.TRENDLINE if summary_type == "trendline" else BlobKind.ARRAY
    return BlobKind.UNKNOWN


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
