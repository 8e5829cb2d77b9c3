"""Actions of the plot screen that change what is plotted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..dialogs.variable_dialog import VariableChoice, VariableDialog
from .base import PlotPart
from .state import BEGIN, Form, Over, RunScope
from .variables import variables_to_plot


class PlotChoosing(PlotPart):
    """The part of the screen for choosing variables, runs and form."""

    def action_choose_y(self) -> None:
        """Choose the variables to plot."""

        def also(name: str) -> Sequence[str]:
            self.change(self.state.toggled_y(name))
            return self.state.y

        def take(name: str | None) -> None:
            # Enter on one of several variables checked with Tab keeps them all.
            if name is not None and name not in self.state.y:
                self.change(self.state.with_y(name))

        self._choose("Y: what is plotted", self.state.y, take, also=also)

    def action_choose_x(self) -> None:
        """Choose the x axis."""

        def take(name: str | None) -> None:
            if name is not None:
                self.change(self.state.fresh(x=name))

        self._choose("X: along what", (self.state.x,), take)

    def action_choose_colour(self) -> None:
        """Choose a third variable for the colours."""
        if self.state.over is Over.WITHIN or self.state.form is Form.HISTOGRAM:
            self.notify("Points over runs can be coloured (o, m).", markup=False, timeout=3)
            return

        def take(name: str | None) -> None:
            if name is not None:
                form = Form.POINTS if name else self.state.form
                self.change(replace(self.state, colour=name, form=form))

        self._choose("Colour: by what", (self.state.colour,), take, none="no colour")

    def _choose(
        self,
        heading: str,
        chosen: Sequence[str],
        take: Callable[[str | None], None],
        *,
        also: Callable[[str], Sequence[str]] | None = None,
        none: str = "",
    ) -> None:
        is_within = self.state.over is Over.WITHIN
        choices = variables_to_plot(
            self._around.rows, self._keys(), data=is_within, texts=bool(none)
        )
        if none:
            choices = [VariableChoice("", none), *choices]
        elif is_within and also is None:
            own = "its coordinate: trains, time, index"
            from_begin = VariableChoice(BEGIN, f"{own}, from start of each run")
            choices = [from_begin, VariableChoice("", own), *choices]
        box = VariableDialog(
            heading, choices, chosen, suggested=self._around.cursor_name(), also=also
        )
        self.app.push_screen(box, take)

    def action_swap(self) -> None:
        """Swap X and Y."""
        self.change(self.state.swapped())

    def action_next_over(self) -> None:
        """Switch between points per run and the data of each run."""
        state = self.state.next_over()
        if state.over is Over.WITHIN and self._around.marked():
            state = replace(state, which=RunScope.MARKED)
        self.change(state)

    def action_next_which(self) -> None:
        """Switch to the next selection of runs."""
        self.change(self.state.next_which())

    def action_next_form(self) -> None:
        """Switch to the next form."""
        self.change(self.state.next_form())
