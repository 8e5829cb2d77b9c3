"""Plain values that all parts share; no I/O here."""

from .column import Column, VariableInfo
from .run import RunKey, RunRow
from .value import Blob, BlobKind, StoredValue

__all__ = ["Blob", "BlobKind", "Column", "RunKey", "RunRow", "StoredValue", "VariableInfo"]
