"""Command line options that override the saved state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.model import Column
from damnit_daemon.query.tokens import quoted

from .view_state import ViewState

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition


class CliOverrides(NamedTuple):
    """A view, and options that override it."""

    view: ViewState | None = None
    filter: str = ""
    sort: str = ""
    columns: str = ""
    derive: tuple[str, ...] = ()
    """Definitions of derived columns."""

    @property
    def derived(self) -> tuple[str | Definition, ...]:
        """All definitions of derived columns; those of the view need not be valid everywhere."""
        if self.view is None or not self.view.derived:
            return self.derive
        from damnit_daemon.derived import stored_definition

        return (*filter(None, map(stored_definition, self.view.derived)), *self.derive)

    def printed(
        self, load_columns: Callable[[Iterable[str | Definition]], Iterable[Column]]
    ) -> tuple[str, str, str]:
        """Return filter, order and columns to print, as they are typed.

        Args:
            load_columns: Returns the existing columns, for a view that hides some; takes the
                definitions of derived columns.
        """
        view = self.view or ViewState()
        columns = self.columns
        if not columns and view.selection:
            known = list(load_columns(self.derived))
            shown = view.selection.effective(known).apply(known)
            columns = ",".join(quoted(column.name) for column in shown)
        return self.filter or view.filter, self.sort or view.sort, columns
