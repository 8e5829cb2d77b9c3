"""Load the details of a cell: its value, large blob preview, and history; for workers."""

from __future__ import annotations

from damnit_daemon.ledger import LedgerMissing
from damnit_daemon.model import Column, StoredValue
from damnit_daemon.store import Database, decode_value, load_value

from ..data.run_history import describe_history, load_history, why_absent
from ..data.session import Session
from ..table.blob_preview import draw_large
from ..table.cells import CellAddress, stored_blob_kind
from .cell_details import CellDetails


def load_cell_details(
    session: Session, address: CellAddress, column: Column, known: StoredValue | None
) -> CellDetails:
    """Load a cell's value and history; an unreadable ledger is reported in the history.

    Args:
        session: The folder.
        address: The cell.
        column: Its variable.
        known: Its value in the table, which need not be loaded again.

    Raises:
        DamnitError: If the database cannot be read.
    """
    found = _load_value(session.database, address, column, known)
    try:
        return _with_history(session, found)
    except LedgerMissing:
        return found
    except Exception as error:  # noqa: BLE001 – a foreign file: tables and values of any kind
        return found._replace(history=(("Ledger", f"cannot be read: {error}"),))


def _load_value(
    database: Database, address: CellAddress, column: Column, known: StoredValue | None
) -> CellDetails:
    kind = stored_blob_kind(known) if known is not None else None
    if kind is None:
        return CellDetails(address.key, column, known)
    with database.reading() as con:
        value = load_value(con, address.key, address.name)
    if value is None or not isinstance(value.value, bytes):
        return CellDetails(address.key, column, value)
    drawn = draw_large(kind, decode_value(value))
    return CellDetails(address.key, column, value, drawn=drawn)


def _with_history(session: Session, found: CellDetails) -> CellDetails:
    with session.ledger().reading() as con:
        history = load_history(con, found.key)
    now = session.clock()
    absence = session.activity.latest.sentence(found.key, found.column.name, now)
    return found._replace(
        absence=absence or why_absent(history, found.column.name),
        history=tuple(describe_history(history, now)),
    )
