"""Results as a table, compared with earlier ones, and as a part of the documentation.

`python -m bench.report` writes the table of `docs/performance.md` from `build/bench.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from .results import Result

OUTPUT = Path("build/bench.json")
PAGE = Path("docs/performance.md")
BEGIN, END = "<!-- begin: python -m bench.report -->", "<!-- end -->"
HEAD = ("what", "ours", "limit", "ratio", "aim", "", "DAMNIT", "ours / DAMNIT")


def load(path: Path) -> list[Result]:
    """Load the results of an earlier run."""
    return [Result(**each) for each in json.loads(path.read_text())]


def save(results: Iterable[Result], path: Path) -> None:
    """Save the results so far: a run takes long, and may be interrupted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")


def line(result: Result) -> str:
    """Format a result as it is found, as progress."""
    return f"{result.name}: {result.value:.3g} {result.unit}"


def as_table(results: Iterable[Result]) -> Table:
    """Format the results for people; the JSON file is for programs."""
    table = Table(*HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for result in results:
        table.add_row(result.name, *cells(result))
    return table


def cells(result: Result) -> tuple[str, ...]:
    """Format the numbers of a result."""
    limit = f"{result.baseline:.3g} {result.unit}" if result.baseline else ""
    return (
        f"{result.value:.3g} {result.unit}",
        limit,
        f"{result.ratio:.2f}" if limit else "",
        "" if result.aim is None else f"≤ {result.aim:g}",
        {True: "✓", False: "✗", None: ""}[result.ok],
        "" if result.peer is None else f"{result.peer:.3g} {result.unit}",
        "" if result.peer_ratio is None else f"{result.peer_ratio:.3f}",
    )


def compared(results: Iterable[Result], old: Iterable[Result]) -> Table:
    """Compare the results with earlier ones of the same names."""
    before = {result.name: result for result in old}
    table = Table("what", "before", "now", "now / before", "of the ratio to the limit")
    for column in table.columns[1:]:
        column.justify = "right"
    for now in results:
        if (then := before.get(now.name)) is None or not then.value:
            continue
        of_ratio = f"{now.ratio / then.ratio:.2f}" if now.ratio and then.ratio else ""
        values = (f"{each.value:.3g} {each.unit}" for each in (then, now))
        table.add_row(now.name, *values, f"{now.value / then.value:.2f}", of_ratio)
    return table


def write_page(source: Path = OUTPUT, page: Path = PAGE) -> None:
    """Replace the table between the marks."""
    before, rest = page.read_text().split(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{as_markdown(load(source))}{END}{after}")


def as_markdown(results: Iterable[Result]) -> str:
    """Format results as a Markdown table."""
    rows = [HEAD, ("---",) * len(HEAD), *((result.name, *cells(result)) for result in results)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    write_page(*map(Path, sys.argv[1:]))
