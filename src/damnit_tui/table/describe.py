"""Describe a cell in words: its full value, or why it is empty."""

from __future__ import annotations

from datetime import tzinfo
from enum import Enum, auto
from typing import Any, NamedTuple

from damnit_daemon.model import BlobKind, Column, RunKey, StoredValue
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.text import format_duration

from ..fixed_columns import TIME
from ..format import format_full_time
from ..sanitize import visible, visible_lines
from .cells import (
    LONGEST_TEXT,
    OWN_PROVENANCE,
    boolean_text,
    parse_attributes,
    stored_blob_kind,
    summary_method,
    units,
)
from .derivation import INPUTS, MISSING
from .layout import split_title, untitled_method

_BLOBS = {
    BlobKind.PNG: "an image",
    BlobKind.TRENDLINE: "a curve",
    BlobKind.ARRAY: "an array",
    BlobKind.COMPLEX: "a complex number",
    BlobKind.UNKNOWN: "data of an unsupported kind",
}


class CellState(Enum):
    """The reason for which a cell has no value, if it has none."""

    VALUE = auto()
    EMPTY = auto()
    """Nothing was computed, it was skipped, or returned nothing."""
    LACKING = auto()
    """Its source, or the database, lacks the data; so far for what is not written yet."""
    FAILED = auto()


STATE_ROLES = {
    CellState.VALUE: "text",
    CellState.EMPTY: "quiet",
    CellState.LACKING: "missing",
    CellState.FAILED: "error",
}
"""State → role of its description."""


class CellDescription(NamedTuple):
    """A one-line description of a cell."""

    place: str
    """Run and variable."""
    text: str
    """Its value, or why there is none."""
    state: CellState = CellState.VALUE


def describe(
    key: RunKey,
    column: Column,
    value: StoredValue | None,
    *,
    complete: bool,
    drawn: str = "",
    doing: str = "",
    unreadable: str = "",
) -> CellDescription:
    """Describe a cell in one line.

    Args:
        key: The run.
        column: The variable.
        value: The stored row; None if there is none.
        complete: Whether all values of the run are loaded.
        drawn: Preview of a blob, in text.
        doing: The daemon's current or last activity on a missing value.
        unreadable: Files of the run that cannot be read; shown with its time, and where source
            data was not found.
    """
    place = f"r{key.run} · {'/'.join(split_title(column.title))}"
    by_hand = column.type is not None or column.name == "comment"
    if value is None or (by_hand and value.value is None and not value.attributes_json):
        text = "" if by_hand else doing
        return CellDescription(place, text or _absence(column, complete=complete), CellState.EMPTY)
    attributes = parse_attributes(value.attributes_json)
    if value.value is None:
        described = _without_value(place, attributes)
        lacks = unreadable and described.state is CellState.LACKING
        if not lacks:
            return described
        return described._replace(text=f"{described.text}  – {visible(unreadable)}")
    text = _present(value, column, attributes, drawn)
    if method := untitled_method(column.title, summary_method(value)):
        place = f"{place} ({method})"
    if unreadable and column.name == TIME.name:
        return CellDescription(place, f"{text}  – {visible(unreadable)}", CellState.LACKING)
    return CellDescription(place, text)


def start_time_value(
    key: RunKey, start_time: float | None, zone: tzinfo | None
) -> StoredValue | None:
    """Return the start time of a run in words, as a value like its other facts."""
    if start_time is None:
        return None
    return StoredValue(key, TIME.name, format_full_time(start_time, zone), start_time)


def describe_column(column: Column) -> CellDescription:
    """Describe a variable in one line."""
    place = "/".join(split_title(column.title))
    text = " ".join(visible(column.description or "").split()) or "no description"
    tags = f"  tags: {visible(', '.join(column.tags))}" if column.tags else ""
    return CellDescription(
        place, f"{text}{tags}", CellState.VALUE if column.description else CellState.EMPTY
    )


def error_of(attributes: dict[str, Any]) -> tuple[str, str] | None:
    """Return the class and message of the error stored in place of a value."""
    if "error" not in attributes:
        return None
    return str(attributes.get("error_cls") or "Error"), str(attributes["error"])


