"""The viewer screen: one variable of one run, with metadata and data; steps through runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import ViewRequest

from .. import keymap
from ..charts.colourmaps import MAPS
from ..data.picture_notes import note_saved_picture
from ..dialogs.save_dialog import FileSaved, SaveDialog, default_folder, endings_for, notify_saved
from ..sanitize import visible, visible_lines
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import CopyRequested, RunVisited
from ..terminal.graphics.protocol_choice import Graphics
from ..widgets.screen_footer import ScreenFooter
from .actions import InspectActions
from .available_keys import useful_keys
from .cell_details import CellDetails
from .data_view import DataView
from .render import as_text

LOW = 30
"""Below this screen height one line of facts is shown, else two."""
NARROW = 8


class ViewerScreen(InspectActions):
    """A cell over the whole screen."""

    DEFAULT_CSS = """
    ViewerScreen {
        layout: vertical;
        & #inspect-head { height: 1; background: $panel; color: $text-primary; text-style: bold; }
        & #inspect-facts { height: auto; max-height: 2; padding: 0 1; color: $foreground 75%; }
        & DataView { height: 1fr; }
    }
    ViewerScreen.-low #inspect-facts { max-height: 1; }
    """
    BINDINGS = keymap.bindings("inspect")

    def __init__(
        self,
        context: TableContext,
        address: CellAddress,
        *,
        graphics: Graphics = Graphics.BLOCKS,
    ) -> None:
        super().__init__()
        self.address = address
        self.view = DataView(context.session, graphics, context.zone)
        self.context = context

    def compose(self) -> ComposeResult:
        """Compose the screen, from top to bottom."""
        yield Static(id="inspect-head")
        yield Static(id="inspect-facts")
        yield self.view
        yield ScreenFooter("inspect")

    def on_mount(self) -> None:
        """Show the cell."""
        self._look(keep_state=False)

    def on_resize(self) -> None:
        """Leave more space to the data on a low screen."""
        self.set_class(self.size.height < LOW, "-low")
        self.tell()

    @property
    def is_settled(self) -> bool:
        """True if all requested data is on the screen."""
        return self.view.is_settled

    def plain_text(self) -> str:
        """Return the visible data as text to copy."""
        if self.viewer.looked is not None and not self.viewer.problem:
            return as_text(self.viewer.looked, self.viewer.state.how)
        return self.viewer.inspected.plain_text() if self.viewer.inspected else ""

    @on(DataView.Shown)
    def tell(self) -> None:
        """Show the title and facts, and the available keys."""
        column, _ = self.context.cell(self.address)
        head = Text(no_wrap=True, overflow="ellipsis", end="")
        shown = self.viewer.inspected
        run, title = self.address.key.run, visible(column.title)
        head.append(f" r{run} · {title}" if shown is None else f" {visible(shown.title)}")
        if shown is not None and (told := self._value_in_words(shown)):
            head.append(f"   {told}")
        self.query_one("#inspect-head", Static).update(head)
        facts = shown.facts(self.context.zone) if shown is not None else []
        line = " · ".join(_in_a_line(name, text) for name, text in facts if name != "Variable")
        self.query_one("#inspect-facts", Static).update(Text(self._fitting(line)))
        self.query_one(ScreenFooter).wanted = useful_keys(self.viewer)

    def _fitting(self, facts: str) -> str:
        """Join as many facts as fit, clipped at a word boundary."""
        width, lines = self.size.width - 2, 1 if self.size.height < LOW else 2
        if width < NARROW:
            return facts
        return "\n".join(wrap(facts, width, max_lines=lines, placeholder=" …"))

    def _value_in_words(self, shown: CellDetails) -> str:
        """Return the value in the table, unless it is a drawing of the data below it."""
        is_drawn = shown.drawn is not None and bool(shown.drawn.lines or shown.drawn.pixels)
        return "" if is_drawn and self.viewer.looked is not None else shown.said.text

    # Runs

    def action_walk(self, step: int) -> None:
        """Show the same variable of another run, at the same scale."""
        key = self.context.neighbour(self.address.key, step)
        if key is None:
            return
        self.address = CellAddress(key, self.address.name)
        self.post_message(RunVisited(*self.address))
        self._look(keep_state=True)

    def look_again(self) -> None:
        """Reload the cell after a change."""
        self._look(keep_state=True)

    def _look(self, *, keep_state: bool) -> None:
        self.view.look_at(self.address, *self.context.cell(self.address), keep_state=keep_state)
        self.tell()

    # Export the current view

    def action_copy(self) -> None:
        """Copy the visible data."""
        if text := self.plain_text():
            self.post_message(CopyRequested(text))

    def action_save(self) -> None:
        """Prompt for a file, and write the visible data to it."""
        looked = self.viewer.looked
        endings = endings_for(looked.content) if looked is not None else ()
        if not endings:
            self.notify("There is nothing to be saved.", markup=False, timeout=3)
            return
        proposal, run = self.address.key
        name = f"p{proposal}_r{run}_{self.address.name}{endings[0]}"
        self.app.push_screen(SaveDialog(default_folder() / name, endings), self._save)

    def _save(self, path: Path | None) -> None:
        if path is None:
            return
        state, looked = self.viewer.state, self.viewer.looked
        axes = looked.about.axes if looked is not None else ()
        view = replace(state, axes=axes).view(1, 1)
        shown = self.viewer.inspected
        self.write_file(
            self.address, view, path,
            title=shown.title if shown is not None else self.address.name,
            units=looked.about.units if looked is not None else "",
            colour_map=MAPS[state.map_number].name, range=state.held, is_log=state.is_log,
        )  # fmt: skip
        self.notify(f"Saving {path.name} …", markup=False, timeout=2)

    @work(thread=True, group="save")
    def write_file(
        self, address: CellAddress, view: ViewRequest, path: Path, **look_of: object
    ) -> None:
        """Write a file, and report the result."""
        try:
            self.context.session.results.save(address.key, address.name, view, path, **look_of)
        except DamnitError as error:
            self.post_message(FileSaved(path, str(error)))
        else:
            note_saved_picture(self.context.session, path, str(look_of["title"]))
            self.post_message(FileSaved(path))

    @on(FileSaved)
    def report_saved(self, event: FileSaved) -> None:
        """Report where the file is, or why it was not written."""
        notify_saved(self, event)

    def action_facts(self) -> None:
        """Show all details of the cell."""
        from .cell_dialog import CellDialog

        if self.viewer.inspected is not None:
            self.app.push_screen(CellDialog(self.viewer.inspected, self.context.zone))

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ..dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen("inspect"))

    def action_close(self) -> None:
        """Return to the table."""
        self.dismiss()


def _in_a_line(name: str, text: str) -> str:
    first = " ".join(" ".join(visible_lines(text)).split())
    return first if name in ("Description", "Tags") else f"{name.lower()} {first}"
