"""Actions of the viewer's keys: which part is shown, how, and where in a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from ..sanitize import visible
from ..widgets.screen_footer import ScreenFooter
from ..widgets.search_prompt import SearchAnswered, SearchPrompt
from .view_state import ZOOM, DisplayState

if TYPE_CHECKING:
    from .data_view import DataView
    from .view_model import ViewModel


class InspectActions(Screen[None]):
    """Actions of the viewer screen that change what is shown of a cell."""

    if TYPE_CHECKING:
        view: DataView

    @property
    def viewer(self) -> ViewModel:
        """The state of the view."""
        return self.view.viewer

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
        looked = self.viewer.looked
        if looked is None or len(looked.about.members) < 2:
            return
        from .members_dialog import MembersDialog

        def take(name: str | None) -> None:
            if name is not None:
                self._change(lambda state: state.with_member(name))

        self.app.push_screen(MembersDialog(looked.about.members, looked.about.member), take)

    def action_preview(self) -> None:
        """Switch between the data and its preview."""
        self._with_about(lambda state, about: state.toggled_preview(about))

    # Display

    def action_log(self) -> None:
        """Toggle the logarithmic scale of values."""
        self._change(lambda state: replace(state, is_log=not state.is_log))

    def action_rescale(self) -> None:
        """Fit the range of values to the visible data."""
        looked = self.viewer.looked
        if looked is not None:
            self._change(lambda state: state.rescaled(looked))

    def action_next_map(self) -> None:
        """Switch to the next colour map."""
        self._change(DisplayState.next_map)

    def action_next_how(self) -> None:
        """Switch how several values are reduced to one pixel."""
        self._change(DisplayState.next_how)

    def action_next_part(self) -> None:
        """Show another part of complex numbers."""
        looked = self.viewer.looked
        if looked is not None and looked.about.is_complex:
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
            self._wanted = event.text
            self.action_next_match(1)

    _wanted = ""

    def action_next_match(self, step: int) -> None:
        """Go to another match."""
        wrapped = self.viewer.wrapped
        if wrapped is None or not self._wanted:
            return
        if not wrapped.search(self._wanted, step, self.view.height):
            self.notify(f"There is no {visible(self._wanted)!r} here.", markup=False, timeout=3)
        self.view.redraw()

    def _change(self, make: Callable[[DisplayState], DisplayState]) -> None:
        self.view.change(lambda viewer: make(viewer.state))

    def _with_about(self, make: Callable[..., DisplayState]) -> None:
        looked = self.viewer.looked
        if looked is not None:
            self._change(lambda state: make(state, looked.about))

    def _scroll(self, lines: int) -> bool:
        """Scroll text; return True if text is shown."""
        wrapped = self.viewer.wrapped
        if wrapped is None:
            return False
        wrapped.scroll(lines, self.view.height)
        self.view.redraw()
        return True
