"""Reading logs that grow while one reads, however large they are."""

from .kinds import Kind, kind_of
from .log_file import Line, LogFile

__all__ = ["Kind", "Line", "LogFile", "kind_of"]
