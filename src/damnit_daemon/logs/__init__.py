"""Reading logs that grow while one reads, however large they are."""

from .kinds import LineKind, kind_of
from .log_file import LogFile, LogLine

__all__ = ["LineKind", "LogFile", "LogLine", "kind_of"]
