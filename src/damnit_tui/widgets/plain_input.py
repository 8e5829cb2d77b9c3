"""An input line without a frame."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.widgets import Input

from ..sanitize import is_hostile, one_for_one
from ..themes import text_style


class PlainInput(Input):
    """One line high, as wide as there is room.

    The text is kept as it is; characters unsafe for a terminal are only displayed
    as a stand-in of one cell.
    """

    key_owner = ""
    """Owner of the keys the footer shows while the input has the focus; empty: those of the screen,
    or of the enclosing widget.
    """

    SCOPED_CSS = False  # for the rules that depend on the screen
    DEFAULT_CSS = """
    PlainInput {
        width: 1fr; height: 1; border: none; padding: 0; background: $surface;
        &:focus { border: none; }
    }
    ModalScreen PlainInput, ProposalsScreen PlainInput {
        border-left: blank;
        background: $field-background;
        &:focus { border-left: heavy $focus-color; }
    }
    """

    @property
    def _value(self) -> Text:
        shown = one_for_one(self.value)
        text = Text(shown, no_wrap=True, overflow="ignore", end="")
        for place, (character, stored) in enumerate(zip(shown, self.value, strict=True)):
            if character != stored:
                text.stylize(text_style("subdued"), place, place + 1)
        return text

    def _position_to_cell(self, position: int) -> int:
        return cell_len(one_for_one(self.value[:position]))

    def _cell_offset_to_index(self, offset: int) -> int:
        end = 0
        for index, character in enumerate(one_for_one(self.value)):
            end += cell_len(character)
            if offset < end:
                return index
        return len(self.value)

    async def on_key(self, event: events.Key) -> None:
        """Accept invisible characters, too: Persian and Hindi are typed with them."""
        character = event.character
        if character is not None and character >= "\xa0" and is_hostile(character):
            event.stop()
            event.prevent_default()
            self.insert_text_at_cursor(character)
