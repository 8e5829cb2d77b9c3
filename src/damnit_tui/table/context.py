"""What a screen over the table is given of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from damnit_daemon.model import Column, RunKey, StoredValue

from .cells import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition

    from ..data.session import Session
    from .rows import Rows
    from .table_cells import TableCells
    from .viewport import Viewport


@dataclass(frozen=True)
class TableContext:
    """The folder, the content of its table, which stays live, and the time zone shown."""

    session: Session
    rows: Rows
    cells: TableCells
    view: Viewport
    zone: tzinfo | None = None

    @property
    def shown_names(self) -> tuple[str, ...]:
        """The visible variables in their order, without the time, which is always there."""
        names = (fit.column.name for fit in self.view.fits)
        return tuple(name for name in names if name != "start_time")

    @property
    def derive(self) -> tuple[Definition, ...]:
        """The definitions of the derived columns."""
        return self.rows.derivation.definitions

    def cell(self, address: CellAddress) -> tuple[Column, StoredValue | None]:
        """Return the column and the stored value of a cell."""
        index = self.rows.column_index(address.name)
        if index is None:
            return Column(address.name, address.name), None
        return self.rows.columns[index], self.cells.value(address)

    def neighbour(self, key: RunKey, step: int) -> RunKey | None:
        """Return the run `step` rows further down; None at an end, or if the run is hidden."""
        position = self.rows.position(key)
        if position is None or not 0 <= position + step < len(self.rows.keys):
            return None
        return self.rows.keys[position + step]
