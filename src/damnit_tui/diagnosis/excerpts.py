"""Excerpts of the log and the context file that are about a variable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from damnit_daemon.logs import LineKind as LineKind
from damnit_daemon.logs import LogFile, kind_of

from ..log.pager import SECTION, failure_of
from .context_source import ContextText
from .model import Cause, CauseKind, Excerpt

MOST_LINES = 80
TAIL_LINES = 12
AROUND = 3
"""Lines of source before and after the marked one."""
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')


WITH_TRACEBACK = frozenset({CauseKind.RAISED, CauseKind.NO_SOURCE, CauseKind.OUT_OF_MEMORY})
"""Causes with a traceback in the log."""


def mention_of(name: str) -> re.Pattern[bytes]:
    """Pattern of the log lines about a skipped variable, in the runner's words."""
    return re.compile(rb"^Skip(?:ped|ping) %s\b" % re.escape(name.encode()), re.MULTILINE)


def log_excerpt(log: LogFile, root: Cause, should_continue: Callable[[], bool]) -> Excerpt | None:
    """Lines of a run's log about the root cause; None if there are none.

    Raises:
        DamnitError: If there is no log, or it cannot be read.
    """
    log.poll()
    if root.kind in WITH_TRACEBACK:
        return _from(log, failure_of(root.name), root.name, should_continue)
    if root.kind is CauseKind.SKIPPED:
        return _from(log, mention_of(root.name), root.name, should_continue)
    if root.kind in (
        CauseKind.RUNNING,
        CauseKind.KILLED,
        CauseKind.STOPPED,
        CauseKind.JOB_FAILED,
        CauseKind.NOT_STORED,
    ):
        return _tail(log, should_continue)
    return None


def _from(
    log: LogFile, pattern: re.Pattern[bytes], name: str, should_continue: Callable[[], bool]
) -> Excerpt | None:
    """The last log section about a variable, up to that of the next one."""
    start = log.find(pattern, log.size, backward=True, should_continue=should_continue)
    if start is None:
        return None
    lines: list[str] = []
    for line in log.lines_from(start, MOST_LINES):
        if lines and kind_of(line.text) in (LineKind.OUTCOME, LineKind.SECTION):
            break
        if lines and line.text.startswith("Could not get data for "):
            break
        lines.append(line.text)
    while lines and not lines[-1].strip():
        lines.pop()
    return Excerpt(f"Log lines mentioning {name}", tuple(lines))


def _tail(log: LogFile, should_continue: Callable[[], bool]) -> Excerpt | None:
    """End of the log, of its last job only."""
    start = log.find(SECTION, log.size, backward=True, should_continue=should_continue)
    lines = log.lines_before(log.size, TAIL_LINES)
    texts = [line.text for line in lines if start is None or line.start >= start]
    return Excerpt("End of the log", tuple(texts)) if texts else None


def failed_line(traceback: Excerpt | None, context_file: Path) -> int:
    """The innermost line of the context file in a traceback; 0 if there is none."""
    found = 0
    for line in traceback.lines if traceback is not None else ():
        match = _FRAME.match(line)
        if match and Path(match["file"]).name == context_file.name:
            found = int(match["line"])
    return found


def source_excerpt(context: ContextText, line: int, value_hash: str) -> Excerpt | None:
    """The context file around a line.

    Args:
        context: The current file.
        line: 1-based.
        value_hash: Hash of the file that computed the value; empty if not recorded.
    """
    if not 1 <= line <= len(context.lines):
        return None
    first, last = max(1, line - AROUND), min(len(context.lines), line + AROUND)
    changed = bool(value_hash) and value_hash != context.context_hash
    note = " (changed since)" if changed else ""
    title = f"context.py, line {line}{note}"
    return Excerpt(title, context.lines[first - 1 : last], first, line)
