"""Read growing log files of any size."""

from .kinds import LineKind, kind_of
from .log_file import LogFile, LogLine

__all__ = ["LineKind", "LogFile", "LogLine", "kind_of"]
