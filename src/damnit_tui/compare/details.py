"""All values of one run, as lines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.text import format_duration

from ..data.run_history import RunHistory, describe_history
from ..format import format_full_time
from ..sanitize import visible
from ..table.cells import OWN_PROVENANCE, parse_attributes
from ..table.describe import STATE_ROLES, CellDescription, CellState, describe
from ..table.layout import split_title
from ..widgets.row_list import ListRow, RowCell

HEADING = (
    RowCell("Variable"),
    RowCell("Value"),
    RowCell("Duration", right=True),
    RowCell("Computed"),
    RowCell("Source"),
)
HAND = "manual-input"


class Order(StrEnum):
    """Sort order of the values."""

    TITLE = "by title"
    TOOK = "slowest first"
    PROBLEMS = "problems first"


@dataclass(frozen=True)
class Detail:
    """One value."""

    column: Column
    value: StoredValue | None
    description: CellDescription

    @property
    def took_s(self) -> float | None:
        """How long its function took; None if not recorded."""
        return _number(self, "duration_s")

    @property
    def computed_at(self) -> float | None:
        """When it was computed, Unix seconds; None if not recorded."""
        return _number(self, "computed_at")

    @property
    def problem(self) -> int:
        """0 if it failed, 1 if it was skipped or does not exist, 2 otherwise."""
        if self.value is None:
            return 1
        if self.value.value is not None:
            return 2
        return 0 if self.description.state is CellState.FAILED else 1


def details_of(
    key: RunKey,
    columns: Sequence[Column],
    value: Callable[[RunKey, str], StoredValue | None],
    doing: Callable[[str], str],
    *,
    complete: bool = True,
) -> list[Detail]:
    """Collect all values of a run.

    Args:
        key: The run.
        columns: All variables.
        value: Returns the stored value of a cell.
        doing: Returns the daemon's activity for a variable without a value.
        complete: True if all values of the run are loaded.
    """
    found = []
    for column in columns:
        if column.name == "start_time":
            continue
        stored = value(key, column.name)
        activity = "" if stored is not None else doing(column.name)
        description = describe(key, column, stored, complete=complete, doing=activity)
        found.append(Detail(column, stored, description))
    return found


def ordered(details: Sequence[Detail], order: Order) -> list[Detail]:
    """Sort the details."""
    if order is Order.TOOK:
        return sorted(details, key=lambda each: -(each.took_s or 0.0))
    if order is Order.PROBLEMS:
        return sorted(details, key=lambda each: each.problem)
    return list(details)


def lines_of(details: Sequence[Detail], zone: tzinfo | None = None) -> list[ListRow]:
    """Convert the details to rows of the list."""
    return [_line(detail, zone) for detail in details]


def summary(
    run: RunRow,
    details: Sequence[Detail],
    history: RunHistory | None,
    now: float,
    zone: tzinfo | None = None,
) -> list[tuple[str, str]]:
    """Summarize the run as labelled lines."""
    counts = [sum(each.problem == kind for each in details) for kind in (2, 0, 1)]
    kinds = zip(counts, ("with a value", "failed", "empty or skipped"), strict=True)
    lines = [("Variables", ", ".join(f"{number} {what}" for number, what in kinds if number))]
    start = run.start_time
    began = format_full_time(start, zone) if isinstance(start, int | float) else "unknown"
    lines.append(("Started", began))
    computed = [at for each in details if (at := each.computed_at) is not None]
    took = [s for each in details if (s := each.took_s) is not None]
    if computed:
        least, most = (format_full_time(at, zone) for at in (min(computed), max(computed)))
        span = least if least == most else f"{least} to {most}"
        lines.append(("Computed", f"{span}, total compute time {format_duration(sum(took))}"))
    lines.append(("Labels", run.label_text or ""))
    if history is not None:
        lines += describe_history(history, now, zone)
    return [(name, text) for name, text in lines if text]


def _line(detail: Detail, zone: tzinfo | None) -> ListRow:
    column, value, description = detail.column, detail.value, detail.description
    took, at = detail.took_s, detail.computed_at
    provenance = value.provenance if value is not None else ""
    from_ = "by hand" if provenance == HAND else str(provenance or "")
    from_ = column.description if column.expression else from_
    return ListRow(
        column.name,
        (
            RowCell("/".join(split_title(column.title))),
            RowCell(description.text, STATE_ROLES[description.state]),
            RowCell(format_duration(took) if took is not None else "", "quiet", right=True),
            RowCell(format_full_time(at, zone) if at is not None else "", "quiet"),
            RowCell("" if provenance in OWN_PROVENANCE else visible(from_), "news"),
        ),
    )


def _number(detail: Detail, name: str) -> float | None:
    if detail.value is None:
        return None
    found = parse_attributes(detail.value.attributes_json).get(name)
    return float(found) if isinstance(found, int | float) else None
