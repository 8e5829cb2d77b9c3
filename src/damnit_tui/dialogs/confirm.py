"""A box that asks before something is done that cannot be undone by a key; no is the default."""

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
    """Do something if it is answered by `y`; for the arguments see `ConfirmDialog`."""

    def decide(is_wanted: bool | None) -> None:
        if is_wanted:
            do()

    node.app.push_screen(ConfirmDialog(title, text, yes=yes, no=no), decide)


class ConfirmDialog(ModalScreen[bool]):
    """Gives True for `y`, False for every other way out.

    Args:
        title: A few words of the app's own.
        text: What will happen, and what is lost or kept; may hold text of data.
        yes: What `y` does, as a verb.
        no: What all else does, as a verb.
    """

    DEFAULT_CSS = DialogScreen.DEFAULT_CSS.replace("DialogScreen", "ConfirmDialog")
    BINDINGS = keymap.bindings("confirm")

    def __init__(self, title: str, text: str, *, yes: str, no: str = "cancel") -> None:
        super().__init__()
        self._title, self._text = title, text
        self._keys = f"y {yes} · n {no}"

    def compose(self) -> ComposeResult:
        """The question, and the keys that answer it."""
        with VerticalScroll() as box:
            box.border_title = plain(self._title)
            box.border_subtitle = plain(self._keys)
            yield Static(Content(plain_lines(self._text)))

    def action_answer(self, is_wanted: bool) -> None:
        """Decide."""
        self.dismiss(is_wanted)
