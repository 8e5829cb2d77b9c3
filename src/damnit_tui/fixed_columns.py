"""The columns of every run table, besides its variables."""

from __future__ import annotations

from damnit_daemon.model import Column

TIME = Column("start_time", "Time", "When the run began, in your time zone.")
COMMENT = Column("comment", "Comment", "What somebody noted about the run.", "string")
FIXED = (TIME, COMMENT)
