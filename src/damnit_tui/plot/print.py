"""Print a plot as text: `damnit-tui --plot 'xgm vs run'`."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from damnit_daemon.derived import Definition, load_derived
from damnit_daemon.errors import DamnitError
from damnit_daemon.export import TableSelection, load_table
from damnit_daemon.model import Column
from damnit_daemon.model.sanitize import for_stdout
from damnit_daemon.query import parse_sort
from damnit_daemon.query.tokens import quoted
from damnit_daemon.store import Database, load_columns, load_values

from ..charts.frame import Styles, styled, text_line
from ..sanitize import visible
from ..table.rows import Rows
from ..themes import PRINTED
from .data import points_over_runs
from .render import draw_points
from .state import FITS, MOST_Y, RUN, TIME, Analysis, PlotState
from .statistics import AnalysisRequest, SeriesStatistics, lines_of
from .variables import naming_of

HEIGHT = 20
"""Lines of a plot, unless given."""
SMALLEST = 24, 8
EXAMPLE = "For example: 'xgm', 'xgm vs run' or 'a, b vs delay'."
_VERSUS = re.compile(r"\s+vs\.?\s+", re.IGNORECASE)

# The terminal's own colours: whether it is dark or light is not known here.
STYLES: Styles = {role: Style.parse(look) for role, look in PRINTED.items()}


class PlotRequest(NamedTuple):
    """What to print."""

    text: str
    """Such as `xgm vs run`; without `vs`, over the run."""
    filter: str = ""
    width: int | None = None
    """Columns; None for the terminal's."""
    height: int | None = None
    fit: str = ""
    """A fit of each column: linear, gaussian or erf."""
    derive: tuple[str | Definition, ...] = ()
    """Definitions of derived columns."""


def print_plot(database: Database, request: PlotRequest) -> None:
    """Print the plot of some columns, in colours on a terminal.

    Raises:
        DamnitError: If a column does not exist, or there is nothing to draw.
    """
    # What a terminal does not support, such as colours in a pipe, Rich leaves out.
    console = Console(highlight=False, soft_wrap=True)
    lines = plot_lines(database, request)
    text = [Segment(for_stdout(s.text), s.style) for line in lines for s in [*line, Segment.line()]]
    with console.capture() as drawn:  # Rich ends the program if the pipe is closed
        console.print(Segments(text), end="")
    sys.stdout.write(drawn.get())


def plot_lines(database: Database, request: PlotRequest) -> list[list[Segment]]:
    """Draw the plot of some columns.

    Raises:
        DamnitError: If a column does not exist, or there is nothing to draw.
    """
    with database.reading() as con:
        stored = load_columns(con)
        derived = load_derived(database.path.parent, stored, request.derive)
        columns = [*stored, *derived.columns] if derived is not None else stored
        state = parse_plot(request.text, [c for c in columns if c.name not in (RUN, TIME)])
    names = [name for name in (*state.y, state.x) if name not in (RUN, TIME)]
    selection = TableSelection(
        filter=request.filter, columns=",".join(map(quoted, names)), derive=request.derive
    )
    runs = load_table(database, selection).runs
    if not runs:
        raise DamnitError("No runs match the filter." if request.filter else "There are no runs.")
    rows = Rows()
    rows.add_columns(stored)
    rows.add_runs(runs)
    keys = [run.key for run in runs]
    needed = names if derived is None else derived.required(names)
    with database.reading() as con:
        rows.add_values(load_values(con, keys=keys, names=needed))
    if derived is not None:
        rows.define(derived.definitions)
    points = points_over_runs(state, rows, keys, naming_of(rows, (*state.y, state.x)))
    if points.problem:
        raise DamnitError(points.problem.partition(" – ")[0].rstrip(".") + ".")
    width, height = _size(request)
    drawn = draw_points(points, state, width, height, STYLES)
    found: list[SeriesStatistics] = []
    if request.fit:
        state = replace(state, analysis=_analysis_of(request.fit))
        numbers = range(len(points.groups))
        found = [AnalysisRequest(points, state, n, drawn.shown).statistics() for n in numbers]
        fits = [each.fit for each in found if each.fit is not None]
        drawn = draw_points(points, state, width, height, STYLES, fits=fits)
    gaps = [*(part.gap for part in drawn.legend[:-1]), ""]
    parts = (
        Segment(part.text + gap, styled(STYLES, part.role))
        for part, gap in zip(drawn.legend, gaps, strict=False)
    )
    legend = [Segment(" "), *parts] if drawn.legend else []
    notes = text_line(f" {', '.join(points.notes)}", width, Style()) if points.notes else []
    lines = [line for line in (legend, *drawn.frame.lines, notes) if line]
    for each in found:
        text = ["", visible(each.label), *lines_of(each, points, state)]
        lines += [[Segment(f" {line}".rstrip())] for line in text]
    return lines


def _analysis_of(name: str) -> Analysis:
    fits = {fit.value: fit for fit in FITS}
    if (found := fits.get(name.lower())) is None:
        raise DamnitError(f"No fit {name!r}.", hint=f"Use {', '.join(fits)}.")
    return found


def parse_plot(text: str, columns: Sequence[Column]) -> PlotState:
    """Parse `a, b vs c`.

    Raises:
        FilterError: If a column does not exist; suggests names.
        DamnitError: If it is no such text.
    """
    y, *more = _VERSUS.split(text.strip())
    found = [[key.column.name for key in parse_sort(part, columns)] for part in (y, *more)]
    if not found[0] or len(found) > 2 or (more and len(found[1]) != 1):
        raise DamnitError(f"No columns to plot in {text!r}.", hint=EXAMPLE)
    if len(found[0]) > MOST_Y:
        raise DamnitError(f"A plot can show at most {MOST_Y} columns.", hint=EXAMPLE)
    return PlotState(tuple(dict.fromkeys(found[0])), found[1][0] if more else RUN)


def _size(request: PlotRequest) -> tuple[int, int]:
    terminal = shutil.get_terminal_size()
    width = request.width or terminal.columns
    height = request.height or min(HEIGHT, max(SMALLEST[1], terminal.lines - 2))
    return max(SMALLEST[0], width), max(SMALLEST[1], height)
