"""A checklist of tags: only columns with one of them are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from damnit_daemon.model import Column
from damnit_daemon.text import count_of

from ..state.column_selection import UNTAGGED, ColumnSelection
from ..widgets.checklist import ChecklistItem
from .checklist_dialog import ChecklistDialog


class TagsDialog(ChecklistDialog[ColumnSelection]):
    """All tags, with the number of variables of each; without any tick, all columns are shown."""

    title_text = "Filter columns by tag"

    def __init__(self, selection: ColumnSelection, columns: Sequence[Column]) -> None:
        """Start with the current tags.

        Args:
            selection: The columns shown now.
            columns: All columns.
        """
        super().__init__()
        self._selection = selection
        self._columns = list(columns)
        self._counts = Counter(tag for c in columns for tag in (c.tags or (UNTAGGED,)))
        self._counts.update(dict.fromkeys(selection.tags, 0))  # tags that no longer exist

    def entries(self) -> list[ChecklistItem]:
        """The tags by name, and an entry for untagged columns."""
        names = sorted(self._counts, key=lambda tag: (tag == UNTAGGED, tag.casefold()))
        return [
            ChecklistItem(
                tag,
                tag if tag != UNTAGGED else "untagged",
                count_of(self._counts[tag], "variable"),
                ticked=tag in self._selection.tags,
            )
            for tag in names
        ]

    def summary(self) -> str:
        """Summary of the columns that would be shown."""
        shown = len(self._selection.effective(self._columns).apply(self._columns))
        return f"{shown} of {len(self._columns)} columns"

    def tick(self, ids: list[str], ticked: bool) -> None:
        """Add or remove tags."""
        others = tuple(tag for tag in self._selection.tags if tag not in ids)
        self._selection = self._selection._replace(tags=(*others, *ids) if ticked else others)

    def result(self) -> ColumnSelection:
        """The same columns with the new tags."""
        return self._selection
