"""The alerts of a folder, shared by all its users: a small file next to the database."""

from __future__ import annotations

import json
from pathlib import Path

from damnit_daemon.atomic_write import atomic_write
from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.permissions import file_bits

from .rules import MOST_RUNS, Alert

NAME = "alerts.json"
MOST = 50


def load_alerts(internals: Path) -> list[Alert]:
    """Load the alerts; invalid ones are skipped: the file may be edited by hand."""
    try:
        content = json.loads((internals / NAME).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    listed = content.get("alerts") if isinstance(content, dict) else None
    found = []
    for item in listed if isinstance(listed, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("condition"), str):
            continue
        runs = item.get("runs", 1)
        if isinstance(runs, int) and not isinstance(runs, bool) and 1 <= runs <= MOST_RUNS:
            found.append(Alert(item["condition"], runs, _run(item.get("since"))))
    return found[:MOST]


def _run(stored: object) -> RunKey | None:
    match stored:
        case [int(proposal), int(run)]:
            return RunKey(proposal, run)
    return None


def save_alerts(internals: Path, alerts: list[Alert]) -> None:
    """Replace the whole file.

    Raises:
        DamnitError: If it cannot be written.
    """
    listed = [
        {"condition": alert.condition, "runs": alert.runs, "since": alert.since} for alert in alerts
    ]
    text = json.dumps({"version": 1, "alerts": listed}, indent=2, ensure_ascii=False) + "\n"
    try:
        internals.mkdir(exist_ok=True)
        atomic_write(internals / NAME, text.encode(), file_bits(internals))
    except OSError as error:
        raise DamnitError(f"Cannot save the alerts: {error.strerror}.") from error
