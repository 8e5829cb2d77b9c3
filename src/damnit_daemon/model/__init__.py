"""Plain values shared by all packages; no I/O here."""

from .column import UNKNOWN_CONTENT, Column, Content, ContentOf, VariableInfo
from .run import RunKey, RunRow
from .value import Blob, BlobKind, Failure, StoredValue

__all__ = [
    "UNKNOWN_CONTENT",
    "Blob",
    "BlobKind",
    "Column",
    "Content",
    "ContentOf",
    "Failure",
    "RunKey",
    "RunRow",
    "StoredValue",
    "VariableInfo",
]
