"""The line above the footer: the cell under the cursor, or a prompt."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from .cell_bar import CellBar
from .prompt_line import PromptLine


class PromptBar(Vertical):
    """The only prompt of the main screen; without one, the description of the cell."""

    DEFAULT_CSS = """
    PromptBar {
        height: auto;
        &.-open CellBar { display: none; }
    }
    """

    class Closed(Message):
        """Posted when the prompt has been closed."""

    def __init__(self, return_to: Widget) -> None:
        """Create a bar without a prompt.

        Args:
            return_to: The widget that gets the focus when a prompt is closed.
        """
        super().__init__()
        self.cell_bar = CellBar()
        self.prompt: PromptLine | None = None
        """The open prompt."""
        self._return_to = return_to

    def compose(self) -> ComposeResult:
        """Compose the line for the cell."""
        yield self.cell_bar

    async def open(self, prompt: PromptLine) -> bool:
        """Open a prompt; return False if another one is open, which gets the focus instead."""
        if self.prompt is not None:
            self.prompt.input.focus()
            return False
        self.prompt = prompt
        # A click moves the cursor, not the focus: keys go to the prompt as long as it is shown.
        self._return_to.can_focus = False
        prompt.add_class("-open")
        self.add_class("-open")
        # Keys wait until the prompt has the focus: the table takes letters for commands.
        await self.mount(prompt)
        self.screen.set_focus(prompt.input)
        return True

    def close(self) -> None:
        """Close the prompt and return to the table."""
        if self.prompt is None:
            return
        # Its last messages may still be on their way: handlers select the open prompt.
        self.prompt.remove_class("-open")
        self.prompt.remove()
        self.prompt = None
        self.remove_class("-open")
        self._return_to.can_focus = True
        self._return_to.focus()
        self.post_message(self.Closed())