def details(
    column: Column, value: StoredValue | None, zone: tzinfo | None = None
) -> list[tuple[str, str]]:
    """Return the metadata of a value as labelled lines."""
    if column.expression:
        return _derivation_lines(column, value)
    lines = [("Variable", column.name)]
    if column.description:
        lines.append(("Description", column.description.strip()))
    if column.type is not None:
        lines.append(("User variable", column.type))
    if column.tags:
        lines.append(("Tags", ", ".join(column.tags)))
    if value is None or column.name == TIME.name:
        return lines
    attributes = parse_attributes(value.attributes_json)
    if units(attributes):
        lines.append(("Units", units(attributes)))
    if value.summary_method:
        lines.append(("Summary", value.summary_method))
    if isinstance(value.max_diff, int | float):
        lines.append(("Varies by", format_number(value.max_diff)))
    if value.provenance not in OWN_PROVENANCE:
        lines.append(("Provenance", str(value.provenance)))
    return [*lines, *_history(attributes, value, zone)]


def has_no_value(attributes: dict[str, Any]) -> str:
    """Say which inputs of a derived cell have no value; for one that is empty for that reason."""
    names = list(attributes.get(MISSING) or ())
    return visible(f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} no value")


def _derivation_lines(column: Column, value: StoredValue | None) -> list[tuple[str, str]]:
    attributes = parse_attributes(value.attributes_json) if value is not None else {}
    lines = [("Derived column", column.name), ("Expression", column.expression)]
    lines += [(title, str(text)) for title, text in attributes.get(INPUTS, {}).items()]
    return [*lines, ("Units", units(attributes))] if units(attributes) else lines


def _history(
    attributes: dict[str, Any], value: StoredValue, zone: tzinfo | None
) -> list[tuple[str, str]]:
    lines = []
    computed, duration = attributes.get("computed_at"), attributes.get("duration_s")
    if isinstance(computed, int | float):
        took = f", took {format_duration(duration)}" if isinstance(duration, int | float) else ""
        lines.append(("Computed", format_full_time(computed, zone) + took))
    if isinstance(value.timestamp, int | float):
        lines.append(("Stored", format_full_time(value.timestamp, zone)))
    if used := parse_attributes(str(attributes.get("parameters") or "")):
        lines.append(("Parameters", ", ".join(f"{name} = {each}" for name, each in used.items())))
    if attributes.get("context_hash"):
        lines.append(("Context file", str(attributes["context_hash"])))
    return lines


def _absence(column: Column, *, complete: bool) -> str:
    if not complete:
        return "loading"
    if column.name == "comment":
        return "no comment"
    if column.name == TIME.name:
        return "start time unknown: the run is not processed yet"
    if column.type is not None:
        return "no value entered yet"
    return "not computed: no result was stored for this run"


def _without_value(place: str, attributes: dict[str, Any]) -> CellDescription:
    error = error_of(attributes)
    if error is None and attributes.get(MISSING):
        return CellDescription(place, f"empty: {has_no_value(attributes)}", CellState.EMPTY)
    if error is None:
        return CellDescription(
            place, "empty: it returned None or NaN, or was cleared", CellState.EMPTY
        )
    name, whole = error[0][:LONGEST_TEXT], error[1].strip()[:LONGEST_TEXT]
    message = " ".join(line.strip() for line in visible_lines(whole))
    if name == "Skip":
        return CellDescription(place, f"» skipped: {message}", CellState.EMPTY)
    if name == "SourceNameError":
        return CellDescription(place, f"? {message}", CellState.LACKING)
    prefix = "✗ " if name == "DependencyError" else f"✗ {visible(name)}: "
    return CellDescription(place, prefix + message, CellState.FAILED)


def _present(value: StoredValue, column: Column, attributes: dict[str, Any], drawn: str) -> str:
    kind = stored_blob_kind(value)
    if kind is not None:
        return f"{_BLOBS[kind]}  {drawn}".rstrip()
    stored = value.value
    if truth := boolean_text(value, column):
        return truth
    if isinstance(stored, int | float):
        # More digits than fit in the cell.
        return f"{stored!r} {units(attributes)}".rstrip()
    return visible(str(stored)[:LONGEST_TEXT])
