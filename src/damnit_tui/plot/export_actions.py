"""Export actions of the plot screen: copy, save."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message

from damnit_daemon.errors import DamnitError

from ..data.picture_notes import note_saved_picture
from .base import PlotPart
from .data import Points
from .export import ENDINGS, as_csv, save_picture
from .state import BEGIN, PlotState


class PlotTaking(PlotPart):
    """The part of the screen for the clipboard and files."""

    @dataclass
    class Saved(Message):
        """Posted when a file was written, or could not be."""

        path: Path
        problem: str = ""

    def action_copy(self) -> None:
        """Copy the plot on the screen."""
        if self.drawn is not None:
            self._around.copy(self.plain_text())

    def plain_text(self) -> str:
        """Return the plot as text."""
        if self.drawn is None:
            return self.points.problem
        lines = ("".join(s.text for s in line).rstrip() for line in self.drawn.frame.lines)
        legend = " ".join(text for text, _ in self.drawn.legend)
        return "\n".join(filter(None, [legend, *lines]))

    def action_save(self) -> None:
        """Prompt for a file, and write the plot to it."""
        from ..dialogs.save_dialog import SaveDialog

        if self.drawn is None:
            self.notify("There is nothing to be saved.", markup=False, timeout=3)
            return
        here = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
        x = () if self.state.x in ("", BEGIN) else (self.state.x,)
        name = "_".join((*self.state.y, *x)).replace("/", "_")
        self.app.push_screen(SaveDialog(here / f"{name}.png", ENDINGS), self._save)

    def _save(self, path: Path | None) -> None:
        if path is not None and self.drawn is not None:
            text, shown = self.plain_text(), " · ".join(self.what_is_plotted())
            self.write_file(path, self.points, self.state, self.drawn.bins, text, shown)

    @work(thread=True, group="save")
    def write_file(
        self, path: Path, points: Points, state: PlotState, bins: int, text: str, shown: str
    ) -> None:
        """Write a file, and report the result.

        Args:
            path: The file.
            points: The points.
            state: The plot state.
            bins: Number of bins of a histogram.
            text: The plot as text.
            shown: A short description of the plot.
        """
        try:
            if path.suffix.lower() == ".png":
                save_picture(points, state, bins, path)
            else:
                is_csv = path.suffix.lower() == ".csv"
                path.write_text(as_csv(points, state) if is_csv else f"{text}\n", encoding="utf-8")
        except DamnitError as error:
            self.post_message(self.Saved(path, str(error)))
        except OSError as error:
            self.post_message(self.Saved(path, f"{path} cannot be written: {error.strerror}."))
        else:
            note_saved_picture(self._session, path, shown)
            self.post_message(self.Saved(path))

    @on(Saved)
    def tell_saved(self, event: Saved) -> None:
        """Report where the file is, or why it was not written."""
        if event.problem:
            self.notify(event.problem, severity="error", markup=False, timeout=8)
        else:
            self.notify(f"Saved as {event.path}.", markup=False, timeout=5)
