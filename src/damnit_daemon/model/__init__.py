"""Plain values shared by all packages; no I/O here."""

from .column import Column, VariableInfo
from .run import RunKey, RunRow
from .value import Blob, BlobKind, Failure, StoredValue

__all__ = [
    "Blob",
    "BlobKind",
    "Column",
    "Failure",
    "RunKey",
    "RunRow",
    "StoredValue",
    "VariableInfo",
]
