"""The viewer screen: one variable of one run, with metadata and data; steps through runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.screen import Screen
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
from ..table.requests import CopyRequested, HistoryRequested, RunVisited
from ..terminal.graphics.protocol_choice import Graphics
from ..widgets.screen_footer import ScreenFooter
from ..widgets.search_prompt import SearchAnswered, SearchPrompt
from .available_keys import available_keys
from .cell_details import CellDetails
from .data_view import DataView
from .render import as_text
from .view_model import ViewModel
from .view_state import ZOOM, DisplayState

LOW = 30
"""Below this screen height one line of facts is shown, else two."""
NARROW = 8


class ViewerScreen(Screen[None]):
    """A cell over the whole screen."""

    DEFAULT_CSS = """
    ViewerScreen {
        layout: vertical;
        & #inspect-head {
            height: 1; background: $panel; color: $title-color; text-style: $title-style;
        }
        & #inspect-facts { height: auto; max-height: 2; padding: 0 1; color: $facts-color; }
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
        self._search_text = ""

    def compose(self) -> ComposeResult:
        """Compose the screen, from top to bottom."""
        yield Static(id="inspect-head")
        yield Static(id="inspect-facts")
        yield self.view
        yield ScreenFooter("inspect")

    def on_mount(self) -> None:
        """Show the cell."""
        self._show_cell(keep_state=False)

    def on_resize(self) -> None:
        """Leave more space to the data on a low screen."""
        self.set_class(self.size.height < LOW, "-low")
        self.show_facts()

    @property
    def viewer(self) -> ViewModel:
        """The state of the view."""
        return self.view.viewer

    @property
    def is_settled(self) -> bool:
        """True if all requested data is on the screen."""
        return self.view.is_settled

    def plain_text(self) -> str:
        """Return the visible data as text to copy."""
        if self.viewer.data is not None and not self.viewer.problem:
            return as_text(self.viewer.data, self.viewer.state.how)
        return self.viewer.details.plain_text() if self.viewer.details else ""

    @on(DataView.Updated)
    def show_facts(self) -> None:
        """Show the title and facts, and the available keys."""
        column, _ = self.context.cell(self.address)
        head = Text(no_wrap=True, overflow="ellipsis", end="")
        shown = self.viewer.details
        run, title = self.address.key.run, visible(column.title)
        head.append(f" r{run} · {title}" if shown is None else f" {visible(shown.title)}")
        if shown is not None and (text := self._value_in_words(shown)):
            head.append(f"   {text}")
        self.query_one("#inspect-head", Static).update(head)
        facts = shown.facts(self.context.zone) if shown is not None else []
        line = " · ".join(_in_a_line(name, text) for name, text in facts if name != "Variable")
        self.query_one("#inspect-facts", Static).update(Text(self._fitting(line)))
        self.query_one(ScreenFooter).offered = available_keys(self.viewer)

    def _fitting(self, facts: str) -> str:
        """Join as many facts as fit, clipped at a word boundary."""
        width, lines = self.size.width - 2, 1 if self.size.height < LOW else 2
        if width < NARROW:
            return facts
        return "\n".join(wrap(facts, width, max_lines=lines, placeholder=" …"))

    def _value_in_words(self, shown: CellDetails) -> str:
        """Return the value in the table, unless it is a drawing of the data below it."""
        is_drawn = shown.drawn is not None and bool(shown.drawn.lines or shown.drawn.pixels)
        return "" if is_drawn and self.viewer.data is not None else shown.summary.text

    # Runs

    def action_walk(self, step: int) -> None:
        """Show the same variable of another run, at the same scale."""
        key = self.context.neighbour(self.address.key, step)
        if key is None:
            return
        self.address = CellAddress(key, self.address.name)
        self.post_message(RunVisited(*self.address))
        self._show_cell(keep_state=True)

    def reload(self) -> None:
        """Reload the cell after a change, unless the screen is not built yet, or closed by now."""
        if self.query("#inspect-head"):
            self._show_cell(keep_state=True)

    def _show_cell(self, *, keep_state: bool) -> None:
        self.view.show_cell(self.address, *self.context.cell(self.address), keep_state=keep_state)
        self.show_facts()

    # Which part

    def action_pan(self, across: int) -> None:
        """Pan along the x axis."""
        self.view.change(lambda viewer: viewer.panned(across, 0))

    def action_page(self, step: int) -> None:
        """Scroll text by a page, or pan an image vertically."""
        if self._scroll(step * max(1, self.view.height - 2)):
            return
        self.view.change(lambda viewer: viewer.panned(0, 2 * step))

    def action_point(self, columns: int, lines: int) -> None:
        """Move the cursor, or scroll text."""
        if not self._scroll(lines):
            self.view.change(lambda viewer: viewer.stepped(columns, lines))

    def action_no_point(self) -> None:
        """Hide the cursor."""
        self._change(lambda state: replace(state, cursor=None))

    def action_zoom(self, steps: int) -> None:
        """Zoom in or out."""
        self.view.change(lambda viewer: viewer.zoomed(ZOOM**steps))

    def action_whole(self) -> None:
        """Show all data; of a text, the beginning."""
        if not self._scroll(-1 << 30):
            self._change(DisplayState.whole)

    def action_slice(self, step: int) -> None:
        """Step along the sliced dimension."""
        self._with_about(lambda state, about: state.sliced(step, about))

    def action_next_dimension(self) -> None:
        """Slice along another dimension."""
        self._with_about(lambda state, about: state.next_stepped(about, 1))

    def action_next_axes(self) -> None:
        """Show other dimensions as image or curve."""
        self._with_about(lambda state, about: state.next_axes(about))

    def action_next_member(self, step: int) -> None:
        """Show another variable of a Dataset."""
        self._with_about(lambda state, about: state.next_member(about, step))

    def action_choose_member(self) -> None:
        """Choose a variable of a Dataset from a list."""
        data = self.viewer.data
        if data is None or len(data.about.members) < 2:
            return
        from .members_dialog import MembersDialog

        def take(name: str | None) -> None:
            if name is not None:
                self._change(lambda state: state.with_member(name))

        self.app.push_screen(MembersDialog(data.about.members, data.about.member), take)

    def action_preview(self) -> None:
        """Switch between the data and its preview."""
        self._with_about(lambda state, about: state.toggled_preview(about))

    # Display

    def action_log(self) -> None:
        """Toggle the logarithmic scale of values."""
        self._change(lambda state: replace(state, is_log=not state.is_log))

    def action_rescale(self) -> None:
        """Fit the range of values to the visible data."""
        data = self.viewer.data
        if data is not None:
            self._change(lambda state: state.rescaled(data))

    def action_next_map(self) -> None:
        """Switch to the next colour map."""
        self._change(DisplayState.next_map)

    def action_next_how(self) -> None:
        """Switch how several values are reduced to one pixel."""
        self._change(DisplayState.next_how)

    def action_next_part(self) -> None:
        """Show another part of complex numbers."""
        data = self.viewer.data
        if data is not None and data.about.is_complex:
            self._change(DisplayState.next_part)

    def action_profiles(self) -> None:
        """Toggle the profiles along the cursor's row and column."""
        self._change(lambda state: replace(state, profiles=not state.profiles))

    # Text

    def action_search(self) -> None:
        """Prompt for a text to search for."""
        if self.viewer.wrapped is not None and not self.query(SearchPrompt):
            self.mount(SearchPrompt(), before=self.query_one(ScreenFooter))

    @on(SearchAnswered)
    def search(self, event: SearchAnswered) -> None:
        """Go to the first match."""
        event.stop()
        self.query(SearchPrompt).remove()
        if event.text is not None:
            self._search_text = event.text
            self.action_next_match(1)

    def action_next_match(self, step: int) -> None:
        """Go to another match."""
        wrapped = self.viewer.wrapped
        if wrapped is None or not self._search_text:
            return
        if not wrapped.search(self._search_text, step, self.view.height):
            self.notify(f"{visible(self._search_text)!r} not found.", markup=False, timeout=3)
        self.view.redraw()

    def _change(self, make: Callable[[DisplayState], DisplayState]) -> None:
        self.view.change(lambda viewer: make(viewer.state))

    def _with_about(self, make: Callable[..., DisplayState]) -> None:
        data = self.viewer.data
        if data is not None:
            self._change(lambda state: make(state, data.about))

    def _scroll(self, lines: int) -> bool:
        """Scroll text; return True if text is shown."""
        wrapped = self.viewer.wrapped
        if wrapped is None:
            return False
        wrapped.scroll(lines, self.view.height)
        self.view.redraw()
        return True

    # Export the current view

    def action_copy(self) -> None:
        """Copy the visible data."""
        if text := self.plain_text():
            self.post_message(CopyRequested(text))

    def action_save(self) -> None:
        """Prompt for a file, and write the visible data to it."""
        data = self.viewer.data
        endings = endings_for(data.content) if data is not None else ()
        if not endings:
            self.notify("Nothing to save.", markup=False, timeout=3)
            return
        proposal, run = self.address.key
        name = f"p{proposal}_r{run}_{self.address.name}{endings[0]}"
        self.app.push_screen(SaveDialog(default_folder() / name, endings), self._save)

    def _save(self, path: Path | None) -> None:
        if path is None:
            return
        state, data = self.viewer.state, self.viewer.data
        axes = data.about.axes if data is not None else ()
        view = replace(state, axes=axes).view(1, 1)
        shown = self.viewer.details
        self.write_file(
            self.address, view, path,
            title=shown.title if shown is not None else self.address.name,
            units=data.about.units if data is not None else "",
            colour_map=MAPS[state.map_number].name, range=state.held, is_log=state.is_log,
        )  # fmt: skip
        self.notify(f"Saving {path.name}…", markup=False, timeout=2)

    @work(thread=True, group="save")
    def write_file(
        self, address: CellAddress, view: ViewRequest, path: Path, **style: object
    ) -> None:
        """Write a file, and report the result."""
        try:
            self.context.session.results.save(address.key, address.name, view, path, **style)
        except DamnitError as error:
            self.post_message(FileSaved(path, str(error)))
        else:
            note_saved_picture(self.context.session, path, str(style["title"]))
            self.post_message(FileSaved(path))

    @on(FileSaved)
    def report_saved(self, event: FileSaved) -> None:
        """Report where the file is, or why it was not written."""
        notify_saved(self, event)

    def action_history(self) -> None:
        """List the values that the cell has had."""
        self.post_message(HistoryRequested(self.address))

    def action_facts(self) -> None:
        """Show all details of the cell."""
        from .cell_dialog import CellDialog

        if self.viewer.details is not None:
            self.app.push_screen(CellDialog(self.viewer.details, self.context.zone))

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
