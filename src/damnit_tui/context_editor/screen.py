"""The context editor: edit the file, check it in its own Python, try it on a run, save it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import DataTable, Input, Label, TextArea
from textual.widgets.text_area import TextAreaTheme

from damnit_daemon.model import RunKey

from .. import keymap
from ..sanitize import clip_start, visible
from ..widgets.footer import KeyFooter
from ..widgets.plain_input import PlainInput
from .base import ContextSaved
from .check_actions import Trying
from .document import Document
from .save import Saving

if TYPE_CHECKING:
    from ..data.session import Session

LIGHT_CODE = "light-code"
"""The syntax theme for light themes; Textual's own are for dark ones."""
DRAFT_S = 2.0
"""Interval of saving unsaved text."""


class ContextScreen(Saving, Trying):
    """An editor with results below."""

    DEFAULT_CSS = """
    ContextScreen {
        background: $background;
        & #context-title { width: 1fr; height: 1; background: $surface; color: $text-primary; }
        & TextArea, & TextArea:focus { height: 1fr; border: none; padding: 0; }
        & #context-found {
            height: auto; max-height: 4; width: 1fr; padding: 0 1;
                background: $surface; color: $foreground 80%;
        }
        & DataTable { height: auto; max-height: 35%; background: $background; display: none; }
        & #context-ask { height: 1; display: none; background: $surface; }
        & #context-ask Label { width: auto; padding: 0 1; color: $text-primary; }
        & .context--error { color: $text-error; }
        & .context--warning { color: $text-warning; }
        & .context--news { color: $text-success; }
        & .context--quiet { color: $foreground 60%; }
        & .context--text { color: $foreground; }
    }
    """
    COMPONENT_CLASSES = {  # noqa: RUF012 – Textual's way
        f"context--{role}" for role in ("error", "warning", "news", "quiet", "text")
    }
    BINDINGS = keymap.bindings("context")

    def __init__(self, session: Session, key: RunKey | None, *, line: int = 0) -> None:
        """Create the editor.

        Args:
            session: The folder.
            key: The default run for dry runs.
            line: Initial line, 1-based.
        """
        super().__init__()
        self._session = session
        self._document = Document(session.folder.context_file)
        self._key = key
        self._line = line
        self._saved_text = ""
        self._asks_to_leave = False
        self._answer: Callable[[str], object] = lambda _: None
        self._writing = threading.Lock()
        self._changed: set[str] = set()

    def compose(self) -> ComposeResult:
        """Compose the widgets from top to bottom."""
        yield Label("", id="context-title")
        yield TextArea.code_editor(language=_language(), theme="css", soft_wrap=False)
        yield Label("", id="context-found")
        yield DataTable(cursor_type="row", cell_padding=1)
        with Horizontal(id="context-ask"):
            yield Label("", id="context-question")
            yield PlainInput()
        yield KeyFooter("context")

    def on_mount(self) -> None:
        """Read the file."""
        area = self.query_one(TextArea)
        area.read_only = True
        github = TextAreaTheme.get_builtin_theme("github_light")
        styles = github.syntax_styles if github is not None else {}
        area.register_theme(TextAreaTheme(LIGHT_CODE, syntax_styles=styles))
        self.watch(self.app, "theme", self._colour_code)
        self.read_file()
        self.set_interval(DRAFT_S, self._keep_draft)

    def _colour_code(self) -> None:
        """Highlight in colours that suit the background."""
        is_dark = self.app.current_theme.dark
        self.query_one(TextArea).theme = "css" if is_dark else LIGHT_CODE

    def on_unmount(self) -> None:
        """Stop the workers."""
        if self._attempt is not None:
            self._attempt.wanted = False

    def _tell_title(self) -> None:
        row, column = self.query_one(TextArea).cursor_location
        rest = " · not saved" if self.is_changed else ""
        rest += f" · line {row + 1}, column {column + 1} "
        path = clip_start(visible(str(self._document.path)), self.size.width - len(rest) - 1)
        self.query_one("#context-title", Label).update(Content(f" {path}{rest}"))

    def on_resize(self) -> None:
        """Fit the path to the available width."""
        self._tell_title()

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """Show the cursor's position."""
        self._asks_to_leave = False
        self._tell_title()

    # Close

    def _ask(self, question: str, given: str, answer: Callable[[str], object]) -> None:
        self._answer = answer
        self.query_one("#context-question", Label).update(Content(question))
        prompt = self.query_one("#context-ask Input", Input)
        prompt.value = given
        self.query_one("#context-ask").display = True
        prompt.focus()

    @on(Input.Submitted)
    def take_answer(self, event: Input.Submitted) -> None:
        """Continue with the typed answer."""
        event.stop()
        self._leave_prompt()
        self._answer(event.value.strip())

    def _leave_prompt(self) -> None:
        self.query_one("#context-ask").display = False
        self.query_one(TextArea).focus()

    def action_close(self) -> None:
        """Close the prompt, stop a running task, or close; unsaved text stays as a draft."""
        if self.query_one("#context-ask").display:
            self._leave_prompt()
        elif self._attempt is not None:
            self._attempt.wanted = False
        elif self.is_changed and not self._asks_to_leave:
            self._asks_to_leave = True
            self._say("Not saved. Esc once more leaves; what you typed is kept here.", "warning")
        else:
            self._kept_text = ""
            self._keep_draft()
            self.dismiss(None)

    def action_reprocess(self) -> None:
        """Close, and reprocess the variables that are computed differently."""
        if self.is_changed:
            self._say("Save it first: ctrl-s.", "warning")
        elif not self._changed:
            self._say("No variable has changed since you opened it.", "news")
        else:
            self.dismiss(ContextSaved(tuple(sorted(self._changed))))


def _language() -> str | None:
    try:
        import tree_sitter_python  # noqa: F401 – whether it is there
    except ImportError:
        return None
    return "python"
