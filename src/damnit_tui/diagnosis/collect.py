"""Diagnose an empty cell: read database, ledger, context file and log. For workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import tzinfo
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import LedgerMissing
from damnit_daemon.model import Column, RunKey, StoredValue

from ..data.daemon_activity import DaemonActivity
from ..data.daemon_activity_reader import DaemonActivityReader
from ..data.run_history import RunHistory, describe_history, load_history
from ..fixed_columns import TIME
from ..table.cells import parse_attributes
from ..table.describe import details
from .causes import explain
from .context_source import ContextText, parse_context
from .excerpts import WITH_TRACEBACK, failed_line, log_excerpt, source_excerpt
from .model import Cause, CauseKind, Diagnosis, DiagnosisFacts, Excerpt
from .suggestions import advise

if TYPE_CHECKING:
    from ..data.session import Session

WITH_SOURCE = frozenset(
    {
        CauseKind.RAISED,
        CauseKind.KILLED,
        CauseKind.OUT_OF_MEMORY,
        CauseKind.SKIPPED,
        CauseKind.NO_SOURCE,
        CauseKind.RETURNED_NONE,
        CauseKind.CONTEXT_BROKEN,
    }
)
"""Causes for which the context file is read."""
MOST_CONTEXT_BYTES = 4_000_000


def diagnose(
    session: Session,
    key: RunKey,
    column: Column,
    known: StoredValue | None,
    work: DaemonActivity,
    *,
    now: float,
    zone: tzinfo | None = None,
    should_continue: Callable[[], bool] = lambda: True,
) -> Diagnosis:
    """Diagnose an empty cell; read errors are part of the result, never raised.

    Args:
        session: The folder.
        key: The run.
        column: The variable.
        known: The table's value of the cell, in case the database cannot be read.
        work: The daemon's activity, as known to the screen.
        now: Unix seconds.
        zone: Time zone of the times shown.
        should_continue: Polled during long searches; returns False to stop.
    """
    facts, notes = _collect(session, key, column, known, work)
    chain = explain(facts, now)
    root = chain[0]
    excerpts: list[Excerpt] = []
    log: Excerpt | None = None
    try:
        with closing(session.log_of(key)) as file:
            log = log_excerpt(file, root, should_continue)
    except DamnitError as error:
        notes.append(("Log", error.message))
    has_traceback = root.kind in WITH_TRACEBACK
    line = failed_line(log, session.folder.context_file) if has_traceback else 0
    if line:
        chain = (root._replace(line=line), *chain[1:])
    if root.kind in WITH_SOURCE:
        excerpt = source_excerpt(facts.context, chain[0].line, _hash_of(facts, root))
        excerpts += [excerpt] if excerpt is not None else []
    excerpts += [log] if log is not None else []
    if unreadable := facts.work.unreadable.get(key):
        notes.insert(0, ("Files", unreadable))
    value = facts.values.get(column.name)
    parts = [*details(column, value, zone), *notes]
    if facts.history is not None:
        parts += describe_history(facts.history, now, zone)
    declared = facts.context.find(root.name)
    needs_cluster = declared is not None and declared.cluster
    subject = root.name or column.name if column.expression else column.name
    advice = advise(key, subject, chain[0], needs_cluster=needs_cluster)
    return Diagnosis(key, column, chain, advice, tuple(excerpts), tuple(parts))


def _collect(
    session: Session, key: RunKey, column: Column, known: StoredValue | None, work: DaemonActivity
) -> tuple[DiagnosisFacts, list[tuple[str, str]]]:
    notes: list[tuple[str, str]] = []
    values: Mapping[str, StoredValue] = {column.name: known} if known is not None else {}
    try:
        stored = {value.name: value for value in session.load_values([key])}
        # The start time is a fact of the run, a derived value is in the table alone.
        is_known = column.name == TIME.name or column.expression
        values = {**values, **stored} if is_known else stored
    except DamnitError as error:
        notes.append(("Database", f"cannot be read: {error.message}"))
    history: RunHistory | None = None
    problem = ""
    try:
        ledger = session.ledger()
        if not work.is_known:
            work = DaemonActivityReader(ledger).read()
        with ledger.reading() as con:
            history = load_history(con, key)
    except LedgerMissing:
        pass
    except Exception as error:  # noqa: BLE001 – a file of strangers: tables and values of any kind
        problem = str(error)
        notes.append(("Ledger", f"cannot be read: {problem}"))
    facts = DiagnosisFacts(key, column, values, work, _context(session), history, problem)
    return facts, notes


def _context(session: Session) -> ContextText:
    path = session.folder.context_file
    try:
        with path.open("rb") as file:
            source = file.read(MOST_CONTEXT_BYTES)
    except OSError as error:
        return ContextText(problem=f"cannot read {path.name}: {error.strerror}")
    return parse_context(source)


def _hash_of(facts: DiagnosisFacts, root: Cause) -> str:
    value = facts.values.get(root.name) or facts.values.get(facts.column.name)
    if value is None or root.kind is CauseKind.CONTEXT_BROKEN:
        return ""
    return str(parse_attributes(value.attributes_json).get("context_hash") or "")
