"""The view of the table: what is shown, and how; saved, and named. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .column_layout import ColumnLayout
from .column_selection import ColumnSelection
from .validate import mapping, text, texts, widths

ROW_HEIGHTS = (1, 3, 5)
"""The available row heights, in lines."""


class ViewState(NamedTuple):
    """Filter, sort order, columns, notes, row height, trends, outliers, statistics, derivations."""

    filter: str = ""
    sort: str = ""
    selection: ColumnSelection = ColumnSelection()
    notes_folded: bool = False
    row_height: int = 1
    trends: bool = False
    """True if trends are shown under the titles."""
    outliers: bool = False
    """True if outliers are highlighted."""
    statistics: tuple[str, ...] = ()
    """Names of the statistics at the foot."""
    derived: tuple[str, ...] = ()
    """Definitions of the user's derived columns, as typed."""

    def as_json(self) -> dict[str, object]:
        """Convert to JSON."""
        choice = self.selection.choice
        return {
            "filter": self.filter,
            "sort": self.sort,
            "columns": {
                "order": list(choice.order),
                "hidden": sorted(choice.hidden),
                "pinned": list(choice.pinned),
                "widths": dict(choice.widths),
                "only": self.selection.only,
            },
            "tags": list(self.selection.tags),
            "notes_folded": self.notes_folded,
            "row_height": self.row_height,
            "trends": self.trends,
            "outliers": self.outliers,
            "statistics": list(self.statistics),
            "derived": list(self.derived),
        }

    @classmethod
    def from_json(cls, value: object) -> ViewState:
        """Load from JSON; invalid entries are left out."""
        found = mapping(value)
        columns = mapping(found.get("columns"))
        choice = ColumnLayout(
            texts(columns.get("order")),
            frozenset(texts(columns.get("hidden"))),
            texts(columns.get("pinned")),
            widths(columns.get("widths")),
        )
        selection = ColumnSelection(choice, texts(found.get("tags")), columns.get("only") is True)
        folded = found.get("notes_folded") is True
        height = found.get("row_height")
        return cls(
            text(found.get("filter")),
            text(found.get("sort")),
            selection,
            folded,
            next((known for known in ROW_HEIGHTS if known == height), 1),
            found.get("trends") is True,
            found.get("outliers") is True,
            texts(found.get("statistics")),
            texts(found.get("derived")),
        )
