"""What the table showed before its content changed, to repaint only what differs; no Textual."""

from __future__ import annotations

from damnit_daemon.model import RunKey

from .cursor import TableCursor
from .display_rows import DisplayRows
from .rows import Rows
from .viewport import Anchor, Viewport


class Snapshot:
    """The state of rows and lines at one moment, compared with the present one."""

    def __init__(self, rows: Rows, lines: DisplayRows, view: Viewport, cursor: TableCursor) -> None:
        self._rows = rows
        self._lines = lines
        self._order = lines.order
        self._folded = lines.folded
        self._all_keys = rows.all_keys
        self._columns = rows.columns
        self._version = rows.last_version
        self._versions = {key: rows.version(key) for key in view.shown_keys}
        self._top = view.anchor
        self._cursor = cursor.anchor

    @property
    def anchor(self) -> Anchor | None:
        """The run that is to stay on its line of the screen: the cursor's where notes unfold."""
        if self._lines.folded != self._folded and self._cursor is not None:
            return self._cursor
        return self._top

    @property
    def lines_changed(self) -> bool:
        """True if lines were added, removed or moved."""
        return self._lines.order is not self._order

    @property
    def columns_changed(self) -> bool:
        """True if variables were added, removed or renamed."""
        return self._rows.columns != self._columns

    @property
    def values_changed(self) -> bool:
        """True if anything of any run has changed."""
        return self._rows.last_version != self._version

    @property
    def runs_changed(self) -> bool:
        """True if runs were added or removed."""
        return self._rows.all_keys is not self._all_keys

    def changed_runs(self) -> set[RunKey]:
        """Return the runs on the screen of which anything has changed."""
        rows = self._rows
        return {k for k, v in self._versions.items() if k in rows and rows.version(k) != v}

    def new_runs(self) -> list[RunKey]:
        """Return the runs that were added and are shown."""
        added = {*self._rows.all_keys}.difference(self._all_keys)
        return [key for key in added if self._rows.position(key) is not None]
