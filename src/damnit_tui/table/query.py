"""Which runs are shown, and in which order; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from damnit_daemon.model import Column, RunKey

if TYPE_CHECKING:
    from damnit_daemon.query import Filter, SortKey
    from damnit_daemon.query.table import Table

    class VersionedTable(Table, Protocol):
        """A table that counts the changes of each run, so that filters check only changed runs."""

        def version(self, key: RunKey) -> int:
            """Return a number that grows with every change of a run."""
            ...


@dataclass
class TableQuery:
    """A filter and a sort order; both optional."""

    filter: Filter | None = None
    sort: tuple[SortKey, ...] = ()
    _known: dict[RunKey, tuple[int, bool]] = field(default_factory=dict, repr=False)
    """Cached filter result by run, with the run's version: values arrive at any time."""

    @property
    def is_active(self) -> bool:
        """True unless all runs are shown, newest first."""
        return bool(self.filter or self.sort)

    @property
    def names(self) -> frozenset[str]:
        """The variables whose values the query reads, including `ANY` if it reads all of them."""
        if not self.is_active:
            return frozenset()
        from damnit_daemon.query.cells import LABELS, PROPOSAL, RUN, TIME
        from damnit_daemon.query.predicates import columns_of

        names = {key.column.name for key in self.sort}
        if self.filter:
            names |= columns_of(self.filter.condition)
        return frozenset(names - {RUN.name, PROPOSAL.name, TIME.name, LABELS.name})

    def arrange(self, rows: VersionedTable, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the matching runs, in order."""
        shown = self._select(rows, list(keys)) if self.filter else list(keys)
        if not self.sort:
            return shown
        from damnit_daemon.query import sort_keys

        return sort_keys(rows, shown, self.sort)

    def with_filter(self, found: Filter | None) -> TableQuery:
        """Return a copy with another filter; None shows all."""
        return TableQuery(found or None, self.sort)

    def sorted_by(self, column: Column, *, reverse: bool = False) -> TableQuery:
        """Sort by a column; a second call reverses the order, a third removes it.

        Args:
            column: The column.
            reverse: Whether the first call sorts the largest first.
        """
        from damnit_daemon.query import SortKey

        now = next((key for key in self.sort if key.column.name == column.name), None)
        sort: tuple[SortKey, ...]
        if now is None:
            sort = (SortKey(column, reverse),)
        elif now.reverse is reverse:
            sort = (replace(now, reverse=not reverse),)
        else:
            sort = ()
        return TableQuery(self.filter, sort)

    def sorted_also(self, column: Column) -> TableQuery:
        """Add a secondary sort column; a second call reverses it, a third removes it."""
        from damnit_daemon.query import SortKey

        now = next((key for key in self.sort if key.column.name == column.name), None)
        if now is None:
            return TableQuery(self.filter, (*self.sort, SortKey(column)))
        turned = () if now.reverse else (replace(now, reverse=True),)
        at = self.sort.index(now)
        return TableQuery(self.filter, (*self.sort[:at], *turned, *self.sort[at + 1 :]))

    def describe_sort(self) -> str:
        """Describe the sort order for the top line; empty for the default order."""
        return ", ".join(f"{'↓' if key.reverse else '↑'} {key.column.title}" for key in self.sort)

    def _select(self, rows: VersionedTable, keys: list[RunKey]) -> list[RunKey]:
        """Return the runs that match the filter; only changed runs are checked again."""
        assert self.filter is not None
        if self.filter.uses_marks:
            return self.filter.select(rows, keys)
        known, version = self._known, rows.version
        unknown = [key for key in keys if key not in known or known[key][0] != version(key)]
        for key, held in zip(unknown, self.filter.mask(rows, unknown), strict=True):
            known[key] = (version(key), held)
        return [key for key in keys if known[key][1]]
