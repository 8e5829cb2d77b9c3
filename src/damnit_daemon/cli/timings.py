"""`damnit-daemon timings`: the run times of variables."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ..text import format_duration
from .folder import FolderOption, chosen_folder
from .text_table import format_table

if TYPE_CHECKING:
    from ..ledger import Timing


def timings(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    folder: FolderOption = None,
) -> None:
    """Show the compute time of each variable. Slowest first, from the daemon's latest jobs."""
    from ..ledger import Ledger, LedgerMissing, load_timings

    try:
        with Ledger(chosen_folder(context, folder).ledger).reading() as con:
            found = load_timings(con)
    except LedgerMissing:
        if not as_json:
            raise
        found = []
    total_s = sum(timing.total_s for timing in found)
    shares = [timing.total_s / total_s if total_s else 0.0 for timing in found]
    if as_json:
        pairs = zip(found, shares, strict=True)
        typer.echo(json.dumps([asdict(t) | {"share": round(s, 4)} for t, s in pairs], indent=1))
        return
    if not found:
        typer.echo("no timings yet: the daemon has not finished any jobs")
        return
    for line in format_timings(found, shares):
        typer.echo(line)


def format_timings(found: list[Timing], shares: list[float]) -> list[str]:
    """Format timings as a table."""
    rows = [("variable", "count", "median", "p95", "share")]
    for timing, share in zip(found, shares, strict=True):
        lengths = format_duration(timing.median_s), format_duration(timing.p95_s)
        rows.append((timing.name, str(timing.count), *lengths, f"{100 * share:.1f}%"))
    return format_table(rows, right=[1, 2, 3, 4])
