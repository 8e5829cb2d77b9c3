"""The data of a plot: over runs from the table, within runs by a request to a worker."""

from __future__ import annotations

from damnit_daemon.model import RunKey

from ..table.rows import Rows
from .data import Naming, Points, points_over_runs
from .run_data import RunDataRequest, request_for
from .state import BEGIN, Over, PlotState, RunScope
from .variables import naming_of


class PlotSource:
    """The table as the source of points; recognizes whether a plot has to be made again."""

    def __init__(self, rows: Rows) -> None:
        self.request: RunDataRequest | None = None
        """The newest request for data within runs."""
        self._rows = rows
        self._seen: object = None

    def keys(self, state: PlotState) -> tuple[RunKey, ...]:
        """Return the runs to plot."""
        if state.which is RunScope.MARKED:
            return tuple(sorted(self._rows.marked))
        return tuple(self._rows.all_keys if state.which is RunScope.ALL else self._rows.keys)

    def naming(self, state: PlotState) -> Naming:
        """Return the labels of the plotted variables."""
        return naming_of(self._rows, (*state.y, state.x, state.colour))

    def has_changed(self, state: PlotState) -> bool:
        """Return True if other data is to be plotted than at the last call."""
        keys = self.keys(state)
        if state.over is Over.WITHIN:
            content: object = self._request_for(state)
        else:
            content = keys, tuple(self._rows.version(key) for key in keys)
        what = state.y, state.x, state.colour, state.over, state.which, state.form
        seen = what, content
        changed, self._seen = seen != self._seen, seen
        return changed

    def points_over_runs(self, state: PlotState) -> Points:
        """Return one point for each run."""
        return points_over_runs(state, self._rows, self.keys(state), self.naming(state))

    def next_request(self, state: PlotState) -> RunDataRequest | None:
        """Return the request for data within runs; None if it is the newest one already."""
        request = self._request_for(state)
        if request == self.request:
            return None
        self.request = request
        return request

    def _request_for(self, state: PlotState) -> RunDataRequest:
        keys = self.keys(state)
        names = [n for n in (*state.y, state.x) if n not in ("", BEGIN)]
        values = [self._rows.value(key, name) for name in names for key in keys]
        stamps = [value.timestamp if value is not None else 0.0 for value in values]
        return request_for(state, keys, stamps)
