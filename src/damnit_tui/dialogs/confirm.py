"""A dialog to confirm an action that no key can undo; the default is no."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import Static

from .. import keymap
from ..safe_text import plain, plain_lines
from .base import DialogScreen


def confirm(
    node: DOMNode,
    title: str,
    text: str,
    do: Callable[[], object],
    *,
    yes: str,
    no: str = "cancel",
) -> None:
    """Call `do` if the user answers `y`; for the arguments see `ConfirmDialog`."""

    def decide(is_wanted: bool | None) -> None:
        if is_wanted:
            do()

    node.app.push_screen(ConfirmDialog(title, text, yes=yes, no=no), decide)


class ConfirmDialog(ModalScreen[bool]):
    """Return True for `y`, False for every other way out.

    Args:
        title: A few words of the app's own.
        text: What will happen, and what is lost or kept; may hold text of data.
        yes: Label of `y`, a verb.
        no: Label of the alternative, a verb.
    """

    DEFAULT_CSS = DialogScreen.DEFAULT_CSS.replace("DialogScreen", "ConfirmDialog")
    BINDINGS = keymap.bindings("confirm")

    def __init__(self, title: str, text: str, *, yes: str, no: str = "cancel") -> None:
        super().__init__()
        self._title, self._text = title, text
        self._keys = f"y {yes} · n {no}"

    def compose(self) -> ComposeResult:
        """Compose the question and its keys."""
        with VerticalScroll() as box:
            box.border_title = plain(self._title)
            box.border_subtitle = plain(self._keys)
            yield Static(Content(plain_lines(self._text)))

    def action_answer(self, is_wanted: bool) -> None:
        """Close with the answer."""
        self.dismiss(is_wanted)
