"""The columns of every run table, besides its variables."""

from __future__ import annotations

from damnit_daemon.model import Column

TIME = Column("start_time", "Time", "Start time of the run, in your time zone.")
COMMENT = Column("comment", "Comment", "Comment on the run, edited with e.", "string")
FIXED = (TIME, COMMENT)
FIXED_NAMES = frozenset(column.name for column in FIXED)
