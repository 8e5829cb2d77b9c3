"""The pane that shows the data of the cell under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Container

from ..table.cells import CellAddress
from ..table.context import TableContext
from .graphics import GraphicsChoice
from .view_imports import views_imported

if TYPE_CHECKING:
    from ..viewer.data_view import DataView


class PreviewPane(Container):
    """The viewer's drawing beside the table, or below it on a narrow screen; closed at first.

    Attributes:
        view: The drawing, while the pane is open and its modules are imported.
    """

    DEFAULT_CSS = """
    PreviewPane {
        display: none;
        width: 46%;
        height: 1fr;
        border-left: solid $divider-color;
        & #data-about { color: $title-color; }
    }
    """

    def __init__(self, context: TableContext, graphics: GraphicsChoice) -> None:
        super().__init__()
        self.view: DataView | None = None
        self._table_context = context
        self._graphics = graphics
        self._address: CellAddress | None = None
        self._is_open = False

    @property
    def is_settled(self) -> bool:
        """True if the pane is open and all its data is on the screen."""
        return self.view is not None and self.view.is_settled

    @property
    def is_open(self) -> bool:
        """True if the pane is open."""
        return self._is_open

    def toggle(self) -> None:
        """Open or close the pane."""
        self._is_open = not self._is_open
        if self._is_open:
            self.load()
        else:
            self.display = False
            self.view = None
            self.remove_children()

    @work(exclusive=True, group="preview")
    async def load(self) -> None:
        """Import what is needed, and show the cell."""
        await views_imported()
        from ..viewer.data_view import DataView

        if self._is_open and self.view is None:
            self.view = DataView(
                self._table_context.session,
                self._graphics.current,
                self._table_context.zone,
                steady=True,
            )
            self.mount(self.view)
            self.display = True
            self.show_cell(self._address)

    def show_cell(self, address: CellAddress | None) -> None:
        """Show another cell, or its new value."""
        self._address = address
        if self.view is not None and address is not None:
            self.view.show_cell(address, *self._table_context.cell(address))

    def use_graphics(self) -> None:
        """Draw with the protocol that is chosen now."""
        if self.view is not None:
            self.view.use(self._graphics.current)
