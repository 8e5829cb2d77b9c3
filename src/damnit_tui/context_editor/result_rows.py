"""Problems of a context file, and results of a dry run, as rows of a table. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from damnit_daemon.model import Column, RunKey, StoredValue
from damnit_daemon.runner.protocol import ContextLoaded, Problem
from damnit_daemon.store.encode import encode_value
from damnit_daemon.text import format_duration

from ..data.dry_run import DryRunResult
from ..sanitize import visible
from ..table.cells import parse_attributes, units
from ..table.describe import describe

NOWHERE = RunKey(0, 0)
MARKS = {"": "◐", "done": "✓", "skipped": "»", "failed": "✗", "empty": "·"}


@dataclass(frozen=True)
class ResultRow:
    """A row of the table below the text."""

    cells: tuple[str, ...]
    role: str = "text"
    line: int = 0
    """Line in the text, 1-based; 0 for none."""
    column: int = 0


def has_error(loaded: ContextLoaded) -> bool:
    """Return True if a context file does not load."""
    return any(p.severity == "error" for p in (*loaded.problems, *loaded.advice))


def problem_rows(problems: Sequence[Problem]) -> list[ResultRow]:
    """Problems as rows, errors first, in the order of the text."""
    ordered = sorted(problems, key=lambda each: (each.severity != "error", each.line, each.column))
    return [
        ResultRow(
            (
                "✗" if each.severity == "error" else "!",
                str(each.line) if each.line else "",
                visible(each.message.replace("\n", " ")),
            ),
            "error" if each.severity == "error" else "warning",
            each.line,
            each.column,
        )
        for each in ordered
    ]


def tried_row(tried: DryRunResult, stored: StoredValue | None, line: int) -> ResultRow:
    """The result of a variable, next to its stored value, and whether they are equal."""
    duration = format_duration(tried.duration_s) if tried.outcome else ""
    role = {"failed": "error", "done": "text", "": "success"}.get(tried.outcome, "quiet")
    mark = MARKS.get(tried.outcome, "?")
    now = _as_stored(tried)
    comparison = ""
    if stored is not None:
        comparison = _text(stored)
        if now is not None:
            comparison = f"{'=' if _is_same(now, stored) else '≠'} {comparison}"
    return ResultRow((mark, tried.name, _now_text(tried, now), comparison, duration), role, line)


def _now_text(tried: DryRunResult, now: StoredValue | None) -> str:
    if not tried.outcome:
        return "computing…"
    if tried.message:
        return visible(tried.message.strip().replace("\n", " "))
    return _text(now) if now is not None else ""


def _as_stored(tried: DryRunResult) -> StoredValue | None:
    """The result as the database would store it, so that both compare and format alike."""
    found = tried.value
    if found is None or found.value is None:
        return None
    encoded = encode_value(found.value, found.summary_type)
    attributes = json.dumps({"units": str(found.attributes.get("units") or "")})
    return StoredValue(
        NOWHERE, tried.name, encoded.value, 0.0,
        summary_type=encoded.summary_type, attributes_json=attributes,
    )  # fmt: skip


def _text(value: StoredValue) -> str:
    return describe(value.key, Column(value.name, value.name), value, complete=True).text


def _is_same(now: StoredValue, stored: StoredValue) -> bool:
    return now.value == stored.value and _units(now) == _units(stored)


def _units(value: StoredValue) -> str:
    return units(parse_attributes(value.attributes_json))
