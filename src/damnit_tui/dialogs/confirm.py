"""A dialog to confirm an action that no key can undo; the default is no."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from .. import keymap
from ..safe_text import plain, plain_lines
from .base import DialogScreen

Subject = TypeVar("Subject")


class ConfirmDialog(ModalScreen[Subject | None], Generic[Subject]):
    """Return the subject for `y`, None for every other way out.

    Args:
        title: A few words of the app's own.
        text: What will happen, and what is lost or kept; may hold text of data.
        subject: What is to be done, such as a request.
        yes: Label of `y`, a verb.
        no: Label of the alternative, a verb.
    """

    DEFAULT_CSS = DialogScreen.DEFAULT_CSS.replace("DialogScreen", "ConfirmDialog")
    BINDINGS = keymap.bindings("confirm")

    def __init__(
        self, title: str, text: str, subject: Subject, *, yes: str, no: str = "cancel"
    ) -> None:
        super().__init__()
        self._title, self._text, self._subject = title, text, subject
        self._keys = f"y {yes} · n {no}"

    def compose(self) -> ComposeResult:
        """Compose the question and its keys."""
        with VerticalScroll() as box:
            box.border_title = plain(self._title)
            box.border_subtitle = plain(self._keys)
            yield Static(Content(plain_lines(self._text)))

    def action_answer(self, is_confirmed: bool) -> None:
        """Close with the answer."""
        self.dismiss(self._subject if is_confirmed else None)
