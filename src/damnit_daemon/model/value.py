"""One value of one run, as the run database holds it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from .bounded_json import parse_json
from .run import RunKey

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
NPY_SIGNATURE = b"\x93NUMPY"


class BlobKind(StrEnum):
    """What a blob in `run_variables.value` is."""

    PNG = "png"
    """A thumbnail."""
    TRENDLINE = "trendline"
    """An `.npy` of float64, shape (2, N): x and y."""
    ARRAY = "array"
    """An `.npy` of anything else."""
    COMPLEX = "complex"
    """Two little-endian float64: real and imaginary part."""
    UNKNOWN = "unknown"
    """Not recognised (for example a pickle from before schema 1: never unpickled)."""


class Blob(NamedTuple):
    """Stands for a blob that was not fetched."""

    kind: BlobKind
    size_bytes: int


def blob_kind(head: bytes, summary_type: str | None) -> BlobKind:
    """Tell what a blob is from its first bytes and the row's `summary_type`."""
    if head.startswith(PNG_SIGNATURE):
        return BlobKind.PNG
    if summary_type == "complex":
        return BlobKind.COMPLEX
    if head.startswith(NPY_SIGNATURE):
        return BlobKind.TRENDLINE if summary_type == "trendline" else BlobKind.ARRAY
    return BlobKind.UNKNOWN


class StoredValue(NamedTuple):
    """A row of `run_variables`."""

    key: RunKey
    name: str
    value: int | float | str | bytes | Blob | None
    """As SQLite holds it; `Blob` where a blob was asked to stay in the file."""
    timestamp: float
    """When it was written to the database, Unix seconds UTC."""
    max_diff: float | None = None
    provenance: str | None = "context.py"
    summary_type: str | None = None
    summary_method: str | None = ""
    attributes_json: str | None = None

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes; empty where they are missing or malformed."""
        if not self.attributes_json:
            return {}
        try:
            parsed = parse_json(self.attributes_json)
        except (TypeError, ValueError):
            return {}
        return parsed if isinstance(parsed, dict) else {}
