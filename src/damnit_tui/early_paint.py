"""Show the newest runs on the terminal while the app is still being imported.

Importing Textual takes 0.15 s, or seconds if the file system is cold. The table needs none
of it: its rows, columns and words are plain Python. So they are painted at once, in the
terminal's own colours, and the app paints over them when it is there.
"""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from .graphemes import in_agreed_widths
from .sanitize import clip, visible
from .table.cell_render import Piece
from .table.display_rows import DisplayRows
from .table.line_renderer import LineRenderer
from .table.rows import Rows
from .table.table_cells import TableCells
from .table.viewport import Viewport
from .themes import TERMINAL, VARIES, TerminalLook

if TYPE_CHECKING:
    from .data.first_page import FirstPage
    from .data.session import Session
    from .state.saved_state import SavedState

PATIENCE_S = 0.1
"""If the database takes longer, the app waits for it, and reports the delay."""
STATUS_LINES = 2
"""Lines above the table, as in the app."""
BELOW = 2
"""Lines below the table: cell line and footer."""

BEGIN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H"
"""Alternate screen, cursor hidden, no line wrap; from the top."""
END = "\x1b[?7h"
LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
REST = "\x1b[0m\x1b[K"


class TerminalInfo(NamedTuple):
    """The properties of a terminal that matter here."""

    width: int
    height: int
    has_colours: bool = True
    """True if colours may be used (https://no-color.org)."""
    has_all_colours: bool = False
    """True if it supports 24-bit colours."""


@contextmanager
def first_sight(
    session: Session, *, is_enabled: bool = True, state: Path | None = None
) -> Iterator[None]:
    """Show the newest runs, if they are ready at once, until the app takes over.

    A failure leaves the terminal as it was.

    Args:
        session: Has begun to load its first page.
        is_enabled: True if the app will open with the table in its last state.
        state: Where the table's state is saved; None for the user's files.
    """
    terminal = sys.__stderr__  # where Textual draws
    text = ""
    if is_enabled and terminal is not None and terminal.isatty():
        text = _text(session, terminal, state)
    if not text or terminal is None:
        yield
        return
    with _typed_unseen():
        _write(terminal, text)
        try:
            yield
        except BaseException as error:
            _write(terminal, LEAVE)
            if isinstance(error, KeyboardInterrupt):
                raise SystemExit(130) from None
            raise


def paint(
    look: FirstPage,
    kept: SavedState,
    paper: TerminalInfo,
    folder: str,
    *,
    clock: Callable[[], float] = time.time,
    zone: tzinfo | None = None,
) -> list[list[Piece]]:
    """Return the first screen, line by line.

    Args:
        look: The newest runs and their values.
        kept: The saved state of the table.
        paper: The terminal.
        folder: The folder's name on the screen.
        clock: Returns the current time, to recognise the runs of today.
        zone: Time zone of the times shown; None for this machine's.
    """
    rows = Rows()
    rows.add_columns(look.columns)
    rows.add_runs(look.runs)
    rows.add_values(look.values)
    rows.mark_complete(look.complete)
    cells = TableCells(rows, clock=clock, zone=zone)
    view = Viewport(rows, DisplayRows(rows), cells)
    view.layout = kept.view.selection.effective(rows.columns)
    view.match_columns()
    view.width = paper.width - 1  # next to the scroll bar
    head = STATUS_LINES + view.levels + 1
    keys = rows.keys[: max(0, paper.height - head - BELOW)]
    view.place_columns(keys)
    renderer = LineRenderer(rows, cells, view)
    proposal = f"p{look.proposal} · " if look.proposal is not None else ""
    title = clip(f" {proposal}{visible(folder)}", paper.width)
    return [
        [Piece(title, "title")],
        [Piece(" starting …", "faint")],
        *renderer.header_pieces(None),
        *(renderer.run_pieces(key, None) for key in keys),
    ]


def as_sequences(lines: list[list[Piece]], paper: TerminalInfo) -> str:
    """Encode lines as terminal output, from the top of an alternate screen."""
    painted = [
        "".join(_styled(piece, paper) for piece in line) + REST for line in lines[: paper.height]
    ]
    return BEGIN + "\r\n".join(painted) + END


def _text(session: Session, terminal: TextIO, state: Path | None) -> str:
    """The text to write; empty if it is not ready at once, or would differ from the app's."""
    look = session.first_page.peek(PATIENCE_S)
    if look is None or not look.runs:
        return ""
    kept = _kept(session.folder.path, look.db_id, state)
    if kept is None or kept.view.filter or kept.view.sort:
        return ""
    if (
        kept.view.derived
        or kept.preview
        or kept.view.trends
        or kept.view.statistics
        or kept.view.row_height > 1
    ):
        return ""  # the runs will be elsewhere on the screen
    size = os.get_terminal_size(terminal.fileno())
    colours = not os.environ.get("NO_COLOR")
    is_full = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
    paper = TerminalInfo(size.columns, size.lines, colours, colours and is_full)
    if min(paper[:2]) < 1:
        return ""
    return as_sequences(paint(look, kept, paper, str(session.folder.path)), paper)


def _kept(folder: Path, db_id: object, state: Path | None) -> SavedState | None:
    """Load the table's saved state; None if it cannot be read."""
    from .state.saved_state import SavedState
    from .state.storage import folder_file, read_json, state_directory

    try:
        path = folder_file(state or state_directory(), db_id, folder)
        return SavedState.from_json(read_json(path))
    except FileNotFoundError:
        return SavedState()
    except (OSError, ValueError):
        return None  # the app reports the error


def _styled(piece: Piece, paper: TerminalInfo) -> str:
    text = in_agreed_widths(piece.text)
    look = TERMINAL.get(piece.role, TerminalLook())
    styles = (VARIES.style if piece.bold else "", look.style)
    codes = [*dict.fromkeys(filter(None, styles))]
    if paper.has_all_colours and piece.foreground and piece.background:
        codes += ["38;2;{};{};{}".format(*piece.foreground)]
        codes += ["48;2;{};{};{}".format(*piece.background)]
    elif paper.has_colours and look.color:
        codes.append(look.color)
    return f"\x1b[0;{';'.join(codes)}m{text}" if codes else f"\x1b[0m{text}"


def _write(terminal: TextIO, text: str) -> None:
    try:
        terminal.write(text)
        terminal.flush()
    except OSError:  # the terminal has gone away; the app will notice, too
        pass


@contextmanager
def _typed_unseen() -> Iterator[None]:
    """Disable echo while keys are typed ahead, and keep them raw: Enter is not a line feed."""
    stdin = sys.__stdin__
    if stdin is None or not stdin.isatty():
        yield
        return
    fileno = stdin.fileno()
    before = termios.tcgetattr(fileno)
    now = termios.tcgetattr(fileno)
    now[0] &= ~termios.ICRNL
    now[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(fileno, termios.TCSANOW, now)
    try:
        yield
    finally:
        # Input in the terminal's queue stays there, for the app.
        termios.tcsetattr(fileno, termios.TCSANOW, before)
